import type { PerAxis } from '../../kernels/geometry.js';
import { check, checkOptions, count, type OptionsOf, pickRows, type Rows } from '../../options.js';
import { type AnyImage, type ResultImage, toPicture } from '../any-image.js';
import { FILTER_OPTIONS, filter } from '../filter.js';
import { outer, toMean } from '../kernels/make/build-kernel.js';
import { checkKernelSize } from '../kernels/make/kernel-parameters.js';
import type { Output } from '../picture/output.js';

/** Rules and defaults of {@link DownsampleOptions}. */
export const DOWNSAMPLE_OPTIONS = pickRows(FILTER_OPTIONS, 'alpha', 'linear', 'output', 'backend', 'signal', 'onProgress') satisfies Rows;

/** Options of {@link downsample}, each as in {@link FilterOptions}. */
export interface DownsampleOptions extends OptionsOf<typeof DOWNSAMPLE_OPTIONS> {}

/**
 * Reduces an image to 1 / factor of its size without aliasing.
 *
 * A strided convolution: a Gaussian of σ = factor / 2 pixels, truncated at 4σ and centered on each block of factor ×
 * factor pixels, so the image does not shift. A wave with a period of four output pixels keeps 73% of its amplitude,
 * one of two pixels 29%, and one of a single pixel, which would alias to a constant, 0.7%. Beyond the border, the image
 * is mirrored.
 * @param factor an integer ≥ 1, or one per axis, `[y, x]`
 * @returns ceil(width / factor) × ceil(height / factor); an incomplete block at the right or bottom counts as one
 * @throws OptionError if the factor or an option breaks its rule
 * @example
 * ```ts
 * import { downsample } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const photo = await readImage('photo.jpg'); // 96 × 72
 * const { width, height } = await downsample(photo, 2);
 * console.log(width, height); // → 48 36
 * ```
 */
export async function downsample<I extends AnyImage, P extends Output = 'clamp'>(
  image: I,
  factor: PerAxis<number>,
  options: DownsampleOptions & { readonly output?: P } = {},
): Promise<ResultImage<I, P>> {
  checkOptions('downsample', options, DOWNSAMPLE_OPTIONS);
  const [down, across] = Array.isArray(factor) ? factor : [factor, factor];
  for (const each of [down, across]) check('downsample', 'factor', each, count);
  checkKernelSize('downsample', 'factor', factor, [down, across].map(taps));
  const picture = toPicture('downsample', image);
  const { width, height } = picture;
  const padding = [
    [down, height],
    [across, width],
  ].map(([each, size]) => {
    const before = (taps(each) - each) / 2;
    return [before, (Math.ceil(size / each) - 1) * each + taps(each) - size - before] as const;
  });
  const result = await filter(picture, outer(lowPassTaps(down), lowPassTaps(across)), {
    ...options,
    stride: [down, across],
    padding,
    paddingMode: 'symmetric',
  });
  return result as ResultImage<I, P>; // in the sample type of the output
}

/** Number of taps: even for an even factor, whose blocks are centered between two pixels. */
function taps(factor: number): number {
  return factor === 1 ? 1 : 4 * factor + (factor % 2);
}

function lowPassTaps(factor: number): number[] {
  const middle = (taps(factor) - 1) / 2;
  return toMean(Array.from({ length: taps(factor) }, (_, i) => Math.exp(-2 * ((i - middle) / factor) ** 2)));
}
