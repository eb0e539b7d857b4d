import { OptionError, refuseUnknownOptions } from '../errors.js';
import type { Batch } from './collate.js';
import type { Dataset } from './dataset.js';
import { RandomSampler, Sampler, SequentialSampler } from './sampler.js';
import { checkSeed } from './stream.js';

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions {
  /** Samples in a batch. Default 1. */
  batchSize?: number;
  /** A new random order each pass. Default false. */
  shuffle?: boolean;
  /** Decides which samples come, and in which order. Default: all in order or, with `shuffle`, a {@link RandomSampler}. */
  sampler?: Sampler;
  /** Leave out the last batch where it is short. Default false. */
  dropLast?: boolean;
  /** Of the shuffle. Default 0. A sampler has a seed of its own. */
  seed?: number;
}

/**
 * A dataset in batches: `for await (const { x, y } of loader)`. Every loop is one pass; with `shuffle` each pass has its own
 * order, and with {@link augment} its own pictures, both decided by seed and `epoch` alone.
 * @example
 * ```ts
 * import { DataLoader, full, TensorDataset } from 'convlab';
 *
 * const data = new TensorDataset(full([10, 1, 8, 8]), new Int32Array(10));
 * const loader = new DataLoader(data, { batchSize: 4, shuffle: true, seed: 1 });
 * for await (const { x, y } of loader) console.log(x.shape[0], y.length); // → 4 4
 * ```
 */
export class DataLoader<S> implements AsyncIterable<Batch<S>> {
  readonly batchSize: number;
  readonly #sampler: Sampler;
  readonly #dropLast: boolean;

  /** @throws OptionError if an option is unknown or breaks its rule, or if there are both `shuffle` and `sampler` */
  constructor(
    readonly dataset: Dataset<S>,
    options: DataLoaderOptions = {},
  ) {
    refuseUnknownOptions('DataLoader', options, ['batchSize', 'shuffle', 'sampler', 'dropLast', 'seed']);
    const { batchSize = 1, shuffle = false, sampler, dropLast = false, seed = 0 } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) throw new OptionError('DataLoader', 'batchSize', 'must be a whole number ≥ 1', batchSize);
    for (const [option, value] of Object.entries({ shuffle, dropLast })) {
      if (typeof value !== 'boolean') throw new OptionError('DataLoader', option, 'must be true or false', value);
    }
    checkSeed('DataLoader', seed);
    if (sampler) {
      if (!(sampler instanceof Sampler)) throw new OptionError('DataLoader', 'sampler', 'must be a Sampler', sampler);
      if (shuffle) throw new OptionError('DataLoader', 'shuffle', 'cannot be true beside a sampler, which decides the order itself', shuffle);
      if (options.seed !== undefined) throw new OptionError('DataLoader', 'seed', 'cannot be given beside a sampler, which has a seed of its own', seed);
    }
    this.batchSize = batchSize;
    this.#dropLast = dropLast;
    this.#sampler = sampler ?? (shuffle ? new RandomSampler(dataset, { seed }) : new SequentialSampler(dataset));
  }

  /** How many batches a pass has. */
  get length(): number {
    const batches = this.#sampler.length / this.batchSize;
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The number of the next pass, from 0, and the sampler's; set it to resume at that pass. */
  get epoch(): number {
    return this.#sampler.epoch;
  }

  set epoch(epoch: number) {
    this.#sampler.epoch = epoch;
  }

  /** One pass, in batches. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch<S>, void, undefined> {
    const { epoch } = this;
    let indices: number[] = [];
    for (const index of this.#sampler) {
      indices.push(index);
      if (indices.length < this.batchSize) continue;
      yield this.dataset.batch(indices, epoch);
      indices = [];
    }
    if (indices.length > 0 && !this.#dropLast) yield this.dataset.batch(indices, epoch);
  }
}
