import { OptionError } from '../errors.js';
import { anyWhole, count, flag, type OptionsOf, option, type Rows, rule, settle, whole } from '../options.js';
import type { Batch } from './collate.js';
import type { Dataset } from './dataset.js';
import { RandomSampler, Sampler, SequentialSampler } from './sampler.js';

/** Rules and defaults of {@link DataLoaderOptions}. */
export const DATA_LOADER_OPTIONS = {
  /** Samples in a batch. Default 1. */
  batchSize: option(count, { default: 1 }),
  /** Use a new random order in each pass. Default false. */
  shuffle: option(flag, { default: false }),
  /** Selects the samples and their order. Default: all in order or, with `shuffle`, a {@link RandomSampler}. */
  sampler: rule<Sampler>('a Sampler', (value) => value instanceof Sampler),
  /** Drop the last batch if it is incomplete. Default false. */
  dropLast: option(flag, { default: false }),
  /** Seed of the shuffle. Default 0. A `sampler` has its own seed. */
  seed: option(anyWhole, { default: 0 }),
  /**
   * Number of batches prepared ahead, in threads, while the network computes: their images are decoded, and changed by
   * {@link augment}. `transform`, and augmentations of your own, run in the calling thread. Default 0.
   */
  workers: option(whole(0), { default: 0 }),
} satisfies Rows;

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions extends OptionsOf<typeof DATA_LOADER_OPTIONS> {}

/**
 * Iterates over a dataset in batches: `for await (const { x, y } of loader)`. Every loop is one pass. Each pass has its
 * own order with `shuffle`, and its own random changes with {@link augment}; both depend only on the seeds and `epoch`.
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
  readonly #workers: number;

  /** @throws OptionError if an option is unknown or breaks its rule, or if there are both `shuffle` and `sampler` */
  constructor(
    readonly dataset: Dataset<S>,
    options: DataLoaderOptions = {},
  ) {
    const { batchSize, shuffle, sampler, dropLast, seed, workers } = settle('DataLoader', options, DATA_LOADER_OPTIONS);
    if (sampler) {
      if (shuffle) throw new OptionError('DataLoader', 'shuffle', 'cannot be true with a sampler, which defines the order', shuffle);
      if (options.seed !== undefined) throw new OptionError('DataLoader', 'seed', 'cannot be set with a sampler, which has its own seed', seed);
    }
    this.batchSize = batchSize;
    this.#dropLast = dropLast;
    this.#workers = workers;
    this.#sampler = sampler ?? (shuffle ? new RandomSampler(dataset, { seed }) : new SequentialSampler(dataset));
  }

  /** Number of batches in a pass. */
  get length(): number {
    const batches = this.#sampler.length / this.batchSize;
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The number of the next pass, from 0, which the sampler uses too. Set it to resume at that pass. */
  get epoch(): number {
    return this.#sampler.epoch;
  }

  set epoch(epoch: number) {
    this.#sampler.epoch = epoch;
  }

  /** One pass, in batches. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch<S>, void, undefined> {
    const { epoch } = this;
    const underway: (Batch<S> | Promise<Batch<S>>)[] = [];
    try {
      for (const indices of this.#batches()) {
        const next = this.dataset.batch(indices, epoch, this.#workers > 0);
        if (next instanceof Promise) next.catch(() => {}); // reported when it is awaited
        underway.push(next);
        if (underway.length > this.#workers) yield underway.shift() as Batch<S> | Promise<Batch<S>>;
      }
      for (let next = underway.shift(); next; next = underway.shift()) yield next;
    } finally {
      await Promise.allSettled(underway);
    }
  }

  *#batches(): Generator<number[], void, undefined> {
    let indices: number[] = [];
    for (const index of this.#sampler) {
      indices.push(index);
      if (indices.length < this.batchSize) continue;
      yield indices;
      indices = [];
    }
    if (indices.length > 0 && !this.#dropLast) yield indices;
  }
}
