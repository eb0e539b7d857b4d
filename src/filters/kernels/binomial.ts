import { check, count } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { outer, toMean } from './make/build-kernel.js';
import { checkKernelSize } from './make/kernel-parameters.js';

/**
 * The outer product of a row of Pascal's triangle with itself, divided by its sum: C(n − 1, y) · C(n − 1, x) / 4ⁿ⁻¹,
 * `[n, n]`. It approximates a Gaussian with σ = √(n − 1) / 2. Image pyramids use the 5 × 5 one.
 * @param n taps on each axis, an integer ≥ 1. Default 5. The anchor of an even window is right of and below its center
 * @throws OptionError if n breaks its rule
 * @see Burt & Adelson, The Laplacian Pyramid as a Compact Image Code (1983)
 * @example
 * ```ts
 * import { binomial } from 'convlab';
 *
 * console.log([...binomial(3).data].map((weight) => weight * 16).join(' ')); // → 1 2 1 2 4 2 1 2 1
 * ```
 */
export function binomial(n = 5): Tensor {
  check('binomial', 'n', n, count);
  checkKernelSize('binomial', 'n', n, [n, n]);
  // normalized at every step: C(1100, 550) overflows float64
  let row = [1];
  for (let taps = 1; taps < n; taps++) row = toMean([...row, 0].map((weight, i) => weight + (row[i - 1] ?? 0)));
  return outer(row, row);
}

export const BINOMIAL_ENTRY: KernelEntry = {
  name: 'binomial',
  group: 'blur',
  summary: 'blur: a small Gaussian with integer weights',
  formula: 'C(n − 1, y) · C(n − 1, x) / 4ⁿ⁻¹',
  code: 'binomial(n)',
  parameters: [{ name: 'n', default: 5, rule: 'side in pixels, an integer ≥ 1' }],
  make: binomial,
  output: 'clamp',
};
