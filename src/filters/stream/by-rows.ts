import type { Control } from '../../control.js';
import { OptionError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import type { Format } from '../../image/samples.js';
import type { RowRange, ValueRange } from '../../kernels/backend.js';
import type { Rectangle } from '../picture/region.js';
import type { SettledFilter } from '../settle-filter.js';

/** Some rows of an image: as an image, with the index of its first row. */
export interface HeldRows {
  readonly image: Image;
  readonly from: number;
}

/**
 * A filter that gives rows of its result from rows of the picture, whichever bands these make: the whole picture need not be anywhere.
 * Rows count from the top of the whole picture, and of the whole result.
 */
export interface FilterByRows {
  readonly format: Format;
  readonly result: Format;
  /** Rows of the result that are computed together: bands begin at `origin` + a multiple of it, or at 0, and end where the next one begins. */
  readonly unit: number;
  readonly origin: number;
  /** The result is spread from black to white: all bands are measured before the first is computed. */
  readonly measured: boolean;
  /** Rows with transparent pixels in an image that must be opaque: a different plan is needed. */
  readonly judged: RowRange;
  /** The rows of the picture that rows of the result are computed from; an empty range where that is none. */
  source(rows: RowRange): RowRange;
  /** The values that a normalized result is spread from. @throws DataError if the picture must be opaque and is not */
  measure(held: HeldRows, rows: RowRange, control?: Control): Promise<ValueRange>;
  /**
   * Fills rows of the result.
   * @param out the rows, as a picture of their own
   * @param range of all bands, of a normalized result
   * @throws DataError if the picture must be opaque and is not
   */
  run(held: HeldRows, out: HeldRows, control?: Control, range?: ValueRange): Promise<void>;
  /** Gives programs and tables back. */
  release(): void;
}

/** @throws OptionError if rows of the result depend on rows anywhere in the picture */
export function checkLocal({ operation, steps }: SettledFilter): void {
  for (const { geometry } of steps) {
    if (geometry.paddingMode === 'wrap' && geometry.before[1] + geometry.after[1] > 0)
      throw new OptionError(operation, 'paddingMode', "must not be 'wrap' for a stream of rows, because the first rows depend on the last ones", 'wrap');
  }
}

/** The part of a rectangle that is in some rows, counted from the first of them; no height, if that is none. */
export function withinRows({ x, y, width, height }: Rectangle, [from, to]: RowRange): Rectangle {
  const [top, bottom] = [Math.max(y, from), Math.min(y + height, to)];
  return top < bottom ? { x, y: top - from, width, height: bottom - top } : { x, y: 0, width, height: 0 };
}

/** Rows of held ones, as a picture that shares their samples. */
export function rowsOf({ image, from }: HeldRows, [top, bottom]: RowRange): Image {
  const row = image.width * image.channels;
  return { ...image, height: bottom - top, data: image.data.subarray((top - from) * row, (bottom - from) * row) };
}
