import type { Chunk } from './arena.js';
import { THREADS } from './core.js';
import { CELLS, type Part } from './parts.js';
import { parametersOf, pointwiseWgsl } from './pointwise-wgsl.js';

/** Names and offsets used by a part. */
export interface PartNames {
  /** prefix of its function names */
  readonly prefix: string;
  readonly chunks: readonly Chunk[];
  /** the buffer of each chunk, by index */
  readonly slots: readonly number[];
  /** word of the uniforms that contains the number of elements */
  readonly length: number;
  /** first word of the offsets of the chunks */
  readonly offsets: number;
  /** words of the parameters of the formulas */
  readonly parameters: readonly number[];
}

/** The functions of a part in WGSL: those that its core calls, and the core or a loop over cells. */
export function partText(part: Part, names: PartNames): string {
  const { prefix, chunks, slots, offsets } = names;
  const cell = (chunk: Chunk) => {
    const at = chunks.indexOf(chunk);
    return `memory${slots[at]}[${word(offsets + at)} + i]`;
  };
  const reads = part.inputs.map((chunk, at) => `fn ${prefix}in${at}(i: u32) -> f32 { return ${cell(chunk)}; }`);
  const core = part.core ? part.core.code().replaceAll('$', prefix) : loop(prefix, names.length);
  return `${reads.join('\n')}\n${finish(part, names, cell)}\n${core}\n`;
}

/** The function that stores a cell of the core and computes the formulas there. Values stay in registers, and each chunk is stored once. */
function finish(part: Part, { prefix, parameters }: PartNames, cell: (chunk: Chunk) => string): string {
  const values = new Map<Chunk, string>(part.outputs.map((chunk, at) => [chunk, `value${at}`]));
  const stored = new Set(part.outputs);
  const lines: string[] = [];
  for (const [f, { name, inputs, output }] of part.formulas.entries()) {
    const operands = inputs.map((chunk, at) => {
      if (!values.has(chunk)) {
        lines.push(`let read${f}_${at} = ${cell(chunk)};`);
        values.set(chunk, `read${f}_${at}`);
      }
      return `let ${'abc'[at]} = ${values.get(chunk)};`;
    });
    const numbers = ['p', 'q', 'r'].slice(0, parametersOf(name)).map((number, at) => `let ${number} = bitcast<f32>(${word(parameters[f] + at)});`);
    lines.push(`var result${f}: f32;`, `{ ${[...operands, ...numbers].join(' ')} result${f} = ${pointwiseWgsl(name)}; }`);
    values.set(output, `result${f}`);
    stored.add(output);
  }
  const stores = [...stored].map((chunk) => `${cell(chunk)} = ${values.get(chunk)};`);
  const arguments_ = part.outputs.map((_, at) => `, value${at}: f32`).join('');
  return `fn ${prefix}finish(i: u32${arguments_}) {\n${[...lines, ...stores].join('\n')}\n}`;
}

/** Formulas only: neighboring threads process neighboring elements, so that they read whole cache lines. */
function loop(prefix: string, length: number): string {
  return `fn ${prefix}run(group: u32, thread: u32) {
for (var n = 0u; n < ${CELLS}u; n++) {
  let i = (group * ${CELLS}u + n) * ${THREADS}u + thread;
  if (i < ${word(length)}) { ${prefix}finish(i); }
}
}`;
}

/** A word of the uniforms. */
export function word(at: number): string {
  return `words[${Math.floor(at / 4)}].${'xyzw'[at % 4]}`;
}
