import type { Image as ImageJs } from 'image-js';
import type { Contestant, KernelWork, Peer } from '../row.js';
import { kernelRows } from './kernel-rows.js';
import { takesSeconds } from './patience.js';

type Module = typeof import('image-js');

/** Plain JavaScript. */
export const imageJs: Peer = {
  name: 'image-js',
  threaded: false,
  groups: ['filters'],
  async load() {
    const module = await import('image-js');
    return (work) => (work.kind === 'kernel' ? contestant(module, work) : undefined);
  },
};

function contestant({ Image }: Module, { picture, kernel, box, sigma }: KernelWork): Contestant | undefined {
  const taps = box ?? kernel.data.length;
  if (takesSeconds(picture, sigma === undefined ? 20 * taps : 10 * kernel.shape[0])) return undefined;
  const { width, height, data } = picture;
  const image = new Image(width, height, { data: new Uint8Array(data), colorModel: 'RGBA' });
  const out = new Image(width, height, { colorModel: 'RGBA' });
  const rows = kernelRows(kernel);
  let result: ImageJs = out;
  return {
    run() {
      if (sigma !== undefined) result = image.gaussianBlur({ sigma, size: kernel.shape[0] });
      else if (box !== undefined) result = image.blur({ width: box, height: box });
      else result = image.directConvolution(rows, { out });
    },
    result: () => result.getRawImage().data as Uint8Array,
  };
}
