import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, OptionError, Random } from '../src/index.js';

const draw = (random: Random, length = 20) => Array.from({ length }, () => random.uniform());

describe('Random', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    expect(draw(new Random(7))).toEqual(draw(new Random(7)));
    expect(draw(new Random(7))).not.toEqual(draw(new Random(8)));
    expect(draw(new Random(-1))).not.toEqual(draw(new Random(1)));
    expect(draw(new Random(0))).not.toEqual(draw(new Random(0)).fill(0));
  });

  test.each([0, 1, -7, 2 ** 31, 123_456_789])('seed %s gives the numbers of xoroshiro128+ after 32 steps', (seed) => {
    const random = new Random(seed);
    const next = xoroshiro128plus(seed);
    for (let i = 0; i < 32; i++) next();
    for (let i = 0; i < 20; i++) expect(random.integer(1024)).toBe(next() & 1023);
  });

  test('the first numbers of small seeds are spread evenly', () => {
    const first = Array.from({ length: 2000 }, (_, seed) => new Random(seed).uniform());
    const { mean, variance } = moments(first);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.026); // four standard errors
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.007);
  });

  test('chance comes true as often as it says', () => {
    const random = new Random(15);
    const count = (p: number) => Array.from({ length: 20_000 }, () => random.chance(p)).filter(Boolean).length;
    expect([count(0), count(1)]).toEqual([0, 20_000]);
    expect(Math.abs(count(0.3) - 6000)).toBeLessThan(260); // four standard deviations
  });

  test('restore goes on from a state, as often as one likes', () => {
    const random = new Random(3);
    random.shuffle([1, 2, 3, 4, 5]);
    random.normal();
    const { state } = random;
    const saved = JSON.parse(JSON.stringify(state));
    const next = draw(random);
    random.restore(state);
    expect(draw(random)).toEqual(next);
    const other = new Random(99);
    other.restore(saved);
    expect(draw(other)).toEqual(next);
    expect(state, 'a state is a copy').toEqual(saved);
  });

  test.each<readonly [unknown]>([[[1, 2, 3]], [[1, 2, 3, 0.5]], [['1', 2, 3, 4]], [undefined]])('restore refuses %j', (state) => {
    expect(() => new Random(1).restore(state as number[])).toThrow(DataError);
    expect(() => new Random(1).restore(state as number[])).toThrow('Random: state must be four 32-bit integers, received');
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])('refuses the seed %s', (seed) => {
    expect(() => new Random(seed)).toThrow(`Random: seed must be an integer, received ${seed}`);
  });

  test('uniform fills [low, high) evenly', () => {
    const random = new Random(11);
    const values = Array.from({ length: 20_000 }, () => random.uniform(-2, 6));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(6);
    const { mean, variance } = moments(values);
    expect(mean).toBeCloseTo(2, 0);
    expect(variance).toBeCloseTo(8 ** 2 / 12, 0);
    const eighths = Array(8).fill(0);
    for (const value of values) eighths[Math.floor(value + 2)]++;
    for (const count of eighths) expect(Math.abs(count - 2500)).toBeLessThan(200); // four standard deviations
  });

  test('normal has mean 0, standard deviation 1, and the tails of a bell', () => {
    const random = new Random(12);
    const values = Array.from({ length: 100_000 }, () => random.normal());
    const { mean, variance } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.013); // four standard errors
    expect(Math.abs(variance - 1)).toBeLessThan(0.018);
    const within = (sigma: number) => values.filter((value) => Math.abs(value) < sigma).length / values.length;
    expect(within(1)).toBeCloseTo(0.683, 1);
    expect(within(2)).toBeCloseTo(0.954, 1);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test('integer gives each of 0 … n − 1 about equally often', () => {
    const random = new Random(13);
    const counts = Array(7).fill(0);
    for (let i = 0; i < 14_000; i++) counts[random.integer(7)]++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(170); // four standard deviations
    expect(random.integer(1)).toBe(0);
  });

  test.each([0, -1, 2.5, Number.NaN])('integer refuses n = %s', (n) => {
    expect(() => new Random(1).integer(n)).toThrow(OptionError);
    expect(() => new Random(1).integer(n)).toThrow(`Random: n must be an integer ≥ 1, received ${n}`);
  });

  test('shuffle permutes in place', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (list, seed) => {
        const shuffled = [...list];
        expect(new Random(seed).shuffle(shuffled)).toBe(shuffled);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(list.toSorted((a, b) => a - b));
      }),
      { seed: 1 },
    );
    const typed = Int32Array.of(1, 2, 3, 4);
    expect([...new Random(5).shuffle(typed)].toSorted()).toEqual([1, 2, 3, 4]);
  });

  test('shuffle reaches every order about equally often', () => {
    const random = new Random(14);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle([0, 1, 2]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120); // four standard deviations
  });
});

/** Blackman & Vigna, 2018, on 64-bit integers; of each number the low 32 bits. The seed fills the state as pure-rand does. */
function xoroshiro128plus(seed: number): () => number {
  const rotate = (x: bigint, k: bigint) => BigInt.asUintN(64, (x << k) | (x >> (64n - k)));
  const low = BigInt.asUintN(32, BigInt(seed));
  let [s0, s1] = [(0xffffffffn << 32n) | (low ^ 0xffffffffn), low << 32n];
  return () => {
    const result = Number(BigInt.asUintN(32, s0 + s1));
    const mixed = s0 ^ s1;
    [s0, s1] = [rotate(s0, 24n) ^ mixed ^ BigInt.asUintN(64, mixed << 16n), rotate(mixed, 37n)];
    return result;
  };
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}
