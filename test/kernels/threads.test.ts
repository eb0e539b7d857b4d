import { afterAll, describe, expect, test } from 'vitest';
import { Adam, ConvNet, NLLLoss, train } from '../../src/cnn/index.js';
import {
  type Backend,
  box,
  type ConvGeometry,
  type ConvPlan,
  convGeometry,
  createBackend,
  createImage,
  filter,
  gaussian,
  gradientMagnitude,
  type Image,
  motionBlur,
  Random,
  sharpen,
} from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { Operators } from '../../src/kernels/operators.js';
import { sizeOf } from '../../src/tensor.js';
import { CONV_CASES, POOL_CASES } from '../conformance/cases.js';
import { convValues } from '../conformance/suite.js';

// Whatever the number of threads, the same bits: here they share everything, however small.
const one = await createWasmBackend(1);
const several = await Promise.all([2, 3, 4].map((threads) => createWasmBackend(threads, { handOver: 0 })));
afterAll(() => {
  for (const backend of [one, ...several]) backend.dispose();
});

test('backend.device says on how many threads', () => {
  expect([one, ...several].map(({ device }) => device)).toEqual(['wasm simd, 1 thread', ...[2, 3, 4].map((n) => `wasm simd, ${n} threads`)]);
});

/** Every operator of the geometry, one result behind the other, as bits: NaN is not NaN, and −0 is 0. */
async function results(backend: Backend, g: ConvGeometry): Promise<Buffer> {
  const values = convValues(g);
  const held: ReturnType<Backend['allocate']>[] = [];
  const buffer = (of: number | Float32Array) => {
    const made = backend.allocate(typeof of === 'number' ? of : of.length);
    backend.write(made, typeof of === 'number' ? new Float32Array(of).fill(Number.NaN) : of);
    held.push(made);
    return made;
  };
  const [x, kernel, bias, gradient] = [values.x, values.kernel, values.bias, values.gradient].map(buffer);
  const outs = [g.outShape, g.outShape, g.outShape, g.xShape, g.kernelShape, [g.outChannels]].map((shape) => buffer(sizeOf(shape)));
  const on = new Operators(backend);
  on.conv(g, x, kernel, bias, outs[0]);
  on.conv(g, x, kernel, bias, outs[1], 'sparse');
  on.conv(g, x, kernel, bias, outs[2], 'fft');
  on.convInputGradient(g, gradient, kernel, outs[3]);
  on.convKernelGradient(g, x, gradient, outs[4]);
  on.convBiasGradient(g, gradient, outs[5]);
  if (g.inChannels === g.groups) {
    outs.push(buffer(sizeOf(g.outShape)));
    on.conv(g, x, kernel, bias, outs[6], 'runningSum');
  }
  const read = await Promise.all(outs.map((out) => backend.read(out)));
  for (const each of held) backend.free(each);
  on.release();
  return Buffer.concat(read.map((values) => new Uint8Array(values.buffer)));
}

describe('convolutions and their gradients have the same bits on 1, 2, 3 and 4 threads', () => {
  const larger = [
    // many strips; many strips and direct rows; a kernel whose gradient is shared by channels; a matrix product of odd sizes
    convGeometry([2, 3, 70, 90], [5, 3, 3, 3], { padding: 1 }),
    convGeometry([1, 1, 150, 203], [1, 1, 7, 7], { padding: 3, paddingMode: 'reflect' }),
    convGeometry([2, 64, 6, 7], [130, 64, 3, 3], { padding: 1 }),
    convGeometry([3, 5, 9, 9], [27, 5, 9, 9]),
    convGeometry([2, 4, 12, 20, 24], [4, 1, 3, 3, 3], { padding: 1, groups: 4, paddingMode: 'replicate' }),
  ].map((geometry) => ({ name: `x=${geometry.xShape} k=${geometry.kernelShape}`, geometry }));

  test.each([...CONV_CASES, ...larger])('$name', async ({ geometry }) => {
    const bits = await results(one, geometry);
    for (const backend of several) expect(Buffer.compare(await results(backend, geometry), bits), backend.device).toBe(0);
  });
});

