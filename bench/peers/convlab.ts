import { type Backend, conv, convGeometry, createBackend, filter, gradientMagnitude, type Image } from '../../src/index.js';
import type { Contestant, Peer, Prepare, TensorWork, Work } from '../row.js';
import { convlabLayer } from './convlab-layer.js';
import { convlabNet } from './convlab-net.js';

/** convlab as its users call it: pictures and tensors in, pictures and tensors out; models stay compiled. */
export const convlab: Peer = { name: 'convlab', threaded: true, groups: ['filters', 'layers', 'cnn'], quick: true, load: async () => onThreads(prepare) };

/** The same operator on a backend's own buffers, which is what a model calls, and what peers do whose tensors stay where they are. */
export const convlabBuffers: Peer = {
  name: 'convlab, own buffers',
  threaded: true,
  groups: ['filters'],
  quick: true,
  load: async () => onThreads((work, backend) => (work.kind === 'tensor' && !work.vectors ? buffers(work, backend) : undefined)),
};

const backends = new Map<number, Promise<Backend>>();

function onThreads(prepareOn: (work: Work, backend: Backend) => ReturnType<typeof prepare>): Prepare {
  return async (work, threads) => {
    const backend = backends.get(threads) ?? createBackend('wasm', { threads });
    backends.set(threads, backend);
    return prepareOn(work, await backend);
  };
}

/** Also what makes the float64 reference, on the backend of that name. */
export function prepare(work: Work, backend: Backend): Contestant | Promise<Contestant> | undefined {
  switch (work.kind) {
    case 'kernel':
    case 'sobel': {
      const image = { ...work.picture, channels: 4 } as const;
      const out = { ...image, data: new Uint8ClampedArray(image.data.length) };
      if (work.kind === 'sobel') return pictures(() => gradientMagnitude(image, { out, backend }));
      const precision = work.fixed ? 'fixed' : 'exact';
      return pictures(() => filter(image, work.kernel, { precision, out, backend }));
    }
    case 'tensor':
      return eager(work, backend);
    case 'layer':
      return convlabLayer(work, backend);
    case 'net':
      return convlabNet(work, backend);
    default:
      return undefined; // processes of their own, see processes.ts
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

function eager({ x, kernel }: TensorWork, backend: Backend): Contestant {
  let result: Float32Array;
  return {
    async run() {
      result = (await conv(x, kernel, { backend })).data;
    },
    result: () => result,
  };
}

function buffers({ x, kernel }: TensorWork, backend: Backend): Contestant {
  const geometry = convGeometry(x.shape, kernel.shape);
  const [px, pk, out] = [x.data, kernel.data, { length: geometry.outShape.reduce((a, b) => a * b) }].map(({ length }) => backend.allocate(length));
  backend.write(px, x.data);
  backend.write(pk, kernel.data);
  return {
    run: () => backend.conv(geometry, px, pk, null, out),
    result: () => backend.read(out),
    dispose: () => {
      for (const buffer of [px, pk, out]) backend.free(buffer);
    },
  };
}
