import type { Tensor } from 'convlab';
import type { Layer } from './describe.js';

/** Rows of numbers. */
export type Rows = readonly (readonly number[])[];

/** Position of a layer's window for one of its cells; it can start outside the map. */
export function windowAt({ kernel = [1, 1], stride = [1, 1], before = [0, 0] }: Layer, y: number, x: number) {
  return { y: y * stride[0] - before[0], x: x * stride[1] - before[1], height: kernel[0], width: kernel[1] };
}

/** The values of a map under a window; zero outside. @param x `[1, C, H, W]` */
export function under(x: Tensor, plane: number, place: ReturnType<typeof windowAt>): Rows {
  const [height, width] = x.shape.slice(-2);
  return Array.from({ length: place.height }, (_, i) =>
    Array.from({ length: place.width }, (_, j) => {
      const [row, column] = [place.y + i, place.x + j];
      return row < 0 || column < 0 || row >= height || column >= width ? 0 : x.data[(plane * height + row) * width + column];
    }),
  );
}

/** A plane of a tensor as rows. */
export function rowsOf(x: Tensor, plane: number): Rows {
  const [height, width] = x.shape.slice(-2);
  return under(x, plane, { y: 0, x: 0, height, width });
}

/** Σ window · kernel, as in the definition. */
export function dot(window: Rows, kernel: Rows): number {
  let sum = 0;
  for (const [i, row] of window.entries()) for (const [j, value] of row.entries()) sum += value * kernel[i][j];
  return sum;
}

/** A product in a sum, and the index of its input. */
export interface Term {
  readonly i: number;
  readonly value: number;
  readonly weight: number;
}

/** The largest products of a neuron, in descending order, and the sum of all others. */
export function largestTerms(values: Float32Array, weights: Float32Array, most: number): { terms: readonly Term[]; rest: number } {
  const all = Array.from(values, (value, i): Term => ({ i, value, weight: weights[i] }));
  all.sort((a, b) => Math.abs(b.value * b.weight) - Math.abs(a.value * a.weight));
  return { terms: all.slice(0, most), rest: all.slice(most).reduce((sum, { value, weight }) => sum + value * weight, 0) };
}
