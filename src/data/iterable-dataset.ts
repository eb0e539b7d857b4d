/** One pass over an {@link IterableDataset}. */
export interface SamplePass {
  /** Number of the pass, from 0. Random order depends on it and on a seed. */
  readonly epoch: number;
  /** Number of samples that may be prepared before they are requested. */
  readonly ahead: number;
}

/**
 * A dataset that is read in sequence, without random access: a stream, or files that are larger than memory.
 * {@link IterableLoader} combines its samples into batches. A custom dataset implements `samples`:
 * @example
 * ```ts
 * import { IterableDataset, IterableLoader, tensor } from 'convlab';
 *
 * class Countdown extends IterableDataset<{ x: ReturnType<typeof tensor>; y: number }> {
 *   *samples() {
 *     for (let i = 10; i > 0; i--) yield { x: tensor([i], [1]), y: i % 2 };
 *   }
 * }
 * const sizes: number[] = [];
 * for await (const { y } of new IterableLoader(new Countdown(), { batchSize: 8 })) sizes.push(y.length);
 * console.log(sizes); // → [ 8, 2 ]
 * ```
 */
export abstract class IterableDataset<S> implements AsyncIterable<S> {
  /** Number of samples in a pass, if known; learning-rate schedules need it. */
  readonly length?: number;

  /** The samples of one pass. */
  abstract samples(pass: SamplePass): AsyncIterable<S> | Iterable<S>;

  /** The samples of the first pass. */
  async *[Symbol.asyncIterator](): AsyncGenerator<S, void, undefined> {
    yield* this.samples({ epoch: 0, ahead: 0 });
  }
}

/**
 * Applies `change` to values and yields the results in order; several run concurrently ahead of the consumer.
 * @param ahead number of values processed ahead
 */
export async function* changedAhead<S, T>(source: AsyncIterable<S>, change: (value: S) => Promise<T>, ahead: number): AsyncGenerator<T, void, undefined> {
  const underway: Promise<T>[] = [];
  try {
    for await (const value of source) {
      const next = change(value);
      next.catch(() => {}); // reported when it is awaited
      underway.push(next);
      if (underway.length > ahead) yield await (underway.shift() as Promise<T>);
    }
    for (let next = underway.shift(); next; next = underway.shift()) yield await next;
  } finally {
    await Promise.allSettled(underway);
  }
}