test('pooling has the same bits on any number of threads', async () => {
  for (const { geometry: g } of POOL_CASES) {
    const { x, gradient } = convValues(g);
    const pooled = async (backend: Backend) => {
      const buffers = [x.length, gradient.length, gradient.length, gradient.length, x.length].map((length) => backend.allocate(length));
      const [from, upstream, out, winners, back] = buffers;
      backend.write(from, x);
      backend.write(upstream, gradient);
      const on = new Operators(backend);
      on.maxPool(g, from, out, winners);
      on.maxPoolGradient(g, upstream, winners, back);
      const read = await Promise.all([out, winners, back].map((each) => backend.read(each)));
      for (const each of buffers) backend.free(each);
      return read;
    };
    const expected = await pooled(one);
    for (const backend of several) expect(await pooled(backend), `${g.key}: ${backend.device}`).toEqual(expected);
  }
});

test('pictures from bytes to bytes are the same on any number of threads, in ordinary memory', async () => {
  const random = new Random(5);
  const photo = createImage(
    300,
    200,
    3,
    Uint8ClampedArray.from({ length: 180_000 }, () => random.integer(256)),
  );
  // 16-bit integers; two passes; every weight
  const dense = { shape: [5, 5], data: Float32Array.from({ length: 25 }, () => random.uniform(-0.3, 0.4)) };
  for (const kernel of [sharpen(), box(3), gaussian(2), dense]) {
    const expected = await filter(photo, kernel, { backend: one });
    for (const backend of several) {
      const ran: ConvPlan[] = [];
      const { data } = await filter(photo, kernel, { backend, onPlan: (plan) => ran.push(plan) });
      expect(ran.map(({ through }) => through)).toEqual(['samples']);
      expect(Buffer.from(data).equals(Buffer.from(expected.data)), backend.device).toBe(true);
      expect(data.buffer).toBeInstanceOf(ArrayBuffer);
    }
  }
});

test('a picture of several bands is the same on any number of threads, fed to them piece by piece', async () => {
  const [width, height] = [2100, 2100]; // 17 MB: on threads a band has 16, on one a twentieth of it
  const photo = createImage(
    width,
    height,
    4,
    Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => Math.imul(i, 2654435761) >>> 17),
  );
  const random = new Random(6);
  const dense = (n: number) => ({ shape: [n, n], data: Float32Array.from({ length: n * n }, () => random.uniform(-0.3, 0.4)) });
  const [small, large] = [dense(4), dense(23)];
  const filters: [string, (backend: Backend) => Promise<Image>][] = [
    ['integer', (backend) => filter(photo, sharpen(), { backend })],
    ['box', (backend) => filter(photo, box(41), { alpha: 'ignore', backend })],
    ['separable', (backend) => filter(photo, gaussian(1.5), { alpha: 'ignore', paddingMode: 'symmetric', backend })],
    ['window', (backend) => filter(photo, small, { paddingMode: 'replicate', backend })],
    ['fft', (backend) => filter(photo, large, { backend })],
    ['wrap', (backend) => filter(photo, sharpen(), { paddingMode: 'wrap', backend })],
    ['magnitude', (backend) => gradientMagnitude(photo, { backend })],
  ];
  for (const [name, run] of filters) {
    const expected = Buffer.from((await run(one)).data);
    for (const backend of several) expect(Buffer.from((await run(backend)).data).equals(expected), `${name}: ${backend.device}`).toBe(true);
  }
});

