import { once } from 'node:events';
import threads, { type Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Backend,
  box,
  canny,
  collapsePyramid,
  compareImages,
  conv,
  convInputGradient,
  createBackend,
  createImage,
  explain,
  filter,
  filterTensor,
  gaussian,
  gradient,
  gradientDirection,
  gradientMagnitude,
  grayscale,
  type Image,
  Linear,
  laplacianPyramid,
  localStandardDeviation,
  matchTemplate,
  pipeline,
  planFilter,
  Random,
  resize,
  sharpen,
  type Tensor,
  tensor,
  threshold,
  unsharpMask,
} from '../../src/index.js';
import { defaultBackend } from '../../src/kernels/backends/create.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';

const random = new Random(5);
const ARRAYS = { uint8: Uint8ClampedArray, uint16: Uint16Array, float32: Float32Array } as const;
type Kind = keyof typeof ARRAYS;
const KINDS = Object.keys(ARRAYS) as Kind[];
const WHITE = { uint8: 255, uint16: 65535, float32: 1 };

function picture(kind: Kind, width = 24, height = 18, channels = 4): Image {
  const values = Array.from({ length: width * height * channels }, () => random.uniform() * WHITE[kind]);
  return createImage(width, height, channels, new ARRAYS[kind](values));
}

/** What a call is handed, made anew for each, and the call. */
interface Call {
  readonly hand: (kind: Kind) => Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: what the line above gives
  readonly call: (handed: any, backend: Backend | undefined) => Promise<unknown>;
}

const one = (kind: Kind) => ({ image: picture(kind) });
const CALLS: Readonly<Record<string, Call>> = {
  filter: { hand: (kind) => ({ image: picture(kind), kernel: sharpen() }), call: ({ image, kernel }, backend) => filter(image, kernel, { backend }) },
  'filter, linear': {
    hand: (kind) => ({ image: picture(kind), kernel: gaussian(1) }),
    call: ({ image, kernel }, backend) => filter(image, kernel, { backend, linear: true }),
  },
  'filter, part': {
    hand: (kind) => ({ image: picture(kind), region: { x: 2, y: 3, width: 9, height: 8, feather: 2 }, mask: picture('uint8', 24, 18, 1) }),
    call: ({ image, region, mask }, backend) => filter(image, box(3), { backend, region, mask }),
  },
  'filter, lists': {
    hand: (kind) => ({ image: picture(kind), anchor: [0, 1], channels: [0, 2] }),
    call: ({ image, anchor, channels }, backend) => filter(image, box(3), { backend, anchor, channels }),
  },
  pipeline: {
    hand: (kind) => ({ image: picture(kind), region: { x: 1, y: 1, width: 9, height: 8 } }),
    call: ({ image, region }, backend) => pipeline([gaussian(1), 'sobel-x'], { output: 'abs' }).apply(image, { backend, region }),
  },
  conv: {
    hand: () => ({ x: values([2, 3, 9, 9]), kernel: values([4, 3, 3, 3]), bias: values([4]) }),
    call: ({ x, kernel, bias }, backend) => conv(x, kernel, { bias, backend }),
  },
  convInputGradient: {
    hand: () => ({ gradient: values([2, 4, 7, 7]), kernel: values([4, 3, 3, 3]) }),
    call: ({ gradient, kernel }, backend) => convInputGradient(gradient, kernel, { inputShape: [2, 3, 9, 9], backend }),
  },
  filterTensor: {
    hand: () => ({ x: values([5, 12, 11]), kernel: values([3, 3]) }),
    call: ({ x, kernel }, backend) => filterTensor(x, kernel, { backend }),
  },
  explain: { hand: () => ({ kernel: box(9) }), call: async ({ kernel }, backend) => (await explain(kernel, [1, 1, 60, 60], { backend })).algorithm },
  gradient: { hand: one, call: ({ image }, backend) => gradient(image, { backend }) },
  gradientMagnitude: { hand: one, call: ({ image }, backend) => gradientMagnitude(image, { backend }) },
  gradientDirection: { hand: one, call: ({ image }, backend) => gradientDirection(image, { backend }) },
  canny: { hand: one, call: ({ image }, backend) => canny(image, { backend }) },
  localStandardDeviation: { hand: one, call: ({ image }, backend) => localStandardDeviation(image, { backend }) },
  grayscale: { hand: one, call: ({ image }, backend) => grayscale(image, { backend }) },
  threshold: { hand: one, call: ({ image }, backend) => threshold(image, { backend }) },
  'threshold, luminance': { hand: one, call: ({ image }, backend) => threshold(image, { backend, channels: 'luminance' }) },
  unsharpMask: { hand: one, call: ({ image }, backend) => unsharpMask(image, { backend }) },
  resize: { hand: one, call: ({ image }, backend) => resize(image, { width: 11, backend }) },
  compareImages: { hand: (kind) => ({ a: picture(kind), b: picture(kind) }), call: ({ a, b }, backend) => compareImages(a, b, { backend }) },
  matchTemplate: {
    hand: (kind) => ({ image: picture(kind), template: picture(kind, 5, 4) }),
    call: ({ image, template }, backend) => matchTemplate(image, template, { backend }),
  },
  laplacianPyramid: { hand: one, call: ({ image }, backend) => laplacianPyramid(image, 3, { backend }) },
  collapsePyramid: {
    hand: () => ({ pyramid: { details: [picture('float32', 8, 6), picture('float32', 4, 3)], base: picture('float32', 2, 2) } }),
    call: ({ pyramid }, backend) => collapsePyramid(pyramid, { backend }),
  },
};

