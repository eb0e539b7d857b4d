import { check, notNegative } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/**
 * Amplifies the difference of each pixel from its neighbors, `[3, 3]`, sum 1:
 * identity − strength · Laplacian = identity + 5 · strength · (identity − mean of the pixel and its four direct neighbors).
 * @param strength 0 leaves the image unchanged. Default 1: the well-known 0 −1 0 / −1 5 −1 / 0 −1 0
 * @throws OptionError if strength is not a finite number ≥ 0
 * @see Gonzalez & Woods, Digital Image Processing, 3.6 (using the Laplacian for sharpening)
 * @example
 * ```ts
 * import { sharpen } from 'convlab';
 *
 * console.log([...sharpen(1).data].join(' ')); // → 0 -1 0 -1 5 -1 0 -1 0
 * ```
 */
export function sharpen(strength = 1): Tensor {
  check('sharpen', 'strength', strength, notNegative);
  const s = strength;
  return kernel2d([
    [0, -s, 0],
    [-s, 1 + 4 * s, -s],
    [0, -s, 0],
  ]);
}

export const SHARPEN_ENTRY: KernelEntry = {
  name: 'sharpen',
  group: 'sharpen',
  summary: 'sharpening: identity − strength · Laplacian',
  formula: '0 −s 0 / −s 1+4s −s / 0 −s 0',
  code: 'sharpen(strength)',
  parameters: [{ name: 'strength', default: 1, rule: 's, ≥ 0' }],
  make: sharpen,
  output: 'clamp',
};
