import { type Backend, createBackend, filter, gradientMagnitude, type Image } from '../../src/index.js';
import type { Contestant, Peer, Work } from '../row.js';

/** convlab as its users call it: pictures and tensors in, pictures and tensors out. */
export const convlab: Peer = {
  name: 'convlab',
  threaded: true,
  quick: true,
  async load() {
    const backends = new Map<number, Promise<Backend>>();
    return async (work, threads) => {
      let backend = backends.get(threads);
      if (!backend) {
        backend = createBackend('wasm', { threads });
        backends.set(threads, backend);
      }
      return prepare(work, await backend);
    };
  },
};

function prepare(work: Work, backend: Backend): Contestant {
  switch (work.kind) {
    case 'kernel':
      return pictures(() => filter({ ...work.picture, channels: 4 }, work.kernel, { backend }));
    case 'sobel':
      return pictures(() => gradientMagnitude({ ...work.picture, channels: 4 }, { backend }));
  }
}

function pictures(filtered: () => Promise<Image>): Contestant {
  let image: Image;
  return {
    async run() {
      image = await filtered();
    },
    result: () => image.data as Uint8ClampedArray,
  };
}
