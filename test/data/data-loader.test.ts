import { expect, expectTypeOf, test } from 'vitest';
import {
  augment,
  type Batch,
  cached,
  DataLoader,
  mapDataset,
  OptionError,
  RandomSampler,
  type Sample,
  Sampler,
  Subset,
  SubsetRandomSampler,
  type Tensor,
  TensorDataset,
  tensor,
} from '../../src/index.js';

const digits = (n: number) =>
  new TensorDataset(
    tensor(
      Array.from({ length: 4 * n }, (_, k) => k),
      [n, 1, 2, 2],
    ),
    Array.from({ length: n }, (_, i) => i),
  );

const labels = async (loader: DataLoader<Sample>) => {
  const batches: number[][] = [];
  for await (const { y } of loader) batches.push([...y]);
  return batches;
};

test('batches in order, the last one short, one sample each by default', async () => {
  const loader = new DataLoader(digits(5), { batchSize: 2 });
  expect(loader.length).toBe(3);
  expect(await labels(loader)).toEqual([[0, 1], [2, 3], [4]]);
  expect(await labels(new DataLoader(digits(2)))).toEqual([[0], [1]]);
  for await (const { x, y } of loader) {
    expect(x).toEqual(digits(5).batch(y).x);
    expect(x.shape).toEqual([y.length, 1, 2, 2]);
    expectTypeOf(x).toEqualTypeOf<Tensor>();
    expectTypeOf(y).toEqualTypeOf<Int32Array>();
  }
});

test('dropLast leaves out a short batch, not a full one', async () => {
  for (const [n, batches] of [
    [5, 2],
    [4, 2],
    [1, 0],
  ]) {
    const loader = new DataLoader(digits(n), { batchSize: 2, dropLast: true });
    expect(loader.length).toBe(batches);
    expect((await labels(loader)).length).toBe(batches);
  }
});

