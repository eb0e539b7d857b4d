import { expect, expectTypeOf, test } from 'vitest';
import {
  type Batch,
  ConcatDataset,
  DataError,
  Dataset,
  mapDataset,
  OptionError,
  randomSplit,
  ShapeError,
  Subset,
  type Tensor,
  TensorDataset,
  tensor,
} from '../../src/index.js';

/** n samples, whose x is [i, -i] and whose label is i mod 3. */
const numbered = (n: number) =>
  new TensorDataset(
    tensor(
      Array.from({ length: 2 * n }, (_, k) => (k % 2 ? 0 - (k - 1) / 2 : k / 2)),
      [n, 2],
    ),
    Array.from({ length: n }, (_, i) => i % 3),
  );

class Late extends Dataset<{ x: Tensor; y: number }> {
  readonly length = 4;
  async at(i: number) {
    return { x: tensor([i]), y: i };
  }
}

const all = async <S>(dataset: AsyncIterable<S>) => {
  const samples: S[] = [];
  for await (const sample of dataset) samples.push(sample);
  return samples;
};

test('a TensorDataset is read like an array', () => {
  const dataset = numbered(5);
  expect(dataset.length).toBe(5);
  expect(dataset.at(4)).toEqual({ x: tensor([4, -4]), y: 1 });
  expect(dataset.batch([3, 0, 3])).toEqual({
    x: tensor([
      [3, -3],
      [0, 0],
      [3, -3],
    ]),
    y: Int32Array.of(0, 0, 0),
  });
});

test('a sample and a batch are copies: writing into them does not change the dataset', () => {
  const dataset = numbered(3);
  dataset.at(1).x.data.fill(9);
  dataset.batch([1]).x.data.fill(9);
  expect(dataset.at(1).x).toEqual(tensor([1, -1]));
});

test('what is to be predicted may be a tensor; and pictures may be bytes, which become 0 to 1', () => {
  const dataset = new TensorDataset({ shape: [2, 1, 1, 2], data: Uint8Array.of(0, 255, 51, 102) }, tensor([[0.5], [1.5]]));
  expect(dataset.at(1)).toEqual({ x: tensor([0.2, 0.4], [1, 1, 2]), y: tensor([1.5]) });
  expect(dataset.batch([1, 0])).toEqual({ x: tensor([0.2, 0.4, 0, 1], [2, 1, 1, 2]), y: tensor([[1.5], [0.5]]) });
  expectTypeOf(dataset.at(0).y).toEqualTypeOf<Tensor>();
  expectTypeOf(numbered(1).at(0).y).toEqualTypeOf<number>();
});

test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
  [
    'lengths that differ',
    () => new TensorDataset(tensor([[1], [2]]), [0]),
    ShapeError,
    'TensorDataset: x and y must have the same number of samples, received 2 and 1',
  ],
  ['data that its shape does not hold', () => new TensorDataset({ shape: [2, 2], data: new Uint8Array(3) }, [0, 1]), ShapeError, '[2, 2] with Uint8Array(3)'],
  ['a label that is not whole', () => new TensorDataset(tensor([[1], [2]]), [0, 0.5]), DataError, 'label 1 must be an integer'],
  ['a label beyond 32 bits', () => new TensorDataset(tensor([[1]]), [2 ** 31]), DataError, 'received 2147483648'],
  ['an index at the end', () => numbered(3).at(3), OptionError, 'TensorDataset: index must be an integer from 0 to 2, received 3'],
  ['a negative index', () => numbered(3).batch([0, -1]), OptionError, 'received -1'],
  ['an index between two', () => numbered(3).at(0.5), OptionError, 'received 0.5'],
  ['a subset of what is not there', () => new Subset(numbered(3), [0, 3]), OptionError, 'Subset: index must be an integer from 0 to 2, received 3'],
  ['a sample beyond the subset', () => new Subset(numbered(3), [1]).at(1), OptionError, 'Subset: index must be an integer from 0 to 0, received 1'],
  ['a sample beyond the last part', () => new ConcatDataset([numbered(3)]).at(3), OptionError, 'ConcatDataset: index must be'],
  ['a sample of nothing', () => new ConcatDataset([]).at(0), OptionError, 'index must not be used with an empty dataset'],
  ['a split that leaves samples over', () => randomSplit(numbered(3), [1, 1]), OptionError, "must be integers ≥ 0 that add up to the dataset's 3 samples"],
  ['a split by parts', () => randomSplit(numbered(3), [1.5, 1.5]), OptionError, 'randomSplit: lengths'],
  ['a seed that is not valid', () => randomSplit(numbered(3), [3], { seed: 0.5 }), OptionError, 'randomSplit: seed must be an integer, received 0.5'],
])('%s is refused', (_, call, kind, message) => {
  expect(call).toThrow(kind);
  expect(call).toThrow(message);
});

