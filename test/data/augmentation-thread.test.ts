import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type * as WorkerThreads from 'node:worker_threads';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  type Augmentation,
  augment,
  type Batch,
  colorJitter,
  DataLoader,
  type Dataset,
  mapDataset,
  Random,
  randomElastic,
  randomErase,
  randomFlip,
  randomResizedCrop,
  randomRotation,
  randomShift,
  type Sample,
  ShapeError,
  Subset,
  TensorDataset,
} from '../../src/index.js';

// The thread that computes augmentations for loaders with workers: started at the first batch, shared, and ended when idle.

const threads = createRequire(import.meta.url)('node:worker_threads') as typeof WorkerThreads;
const original = threads.Worker;
const workers: WorkerThreads.Worker[] = [];
let posted = 0;

beforeAll(() => {
  threads.Worker = class extends original {
    constructor(...args: ConstructorParameters<typeof original>) {
      super(...args);
      workers.push(this);
    }
    override postMessage(...args: Parameters<WorkerThreads.Worker['postMessage']>): void {
      posted++;
      super.postMessage(...args);
    }
  };
});
afterAll(() => {
  threads.Worker = original;
});

const IMAGES = 24;
function images(channels: number, height: number, width: number): Dataset<Sample> {
  const random = new Random(channels * height * width);
  const data = Float32Array.from({ length: IMAGES * channels * height * width }, () => random.uniform());
  return new TensorDataset(
    { shape: [IMAGES, channels, height, width], data },
    new Int32Array(IMAGES).map((_, i) => i),
  );
}

async function passes(dataset: Dataset<Sample>, workers: number, batchSize = 10): Promise<Batch<Sample>[]> {
  const loader = new DataLoader(dataset, { batchSize, shuffle: true, seed: 2, workers });
  const batches: Batch<Sample>[] = [];
  for (let epoch = 0; epoch < 2; epoch++) for await (const batch of loader) batches.push(batch);
  return batches;
}

/** Uses the thread until it has started: the first batches are computed by the caller. */
async function started(): Promise<void> {
  const dataset = augment(images(1, 48, 48), [randomRotation({ degrees: 10 })]);
  const before = posted;
  // its start is a message too
  while (posted < before + 2 + (workers.length > 1 ? 0 : 1)) {
    await dataset.batch([...Array(IMAGES).keys()], 0, true);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** With nanoseconds per value, as the steps estimate them. */
const STEPS: [string, number, Augmentation[]][] = [
  ['flips and shifts', 4, [randomFlip(), randomShift({ max: 4 })]],
  ['a flip, a turn and a rectangle', 12, [randomFlip(), randomRotation({ degrees: 10 }), randomErase()]],
  [
    'every step',
    40 + 2 + 12 + 10 + 2,
    [randomElastic({ alpha: 9, sigma: 3 }), randomRotation({ degrees: 15 }), randomErase(), colorJitter(), randomResizedCrop(), randomErase()],
  ],
  ['two distortions as one', 40, [randomElastic({ alpha: 9, sigma: 2.5 }), randomShift({ max: 1 }), randomElastic({ alpha: 30, sigma: 6 })]],
  ['colors', 12, [colorJitter({ brightness: 0.5 })]],
];

test.each(STEPS)('%s: the thread gives the bits of the caller, and changes no sample of the data set', async (_, cost, steps) => {
  await started();
  for (const [channels, height, width] of [
    [1, 52, 44],
    [3, 33, 40],
    [4, 31, 30],
  ]) {
    const plain = images(channels, height, width);
    const before = await plain.batch([0, 1, 2]);
    const dataset = augment(plain, steps, { seed: 5 });
    const alone = await passes(dataset, 0);
    const sent = posted;
    expect(await passes(dataset, 2)).toEqual(alone);
    // batches of 10, 10 and 4 images, in two passes, if they are worth handing over
    expect(posted - sent).toBe([10, 10, 4].filter((n) => n * channels * height * width * (cost - 4) >= 200_000).length * 2);
    expect(await passes(new Subset(dataset, [...Array(IMAGES).keys()]), 1)).toEqual(alone);
    expect(await plain.batch([0, 1, 2])).toEqual(before);
    // sample by sample, and through a step of the caller's own, in between
    const apart = mapDataset(dataset, (sample) => sample);
    expect(await passes(apart, 2)).toEqual(alone);
    const own = (x: Parameters<Augmentation>[0]) => x;
    if (steps.length < 3) expect(await passes(augment(plain, [...steps, own], { seed: 5 }), 2)).toEqual(alone);
  }
});

test('data that is late, fails or has no images behaves as without a thread', async () => {
  await started();
  const plain = images(1, 48, 48);
  const late = mapDataset(plain, async (sample) => sample);
  expect(await passes(augment(late, [randomRotation({ degrees: 30 })]), 2)).toEqual(await passes(augment(plain, [randomRotation({ degrees: 30 })]), 0));
  const broken = mapDataset(plain, (sample, index) => {
    if (index === 20) throw new Error('the disk is gone');
    return sample;
  });
  await expect(passes(augment(broken, [randomFlip()]), 2)).rejects.toThrow('the disk is gone');
  const flat = new TensorDataset({ shape: [IMAGES, 48 * 48], data: new Float32Array(IMAGES * 48 * 48) }, new Int32Array(IMAGES));
  for (const workers of [0, 2]) {
    await expect(passes(augment(flat, [randomFlip()]), workers)).rejects.toThrow(ShapeError);
    await expect(passes(augment(flat, [colorJitter()]), workers)).rejects.toThrow('colorJitter: x must be a tensor [C, H, W], received [2304]');
  }
});

test('what a thread that crashes leaves is computed by the caller; the next batches have another thread', async () => {
  await started();
  const dataset = augment(images(3, 48, 48), [randomRotation({ degrees: 20 })], { seed: 1 });
  const indices = [...Array(IMAGES).keys()];
  const expected = await dataset.batch(indices, 3);
  const batches = [1, 2, 3].map(() => dataset.batch(indices, 3, true));
  const [worker] = workers.slice(-1);
  await worker.terminate();
  for (const batch of batches) expect(await batch).toEqual(expected);
  const before = workers.length;
  await started();
  expect(workers.length).toBe(before + 1);
  expect(await dataset.batch(indices, 3, true)).toEqual(expected);
});

test('an idle thread ends after five seconds', async () => {
  await started();
  const [worker] = workers.slice(-1);
  const ended = once(worker, 'exit');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await augment(images(3, 48, 48), [colorJitter()]).batch([...Array(IMAGES).keys()], 0, true);
    vi.advanceTimersByTime(4_900);
    expect(worker.threadId).toBeGreaterThan(0);
    vi.advanceTimersByTime(200);
  } finally {
    vi.useRealTimers();
  }
  await ended;
});

test('a process waits for a batch, and ends when it is done', () => {
  const code = `
    import { augment, colorJitter, full, TensorDataset } from './src/index.ts';
    const data = augment(new TensorDataset(full([8, 3, 48, 48]), new Int32Array(8)), [colorJitter()]);
    const next = () => data.batch([0, 1, 2, 3, 4, 5, 6, 7], 0, true);
    await next();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { x } = await next();
    process.on('exit', () => console.log(x.shape[0], process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '8 0\n', stderr: '' });
});
