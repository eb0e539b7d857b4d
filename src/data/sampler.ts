import { OptionError } from '../errors.js';
import { checkSeed, stream } from './stream.js';

/**
 * Determines the order in which a pass visits a dataset. Every iteration is one pass and uses the order of the next
 * epoch. Orders depend only on the seed and the epoch, so `sampler.epoch = k` resumes at the start of epoch k.
 */
export abstract class Sampler implements Iterable<number> {
  #epoch = 0;

  /** number of indices in a pass */
  abstract readonly length: number;

  /** The indices of one pass. */
  abstract order(epoch: number): Iterable<number>;

  /** The number of the next pass, from 0. */
  get epoch(): number {
    return this.#epoch;
  }

  set epoch(epoch: number) {
    if (!Number.isSafeInteger(epoch) || epoch < 0) throw new OptionError('Sampler', 'epoch', 'must be an integer ≥ 0', epoch);
    this.#epoch = epoch;
  }

  /** One pass, in the order of the next epoch. */
  [Symbol.iterator](): Iterator<number> {
    return this.order(this.#epoch++)[Symbol.iterator]();
  }
}

/** 0, 1, 2, … */
export class SequentialSampler extends Sampler {
  readonly length: number;

  /** @param dataset anything with a length */
  constructor({ length }: { readonly length: number }) {
    super();
    this.length = length;
  }

  order(): Int32Array {
    return range(this.length);
  }
}

/** Options of {@link RandomSampler}. */
export interface RandomSamplerOptions {
  /** Seed of the random order. Default 0. */
  seed?: number;
  /** Draw with replacement: some indices occur several times, others never. Default false: a shuffle. */
  replacement?: boolean;
  /** Indices in a pass. Default: the dataset's length, which it may exceed only with replacement. */
  count?: number;
}

/**
 * All indices in random order, different in each pass.
 * @example
 * ```ts
 * import { RandomSampler, SequentialSampler } from 'convlab';
 *
 * console.log([...new SequentialSampler({ length: 4 })], [...new RandomSampler({ length: 4 }, { seed: 1 })].length); // → [ 0, 1, 2, 3 ] 4
 * ```
 */
export class RandomSampler extends Sampler {
  readonly length: number;
  readonly #size: number;
  readonly #seed: number;
  readonly #replacement: boolean;

  /**
   * @param dataset anything with a length
   * @throws OptionError if an option breaks its rule
   */
  constructor({ length }: { readonly length: number }, { seed = 0, replacement = false, count = length }: RandomSamplerOptions = {}) {
    super();
    checkSeed('RandomSampler', seed);
    if (typeof replacement !== 'boolean') throw new OptionError('RandomSampler', 'replacement', 'must be true or false', replacement);
    const most = replacement ? (length ? Number.MAX_SAFE_INTEGER : 0) : length;
    if (!Number.isSafeInteger(count) || count < 0 || count > most) {
      throw new OptionError('RandomSampler', 'count', `must be an integer ≥ 0, at most the dataset's ${length} samples without replacement`, count);
    }
    [this.length, this.#size, this.#seed, this.#replacement] = [count, length, seed, replacement];
  }

  order(epoch: number): Int32Array {
    const random = stream(this.#seed, epoch);
    if (this.#replacement) return Int32Array.from({ length: this.length }, () => random.integer(this.#size));
    return random.shuffle(range(this.#size)).subarray(0, this.length);
  }
}

/**
 * The given indices in random order, different in each pass.
 * @throws OptionError if an index is not an integer ≥ 0
 */
export class SubsetRandomSampler extends Sampler {
  readonly #indices: Int32Array;
  readonly #seed: number;

  constructor(indices: ArrayLike<number>, { seed = 0 }: { /** Default 0. */ seed?: number } = {}) {
    super();
    checkSeed('SubsetRandomSampler', seed);
    this.#indices = Int32Array.from(indices);
    const odd = this.#indices.findIndex((index, k) => index !== indices[k] || index < 0);
    if (odd !== -1) throw new OptionError('SubsetRandomSampler', 'indices', 'must be integers ≥ 0', indices[odd]);
    this.#seed = seed;
  }

  get length(): number {
    return this.#indices.length;
  }

  order(epoch: number): Int32Array {
    return stream(this.#seed, epoch).shuffle(this.#indices.slice());
  }
}

/**
 * Indices drawn with replacement, index i with probability proportional to `weights[i]`, e.g. to draw rare classes as
 * often as common ones.
 * @throws OptionError if the weights are not finite numbers ≥ 0 with a sum above 0, or the count is not an integer ≥ 0
 */
export class WeightedRandomSampler extends Sampler {
  readonly length: number;
  readonly #upTo: Float64Array;
  readonly #seed: number;

  /**
   * @param weights one per sample, ≥ 0; they need not sum to 1
   * @param count indices in a pass
   */
  constructor(weights: ArrayLike<number>, count: number, { seed = 0 }: { /** Default 0. */ seed?: number } = {}) {
    super();
    checkSeed('WeightedRandomSampler', seed);
    if (!Number.isSafeInteger(count) || count < 0) throw new OptionError('WeightedRandomSampler', 'count', 'must be an integer ≥ 0', count);
    let sum = 0;
    this.#upTo = Float64Array.from(weights, (weight) => {
      if (!Number.isFinite(weight) || weight < 0) throw new OptionError('WeightedRandomSampler', 'weights', 'must be finite numbers ≥ 0', weight);
      sum += weight;
      return sum;
    });
    if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) throw new OptionError('WeightedRandomSampler', 'weights', 'must have a finite sum > 0', weights);
    [this.length, this.#seed] = [count, seed];
  }

  order(epoch: number): Int32Array {
    const random = stream(this.#seed, epoch);
    const sum = this.#upTo[this.#upTo.length - 1];
    return Int32Array.from({ length: this.length }, () => firstAbove(this.#upTo, random.uniform(0, sum)));
  }
}

/** The first position whose value is above `x`; `values` ascend. */
function firstAbove(values: Float64Array, x: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

function range(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}
