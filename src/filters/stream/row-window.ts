import type { Samples } from '../../image/image.js';
import { rowLength } from '../../image/rows.js';
import { type Format, newImage } from '../../image/samples.js';
import type { HeldRows } from './by-rows.js';

/** The latest rows of an image that are still needed. */
export class RowWindow {
  #rows: Samples;
  /** Memory to which kept rows are moved, because a run may still read their previous location. */
  #spare: Samples;
  #from = 0;
  #to = 0;

  /** @param most maximum number of rows */
  constructor(
    readonly format: Format,
    most: number,
  ) {
    [this.#rows, this.#spare] = [0, 1].map(() => newImage({ ...format, height: most }).data);
  }

  /** The index of the next row. */
  get to(): number {
    return this.#to;
  }

  get held(): HeldRows {
    const { width, channels } = this.format;
    const height = this.#to - this.#from;
    return { image: { width, height, channels, data: this.#rows.subarray(0, height * rowLength(this.format)) }, from: this.#from };
  }

  /** @param rows complete rows, no more than fit */
  append(rows: Samples): void {
    this.#rows.set(rows, (this.#to - this.#from) * rowLength(this.format));
    this.#to += rows.length / rowLength(this.format);
  }

  /** Drops the rows above `row`. Rows that {@link held} returned before the previous call of `forget` must not be read any more. */
  forget(row: number): void {
    const length = rowLength(this.format);
    const [first, end] = [Math.max(0, row - this.#from), this.#to - this.#from];
    if (first < end) this.#spare.set(this.#rows.subarray(first * length, end * length));
    [this.#rows, this.#spare] = [this.#spare, this.#rows];
    this.#from = Math.max(this.#from, row);
    this.#to = Math.max(this.#to, row);
  }
}