function values(shape: number[]): Tensor {
  return tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform() - 0.5),
    shape,
  );
}

/** Overwrites every number, and puts a smaller image or tensor in the place of each. */
function spoil(handed: unknown): void {
  if (ArrayBuffer.isView(handed)) (handed as Float32Array).fill(0);
  else if (Array.isArray(handed)) {
    for (const each of handed) spoil(each);
    if (typeof handed[0] === 'number') handed.fill(0);
  }
  if (typeof handed === 'object' && handed !== null && !ArrayBuffer.isView(handed)) {
    for (const each of Object.values(handed)) spoil(each);
    if ('channels' in handed) Object.assign(handed, createImage(2, 2, 1));
    if ('shape' in handed) Object.assign(handed, tensor([[1]]));
    if ('feather' in handed) Object.assign(handed, { x: 0, y: 0, width: 1, height: 1 });
  }
}

/** The threads of default backends. */
const workers: Worker[] = [];
const original = threads.Worker;
let backends: Record<string, Backend | undefined>;
beforeAll(async () => {
  backends = {
    'wasm, 1 thread': await createBackend('wasm', { threads: 1 }),
    'wasm, 3 threads': await createBackend('wasm', { threads: 3 }),
    'wasm, in the background': await createWasmBackend(2, { longestBlock: 0 }),
    reference: await createBackend('reference'),
    'the default one': undefined,
  };
  threads.Worker = class extends original {
    constructor(...args: ConstructorParameters<typeof original>) {
      super(...args);
      workers.push(this);
    }
  };
});
afterAll(() => {
  threads.Worker = original;
  for (const backend of Object.values(backends)) backend?.dispose();
});

describe.each(['wasm, 1 thread', 'wasm, 3 threads', 'reference', 'the default one'])('on %s', (name) => {
  test.each(Object.entries(CALLS))('%s reads what it is handed before it returns', async (_, { hand, call }) => {
    for (const kind of KINDS) {
      const handed = hand(kind);
      const expected = await call(structuredClone(handed), backends[name]);
      const result = call(handed, backends[name]);
      spoil(handed);
      expect(await result, kind).toEqual(expected);
    }
  });
});

