import type Sharp from 'sharp';
import type { Contestant, FilterCall, Values } from '../row.js';
import { takesSeconds } from './patience.js';

/**
 * The options that sharp supports too: 16 bits, linear light, and premultiplied alpha. Its Gaussian and its sums are
 * approximate.
 */
export function sharpCall(sharp: typeof Sharp, call: FilterCall, threads: number): Contestant | undefined {
  const { image, kernel, sigma, options } = call;
  const { linear = false, alpha = 'premultiply', ...others } = options;
  if (takesSeconds(image, kernel.shape[0] * 3)) return undefined;
  const isWhole = kernel.data.every(Number.isInteger);
  if (Object.keys(others).length > 0 || alpha !== 'premultiply' || call.sobel || image.data instanceof Float32Array || !(sigma || isWhole)) return undefined;
  const { width, height, channels, data } = image;
  const wide = data instanceof Uint16Array;
  const convolution = { width: kernel.shape[1], height: kernel.shape[0], kernel: Array.from(kernel.data), scale: 1 };
  let result: Buffer;
  return {
    async run() {
      sharp.concurrency(threads);
      const source = sharp(data, { raw: { width, height, channels } });
      if (linear) source.pipelineColourspace('scrgb').toColourspace('srgb');
      if (wide) source.toColourspace('rgb16');
      const filtered = sigma ? source.blur(sigma) : source.convolve(convolution);
      result = await filtered.raw({ depth: wide ? 'ushort' : 'uchar' }).toBuffer();
    },
    result: (): Values => (wide ? new Uint16Array(new Uint8Array(result).buffer) : result),
  };
}
