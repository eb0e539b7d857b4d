import { atLeast, check } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { bell2d, bellRadius } from './gaussian.js';
import { sample, squareKernel, total } from './make/build-kernel.js';
import { checkKernelSize } from './make/kernel-parameters.js';

/**
 * The Laplacian of an image blurred by a Gaussian, in one kernel: (r² − 2σ²) / σ⁴ · G(σ), `[k, k]`, sum 0, where G(σ) is
 * the Gaussian exp(−r² / 2σ²), normalized to sum to 1. It responds to blobs of radius σ√2 and crosses zero at edges. The
 * center is negative, as in the Laplacians. scipy's `gaussian_laplace`, which is also cut off at 4σ, subtracts 2σ²; this
 * kernel subtracts the constant that makes the sampled weights sum to zero.
 * @param sigma standard deviation of the Gaussian in pixels, ≥ 0.3. Default 1
 * @throws OptionError if sigma breaks its rule
 * @see Marr & Hildreth, Theory of Edge Detection (1980)
 * @example
 * ```ts
 * import { filter, laplacianOfGaussian } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const blobs = await filter(await readImage('photo.jpg'), laplacianOfGaussian(2), { output: 'signed' });
 * ```
 */
export function laplacianOfGaussian(sigma = 1): Tensor {
  // below this limit, the Gaussian covers a single pixel and the kernel would be 0
  check('laplacianOfGaussian', 'sigma', sigma, atLeast(0.3));
  const radius = bellRadius(sigma);
  checkKernelSize('laplacianOfGaussian', 'sigma', sigma, [2 * radius + 1, 2 * radius + 1]);
  const r2 = sample(radius, (x, y) => x * x + y * y);
  const bell = bell2d(sigma);
  const middle = total(r2.map((each, i) => each * bell[i]));
  return squareKernel(
    'laplacianOfGaussian',
    r2.map((each, i) => ((each - middle) / sigma ** 4) * bell[i]),
  );
}

export const LAPLACIAN_OF_GAUSSIAN_ENTRY: KernelEntry = {
  name: 'laplacian-of-gaussian',
  group: 'edges',
  summary: 'blobs and edges of one size: the Laplacian of a Gaussian blur',
  formula: '(r² − 2σ²) / σ⁴ · G(σ), sum 0',
  code: 'laplacianOfGaussian(sigma)',
  parameters: [{ name: 'sigma', default: 1, rule: 'σ in pixels, ≥ 0.3' }],
  make: laplacianOfGaussian,
  output: 'signed',
};
