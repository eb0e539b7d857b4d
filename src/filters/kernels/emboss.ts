import { check, finite } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { ANGLE_RULE, heading } from './make/angle.js';
import { squareKernel } from './make/build-kernel.js';
import { kernel2d } from './make/kernel2d.js';
import { SOBEL_X, SOBEL_Y } from './sobel.js';

/**
 * A relief in which bright areas appear raised, lit from the upper left: the derivative along the diagonal, `[3, 3]`,
 * sum 0. Use it with the output `'signed'`: flat areas become mid-gray, slopes that face the light bright, the others
 * dark.
 */
export const EMBOSS = kernel2d([
  [-1, -1, 0],
  [-1, 0, 1],
  [0, 1, 1],
]);

/**
 * A relief like {@link EMBOSS}, lit from any direction: −depth · (x · SOBEL_X + y · SOBEL_Y) / √2, where (x, y) points to
 * the light, `[3, 3]`, sum 0. The derivative in any direction is an exact combination of these two.
 * @param angle direction of the light in degrees, counter-clockwise from the right. Default 135: upper left, equal to EMBOSS
 * @param depth height of the relief; a negative depth inverts it. Default 1
 * @throws OptionError if angle or depth is not a finite number
 * @see Freeman & Adelson, The Design and Use of Steerable Filters (1991)
 * @example
 * ```ts
 * import { emboss, filter } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const relief = await filter(await readImage('photo.jpg'), emboss(45), { output: 'signed' });
 * ```
 */
export function emboss(angle = 135, depth = 1): Tensor {
  const [x, y] = heading('emboss', 'angle', angle);
  check('emboss', 'depth', depth, finite);
  return squareKernel(
    'emboss',
    Array.from(SOBEL_X.data, (slopeX, i) => (-depth * (x * slopeX + y * SOBEL_Y.data[i])) / Math.SQRT2),
  );
}

export const EMBOSS_ENTRY: KernelEntry = {
  name: 'emboss',
  group: 'relief',
  summary: 'a relief, lit from any direction',
  formula: '−depth · (cos a · ∂x − sin a · ∂y) / √2, ∂ by Sobel',
  code: 'emboss(angle, depth)',
  parameters: [
    { name: 'angle', default: 135, rule: `direction of the light, a: ${ANGLE_RULE}` },
    { name: 'depth', default: 1, rule: 'any number; negative inverts the relief' },
  ],
  make: emboss,
  output: 'signed',
};
