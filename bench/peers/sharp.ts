import type Sharp from 'sharp';
import { colorsOf } from '../pictures.js';
import type { Contestant, KernelWork, Peer, ResizeWork } from '../row.js';
import { takesSeconds } from './patience.js';
import { sharpCall } from './sharp-options.js';

/** libvips as Node's native module: raw pixels in, raw pixels out. */
export const sharp: Peer = {
  name: 'sharp',
  threaded: true,
  groups: ['filters', 'options'],
  async load() {
    const { default: sharp } = await import('sharp');
    sharp.cache(false);
    return (work, threads) => {
      if (work.kind === 'option') return sharpCall(sharp, work.call, threads);
      if (work.kind === 'resize') return resizing(sharp, work, threads);
      return work.kind === 'kernel' ? contestant(sharp, work, threads) : undefined;
    };
  },
};

function contestant(sharp: typeof Sharp, { picture, kernel, whole, sigma }: KernelWork, threads: number): Contestant | undefined {
  const [height, width] = kernel.shape;
  if (sigma === undefined && takesSeconds(picture, kernel.data.length)) return undefined;
  // it multiplies by alpha, filters, and divides again: where weights sum to zero that leaves nothing
  const opaque = kernel.data.reduce((sum, weight) => sum + weight, 0) > 0.5;
  // whole weights and a whole divisor: other numbers it replaces without a word
  const FINE = 2 ** 20;
  const weights = whole?.weights ?? Array.from(kernel.data, (weight) => Math.round(weight * FINE));
  const convolution = { width, height, kernel: weights as number[], scale: whole?.divisor ?? FINE };
  const channels = opaque ? 4 : 3;
  const data = opaque ? picture.data : colorsOf(picture);
  let result: Buffer;
  return {
    note: opaque ? undefined : 'RGB',
    async run() {
      sharp.concurrency(threads);
      const pipeline = sharp(data, { raw: { width: picture.width, height: picture.height, channels } });
      result = await (sigma ? pipeline.blur(sigma) : pipeline.convolve(convolution)).raw().toBuffer();
    },
    result: () => result,
  };
}

function resizing(sharp: typeof Sharp, { picture, width, height }: ResizeWork, threads: number): Contestant {
  const data = colorsOf(picture);
  let result: Buffer;
  return {
    async run() {
      sharp.concurrency(threads);
      const pipeline = sharp(data, { raw: { width: picture.width, height: picture.height, channels: 3 } });
      result = await pipeline.resize(width, height, { kernel: 'lanczos3', fit: 'fill' }).raw().toBuffer();
    },
    result: () => result,
  };
}
