import { OptionError } from '../errors.js';
import { Random } from '../random.js';

/**
 * A separate generator for every position in a training run, e.g. (seed, epoch, index): its numbers depend only on the
 * position, not on earlier draws, so a pass can be repeated and a stopped run resumed. Neighboring positions give
 * unrelated numbers (MurmurHash3's finalizer, Appleby 2011); within one epoch no two indices share a generator.
 */
export function stream(seed: number, ...place: readonly number[]): Random {
  let hash = mix(seed);
  for (const step of place) hash = mix(hash ^ step);
  return new Random(hash);
}

/** @throws OptionError unless the seed is an integer; only its low 32 bits are used */
export function checkSeed(operation: string, seed: unknown): asserts seed is number {
  if (!Number.isSafeInteger(seed)) throw new OptionError(operation, 'seed', 'must be an integer', seed);
}

/** A bijection on 32-bit integers. */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0; // 0 would stay 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
