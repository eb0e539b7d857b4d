import { DataError } from '../../../errors.js';
import { float32 } from '../../../options.js';
import type { Tensor } from '../../../tensor.js';

// Builds kernels from formulas: in float64, rounded once at the end.

/** The values of f for each cell of `[2·radius + 1, 2·radius + 1]`, row by row; x and y are relative to the center, x right and y down. */
export function sample(radius: number, f: (x: number, y: number) => number): number[] {
  const side = 2 * radius + 1;
  return Array.from({ length: side ** 2 }, (_, i) => f((i % side) - radius, Math.floor(i / side) - radius));
}

/**
 * A square kernel, `[k, k]`, from its weights row by row.
 * @throws DataError if the parameters result in a weight that is not finite
 */
export function squareKernel(operation: string, weights: readonly number[]): Tensor {
  const odd = weights.find((weight) => !float32.holds(weight));
  if (odd !== undefined) throw new DataError(operation, `every weight must be ${float32.says}, but these parameters produce ${odd}`, { weight: odd });
  const side = Math.sqrt(weights.length);
  return { shape: [side, side], data: toFloat32(weights) };
}

/** A separable kernel, `[...lengths]`: the product of one vector per axis, `outer(column, row)`. */
export function outer(...vectors: readonly (readonly number[])[]): Tensor {
  const products = vectors.reduce<readonly number[]>((all, vector) => all.flatMap((a) => vector.map((b) => a * b)), [1]);
  return { shape: vectors.map((vector) => vector.length), data: toFloat32(products) };
}

/** The weights divided by their sum, which must not be zero. */
export function toMean(weights: readonly number[]): number[] {
  const sum = total(weights);
  return weights.map((weight) => weight / sum);
}

export function total(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}

/**
 * The weights as float32, with those that differ from zero only by rounding set to zero, so that they are skipped: cos 90°,
 * for example, is 6e-17 in float64.
 */
function toFloat32(weights: readonly number[]): Float32Array {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return Float32Array.from(weights, (weight) => (Math.abs(weight) < 1e-14 * largest ? 0 : weight));
}