test('shuffle: every pass another order, decided by seed and epoch', async () => {
  const loader = new DataLoader(digits(50), { batchSize: 50, shuffle: true, seed: 3 });
  const passes = [await labels(loader), await labels(loader), await labels(loader)];
  for (const [pass] of passes) expect(pass.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(new Set(passes.map(String)).size).toBe(3);

  const resumed = new DataLoader(digits(50), { batchSize: 50, shuffle: true, seed: 3 });
  resumed.epoch = 2;
  expect(await labels(resumed)).toEqual(passes[2]);
  expect(resumed.epoch).toBe(3);
  expect(await labels(new DataLoader(digits(50), { batchSize: 50, shuffle: true, seed: 4 }))).not.toEqual(passes[0]);
  expect(await labels(new DataLoader(digits(50), { batchSize: 50, shuffle: true }))).toEqual(
    await labels(new DataLoader(digits(50), { batchSize: 50, shuffle: true, seed: 0 })),
  );
});

test('a sampler decides which samples come; the epoch is its own', async () => {
  const sampler = new SubsetRandomSampler([1, 3, 5]);
  const loader = new DataLoader(digits(6), { batchSize: 2, sampler });
  expect(loader.length).toBe(2);
  expect((await labels(loader)).flat().sort()).toEqual([1, 3, 5]);
  expect([loader.epoch, sampler.epoch]).toEqual([1, 1]);
});

test('a sampler of your own', async () => {
  class Backwards extends Sampler {
    readonly length = 3;
    order(epoch: number) {
      return [2 + epoch, 1 + epoch, epoch];
    }
  }
  const loader = new DataLoader(digits(4), { batchSize: 3, sampler: new Backwards() });
  expect([await labels(loader), await labels(loader)]).toEqual([[[2, 1, 0]], [[3, 2, 1]]]);
});

test('a pass that is broken off counts as one', async () => {
  const loader = new DataLoader(digits(9), { shuffle: true });
  for await (const _ of loader) break;
  expect(loader.epoch).toBe(1);
});

test('the quick way of arrays and the way through samples give the same batches', async () => {
  const quick = new Subset(digits(9), [8, 1, 6, 3, 4]);
  const slow = mapDataset(quick, (sample) => sample);
  const late = mapDataset(quick, async (sample) => sample);
  const batches = async (dataset: typeof slow) => {
    const list: Batch<Sample>[] = [];
    for await (const batch of new DataLoader(dataset, { batchSize: 2, shuffle: true, seed: 5 })) list.push(batch);
    return list;
  };
  expect(await batches(slow)).toEqual(await batches(quick));
  expect(await batches(late)).toEqual(await batches(quick));
});

test('augmented pictures are others in every pass, and the same in the same pass', async () => {
  const noisy = augment(digits(4), [(x, random) => ({ shape: x.shape, data: x.data.map((value) => value + random.uniform()) })], { seed: 1 });
  const pass = async (loader: DataLoader<Sample>) => {
    const values = new Map<number, number>();
    for await (const { x, y } of loader) y.forEach((label, k) => void values.set(label, x.data[4 * k]));
    return values;
  };
  const loader = new DataLoader(noisy, { batchSize: 3, shuffle: true });
  const [first, second] = [await pass(loader), await pass(loader)];
  for (const label of [0, 1, 2, 3]) expect(first.get(label)).not.toBe(second.get(label));
  // neither the order nor the size of the batches changes what happens to an image
  const other = new DataLoader(noisy, { batchSize: 2 });
  other.epoch = 1;
  expect(await pass(other)).toEqual(new Map([...second].sort(([a], [b]) => a - b)));
});

test('an empty dataset has no batches', async () => {
  const loader = new DataLoader(new Subset(digits(1), []), { shuffle: true });
  expect([loader.length, await labels(loader)]).toEqual([0, []]);
});

test('a sample that fails ends the pass with its error', async () => {
  const failing = mapDataset(digits(3), async (sample, index) => {
    if (index === 2) throw new Error('the disk is gone');
    return sample;
  });
  await expect(labels(new DataLoader(failing, { batchSize: 2 }))).rejects.toThrow('the disk is gone');
});

test.each<[string, object, string]>([
  ['shuffle beside a sampler', { shuffle: true, sampler: new RandomSampler({ length: 3 }) }, 'shuffle cannot be true with a sampler, which defines the order'],
  ['a seed beside a sampler', { seed: 1, sampler: new RandomSampler({ length: 3 }) }, 'seed cannot be set with a sampler, which has its own seed'],
  ['a batch of nothing', { batchSize: 0 }, 'batchSize must be an integer ≥ 1, received 0'],
  ['half a sample', { batchSize: 1.5 }, 'batchSize must be'],
  ['shuffle that is no flag', { shuffle: 1 }, 'shuffle must be true or false, received 1'],
  ['dropLast that is no flag', { dropLast: 'yes' }, 'dropLast must be true or false'],
  ['a seed that is not valid', { seed: 'x' }, 'seed must be an integer'],
  ['a sampler that is none', { sampler: [1, 2] }, 'sampler must be a Sampler'],
  ['an unknown option', { prefetch: 2 }, 'prefetch is not an option; the options are batchSize, shuffle, sampler, dropLast, seed, workers'],
])('%s is refused', (_, options, message) => {
  const call = () => new DataLoader(digits(3), options);
  expect(call).toThrow(OptionError);
  expect(call).toThrow(message);
});

test('workers begin that many batches beforehand, and change nothing else', async () => {
  let begun = 0;
  const slow = mapDataset(digits(6), async (sample) => {
    begun++;
    return sample;
  });
  const seen: number[] = [];
  for await (const { y } of new DataLoader(slow, { batchSize: 2, workers: 1 })) seen.push(begun, ...y);
  expect(seen).toEqual([4, 0, 1, 6, 2, 3, 6, 4, 5]);
  const load = (workers: number) => labels(new DataLoader(slow, { batchSize: 2, shuffle: true, seed: 3, workers }));
  expect(await load(3)).toEqual(await load(0));
});

test('a batch that cannot be made is reported in its turn, also when it was begun beforehand', async () => {
  const broken = mapDataset(digits(6), async (sample, index) => {
    if (index >= 4) throw new Error('unreadable');
    return sample;
  });
  const seen: number[] = [];
  const read = async () => {
    for await (const { y } of new DataLoader(broken, { batchSize: 2, workers: 2 })) seen.push(...y);
  };
  await expect(read()).rejects.toThrow('unreadable');
  expect(seen).toEqual([0, 1, 2, 3]);
});

test('a cached dataset reads each sample once, and one that failed again', async () => {
  const read: number[] = [];
  let broken = true;
  const source = mapDataset(digits(3), async (sample, index) => {
    read.push(index);
    if (index === 2 && broken) throw new Error('unreadable');
    return sample;
  });
  const kept = cached(source);
  await Promise.all([kept.at(0), kept.at(0), kept.at(1)]);
  await expect(kept.at(2)).rejects.toThrow('unreadable');
  broken = false;
  expect((await kept.at(2)).y).toBe(2);
  expect(await labels(new DataLoader(kept, { batchSize: 3 }))).toEqual([[0, 1, 2]]);
  expect(read).toEqual([0, 1, 2, 2]);
  // what is random around it stays random
  const varied = augment(kept, [(x, random) => ({ ...x, data: x.data.map((value) => value + random.uniform()) })], { seed: 1 });
  expect((await varied.at(0, 0)).x).not.toEqual((await varied.at(0, 1)).x);
});
