import type { PictureSum } from '../job.js';

/** Weights have 15 bits, and the middle of a column, which counts twice, 16. */
const HIGHEST = 2 ** 15 - 1;
/** As many bits of fractions as sums leave room for: of bytes, of which two have the same weight; and of 16 bits. */
const COLUMN_BITS = { least: 16, most: 22 };
const ROW_BITS = 16;
/** Standard deviations in levels: of noise, and of the error of its sums with which about 1 in 1000 is rounded the other way. */
const NOISE = 74;
const MOST_ERROR = 0.0012;
/** So much may weights differ that should be the same, and a sum that should be 1. */
const SAME = 1e-6;

/**
 * A row and a column as whole weights, the finest that 16 bits hold, if nothing can overflow under them: both are symmetric, no
 * weight is negative, and they sum to no more than 1.
 */
export function fixedWeights(row: Float32Array, column: Float32Array): Extract<PictureSum, { kind: 'fixed' }> | undefined {
  const [ofRow, ofColumn] = [sumOfWeights(row), sumOfWeights(column)];
  const total = ofRow * ofColumn;
  if (!(total > 0 && total <= 1 + SAME)) return undefined;
  // either may have been multiplied by what the other was divided by, also −1: here the column sums to 1
  const down = Float64Array.from(column, (weight) => weight / ofColumn);
  const across = Float64Array.from(row, (weight) => weight * ofColumn);
  if (!isSymmetric(down) || !isSymmetric(across)) return undefined;
  let bits = COLUMN_BITS.most;
  while (bits >= COLUMN_BITS.least && !fits(down, bits, 2)) bits--;
  if (bits < COLUMN_BITS.least || !fits(across, ROW_BITS, 1)) return undefined;
  const one = Math.abs(total - 1) <= SAME;
  const [wholeRow, wholeColumn] = [inWhole(across, ROW_BITS, one ? 1 : total), inWhole(down, bits, 1)];
  const lost = (weights: Float64Array, whole: Int32Array, bits: number) => squares(weights.map((weight, i) => weight - whole[i] / 2 ** bits));
  // of weights of the column, of those of the row, and of rounding to 8 bits between them
  const error = NOISE ** 2 * (lost(down, wholeColumn, bits) + squares(down) * lost(across, wholeRow, ROW_BITS)) + (squares(across) * 2 ** -16) / 12;
  return error <= MOST_ERROR ** 2 ? { kind: 'fixed', row: wholeRow, column: wholeColumn, columnBits: bits } : undefined;
}

function isSymmetric(weights: Float64Array): boolean {
  const last = weights.length - 1;
  return last % 2 === 0 && weights.every((weight, i) => weight >= 0 && Math.abs(weight - weights[last - i]) <= SAME);
}

function fits(weights: Float64Array, bits: number, timesMiddle: number): boolean {
  const middle = weights.length >> 1;
  // rounding, and what the middle makes up for, add 2 at most
  return weights.every((weight, i) => weight * 2 ** bits + 2 <= HIGHEST * (i === middle ? timesMiddle : 1));
}

/** Rounded, but so that they sum to what they should, and a flat picture stays flat. */
function inWhole(weights: Float64Array, bits: number, total: number): Int32Array {
  const exact = weights.map((weight) => weight * 2 ** bits);
  const whole = Int32Array.from(exact, Math.round);
  const middle = weights.length >> 1;
  const left = () => Math.round(total * 2 ** bits) - whole.reduce((all, weight) => all + weight, 0);
  const sides = [...whole.keys()].slice(0, middle);
  while (Math.abs(left()) >= 2 && sides.length > 0) {
    // the two that were rounded the furthest the other way
    const step = Math.sign(left());
    const lost = (i: number) => step * (exact[i] - whole[i]);
    const i = sides.reduce((best, side) => (lost(side) > lost(best) ? side : best));
    whole[i] += step;
    whole[weights.length - 1 - i] += step;
  }
  whole[middle] += left();
  return whole;
}

function squares(values: Float64Array): number {
  return values.reduce((all, value) => all + value ** 2, 0);
}

function sumOfWeights(weights: Float32Array): number {
  return weights.reduce((all, weight) => all + weight, 0);
}
