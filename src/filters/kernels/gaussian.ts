import { OptionError } from '../../errors.js';
import type { PerAxis } from '../../kernels/geometry.js';
import { check, checkOptions, type OptionsOf, perAxis, positive, type Rows, rule } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { outer, sample, toMean } from './make/build-kernel.js';
import { checkKernelSize } from './make/kernel-parameters.js';

const odd = rule<number>('an odd integer ≥ 1', (value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) % 2 === 1);

/** Rules and defaults of {@link GaussianOptions}. */
export const GAUSSIAN_OPTIONS = {
  /**
   * Number of taps, an odd number for all axes or one per axis. Default 2·floor(4σ + ½) + 1, as in scipy
   * (`truncate=4`), which truncates 0.006% of the weight. OpenCV's `GaussianBlur` uses round(6σ + 1) | 1 for 8 bits.
   */
  size: perAxis(odd),
} satisfies Rows;

/** Options of the Gaussian kernels. */
export interface GaussianOptions extends OptionsOf<typeof GAUSSIAN_OPTIONS> {}

/**
 * The Gaussian exp(−(x² + y²) / 2σ²), sampled at the pixels and normalized, `[k, k]`, sum 1. An isotropic blur without
 * ringing, and separable: a column times a row.
 * @param sigma standard deviation in pixels, > 0; or one per axis, `[y, x]`. Default 1
 * @throws OptionError if sigma or size breaks its rule
 * @see Gonzalez & Woods, Digital Image Processing, 3.5 (lowpass Gaussian filter kernels)
 * @example
 * ```ts
 * import { filter, gaussian } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const soft = await filter(await readImage('photo.jpg'), gaussian(1.5));
 * console.log(gaussian(1.5).shape, gaussian([1, 3]).shape); // → [ 13, 13 ] [ 9, 25 ]
 * ```
 */
export function gaussian(sigma: PerAxis<number> = 1, options: GaussianOptions = {}): Tensor {
  return bell('gaussian', 2, sigma, options);
}

/** The Gaussian for signals, `[k]`, sum 1; otherwise as {@link gaussian}. @param sigma the sigma in samples, > 0. Default 1 */
export function gaussian1d(sigma: PerAxis<number> = 1, options: GaussianOptions = {}): Tensor {
  return bell('gaussian1d', 1, sigma, options);
}

/** The Gaussian for volumes, `[k, k, k]`, sum 1; otherwise as {@link gaussian}. @param sigma the sigma in voxels, > 0; or one per axis, `[z, y, x]`. Default 1 */
export function gaussian3d(sigma: PerAxis<number> = 1, options: GaussianOptions = {}): Tensor {
  return bell('gaussian3d', 3, sigma, options);
}

/** The radius of a Gaussian kernel: 4σ, rounded. */
export function bellRadius(sigma: number): number {
  return Math.floor(4 * sigma + 0.5);
}

/** The weights of `gaussian(sigma)` in float64, centered in `[2·radius + 1, 2·radius + 1]`. */
export function bell2d(sigma: number, radius = bellRadius(sigma)): number[] {
  const reach = bellRadius(sigma);
  const twice = twiceVariance(sigma);
  return toMean(sample(radius, (x, y) => (Math.max(Math.abs(x), Math.abs(y)) > reach ? 0 : Math.exp(-(x * x + y * y) / twice))));
}

function bell(operation: string, rank: number, sigma: PerAxis<number>, options: GaussianOptions): Tensor {
  checkOptions(operation, options, GAUSSIAN_OPTIONS);
  const sigmas = expand(operation, 'sigma', sigma, rank);
  for (const each of sigmas) check(operation, 'sigma', each, positive);
  const sizes = options.size === undefined ? sigmas.map((each) => 2 * bellRadius(each) + 1) : expand(operation, 'size', options.size, rank);
  checkKernelSize(operation, options.size === undefined ? 'sigma' : 'size', options.size ?? sigma, sizes);
  const axis = (each: number, taps: number) => toMean(Array.from({ length: taps }, (_, i) => Math.exp(-((i - (taps - 1) / 2) ** 2) / twiceVariance(each))));
  return outer(...sigmas.map((each, i) => axis(each, sizes[i])));
}

/** 2σ², never 0, even for very small σ. */
function twiceVariance(sigma: number): number {
  return Math.max(2 * sigma ** 2, Number.MIN_VALUE);
}

function expand(operation: string, name: string, value: PerAxis<number>, rank: number): readonly number[] {
  const list: readonly number[] = Array.isArray(value) ? value : Array(rank).fill(value);
  if (list.length !== rank) throw new OptionError(operation, name, `must be a number, or a list with one for each of the ${rank} axes`, value);
  return list;
}

export const GAUSSIAN_ENTRY: KernelEntry = {
  name: 'gaussian',
  group: 'blur',
  summary: 'smooth blur without artifacts: the bell curve',
  formula: 'exp(−(x² + y²) / 2σ²), to 4σ, sum 1',
  code: 'gaussian(sigma)',
  parameters: [{ name: 'sigma', default: 1, rule: 'σ in pixels, > 0' }],
  make: (sigma) => gaussian(sigma),
  output: 'clamp',
};
