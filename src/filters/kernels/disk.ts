import { check, positive } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { coverage, type Point } from './make/coverage.js';
import { checkKernelSize } from './make/kernel-parameters.js';

/** Corners of the polygon that approximates the circle. It is enlarged to the area of the circle. */
const CORNERS = 720;

/**
 * Lens blur: the image of a point out of focus, a uniform disk, `[k, k]` with k = 2·⌈radius − ½⌉ + 1, sum 1. Each weight is
 * the fraction of its pixel that the disk covers, so the rim is anti-aliased and the radius may be fractional.
 * @param radius the radius in pixels, > 0. Default 4
 * @throws OptionError if the radius breaks its rule
 * @see Potmesil & Chakravarty, Synthetic Image Generation with a Lens and Aperture Camera Model (1982): the circle of confusion
 * @example
 * ```ts
 * import { disk } from 'convlab';
 *
 * const { shape, data } = disk(2);
 * console.log(shape, data.reduce((sum, weight) => sum + weight).toFixed(3)); // → [ 5, 5 ] 1.000
 * ```
 */
export function disk(radius = 4): Tensor {
  check('disk', 'radius', radius, positive);
  const side = 2 * Math.ceil(radius) + 1;
  checkKernelSize('disk', 'radius', radius, [side, side]);
  const step = (2 * Math.PI) / CORNERS;
  const outer = radius * Math.sqrt(step / Math.sin(step));
  return coverage(Array.from({ length: CORNERS }, (_, i): Point => [outer * Math.cos(i * step), outer * Math.sin(i * step)]));
}

export const DISK_ENTRY: KernelEntry = {
  name: 'disk',
  group: 'blur',
  summary: 'lens blur: every point becomes a uniform disk',
  formula: 'fraction of each pixel covered by the disk x² + y² ≤ radius²',
  code: 'disk(radius)',
  parameters: [{ name: 'radius', default: 4, rule: 'pixels, > 0' }],
  make: disk,
  output: 'clamp',
};
