import type { Image as ImageJs } from 'image-js';
import type { Contestant, KernelWork, Peer } from '../row.js';
import { kernelRows } from './kernel-rows.js';

type Module = typeof import('image-js');

/** Plain JavaScript, small windows only. */
export const imageJs: Peer = {
  name: 'image-js',
  threaded: false,
  async load() {
    const module = await import('image-js');
    return (work) => (work.kind === 'kernel' ? contestant(module, work) : undefined);
  },
};

function contestant({ Image }: Module, { picture: { width, height, data }, kernel, box, sigma }: KernelWork): Contestant | undefined {
  if (box === undefined && sigma === undefined && kernel.data.length > 49) return undefined;
  if (box !== undefined && box > 31) return undefined;
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
