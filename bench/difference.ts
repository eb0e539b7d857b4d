import type { Values } from './row.js';

/** How far a result is from the float64 reference. */
export interface Difference {
  /** largest difference: in gray levels of bytes; of floats, relative to the largest value */
  readonly largest: number;
  /** of bytes: the share of samples that are off, 0 to 1 */
  readonly share?: number;
}

export type Compare = (result: Values) => Difference;
