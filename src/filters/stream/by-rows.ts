import type { Control } from '../../control.js';
import { OptionError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import type { Format } from '../../image/samples.js';
import type { RowRange, ValueRange } from '../../kernels/backend.js';
import type { ConvGeometry } from '../../kernels/geometry.js';
import type { ConvPlan } from '../../kernels/plan/conv-plan.js';
import type { Rectangle } from '../picture/region.js';

/** Some rows of an image, stored as an image of their own, and the index of the first of these rows in the whole image. */
export interface HeldRows {
  readonly image: Image;
  readonly from: number;
}

/**
 * A filter that computes rows of the result from rows of the image, without the whole image in memory. Rows are counted
 * from the top of the whole image and of the whole result.
 */
export interface FilterByRows {
  readonly format: Format;
  readonly result: Format;
  /**
   * Number of result rows that are computed together. Above row `origin`, bands begin at multiples of `unit`; from there
   * on, they begin at `origin` plus a multiple of `unit`. A band ends where the next one begins.
   */
  readonly unit: number;
  readonly origin: number;
  /** The result is normalized to black … white, so all bands are measured before the first is computed. */
  readonly measured: boolean;
  /** Rows that must be opaque; if they contain transparent pixels, a different plan is needed. */
  readonly judged: RowRange;
  /** The rows of the image from which rows of the result are computed; may be empty. */
  source(rows: RowRange): RowRange;
  /** The range of values of a normalized result. @throws DataError if the image must be opaque and is not */
  measure(held: HeldRows, rows: RowRange, control?: Control): Promise<ValueRange>;
  /**
   * Fills rows of the result.
   * @param out the rows, as an image
   * @param range the value range of all bands, for a normalized result
   * @throws DataError if the image must be opaque and is not
   */
  run(held: HeldRows, out: HeldRows, control?: Control, range?: ValueRange): Promise<void>;
  /** Releases programs and tables. */
  release(): void;
}

/** A plan that a stream of rows can run: the plan of a filter, an operation or a resize, for images of one format. */
export interface RowPlan {
  readonly format: Format;
  readonly result: Format;
  /** One plan per convolution that runs. */
  readonly steps: readonly ConvPlan[];
  /** The plan for images with transparent pixels, if it differs. */
  readonly transparent?: RowPlan | undefined;
  /**
   * @throws OptionError if rows of the result depend on rows anywhere in the image
   * @throws UnsupportedError if the backend can compute the result only from the whole image
   */
  byRows(): FilterByRows;
}

/** @throws OptionError if rows of the result depend on rows anywhere in the image */
export function checkLocal(operation: string, geometries: readonly Pick<ConvGeometry, 'paddingMode' | 'before' | 'after'>[]): void {
  for (const { paddingMode, before, after } of geometries) {
    if (paddingMode === 'wrap' && before[1] + after[1] > 0)
      throw new OptionError(operation, 'paddingMode', "must not be 'wrap' for a stream of rows, because the first rows depend on the last ones", 'wrap');
  }
}

/** The part of a rectangle inside a range of rows, relative to the first row of the range; its height is 0 if they do not overlap. */
export function withinRows({ x, y, width, height }: Rectangle, [from, to]: RowRange): Rectangle {
  const [top, bottom] = [Math.max(y, from), Math.min(y + height, to)];
  return top < bottom ? { x, y: top - from, width, height: bottom - top } : { x, y: 0, width, height: 0 };
}

/** Some of the held rows, as an image that shares their samples. */
export function rowsOf({ image, from }: HeldRows, [top, bottom]: RowRange): Image {
  const row = image.width * image.channels;
  return { ...image, height: bottom - top, data: image.data.subarray((top - from) * row, (bottom - from) * row) };
}
