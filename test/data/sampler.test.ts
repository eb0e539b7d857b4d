import { expect, test } from 'vitest';
import { stream } from '../../src/data/stream.js';
import { OptionError, RandomSampler, type Sampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler } from '../../src/index.js';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const sorted = (list: Iterable<number>) => [...list].sort((a, b) => a - b);
const of = (length: number) => ({ length });

test('in sequence', () => {
  const sampler = new SequentialSampler(of(4));
  expect([[...sampler], [...sampler], sampler.length]).toEqual([range(4), range(4), 4]);
});

test.each<[string, () => Sampler, number[]]>([
  ['RandomSampler', () => new RandomSampler(of(50)), range(50)],
  ['SubsetRandomSampler', () => new SubsetRandomSampler(range(50).map((i) => 100 + i)), range(50).map((i) => 100 + i)],
])('%s shuffles, and every pass has all indices in another order', (_, make, indices) => {
  const sampler = make();
  const passes = [[...sampler], [...sampler], [...sampler]];
  for (const pass of passes) expect(sorted(pass)).toEqual(indices);
  expect(new Set([indices, ...passes].map(String)).size).toBe(4);
  expect(sampler.length).toBe(50);
});

test.each<[string, (seed: number) => Sampler]>([
  ['RandomSampler', (seed) => new RandomSampler(of(20), { seed })],
  ['RandomSampler with replacement', (seed) => new RandomSampler(of(20), { seed, replacement: true })],
  ['SubsetRandomSampler', (seed) => new SubsetRandomSampler(range(20), { seed })],
  ['WeightedRandomSampler', (seed) => new WeightedRandomSampler(range(20), 20, { seed })],
])('%s: seed and epoch decide the order, so that a run can be resumed', (_, make) => {
  const [first, second, third] = [make(7), make(7), make(7)].map((sampler, skipped) => {
    for (let k = 0; k < skipped; k++) [...sampler];
    return sampler;
  });
  first.epoch = 2;
  second.epoch = 2;
  expect(third.epoch).toBe(2);
  const order = [...third];
  expect([...first]).toEqual(order);
  expect([...second]).toEqual(order);
  expect(first.epoch).toBe(3);
  const other = make(8);
  other.epoch = 2;
  expect([...other]).not.toEqual(order);
});

test('with replacement indices come twice, evenly in the long run, and more than there are', () => {
  const counts = new Array(10).fill(0);
  for (const index of new RandomSampler(of(10), { replacement: true, count: 10_000 })) counts[index]++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(900));
});

test('without replacement a pass may be shorter than the dataset', () => {
  const sampler = new RandomSampler(of(10), { count: 4 });
  expect(sampler.length).toBe(4);
  expect(new Set(sampler).size).toBe(4);
  expect(new Set(range(20).flatMap(() => [...sampler])).size).toBe(10);
});

test('weights are proportions, and zero is never', () => {
  const counts = new Array(4).fill(0);
  for (const index of new WeightedRandomSampler([1, 0, 3, 4], 8000)) counts[index]++;
  expect(counts[1]).toBe(0);
  for (const [index, expected] of [1000, 0, 3000, 4000].entries()) expect(Math.abs(counts[index] - expected)).toBeLessThan(4 * Math.sqrt(2000));
});

test('every order of three is equally frequent', () => {
  const counts = new Map<string, number>();
  const sampler = new RandomSampler(of(3));
  for (let k = 0; k < 6000; k++) {
    const order = [...sampler].join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt((6000 * 5) / 36));
});

test.each<[string, () => unknown, string]>([
  ['a seed', () => new RandomSampler(of(3), { seed: 1.5 }), 'RandomSampler: seed must be an integer, received 1.5'],
  ['a count', () => new RandomSampler(of(3), { count: 4 }), "count must be an integer ≥ 0, at most the dataset's 3 samples without replacement, received 4"],
  ['a count of nothing', () => new RandomSampler(of(0), { count: 1, replacement: true }), 'count must be'],
  ['replacement', () => new RandomSampler(of(3), { replacement: 1 as never }), 'replacement must be true or false'],
  ['an index', () => new SubsetRandomSampler([0, -1]), 'SubsetRandomSampler: indices must be integers ≥ 0, received -1'],
  ['a fraction', () => new SubsetRandomSampler([0.5]), 'received 0.5'],
  ['weights below 0', () => new WeightedRandomSampler([1, -1], 3), 'weights must be finite numbers ≥ 0, received -1'],
  ['weights that are all 0', () => new WeightedRandomSampler([0, 0], 3), 'weights must have a finite sum > 0'],
  ['no weights', () => new WeightedRandomSampler([], 3), 'weights must have a finite sum > 0'],
  ['a weighted count', () => new WeightedRandomSampler([1], -1), 'count must be an integer ≥ 0'],
  ['a weighted seed', () => new WeightedRandomSampler([1], 1, { seed: Number.NaN }), 'WeightedRandomSampler: seed'],
  ['an epoch', () => Object.assign(new RandomSampler(of(3)), { epoch: -1 }), 'epoch must be an integer ≥ 0, received -1'],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(OptionError);
  expect(call).toThrow(message);
});

test('the streams of neighboring places are unrelated', () => {
  // Correlation of 20,000 pairs of independent numbers: standard deviation 1 / √20000 = 0.007.
  const places = range(20_000);
  const draws = (seed: number, epoch: number) =>
    places.map((i) => {
      const random = stream(seed, epoch, i);
      return [random.uniform(), random.uniform(), random.uniform(), random.uniform()];
    });
  const here = draws(1, 0);
  for (let d = 1; d < 4; d++) {
    expect(
      Math.abs(
        correlation(
          here.map(([first]) => first),
          here.map((list) => list[d]),
        ),
      ),
    ).toBeLessThan(0.03);
  }
  const first = here.map(([value]) => value);
  expect(Math.abs(correlation(first.slice(1), first.slice(0, -1)))).toBeLessThan(0.03);
  for (const other of [draws(1, 1), draws(2, 0), draws(0, 1)]) {
    expect(
      Math.abs(
        correlation(
          first,
          other.map(([value]) => value),
        ),
      ),
    ).toBeLessThan(0.03);
  }
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - ma) * (b[i] - mb)));
  return covariance / Math.sqrt(mean(a.map((value) => (value - ma) ** 2)) * mean(b.map((value) => (value - mb) ** 2)));
}