test('a subset, and a subset of it, keep to their order', async () => {
  const subset = new Subset(new Subset(numbered(9), [8, 6, 4, 2]), [3, 0]);
  expect(subset.length).toBe(2);
  expect((await all(subset)).map(({ x }) => x.data[0])).toEqual([2, 8]);
  expect(subset.batch([1, 0, 1])).toEqual(numbered(9).batch([8, 2, 8]));
});

test('datasets one behind the other, quick ones and late ones', async () => {
  const both = new ConcatDataset<{ x: Tensor; y: number }>([numbered(2), new Late(), numbered(1)]);
  expect(both.length).toBe(7);
  expect((await all(both)).map(({ x }) => x.data[0])).toEqual([0, 1, 0, 1, 2, 3, 0]);
  expect(await new ConcatDataset([numbered(2), numbered(3)]).batch([1, 4])).toEqual(numbered(3).batch([1, 2]));
});

test('mapped changes samples when they are asked for, late ones too', async () => {
  const seen: number[] = [];
  const labels = mapDataset(numbered(4), ({ y }, index) => {
    seen.push(index);
    return y + 10 * index;
  });
  expect(seen).toEqual([]);
  expect(labels.at(2)).toBe(22);
  expect(seen).toEqual([2]);
  expect(await all(mapDataset(new Late(), async ({ y }) => y * 2))).toEqual([0, 2, 4, 6]);
  expect(await mapDataset(new Late(), ({ y }) => y).batch([3, 1])).toEqual(Int32Array.of(3, 1));
});

test('a random split has every sample once, the same way for the same seed', () => {
  const parts = (seed?: number) => randomSplit(numbered(100), [70, 30, 0], { seed }).map(({ indices }) => [...indices]);
  const [train, validation, none] = parts();
  expect([train.length, validation.length, none.length]).toEqual([70, 30, 0]);
  expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(train).not.toEqual(train.toSorted((a, b) => a - b));
  expect(parts()).toEqual(parts(0));
  expect(parts(1)).not.toEqual(parts(0));
});

class Of<S> extends Dataset<S> {
  constructor(readonly samples: readonly S[]) {
    super();
  }
  get length() {
    return this.samples.length;
  }
  at(i: number) {
    return this.samples[i];
  }
}

test('records and lists of numbers and tensors keep their form in a batch', () => {
  const pair = (a: number, b: number) => ({ x: [tensor([a]), tensor([[b, b]])] as const, y: { sum: a + b, parts: [a, b] } });
  const dataset = new Of([pair(1, 2), pair(3, 4)]);
  const batch = dataset.batch([1, 0]);
  expect(batch).toEqual({
    x: [tensor([[3], [1]]), tensor([[[4, 4]], [[2, 2]]])],
    y: { sum: Int32Array.of(7, 3), parts: [Int32Array.of(3, 1), Int32Array.of(4, 2)] },
  });
  expectTypeOf<Batch<{ x: [Tensor, Tensor]; y: number }>>().toEqualTypeOf<{ x: [Tensor, Tensor]; y: Int32Array }>();
});

test.each<[string, unknown[], string]>([
  [
    'tensors of two shapes',
    [{ x: tensor([1]) }, { x: tensor([1, 2]) }],
    'samples must have the same shape: x of sample 0 has shape [1], x of sample 1 has shape [2]',
  ],
  ['lists of two lengths', [{ x: [1] }, { x: [1, 2] }], 'x of sample 0 has 1 entries, x of sample 1 has 2 entries'],
  ['records with other keys', [{ x: 1 }, { y: 1 }], 'sample 0 has the keys x, sample 1 has the keys y'],
  ['a number among tensors', [[tensor([1])], [5]], 'entry 0 of sample 1 must be a tensor as in entry 0 of sample 0, received 5'],
  ['text', [{ x: 1, name: 'five' }], 'name of sample 0 must consist of numbers, tensors, and records and lists of them, received "five"'],
  ['a typed array', [{ x: new Uint8Array(2) }], 'received Uint8Array(2)'],
  ['nothing', [null], 'sample 0 must consist of numbers'],
  ['a measured value as a number', [{ y: 1 }, { y: 0.5 }], 'y of sample 1 must be an integer label (put measured values in a tensor), received 0.5'],
])('a batch of %s is refused', (_, samples, message) => {
  expect(() => new Of(samples).batch(samples.map((_, i) => i))).toThrow(message);
});

test('a batch of no samples is refused', () => {
  expect(() => new Of([1]).batch([])).toThrow('batch: requires at least one sample');
});
