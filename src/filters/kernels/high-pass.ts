import { check, positive } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { bell2d, bellRadius } from './gaussian.js';
import { squareKernel } from './make/build-kernel.js';
import { checkKernelSize } from './make/kernel-parameters.js';

/**
 * The detail that a Gaussian blur removes: identity − G(σ), `[k, k]`, sum 0. Use it with the output `'signed'`, to overlay
 * the result on an image for sharpening.
 * @param sigma the standard deviation of the blur in pixels, > 0; coarser structure is removed. Default 3
 * @throws OptionError if sigma breaks its rule
 * @see Gonzalez & Woods, Digital Image Processing, 3.7 (highpass from lowpass filters)
 * @example
 * ```ts
 * import { filter, highPass } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const detail = await filter(await readImage('photo.jpg'), highPass(2), { output: 'signed' }); // what gaussian(2) takes away
 * ```
 */
export function highPass(sigma = 3): Tensor {
  check('highPass', 'sigma', sigma, positive);
  const radius = bellRadius(sigma);
  checkKernelSize('highPass', 'sigma', sigma, [2 * radius + 1, 2 * radius + 1]);
  const bell = bell2d(sigma);
  return squareKernel(
    'highPass',
    bell.map((weight, i) => (i === (bell.length - 1) / 2 ? 1 : 0) - weight),
  );
}

export const HIGH_PASS_ENTRY: KernelEntry = {
  name: 'high-pass',
  group: 'sharpen',
  summary: 'fine detail: the image minus its Gaussian blur',
  formula: 'identity − G(σ)',
  code: 'highPass(sigma)',
  parameters: [{ name: 'sigma', default: 3, rule: 'σ of the blur in pixels, > 0' }],
  make: highPass,
  output: 'signed',
};
