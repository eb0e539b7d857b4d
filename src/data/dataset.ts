import { OptionError } from '../errors.js';
import { anyWhole, checkOptions } from '../options.js';
import type { Tensor } from '../tensor.js';
import { type Batch, collate } from './collate.js';
import { checkSeed, stream } from './stream.js';

/** An image and its target. */
export interface Sample<Y = number> {
  /** `[C, H, W]`, without a batch axis */
  readonly x: Tensor;
  /** the class label, from 0; or a tensor of values to predict */
  readonly y: Y;
}

/**
 * A collection of samples, indexed by number. A custom dataset implements `length` and `at`:
 * @example
 * ```ts
 * import { Dataset, type Tensor, tensor } from 'convlab';
 *
 * class Parity extends Dataset<{ x: Tensor; y: number }> {
 *   readonly length = 100;
 *   at(i: number) {
 *     return { x: tensor([i], [1, 1, 1]), y: i % 2 };
 *   }
 * }
 * ```
 */
export abstract class Dataset<S> implements AsyncIterable<S> {
  abstract readonly length: number;

  /**
   * The sample, or a promise of it.
   * @param index 0 … length − 1
   * @param epoch number of the pass over the data; used only for random changes, see {@link augment}
   */
  abstract at(index: number, epoch?: number): S | Promise<S>;

  /**
   * Several samples as one batch, see {@link Batch}. Some datasets build the batch without creating the samples.
   * @param _ahead true if the batch is not needed at once, so another thread may compute it
   */
  batch(indices: ArrayLike<number>, epoch = 0, _ahead = false): Batch<S> | Promise<Batch<S>> {
    const samples = Array.from(indices, (index) => this.at(index, epoch));
    return samples.some(isPromise) ? Promise.all(samples).then((ready) => collate(ready, indices)) : collate(samples as S[], indices);
  }

  /** Every sample, in order. */
  async *[Symbol.asyncIterator](): AsyncGenerator<S, void, undefined> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

/**
 * Some samples of a dataset, in the given order; an index may occur more than once.
 * @example
 * ```ts
 * import { Subset } from 'convlab';
 * import { mnist } from 'convlab/node';
 *
 * const digits = await mnist({ train: false });
 * const first = new Subset(digits, [0, 1, 2, 3]);
 * console.log(first.length, digits.length); // → 4 10000
 * ```
 */
export class Subset<S> extends Dataset<S> {
  readonly indices: Int32Array;

  /** @throws OptionError if an index is outside the dataset */
  constructor(
    readonly dataset: Dataset<S>,
    indices: ArrayLike<number>,
  ) {
    super();
    for (let k = 0; k < indices.length; k++) checkIndex('Subset', indices[k], dataset.length);
    this.indices = Int32Array.from(indices);
  }

  get length(): number {
    return this.indices.length;
  }

  at(index: number, epoch = 0): S | Promise<S> {
    return this.dataset.at(this.#inner(index), epoch);
  }

  override batch(indices: ArrayLike<number>, epoch = 0, ahead = false): Batch<S> | Promise<Batch<S>> {
    const inner = Int32Array.from(indices, (index) => this.#inner(index));
    return this.dataset.batch(inner, epoch, ahead);
  }

  #inner(index: number): number {
    checkIndex('Subset', index, this.length);
    return this.indices[index];
  }
}

/** The concatenation of datasets. */
export class ConcatDataset<S> extends Dataset<S> {
  readonly length: number;

  constructor(readonly datasets: readonly Dataset<S>[]) {
    super();
    this.length = datasets.reduce((sum, { length }) => sum + length, 0);
  }

  at(index: number, epoch = 0): S | Promise<S> {
    checkIndex('ConcatDataset', index, this.length);
    let i = index;
    for (const dataset of this.datasets) {
      if (i < dataset.length) return dataset.at(i, epoch);
      i -= dataset.length;
    }
    throw new Error('the dataset became shorter'); // lengths are summed when the datasets are joined
  }
}

/**
 * A dataset that applies `change` to each sample every time it is read.
 * @param change may return a promise
 */
export function mapDataset<S, T>(dataset: Dataset<S>, change: (sample: S, index: number, epoch: number) => T | Promise<T>): Dataset<T> {
  return new Mapped(dataset, change);
}

class Mapped<S, T> extends Dataset<T> {
  constructor(
    readonly dataset: Dataset<S>,
    readonly change: (sample: S, index: number, epoch: number) => T | Promise<T>,
  ) {
    super();
  }

  get length(): number {
    return this.dataset.length;
  }

  at(index: number, epoch = 0): T | Promise<T> {
    const sample = this.dataset.at(index, epoch);
    return isPromise(sample) ? sample.then((ready) => this.change(ready, index, epoch)) : this.change(sample, index, epoch);
  }
}

/**
 * Splits a dataset at random into disjoint parts, e.g. for training and validation:
 * `const [train, validation] = randomSplit(await mnist(), [55000, 5000])`.
 * @param lengths the lengths of the parts; their sum is the dataset's length
 * @throws OptionError if the lengths are not integers ≥ 0 with that sum
 * @example
 * ```ts
 * import { randomSplit, TensorDataset, full } from 'convlab';
 *
 * const data = new TensorDataset(full([10, 1, 8, 8]), new Int32Array(10));
 * const [kept, held] = randomSplit(data, [8, 2], { seed: 1 });
 * console.log(kept.length, held.length); // → 8 2
 * ```
 */
export function randomSplit<S>(
  dataset: Dataset<S>,
  lengths: readonly number[],
  options: { /** The same seed splits the same way. Default 0. */ seed?: number } = {},
): Subset<S>[] {
  checkOptions('randomSplit', options, { seed: anyWhole });
  const { seed = 0 } = options;
  checkSeed('randomSplit', seed);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (!lengths.every((length) => Number.isSafeInteger(length) && length >= 0) || total !== dataset.length) {
    throw new OptionError('randomSplit', 'lengths', `must be integers ≥ 0 that add up to the dataset's ${dataset.length} samples`, lengths);
  }
  const order = stream(seed).shuffle(Int32Array.from({ length: total }, (_, i) => i));
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return new Subset(dataset, order.subarray(end - length, end));
  });
}

/** @throws OptionError if the index is outside the dataset */
export function checkIndex(operation: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new OptionError(operation, 'index', length ? `must be an integer from 0 to ${length - 1}` : 'must not be used with an empty dataset', index);
}

/** True for promises of any realm. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | null)?.then === 'function';
}
