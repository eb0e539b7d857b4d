import { OptionError } from '../../errors.js';
import { check, positive } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { bell2d, bellRadius } from './gaussian.js';
import { squareKernel } from './make/build-kernel.js';
import { checkKernelSize } from './make/kernel-parameters.js';

/**
 * A band-pass filter: the difference of two Gaussians, G(σ₁) − G(σ₂), `[k, k]`, sum 0; G is {@link gaussian}. With σ₂ =
 * 1.6 σ₁ it approximates −LoG up to a factor: bright blobs are positive.
 * @param sigma1 of the narrower Gaussian in pixels, > 0. Default 1
 * @param sigma2 of the wider one, > sigma1. Default 1.6 · sigma1
 * @throws OptionError if a sigma breaks its rule
 * @see Marr & Hildreth, Theory of Edge Detection (1980), for the 1.6
 * @example
 * ```ts
 * import { differenceOfGaussians } from 'convlab';
 *
 * const { shape, data } = differenceOfGaussians(1, 1.6);
 * console.log(shape, Math.abs(data.reduce((sum, weight) => sum + weight)) < 1e-6); // → [ 13, 13 ] true
 * ```
 */
export function differenceOfGaussians(sigma1 = 1, sigma2 = 1.6 * sigma1): Tensor {
  check('differenceOfGaussians', 'sigma1', sigma1, positive);
  if (!Number.isFinite(sigma2) || sigma2 <= sigma1)
    throw new OptionError('differenceOfGaussians', 'sigma2', `must be a finite number > sigma1 (${sigma1})`, sigma2);
  const radius = bellRadius(sigma2);
  checkKernelSize('differenceOfGaussians', 'sigma2', sigma2, [2 * radius + 1, 2 * radius + 1]);
  const wide = bell2d(sigma2);
  return squareKernel(
    'differenceOfGaussians',
    bell2d(sigma1, radius).map((weight, i) => weight - wide[i]),
  );
}

export const DIFFERENCE_OF_GAUSSIANS_ENTRY: KernelEntry = {
  name: 'difference-of-gaussians',
  group: 'edges',
  summary: 'detail between two sizes: the difference of two blurs',
  formula: 'G(σ₁) − G(σ₂)',
  code: 'differenceOfGaussians(sigma1, sigma2)',
  parameters: [
    { name: 'sigma1', default: 1, rule: 'σ₁ in pixels, > 0' },
    { name: 'sigma2', default: 1.6, rule: 'σ₂ in pixels, > σ₁; default: 1.6 σ₁' },
  ],
  make: differenceOfGaussians,
  output: 'signed',
};