test('pictures are the same while a backend learns whether threads should share them', async () => {
  const random = new Random(8);
  const photo = createImage(
    256,
    256,
    4,
    Uint8ClampedArray.from({ length: 2 ** 18 }, (_, i) => (i % 4 === 3 ? 255 : random.integer(256))),
  );
  const backend = await createWasmBackend(2);
  for (const kernel of [motionBlur(9), box(15), gaussian(2)]) {
    const expected = Buffer.from((await filter(photo, kernel, { backend: one })).data);
    // the first comparison runs each way at least twice
    for (let call = 0; call < 20; call++) expect(Buffer.from((await filter(photo, kernel, { backend })).data).equals(expected)).toBe(true);
  }
  backend.dispose();
});

test("five steps of the lecture's network leave the same weights, to the bit, on any number of threads", async () => {
  const random = new Random(4);
  const batch = {
    x: { shape: [16, 1, 28, 28], data: Float32Array.from({ length: 16 * 784 }, () => random.uniform()) },
    y: Array.from({ length: 16 }, () => random.integer(10)),
  };
  const batches = {
    length: 5,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < 5; i++) yield batch;
    },
  };
  const learn = async (backend: Backend) => {
    const model = new ConvNet();
    await model.to(backend);
    await train(model, { train: batches, optimizer: new Adam(model, { lr: 0.001 }), loss: new NLLLoss(), epochs: 1, seed: 3 });
    return [...(await model.stateDict()).values()].map(({ data }) => data);
  };
  const weights = await learn(one);
  expect(weights.every((data) => data.every(Number.isFinite))).toBe(true);
  const shared = await createBackend('wasm', { threads: 2 }); // and as it is used: it learns what to share
  for (const backend of [...several, shared]) {
    const learned = await learn(backend);
    for (const [i, data] of weights.entries()) expect(Buffer.compare(new Uint8Array(learned[i].buffer), new Uint8Array(data.buffer)), backend.device).toBe(0);
  }
  shared.dispose();
});

test('what is read is a copy in ordinary memory, which can be given away', async () => {
  const [backend] = several;
  const buffer = backend.allocate(3);
  backend.write(buffer, Float32Array.of(1, 2, 3));
  const read = await backend.read(buffer);
  expect(read.buffer).toBeInstanceOf(ArrayBuffer);
  expect([...structuredClone(read, { transfer: [read.buffer as ArrayBuffer] })]).toEqual([1, 2, 3]);
  expect([...(await backend.read(buffer))]).toEqual([1, 2, 3]);
  backend.free(buffer);
});

test('threads see memory that was added after they had started', async () => {
  const backend = await createWasmBackend(3, { handOver: 0 });
  const buffers = Array.from({ length: 3 }, () => backend.allocate(2 ** 22)); // 16 MiB each
  backend.write(buffers[0], new Float32Array(2 ** 22).fill(3));
  new Operators(backend).pointwise('affine', [buffers[0]], [2, 1], buffers[2]);
  expect((await backend.read(buffers[2])).every((value) => value === 7)).toBe(true);
  backend.dispose();
});

describe('createBackend, threads', () => {
  test.each([0, 65, 1.5, -1, Number.NaN, '2'])('%j is refused', async (threads) => {
    await expect(createBackend('wasm', { threads: threads as number })).rejects.toThrow(/^createBackend: threads must be an integer from 1 to 64, received/);
  });

  test.each(['reference', 'gpu'] as const)('goes not with %s', async (name) => {
    await expect(createBackend(name, { threads: 2 })).rejects.toThrow(
      `createBackend: threads requires the backend 'wasm' or 'auto' (it is '${name}'), received 2`,
    );
  });

  test('is how many compute, also where auto picks wasm', async () => {
    for (const name of ['wasm', 'auto'] as const) {
      const backend = await createBackend(name, { threads: 5 });
      if (backend.name === 'wasm') expect(backend.device).toBe('wasm simd, 5 threads');
      backend.dispose();
    }
  });

  test('is by default one per core, at most 4', async () => {
    const backend = await createBackend('wasm');
    const cores = process.getBuiltinModule('node:os').availableParallelism();
    expect(Number.parseInt(backend.device.slice('wasm simd, '.length), 10)).toBe(Math.min(cores, 4));
    backend.dispose();
  });
});
