import { OptionError } from '../errors.js';
import { count, flag, type OptionsOf, option, type Rows, settle, whole } from '../options.js';
import { type Batch, collate } from './collate.js';
import type { IterableDataset } from './iterable-dataset.js';

const ITERABLE_LOADER_OPTIONS = {
  /** Samples in a batch. Default 1. */
  batchSize: option(count, { default: 1 }),
  /** Drop the last batch if it is incomplete. Default false. */
  dropLast: option(flag, { default: false }),
  /**
   * Number of batches whose samples are prepared ahead, in threads, while the caller computes. Default 0: each sample
   * is prepared when it is requested.
   */
  workers: option(whole(0), { default: 0 }),
} satisfies Rows;

/** Options of {@link IterableLoader}. */
export interface IterableLoaderOptions extends OptionsOf<typeof ITERABLE_LOADER_OPTIONS> {}

/**
 * Iterates over an {@link IterableDataset} in batches, for `train`, like PyTorch's DataLoader of an IterableDataset.
 * Memory holds the current batch, those of `workers`, and the dataset's shuffle buffer.
 * @example
 * ```ts
 * import { IterableLoader } from 'convlab';
 * import { webDataset } from 'convlab/node';
 *
 * const load = (shards: string) => new IterableLoader(webDataset(shards, { shuffle: true, seed: 1 }), { batchSize: 64, workers: 2 });
 * ```
 */
export class IterableLoader<S> implements AsyncIterable<Batch<S>> {
  readonly batchSize: number;
  readonly #dropLast: boolean;
  readonly #workers: number;
  #epoch = 0;

  /** @throws OptionError if an option is unknown or breaks its rule */
  constructor(
    readonly dataset: IterableDataset<S>,
    options: IterableLoaderOptions = {},
  ) {
    const { batchSize, dropLast, workers } = settle('IterableLoader', options, ITERABLE_LOADER_OPTIONS);
    [this.batchSize, this.#dropLast, this.#workers] = [batchSize, dropLast, workers];
  }

  /** Number of batches in a pass; undefined if the dataset does not know its length. */
  get length(): number | undefined {
    if (this.dataset.length === undefined) return undefined;
    const batches = this.dataset.length / this.batchSize;
    return this.#dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The number of the next pass, from 0; set it to resume at that pass. */
  get epoch(): number {
    return this.#epoch;
  }

  set epoch(epoch: number) {
    if (!Number.isSafeInteger(epoch) || epoch < 0) throw new OptionError('IterableLoader', 'epoch', 'must be an integer ≥ 0', epoch);
    this.#epoch = epoch;
  }

  /** One pass, in batches. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch<S>, void, undefined> {
    const epoch = this.#epoch++;
    const ahead = this.#workers * this.batchSize;
    let [samples, given]: [S[], number] = [[], 0];
    const join = () =>
      collate(
        samples,
        Int32Array.from(samples, (_, k) => given - samples.length + k),
      );
    for await (const sample of this.dataset.samples({ epoch, ahead })) {
      samples.push(sample);
      given++;
      if (samples.length < this.batchSize) continue;
      yield join();
      samples = [];
    }
    if (samples.length > 0 && !this.#dropLast) yield join();
  }
}
