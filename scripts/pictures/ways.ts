// The same result for less work: a product of two lines, and sums that run along.
import { line, text } from '../../examples/lecture/svg.js';
import { conv, full, gaussian, type Tensor, tensor } from '../../src/index.js';
import { COLORS, cells, frame, HUES, heading, note, pale, sign, thinned, title } from './cells.js';
import type { Drawing } from './drawing.js';

/** A Gaussian is a column times a row. */
export async function separable(): Promise<Drawing> {
  const kernel = gaussian(1, { size: 5 });
  const n = kernel.shape[0];
  const row = Float32Array.from({ length: n }, (_, c) => kernel.data.reduce((sum, value, i) => (i % n === c ? sum + value : sum), 0));
  const worst = Math.max(...kernel.data.map((value, i) => Math.abs(value - row[Math.floor(i / n)] * row[i % n])));
  if (worst > 1e-7) throw new Error(`it is no product: off by ${worst}`);

  const [cell, top] = [44, 104];
  const most = Math.max(...row);
  const middle = top + 2.5 * cell;
  const parts = [
    title('A Gaussian is a column times a row'),
    note(54, 'So it can be slid as a column first and as a row then: 5 + 5 multiplications for each output, where the square takes 25.'),
  ];
  const draw = (x: number, y: number, values: Tensor, top: number) =>
    parts.push(cells(x, y, values, { cell, fill: (_r, _c, v) => pale(v, top), label: (v) => v.toFixed(3).replace(/^0/, '') }));
  let x = 20;
  parts.push(heading(x, top - 12, 'column'));
  draw(x, top, { shape: [n, 1], data: row }, most);
  parts.push(sign(x + cell + 24, middle + 8, '×'));
  x += cell + 48;
  parts.push(heading(x, middle - cell / 2 - 12, 'row'));
  draw(x, middle - cell / 2, { shape: [1, n], data: row }, most);
  parts.push(sign(x + n * cell + 24, middle + 8, '='));
  x += n * cell + 48;
  parts.push(heading(x, top - 12, 'gaussian(1, { size: 5 })'));
  draw(x, top, kernel, most * most);
  x += n * cell + 50;

  parts.push(heading(x, top - 12, 'multiplications for each output'));
  parts.push(note(top + 5 * cell + 20, 'blue: the square, orange: column and row', x));
  const widest = 41;
  const scale = 190 / (widest * widest);
  for (const [i, k] of [5, 9, 15, 25, widest].entries()) {
    const y = top + 4 + i * 46;
    parts.push(text(x, y + 20, `${k} × ${k}`, { size: 12 }));
    for (const [j, [count, color]] of [[k * k, HUES[1]] as const, [2 * k, HUES[0]] as const].entries()) {
      const width = Math.max(1.5, count * scale);
      parts.push(`<rect x="${x + 62}" y="${y + j * 15}" width="${width}" height="12" fill="${color}"/>`);
      parts.push(text(x + 66 + width, y + 10 + j * 15, count, { size: 11, color: COLORS.faint }));
    }
  }
  return { name: '07-separable', width: x + 320, height: top + n * cell + 34, parts };
}

/** A box of any width for one addition and one subtraction. */
export async function runningSum(): Promise<Drawing> {
  const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
  const k = 5;
  const x = tensor([[values]]);
  const sums = await conv(x, full([1, 1, k], 1), { algorithm: 'runningSum' });
  const at = 3; // the window that is looked at; it follows from the one before
  const [before, now] = [sums.data[at - 1], sums.data[at]];
  const [gone, come] = [values[at - 1], values[at + k - 1]];
  if (before - gone + come !== now) throw new Error('the sums do not run');

  const [cell, top] = [44, 112];
  const parts = [
    title('A box: the next sum follows from this one'),
    note(54, 'Neighboring windows of equal weights differ in two cells: one addition, one subtraction, however wide.'),
  ];
  const left = 96;
  parts.push(text(20, top + 28, 'input', { size: 13, bold: true }));
  parts.push(
    cells(
      left,
      top,
      { shape: [1, values.length], data: x.data },
      { cell, fill: (_r, c) => (c === at - 1 ? thinned(HUES[1], 0.4) : c === at + k - 1 ? thinned(HUES[0], 0.4) : COLORS.paper) },
    ),
  );
  parts.push(
    frame(left + (at - 1) * cell, top - 7, k * cell, cell + 14, HUES[1], { thick: 2.5 }),
    frame(left + at * cell, top - 3, k * cell, cell + 6, HUES[0], { thick: 2.5 }),
  );
  parts.push(text(left + (at - 0.5) * cell, top - 14, '− goes out', { size: 12, anchor: 'middle', color: HUES[1] }));
  parts.push(text(left + (at + k - 0.5) * cell, top - 14, '+ comes in', { size: 12, anchor: 'middle', color: HUES[0] }));
  const low = top + cell + 62;
  const shift = left + 2 * cell; // every sum below the middle of its window
  parts.push(text(20, low + 28, 'sums', { size: 13, bold: true }));
  const fill = (_r: number, c: number) => (c === at - 1 ? thinned(HUES[1], 0.4) : c === at ? thinned(HUES[0], 0.4) : COLORS.paper);
  parts.push(cells(shift, low, { shape: [1, sums.data.length], data: sums.data }, { cell, fill }));
  for (const [c, color] of [
    [at - 1, HUES[1]],
    [at, HUES[0]],
  ] as const)
    parts.push(line(shift + (c + 0.5) * cell, top + cell + 9, shift + (c + 0.5) * cell, low - 3, color, 2));
  parts.push(text(shift, low + cell + 34, `${before} − ${gone} + ${come} = ${now}`, { size: 15, mono: true }));
  return { name: '08-running-sum', width: left + values.length * cell + 24, height: low + cell + 54, parts };
}
