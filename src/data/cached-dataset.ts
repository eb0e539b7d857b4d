import { Dataset } from './dataset.js';

/**
 * A dataset that caches each sample after it is first read, so that images of a folder are decoded once instead of once
 * per epoch. Apply {@link augment} to the cached dataset, not before caching, so that the changes stay random. All
 * samples that were read stay in memory.
 * @example
 * ```ts
 * import { cached, mapDataset, TensorDataset, full } from 'convlab';
 *
 * let read = 0;
 * const slow = mapDataset(new TensorDataset(full([2, 1, 4, 4]), [0, 1]), (sample) => {
 *   read++;
 *   return sample;
 * });
 * const quick = cached(slow);
 * for (let pass = 0; pass < 3; pass++) for await (const _ of quick);
 * console.log(read); // → 2
 * ```
 */
export function cached<S>(dataset: Dataset<S>): Dataset<S> {
  return new CachedDataset(dataset);
}

class CachedDataset<S> extends Dataset<S> {
  readonly #kept = new Map<number, S | Promise<S>>();

  constructor(readonly dataset: Dataset<S>) {
    super();
  }

  get length(): number {
    return this.dataset.length;
  }

  at(index: number): S | Promise<S> {
    const known = this.#kept.get(index);
    if (known !== undefined) return known;
    const sample = this.dataset.at(index);
    this.#kept.set(index, sample);
    if (sample instanceof Promise) {
      sample.then(
        (ready) => this.#kept.set(index, ready),
        // a failed read may succeed next time
        () => this.#kept.delete(index),
      );
    }
    return sample;
  }
}
