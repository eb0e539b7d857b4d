import {
  allocateImage,
  type Backend,
  conv,
  convGeometry,
  createBackend,
  createImage,
  filter,
  freeImage,
  gradientMagnitude,
  type Image,
  resize,
} from '../../src/index.js';
import { colorsOf } from '../pictures.js';
import type { Contestant, KernelWork, Peer, Prepare, ResizeWork, SobelWork, TensorWork, Work } from '../row.js';
import { convlabLayer } from './convlab-layer.js';
import { convlabNet } from './convlab-net.js';
import { filterCall } from './filter-call.js';
import { latestPlan } from './latest-plan.js';

/** convlab as its users call it: images and tensors in, images and tensors out; models stay compiled. */
export const convlab: Peer = {
  name: 'convlab',
  threaded: true,
  groups: ['filters', 'options', 'layers', 'cnn'],
  quick: true,
  load: async () => onThreads(prepare),
};

/** The call without the option, beside it. */
export const convlabPlain: Peer = {
  name: 'convlab, plain',
  threaded: true,
  groups: ['options'],
  quick: true,
  load: async () =>
    onThreads(async (work, backend) => {
      if (work.kind !== 'option') return undefined;
      const contestant = await filterCall(work.plain, backend);
      contestant.result = () => undefined; // another one, which there is nothing to compare with
      return contestant;
    }),
};

/**
 * The same in a backend's own memory: images of `allocateImage`, and for floats the operator that a model calls. So do peers whose matrices
 * and tensors stay where they are. On one thread images have no such memory.
 */
export const convlabOwnMemory: Peer = {
  name: 'convlab, own memory',
  threaded: true,
  groups: ['filters'],
  quick: true,
  load: async () =>
    onThreads((work, backend, threads) => {
      if (work.kind === 'tensor') return work.vectors ? undefined : buffers(work, backend);
      return threads > 1 && (work.kind === 'kernel' || work.kind === 'sobel') ? ownPictures(work, backend) : undefined;
    }),
};

const backends = new Map<number, Promise<Backend>>();

/** A backend for each number of threads, which all works share. */
function onThreads(prepareOn: (work: Work, backend: Backend, threads: number) => ReturnType<Prepare>): Prepare {
  return async (work, threads) => {
    const backend = backends.get(threads) ?? createBackend('wasm', { threads, blocking: true });
    backends.set(threads, backend);
    return prepareOn(work, await backend, threads);
  };
}

/** Also what makes the float64 reference, on the backend of that name. */
export function prepare(work: Work, backend: Backend): Contestant | Promise<Contestant> | undefined {
  switch (work.kind) {
    case 'kernel':
    case 'sobel': {
      const { width, height, data } = work.picture;
      return pictures(work, backend, createImage(width, height, 4, data), createImage(width, height, 4));
    }
    case 'resize':
      return resizing(work, backend);
    case 'tensor':
      return eager(work, backend);
    case 'layer':
      return convlabLayer(work, backend);
    case 'net':
      return convlabNet(work, backend);
    case 'option':
      return filterCall(work.call, backend);
    default:
      return undefined; // separate processes, see processes.ts
  }
}

function pictures(work: KernelWork | SobelWork, backend: Backend, image: Image, out: Image): Contestant {
  const latest = latestPlan();
  const options = { out, backend, onPlan: latest.onPlan };
  return {
    size: image.data.length,
    run: () => (work.kind === 'sobel' ? gradientMagnitude(image, options) : filter(image, work.kernel, options)),
    result: () => out.data as Uint8ClampedArray,
    get note() {
      return latest.way;
    },
  };
}

function resizing({ picture, width, height }: ResizeWork, backend: Backend): Contestant {
  const image = createImage(picture.width, picture.height, 3, colorsOf(picture));
  const out = createImage(width, height, 3);
  return { run: () => resize(image, { width, height, backend, out }), result: () => out.data as Uint8ClampedArray };
}

async function ownPictures(work: KernelWork | SobelWork, backend: Backend): Promise<Contestant> {
  const size = { ...work.picture, channels: 4 } as const;
  const [image, out] = await Promise.all([allocateImage(size, { backend }), allocateImage(size, { backend })]);
  image.data.set(work.picture.data);
  const contestant = pictures(work, backend, image, out);
  contestant.dispose = () => Promise.all([freeImage(image, { backend }), freeImage(out, { backend })]);
  return contestant;
}

function eager({ x, kernel }: TensorWork, backend: Backend): Contestant {
  const latest = latestPlan();
  let result: Float32Array;
  return {
    async run() {
      result = (await conv(x, kernel, { backend, onPlan: latest.onPlan })).data;
    },
    result: () => result,
    get note() {
      return latest.way;
    },
  };
}

function buffers({ x, kernel }: TensorWork, backend: Backend): Contestant {
  const geometry = convGeometry(x.shape, kernel.shape);
  const [px, pk, out] = [x.data, kernel.data, { length: geometry.outShape.reduce((a, b) => a * b) }].map(({ length }) => backend.allocate(length));
  backend.write(px, x.data);
  backend.write(pk, kernel.data);
  const executable = backend.prepare({ operation: 'conv', geometry, program: 'direct' });
  return {
    run: () => void backend.run(executable, [px, pk], [out]),
    result: () => backend.read(out),
    dispose: () => {
      backend.release(executable);
      for (const buffer of [px, pk, out]) backend.free(buffer);
    },
  };
}
