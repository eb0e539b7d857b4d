import type { Contestant, KernelWork, Peer } from '../row.js';
import { kernelRows } from './kernel-rows.js';
import { takesSeconds } from './patience.js';

/** Plain JavaScript. */
export const jimp: Peer = {
  name: 'jimp',
  threaded: false,
  groups: ['filters'],
  async load() {
    const { Jimp } = await import('jimp');
    return (work) => (work.kind === 'kernel' && !takesSeconds(work.picture, 20 * work.kernel.data.length) ? contestant(Jimp, work) : undefined);
  },
};

type JimpClass = typeof import('jimp').Jimp;

function contestant(Jimp: JimpClass, { picture: { width, height, data }, kernel }: KernelWork): Contestant {
  let image: InstanceType<JimpClass>;
  return {
    run() {
      // it works in place
      image = new Jimp({ width, height, data: Buffer.from(data) }) as InstanceType<JimpClass>;
      image.convolution(kernelRows(kernel));
    },
    result: () => image.bitmap.data,
  };
}
