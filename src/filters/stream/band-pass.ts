import type { Samples } from '../../image/image.js';
import { rowLength, wrongHeight } from '../../image/rows.js';
import type { RowRange } from '../../kernels/backend.js';
import type { FilterByRows, HeldRows } from './by-rows.js';
import { RowWindow } from './row-window.js';

/**
 * Size in bytes of a band of the image or the result: enough work for all threads, but small compared with the memory
 * of a process.
 */
const BAND_BYTES = 4 * 1024 * 1024;

/** Some rows of a result. */
export interface OutputBand {
  readonly rows: RowRange;
  /** the rows of the image from which they are computed */
  readonly source: RowRange;
  /** the first row that this band or a later one needs */
  readonly keep: number;
}

/** @param height rows per band, rounded up to the block height of the plan. Default: about 4 MB */
export function outputBands(by: FilterByRows, height: number | undefined): readonly OutputBand[] {
  const { format, result, unit, origin } = by;
  const rows = unit * Math.ceil((height ?? usualHeight(by)) / unit);
  const starts: number[] = [];
  for (let row = 0; row < Math.min(origin, result.height); row += rows) starts.push(row);
  for (let row = origin; row < result.height; row += rows) starts.push(row);
  const bands: OutputBand[] = [];
  for (let i = starts.length - 1, keep = format.height; i >= 0; i--) {
    const range: RowRange = [starts[i], starts[i + 1] ?? result.height];
    const [from, to] = by.source(range);
    keep = from < to ? Math.min(keep, from) : keep;
    bands[i] = { rows: range, source: from < to ? [from, to] : [keep, keep], keep };
  }
  return bands;
}

function usualHeight(by: FilterByRows): number {
  const { format, result } = by;
  const bytes = { uint8: 1, uint16: 2, float32: 4 } as const;
  const stride = format.height / result.height;
  const row = Math.max(stride * rowLength(format) * bytes[format.samples], rowLength(result) * bytes[result.samples]);
  const middle = result.height >> 1;
  const [from, to] = by.source([middle, middle + 1]);
  // overlapping rows are copied twice and, on some backends, computed twice
  return Math.ceil(Math.max(BAND_BYTES / row, (2 * (to - from)) / stride, 1));
}

/** One pass over the rows of an image. It computes the bands of the result in order, each while the rows of the next one are read. */
export class BandPass<T> {
  readonly #window: RowWindow;
  #received = 0;
  #next = 0;
  #pending: Promise<T> | undefined;

  constructor(
    readonly operation: string,
    readonly by: FilterByRows,
    readonly bands: readonly OutputBand[],
    readonly compute: (held: HeldRows, rows: RowRange) => Promise<T>,
  ) {
    this.#window = new RowWindow(by.format, Math.max(...bands.map(({ keep, source }) => source[1] - keep), 0));
    this.#window.forget(bands[0].keep);
  }

  /** All bands of a source. */
  async *over(source: AsyncIterable<Samples>): AsyncGenerator<T, void, undefined> {
    try {
      for await (const rows of source) yield* this.push(rows);
      yield* this.end();
    } finally {
      await this.settled();
    }
  }

  /** @param samples the next rows @throws DataError if there are too many */
  async *push(samples: Samples): AsyncGenerator<T, void, undefined> {
    const { format } = this.by;
    const length = rowLength(format);
    const rows = samples.length / length;
    const first = this.#received;
    this.#received += rows;
    if (this.#received > format.height) wrongHeight(this.operation, format, 'more');
    for (let at = first; this.#next < this.bands.length; ) {
      const { source } = this.bands[this.#next];
      // rows between those of two bands are skipped
      at = Math.max(at, Math.min(this.#window.to, first + rows));
      const end = Math.min(first + rows, Math.max(at, source[1]));
      if (at === this.#window.to) this.#window.append(samples.subarray((at - first) * length, (end - first) * length));
      at = end;
      if (this.#window.to < source[1]) return;
      yield* this.#start();
    }
  }

  /** Yields the last bands after all rows have been pushed. @throws DataError if there were too few rows */
  async *end(): AsyncGenerator<T, void, undefined> {
    const { format } = this.by;
    if (this.#received < format.height) wrongHeight(this.operation, format, `${this.#received}`);
    while (this.#next < this.bands.length) yield* this.#start();
    if (this.#pending) yield await this.#pending;
    this.#pending = undefined;
  }

  /** Resolves once no band is being computed. */
  async settled(): Promise<void> {
    await this.#pending?.catch(() => {});
  }

  /** Starts a band and yields the previous one. */
  async *#start(): AsyncGenerator<T, void, undefined> {
    const before = this.#pending;
    const pending = this.compute(this.#window.held, this.bands[this.#next].rows);
    pending.catch(() => {}); // reported to the caller that awaits it
    // if the caller stops here, `settled` waits for both bands
    this.#pending = before ? before.then(() => pending) : pending;
    this.#next++;
    const done = before && { value: await before };
    this.#pending = pending;
    this.#window.forget(this.bands[this.#next]?.keep ?? this.#window.to);
    if (done) yield done.value;
  }
}
