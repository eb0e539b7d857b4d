/** One pass over an {@link IterableDataset}. */
export interface SamplePass {
  /** Its number, from 0: what is random depends on it, and on a seed. */
  readonly epoch: number;
  /** Samples that may be made before they are asked for. */
  readonly ahead: number;
}

/**
 * Samples that come one after the other, as many as there are: a stream, or files that are larger than memory. {@link IterableLoader} makes batches of
 * them. A custom dataset implements `samples`:
 * @example
 * ```ts
 * import { IterableDataset, IterableLoader, tensor } from 'convlab';
 *
 * class Countdown extends IterableDataset<{ x: ReturnType<typeof tensor>; y: number }> {
 *   *samples() {
 *     for (let i = 10; i > 0; i--) yield { x: tensor([i], [1]), y: i % 2 };
 *   }
 * }
 * for await (const { y } of new IterableLoader(new Countdown(), { batchSize: 8 })) console.log(y.length); // → 2
 * ```
 */
export abstract class IterableDataset<S> implements AsyncIterable<S> {
  /** Samples in a pass, where that is known: learning rates that follow a schedule need it. */
  readonly length?: number;

  /** The samples of one pass. */
  abstract samples(pass: SamplePass): AsyncIterable<S> | Iterable<S>;

  /** The samples of the first pass. */
  async *[Symbol.asyncIterator](): AsyncGenerator<S, void, undefined> {
    yield* this.samples({ epoch: 0, ahead: 0 });
  }
}

/**
 * What `change` makes of values, in their order, some of them beforehand and at the same time.
 * @param ahead how many are under way while the first of them is waited for
 */
export async function* changedAhead<S, T>(source: AsyncIterable<S>, change: (value: S) => Promise<T>, ahead: number): AsyncGenerator<T, void, undefined> {
  const underway: Promise<T>[] = [];
  try {
    for await (const value of source) {
      const next = change(value);
      next.catch(() => {}); // it is heard when its turn comes
      underway.push(next);
      if (underway.length > ahead) yield await (underway.shift() as Promise<T>);
    }
    for (let next = underway.shift(); next; next = underway.shift()) yield await next;
  } finally {
    await Promise.allSettled(underway);
  }
}
