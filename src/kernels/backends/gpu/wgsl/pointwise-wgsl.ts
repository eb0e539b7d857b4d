import { POINTWISE, type Pointwise, type PointwiseName } from '../../../pointwise.js';

/** A formula of the table, or one that fills a buffer. */
export type FormulaName = PointwiseName | 'zero';

/** Number of parameters of a formula. */
export function parametersOf(name: FormulaName): number {
  return name === 'zero' ? 0 : POINTWISE[name].params;
}

/** A formula as a WGSL expression in a, b, c, p, q, r. */
export function pointwiseWgsl(name: FormulaName): string {
  if (name === 'zero') return '0.0';
  const { source }: Pointwise = POINTWISE[name];
  const text = source
    .replaceAll('Math.', '')
    .replaceAll('===', '==')
    .replace(/(?<![\w.])(\d+)(?![\w.])/g, '$1.0'); // otherwise the operands of a select would be integers
  return selects(text);
}

/** `condition ? yes : no`, at any depth of parentheses, as `select(no, yes, condition)`. */
function selects(text: string): string {
  let [inner, depth, start] = ['', 0, 0];
  for (const [i, letter] of [...text].entries()) {
    if (letter === '(' && depth++ === 0) start = i + 1;
    if (letter === ')' && --depth === 0) inner += `(${selects(text.slice(start, i))})`;
    else if (depth === 0) inner += letter;
  }
  const question = outside(inner, '?');
  if (question === -1) return inner;
  const [condition, branches] = [inner.slice(0, question), inner.slice(question + 1)];
  const colon = outside(branches, ':');
  return `select(${branches.slice(colon + 1).trim()}, ${branches.slice(0, colon).trim()}, ${condition.trim()})`;
}

/** Position of a character outside parentheses; −1 if there is none. */
function outside(text: string, letter: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === letter && depth === 0) return i;
  }
  return -1;
}
