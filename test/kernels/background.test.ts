import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import threads, { type Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import type { Image, Tensor } from '../../src/index.js';
import {
  averagePool,
  conv,
  convBiasGradient,
  convInputGradient,
  convKernelGradient,
  createBackend,
  createImage,
  disk,
  filter,
  filterTensor,
  gaussian,
  imageToTensor,
  maxPool,
  pipeline,
  resize,
  sharpen,
  tensor,
} from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { operatorsOf } from '../../src/kernels/operators.js';
import { sameBits } from '../fuzz/check-filter-case.js';

/** Small images count as long ones, too. */
const away = await createWasmBackend(2, { longestBlock: 0 });
const blocking = await createBackend('wasm', { threads: 2, blocking: true });
afterAll(() => {
  away.dispose();
  blocking.dispose();
});

const photo = noise(640, 480);

describe('a picture that is computed in the background', () => {
  test('lets other events be served meanwhile; a blocking backend does not', async () => {
    // long enough for several turns on a machine with other work
    const run = (backend: typeof away) => () => filter(photo, disk(40), { backend, algorithm: 'direct' });
    expect(await turnsDuring(run(away))).toBeGreaterThan(3);
    expect(await turnsDuring(run(blocking))).toBeLessThan(2);
  });

  test('has the bits that it has otherwise, also in place, resized, and after several kernels', async () => {
    const steps = pipeline(['sharpen', { kernel: 'box', parameters: [5] }], { output: 'normalize' });
    for (const run of [
      (backend: typeof away) => filter(photo, gaussian(3), { backend }),
      (backend: typeof away) => filter(photo, sharpen(), { backend, out: copyOf(photo) }),
      (backend: typeof away) => ((own) => filter(own, disk(4), { backend, out: own }))(copyOf(photo)),
      (backend: typeof away) => resize(photo, { backend, width: 200 }),
      (backend: typeof away) => steps.apply(photo, { backend }),
    ])
      expect(sameBits(await run(away), await run(blocking))).toBe(true);
  });

  test('follows those that were called before it, and other calls do not wait for it', async () => {
    // microseconds: an image takes longer, three numbers do not
    const brief = await createWasmBackend(2, { longestBlock: 5000 });
    const kernels = [disk(12), sharpen(), gaussian(2), disk(3)];
    const ended: number[] = [];
    const results = kernels.map((kernel, i) => filter(photo, kernel, { backend: brief }).finally(() => ended.push(i)));
    const sums = await conv(tensor([[[1, 2, 4]]]), tensor([[[-1, 1]]]), { backend: brief });
    expect([...sums.data, ...ended]).toEqual([1, 2]);
    for (const [i, result] of (await Promise.all(results)).entries())
      expect(sameBits(result, await filter(photo, kernels[i], { backend: blocking }))).toBe(true);
    expect(ended).toEqual([0, 1, 2, 3]);
    brief.dispose();
  });

  test('tells how far it is, and ends when its signal says so, and the next one is right', async () => {
    const shares: number[] = [];
    await filter(photo, gaussian(6), { backend: away, onProgress: (share) => shares.push(share) });
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.indexOf(1)).toBe(shares.length - 1);
    const controller = new AbortController();
    const stopped = filter(photo, gaussian(6), { backend: away, signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
    const next = filter(photo, sharpen(), { backend: away });
    await expect(stopped).rejects.toThrow('enough');
    expect(sameBits(await next, await filter(photo, sharpen(), { backend: blocking }))).toBe(true);
    await expect(filter(photo, sharpen(), { backend: away, signal: controller.signal })).rejects.toThrow('enough');
  });

  test('is refused where it is not opaque as planned, and filtered as a transparent one', async () => {
    const glass = copyOf(photo);
    glass.data[4 * 640 * 300 + 3] = 7;
    const [seen, wanted] = [await filter(glass, gaussian(2), { backend: away }), await filter(glass, gaussian(2), { backend: blocking })];
    expect(sameBits(seen, wanted)).toBe(true);
  });

  test('keeps its tables until it has ended, though its plan was released', async () => {
    const backend = await createWasmBackend(1, { longestBlock: 0 });
    const first = filter(photo, gaussian(2.5), { backend });
    // more plans than are kept
    for (let i = 0; i < 40; i++) await filter(createImage(8, 8 + i, 3), sharpen(), { backend });
    expect(sameBits(await first, await filter(photo, gaussian(2.5), { backend: blocking }))).toBe(true);
    backend.dispose();
  });
});

describe('a call from tensors to tensors in the background', () => {
  const x = noiseTensor([2, 4, 90, 110]);
  const kernel = noiseTensor([6, 4, 5, 5]);
  const out = noiseTensor([2, 6, 86, 106]);
  const calls: Record<string, (backend: typeof away, signal?: AbortSignal) => Promise<Tensor>> = {
    'conv, direct': (backend, signal) => conv(x, kernel, { backend, signal, algorithm: 'direct' }),
    'conv, fft': (backend, signal) => conv(x, kernel, { backend, signal, algorithm: 'fft', bias: tensor([1, 2, 3, 4, 5, 6]) }),
    'conv, Winograd': (backend, signal) => conv(x, noiseTensor([6, 4, 3, 3]), { backend, signal, padding: 'same' }),
    convInputGradient: (backend, signal) => convInputGradient(out, kernel, { backend, signal, inputShape: x.shape }),
    'convInputGradient, strided and reflected': (backend, signal) =>
      convInputGradient(noiseTensor([2, 6, 44, 54]), kernel, { backend, signal, inputShape: x.shape, stride: 2, padding: 1, paddingMode: 'reflect' }),
    convKernelGradient: (backend, signal) => convKernelGradient(x, out, { backend, signal, kernelShape: kernel.shape }),
    convBiasGradient: (backend, signal) => convBiasGradient(out, { backend, signal }),
    maxPool: (backend, signal) => maxPool(x, { backend, signal, kernelSize: 3 }).then(({ output }) => output),
    averagePool: (backend, signal) => averagePool(x, { backend, signal, kernelSize: 3 }),
    filterTensor: (backend, signal) => filterTensor(x, gaussian(2), { backend, signal }),
    'filter over planes': (backend, signal) => filter(photo, 'disk:4', { backend, signal, algorithm: 'direct', output: 'float' }).then(imageToTensor),
  };

  test.each(Object.entries(calls))('%s has the bits that it has otherwise, and none once its signal has ended it', async (_, call) => {
    expect((await call(away)).data).toEqual((await call(blocking)).data);
    const controller = new AbortController();
    const ended = call(away, controller.signal);
    controller.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
  });

  test('lets other events be served meanwhile; a blocking backend does not', async () => {
    const [large, weights] = [noiseTensor([1, 8, 800, 800]), noiseTensor([8, 8, 7, 7])];
    const run = (backend: typeof away) => () => conv(large, weights, { backend, algorithm: 'direct' });
    expect(await turnsDuring(run(away))).toBeGreaterThan(3);
    expect(await turnsDuring(run(blocking))).toBeLessThan(2);
  });

  test('reads what it was handed when it is called', async () => {
    const own = { ...x, data: x.data.slice() };
    const result = conv(own, kernel, { backend: away });
    own.data.fill(0);
    expect((await result).data).toEqual((await conv(x, kernel, { backend: blocking })).data);
  });

  test('that no memory can hold is an error of its own, and the next one is right', async () => {
    const on = operatorsOf(away);
    const [large, small, sum] = [on.allocate(2 ** 28), on.allocate(1), on.allocate(1)];
    on.pointwise('affine', [small], [0, 1], large);
    on.pointwise('affine', [small], [7, 1], sum);
    await expect(on.read(sum)).rejects.toThrow('a buffer can hold at most 1 GiB');
    for (const buffer of [large, small, sum]) on.free(buffer);
    expect((await conv(x, kernel, { backend: away })).data).toEqual((await conv(x, kernel, { backend: blocking })).data);
  });
});

test('a worker that crashes is an error of the job that it leaves; those that wait, and the next one, have others', async () => {
  const original = threads.Worker;
  const workers: Worker[] = [];
  threads.Worker = class extends original {
    constructor(...args: ConstructorParameters<typeof original>) {
      super(...args);
      workers.push(this);
    }
  };
  const backend = await createWasmBackend(1, { longestBlock: 0 });
  await filter(photo, sharpen(), { backend });
  const [worker] = workers;
  const ended = once(worker, 'exit');
  const result = filter(photo, disk(12), { backend });
  const [x, weights] = [noiseTensor([1, 2, 40, 40]), noiseTensor([2, 2, 3, 3])];
  const waiting = [filter(photo, gaussian(2), { backend }), filter(photo, disk(3), { backend })];
  const convolved = conv(x, weights, { backend });
  // comes before the job has noticed
  const next = ended.then(() => filter(photo, sharpen(), { backend }));
  worker.terminate();
  await expect(result).rejects.toThrow('a thread of this backend crashed: it exited with code 1');
  for (const [i, kernel] of [gaussian(2), disk(3)].entries()) expect(sameBits(await waiting[i], await filter(photo, kernel, { backend: blocking }))).toBe(true);
  expect((await convolved).data).toEqual((await conv(x, weights, { backend: blocking })).data);
  await next;
  threads.Worker = original;
  expect(sameBits(await filter(photo, sharpen(), { backend }), await filter(photo, sharpen(), { backend: blocking }))).toBe(true);
  backend.dispose();
});

test('dispose ends the jobs in the background, and its threads', async () => {
  const original = threads.Worker;
  const workers: Worker[] = [];
  threads.Worker = class extends original {
    constructor(...args: ConstructorParameters<typeof original>) {
      super(...args);
      workers.push(this);
    }
  };
  const backend = await createWasmBackend(2, { longestBlock: 0 });
  await filter(photo, sharpen(), { backend });
  const results = [gaussian(2), disk(12), sharpen()].map((kernel) => filter(photo, kernel, { backend, onProgress: () => backend.dispose() }));
  const [, ...later] = results;
  await Promise.all(later.map((result) => expect(result).rejects.toThrow('the backend was disposed of; create a new one')));
  await Promise.allSettled(results);
  threads.Worker = original;
  await Promise.all(workers.map((worker) => worker.threadId === -1 || once(worker, 'exit')));
});

test('a process waits for what is computed in the background, and ends when it is done', () => {
  const code = `
    import { createImage, disk, filter } from './src/index.ts';
    filter(createImage(1500, 1000, 4), disk(12)).then(({ width }) => console.log(width));`;
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], { encoding: 'utf8', timeout: 60_000 });
  expect([status, stdout]).toEqual([0, '1500\n']);
});

/** How often another event was served while a call ran. */
async function turnsDuring(call: () => Promise<unknown>): Promise<number> {
  let [turns, runs] = [0, true];
  const count = () => {
    turns++;
    if (runs) setImmediate(count);
  };
  await call();
  setImmediate(count);
  await call().finally(() => {
    runs = false;
  });
  return turns;
}

function noise(width: number, height: number): Image {
  const image = createImage(width, height, 4);
  for (let i = 0, state = 1; i < image.data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    image.data[i] = i % 4 === 3 ? 255 : state >>> 24;
  }
  return image;
}

function copyOf(image: Image): Image {
  return { ...image, data: image.data.slice() as Image['data'] };
}

function noiseTensor(shape: readonly number[]): Tensor {
  const data = new Float32Array(shape.reduce((size, n) => size * n, 1));
  for (let i = 0, state = 3; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return { shape, data };
}