test.each(['wasm, 3 threads', 'reference', 'the default one'])('a model too, on %s', async (name) => {
  const model = new Linear(3, 2);
  const backend = backends[name];
  if (backend) await model.to(backend);
  const handed = { x: values([2, 3]) };
  const expected = (await model.run(structuredClone(handed.x))).data;
  const again = backend ? model : new Linear(3, 2);
  const result = again.run(handed.x);
  spoil(handed);
  expect((await result).data).toEqual(expected);
});

describe('a buffer that was taken away or made smaller is refused', () => {
  const detached = (bytes: number) => {
    const buffer = new ArrayBuffer(bytes);
    const data = new Uint8ClampedArray(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    return data;
  };
  const resized = (bytes: number) => {
    // Node 20 has it, TypeScript's ES2023 does not
    const buffer = new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer & { resize(length: number): void })(bytes, {
      maxByteLength: 2 * bytes,
    });
    const data = new Uint8ClampedArray(buffer);
    buffer.resize(bytes / 2);
    return data;
  };
  const detachedFloats = new Float32Array(4);
  structuredClone(detachedFloats.buffer, { transfer: [detachedFloats.buffer] });
  const broken = (data: Uint8ClampedArray, channels: 1 | 4) => ({ width: 24, height: 18, channels, data });
  const taken = 'its data has 0, because its buffer was detached, for example by a transfer to a worker';

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a picture, detached',
      () => filter(broken(detached(1728), 4), sharpen()),
      `filter: image of 24 × 18 pixels with 4 channels holds 1728 samples, but ${taken}`,
    ],
    ['a picture, resized', () => filter(broken(resized(1728), 4), sharpen()), 'but its data has 864, because its buffer was resized'],
    ['a mask', () => filter(picture('uint8'), sharpen(), { mask: broken(detached(432), 1) }), taken],
    ['a tensor', () => conv({ shape: [1, 1, 4], data: detachedFloats }, tensor([[[1]]])), `conv: x has shape [1, 1, 4], which holds 4 values, but ${taken}`],
    ['an operation', () => canny(broken(detached(1728), 4)), taken],
  ])('%s', async (_, call, message) => {
    await expect((async () => call())()).rejects.toThrow(message);
  });

  test('in a plan, at the picture after which it was', async () => {
    const mask = createImage(24, 18, 1);
    const backend = backends.reference as Backend;
    const plan = planFilter({ width: 24, height: 18, channels: 4, samples: 'uint8' }, [{ kernel: sharpen() }], { mask }, backend);
    await plan.apply(picture('uint8'));
    structuredClone(mask.data.buffer, { transfer: [mask.data.buffer as ArrayBuffer] });
    await expect(plan.apply(picture('uint8'))).rejects.toThrow('planFilter: image of 24 × 18 pixels with 1 channels holds 432 samples, but its data has 0');
  });
});

describe('a default backend whose thread has crashed is replaced at the next call', () => {
  test.each(['filter', 'filter, part', 'pipeline', 'conv', 'filterTensor', 'gradient', 'localStandardDeviation', 'resize', 'compareImages'])(
    'while another one starts, %s reads what it is handed before it returns',
    async (name) => {
      const { hand, call } = CALLS[name];
      const handed = hand('float32');
      const expected = await call(structuredClone(handed), backends['wasm, 3 threads']);
      const before = await defaultBackend();
      const workers = await crash();
      const result = call(handed, undefined);
      spoil(handed);
      expect(await result).toEqual(expected);
      if (workers > 0) expect(await defaultBackend()).not.toBe(before);
    },
  );
});

/** Ends the threads of the default backend. @returns how many there were */
async function crash(): Promise<number> {
  const ends = workers.splice(0).map((worker) => {
    worker.terminate();
    return once(worker, 'exit');
  });
  return (await Promise.all(ends)).length;
}
