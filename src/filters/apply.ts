import type { RunOptions } from '../kernels/conv.js';
import type { Tensor } from '../tensor.js';
import { type Channels, chooseChannels, mergeChannels, pickChannels } from './channels.js';
import { placeStep, runSteps, type StepOptions } from './step.js';

/** Everything about a filter but how its result becomes samples. */
export interface ApplyOptions extends StepOptions, RunOptions {
  /**
   * Which channels are filtered. Default `'colour'`, all but alpha. The others pass through: untouched, and where the
   * picture's size changes, with the pixel (or padding) that lies under the kernel's anchor.
   */
  channels?: Channels;
}

/**
 * One filter on a picture as a tensor: `conv` with as many groups as channels, and the same kernel for each.
 * @param x `[1, C, H, W]`, in the image's units
 * @param kernel `[kH, kW]`, or `[C, kH, kW]` with one for each of the chosen channels
 * @returns `[1, C, oH, oW]`, in the image's units, neither rounded nor clamped
 */
export async function applyKernel(x: Tensor, kernel: Tensor, options: ApplyOptions = {}): Promise<Tensor> {
  const { backend, channels = 'colour', ...rest } = options;
  const chosen = chooseChannels(channels, x.shape[1]);
  const picked = pickChannels(x, chosen);
  const step = placeStep('filter', picked.shape, kernel, rest);
  return mergeChannels(x, chosen, await runSteps('filter', picked, [step], { backend }), [step]);
}
