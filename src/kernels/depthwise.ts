import type { Tensor } from '../tensor.js';

/**
 * The kernel with which `conv` applies one window to every channel separately, with `groups: channels`.
 * @param window `[...k]`
 * @returns `[channels, 1, ...k]`
 */
export function depthwiseKernel({ shape, data }: Tensor, channels: number): Tensor {
  const repeated = new Float32Array(channels * data.length);
  for (let c = 0; c < channels; c++) repeated.set(data, c * data.length);
  return { shape: [channels, 1, ...shape], data: repeated };
}
