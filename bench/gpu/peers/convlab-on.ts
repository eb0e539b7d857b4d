import { type Backend, createBackend, createImage, type DeviceImage, filter, uploadImage } from '../../../src/index.js';
import { Operators } from '../../../src/kernels/operators.js';
import { prepare } from '../../peers/convlab.js';
import { latestPlan } from '../../peers/latest-plan.js';
import type { Contestant, KernelWork, Peer } from '../../row.js';
import { untilDone } from '../until-done.js';

/** convlab on each device. The first is what the others are compared with. */
export const convlabOn: readonly Peer[] = [
  convlab('convlab webgpu', () => createBackend('gpu', { gpuMode: 'webgpu' })),
  convlab('convlab webgl2', () => createBackend('gpu', { gpuMode: 'webgl2' })),
  convlab('convlab wasm', () => createBackend('wasm', { blocking: true })),
];

/** The same on whatever `auto` takes, which it has learned from runs that are not counted. */
export const convlabAuto: Peer = convlab('convlab auto', () => createBackend('auto', { blocking: true }), learned);

function convlab(name: string, create: () => Promise<Backend>, ready = async (contestant: Contestant) => contestant): Peer {
  return {
    name,
    threaded: false,
    quick: true,
    groups: ['filters', 'layers', 'cnn'],
    async load() {
      const backend = await create();
      const done = doneOn(backend);
      return async (work) => {
        if (work.kind === 'kernel' && work.resident) return untilDone(await resident(work, backend), done);
        const contestant = await prepare(work, backend);
        if (!contestant) return undefined;
        return work.kind === 'layer' ? untilDone(contestant, done) : ready(contestant);
      };
    },
  };
}

/** @returns what resolves when everything called on a backend has run: a program of one value is run, and its result read */
export function doneOn(backend: Backend): () => Promise<unknown> {
  const on = new Operators(backend);
  const [one, result] = [on.allocate(1), on.allocate(1)];
  return () => {
    on.pointwise('exp', [one], [], result);
    return on.read(result);
  };
}

async function resident({ picture, kernel }: KernelWork, backend: Backend): Promise<Contestant> {
  const image = await uploadImage(createImage(picture.width, picture.height, 4, picture.data), { backend });
  const latest = latestPlan();
  let out: DeviceImage | undefined;
  return {
    async run() {
      const before = out;
      out = await filter(image, kernel, { onPlan: latest.onPlan });
      before?.free();
    },
    result: async () => (await out?.read())?.data as Uint8ClampedArray,
    dispose() {
      for (const each of [image, out]) each?.free();
    },
    get note() {
      return latest.way;
    },
  };
}

/** Milliseconds, at least, until `auto` has looked for a GPU, measured it, and tried a call there. */
const LEARNING = 3000;

async function learned(contestant: Contestant): Promise<Contestant> {
  for (const end = performance.now() + LEARNING; performance.now() < end; ) {
    await contestant.run();
    await new Promise((resolve) => setTimeout(resolve));
  }
  return contestant;
}
