import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { DataError, OptionError, show } from './errors.js';

/**
 * The seeded generator (xoroshiro128+, from pure-rand) used for every shuffle, initialization and dropout mask. The
 * same seed gives the same numbers on every machine.
 * @throws OptionError if the seed is not an integer
 * @example
 * ```ts
 * import { Random } from 'convlab';
 *
 * const random = new Random(7);
 * console.log(random.integer(6), random.shuffle([1, 2, 3]), new Random(7).integer(6)); // → 0 [ 2, 1, 3 ] 0
 * ```
 */
export class Random {
  #generator: ReturnType<typeof xoroshiro128plus>;

  /** @param seed an integer; only its low 32 bits are used */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new OptionError('Random', 'seed', 'must be an integer', seed);
    this.#generator = xoroshiro128plus(seed);
    // the initial state is mostly zeros, so the first numbers would be tiny and similar for neighboring seeds
    for (let i = 0; i < 32; i++) this.#generator.next();
  }

  /** The state of the sequence; {@link restore} continues from it. */
  get state(): readonly number[] {
    return this.#generator.getState();
  }

  /** @throws DataError if it is not a state that {@link Random.state} returned */
  restore(state: readonly number[]): void {
    if (!Array.isArray(state) || state.length !== 4 || !state.every((word) => (word | 0) === word)) {
      throw new DataError('Random', `state must be four 32-bit integers, received ${show(state)}`, { state });
    }
    this.#generator = xoroshiro128plusFromState(state);
  }

  /** Uniformly distributed in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  /** True with probability p, with a resolution of 2⁻³². */
  chance(p: number): boolean {
    return this.#generator.next() + 2 ** 31 < p * 2 ** 32;
  }

  /** An integer from 0 to n − 1. */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) throw new OptionError('Random', 'n', 'must be an integer ≥ 1', n);
    return uniformInt(this.#generator, 0, n - 1);
  }

  /** Normally distributed with mean 0 and standard deviation 1 (Box and Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher and Yates) and returns the same list. */
  shuffle<T extends { length: number; [index: number]: unknown }>(list: T): T {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}
