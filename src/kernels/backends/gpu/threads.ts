import { UnsupportedError } from '../../../errors.js';
import type { GpuMode } from './modes.js';

/** The axes of what a program computes, slowest first, by name: `{ n: 2, cout: 4, oh: 9, ow: 9 }`. One thread computes one cell. */
export type Axes = Readonly<Record<string, number>>;

export interface Threads {
  /** GPU.js's `output`. The result is flat and row-major in the axes, regardless of this. */
  readonly output: readonly number[];
  /** Statements that declare the index of every axis as a constant with its name. */
  readonly indices: string;
}

/** GPU.js computes indices in float32, which is exact for integers up to this value. */
const EXACT = 2 ** 24;

/**
 * Arranges the cells as threads: in one row if float32 can number them, otherwise in rows of trailing axes. Never as a
 * flat [W, H] on GL, because GPU.js then creates a texture with exactly these sides, while other textures are nearly
 * square.
 * @throws UnsupportedError if the axes cannot be grouped into two with valid indices
 */
export function layThreads(axes: Axes, mode: GpuMode): Threads {
  const all = Object.entries(axes);
  if (mode === 'cpu' || cellsOf(all) <= EXACT) return { output: [cellsOf(all)], indices: unflatten('this.thread.x', all) };

  let split = all.length - 1;
  while (split > 1 && cellsOf(all.slice(split - 1)) <= EXACT) split--;
  const [rows, row] = [all.slice(0, split), all.slice(split)];
  if (cellsOf(row) > EXACT || cellsOf(rows) > EXACT) {
    const shape = all.map(([name, size]) => `${name} ${size}`).join(' × ');
    throw new UnsupportedError('gpu', `${mode} can address at most ${EXACT} rows of ${EXACT} cells, received ${shape}`, { axes });
  }
  return { output: [cellsOf(row), 1, cellsOf(rows)], indices: unflatten('this.thread.x', row) + unflatten('this.thread.z', rows) };
}

/** Statements that decompose a flat index. */
function unflatten(index: string, axes: readonly (readonly [string, number])[]): string {
  let [rest, cells, statements] = [index, cellsOf(axes), ''];
  for (const [name, size] of axes.toReversed()) {
    if (size === 1) statements += `const ${name} = 0;\n`;
    else if (cells === size) statements += `const ${name} = ${rest};\n`;
    else {
      statements += divide(`${name}Rest`, name, rest, size, cells);
      rest = `${name}Rest`;
    }
    cells /= size;
  }
  return statements;
}

/**
 * Below this value, adding half a step compensates for GPUs that divide with an error of some units in the last place.
 */
const SAFE = 2 ** 20;

/**
 * Statements for dividend = quotient · divisor + remainder in integers.
 * @param below the dividend is less than this
 */
export function divide(quotient: string, remainder: string, dividend: string, divisor: number, below: number): string {
  if (divisor === 1) return `const ${quotient} = ${dividend};\nconst ${remainder} = 0;\n`;
  if (divisor >= below) return `const ${quotient} = 0;\nconst ${remainder} = ${dividend};\n`;
  if (below <= SAFE) return `const ${quotient} = Math.floor((${dividend} + 0.5) / ${divisor});\nconst ${remainder} = ${dividend} - ${quotient} * ${divisor};\n`;
  return `let ${quotient} = Math.floor(${dividend} / ${divisor});
let ${remainder} = ${dividend} - ${quotient} * ${divisor};
if (${remainder} < 0) { ${quotient} = ${quotient} - 1; ${remainder} = ${remainder} + ${divisor}; }
if (${remainder} >= ${divisor}) { ${quotient} = ${quotient} + 1; ${remainder} = ${remainder} - ${divisor}; }
`;
}

function cellsOf(axes: readonly (readonly [string, number])[]): number {
  return axes.reduce((size, [, axis]) => size * axis, 1);
}
