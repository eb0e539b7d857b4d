import { check, positive } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { ANGLE_RULE, heading } from './make/angle.js';
import { coverage, type Point } from './make/coverage.js';
import { checkKernelSize } from './make/kernel-parameters.js';
import { kernel2d } from './make/kernel2d.js';

/**
 * Motion of 9 pixels along the diagonal during the exposure: the mean of these 9 pixels, `[9, 9]`, sum 1.
 */
export const MOTION_DIAGONAL = kernel2d(
  [
    [1, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 1, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 1, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 1, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 1],
  ].map((row) => row.map((weight) => weight / 9)),
);

/**
 * Motion along a straight line during the exposure: a line of length `length` and width 1, `[kH, kW]`, sum 1. Each weight is
 * the fraction of its pixel that the line covers, so any length and angle is anti-aliased; along the axes, an integer length
 * gives the mean of `length` pixels.
 * @param length the length in pixels, > 0. Default 9
 * @param angle the angle in degrees, counter-clockwise from the right. Default 0: horizontal
 * @throws OptionError if length or angle breaks its rule
 * @example
 * ```ts
 * import { motionBlur } from 'convlab';
 *
 * const { shape, data } = motionBlur(5, 0);
 * console.log(shape, data[0].toFixed(2)); // → [ 1, 5 ] 0.20
 * ```
 */
export function motionBlur(length = 9, angle = 0): Tensor {
  check('motionBlur', 'length', length, positive);
  const [x, y] = heading('motionBlur', 'angle', angle);
  const side = Math.ceil(length) + 2;
  checkKernelSize('motionBlur', 'length', length, [side, side]);
  const corner = (along: number, across: number): Point => [x * along - y * across, y * along + x * across];
  const end = length / 2;
  return coverage([corner(-end, -0.5), corner(end, -0.5), corner(end, 0.5), corner(-end, 0.5)]);
}

export const MOTION_BLUR_ENTRY: KernelEntry = {
  name: 'motion-blur',
  group: 'blur',
  summary: 'motion blur: any length, any angle',
  formula: 'fraction of each pixel covered by a line, length × 1',
  code: 'motionBlur(length, angle)',
  parameters: [
    { name: 'length', default: 9, rule: 'pixels, > 0' },
    { name: 'angle', default: 0, rule: ANGLE_RULE },
  ],
  make: motionBlur,
  output: 'clamp',
};

export const MOTION_DIAGONAL_ENTRY: KernelEntry = {
  name: 'motion-diagonal',
  group: 'blur',
  summary: 'motion blur: 9 pixels along the diagonal',
  formula: '1 / 9 where x = y, 9 × 9',
  code: 'MOTION_DIAGONAL',
  parameters: [],
  make: () => MOTION_DIAGONAL,
  output: 'clamp',
};
