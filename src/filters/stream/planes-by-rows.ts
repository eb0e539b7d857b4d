import { imageToTensor } from '../../image/image.js';
import { type Format, whiteOf } from '../../image/samples.js';
import type { RowRange, ValueRange } from '../../kernels/backend.js';
import type { Operators } from '../../kernels/operators.js';
import type { Tensor } from '../../tensor.js';
import { isOpaque } from '../picture/channels.js';
import { mapOutput, rangeOf, samplesToImage, toResultUnits } from '../picture/output.js';
import { OverPlanes } from '../picture/over-planes.js';
import { blend, cropTensor, shares } from '../picture/region.js';
import type { SettledFilter } from '../settle-filter.js';
import { type FilterByRows, type HeldRows, rowsOf, withinRows } from './by-rows.js';
import { notOpaque } from './samples-by-rows.js';
import { stepsOnRows } from './steps-on-rows.js';

/** Maximum number of cached plans, one per band height. */
const MOST_PLANS = 8;

/** Filters on float planes, on any backend. Each band is filtered like a small image, with the border values of the whole image. */
export class PlanesByRows implements FilterByRows {
  readonly format: Format;
  readonly result: Format;
  readonly unit = 1;
  readonly origin = 0;
  readonly measured: boolean;
  readonly judged: RowRange;
  readonly #plans = new Map<string, OverPlanes>();
  #share: Float32Array | undefined;

  /** @param opaque the image must be opaque */
  constructor(
    readonly settled: SettledFilter,
    readonly on: Operators,
    readonly opaque: boolean,
  ) {
    const { format, result, output } = settled;
    this.format = format;
    this.result = result;
    this.measured = output === 'normalize';
    this.judged = [0, format.height];
  }

  source(rows: RowRange): RowRange {
    const { source } = stepsOnRows(this.settled.steps, rows);
    return this.settled.local ? [Math.min(source[0], rows[0]), Math.max(source[1], rows[1])] : source;
  }

  async measure(held: HeldRows, rows: RowRange): Promise<ValueRange> {
    const { changed, local, rectangle } = this.settled;
    const values = await this.#filter(held, rows);
    return rangeOf(local ? cropTensor(values, withinRows(rectangle, rows)) : values, changed);
  }

  async run(held: HeldRows, out: HeldRows, _?: unknown, range?: ValueRange): Promise<void> {
    const { format, changed, output, local, rectangle } = this.settled;
    const rows: RowRange = [out.from, out.from + out.image.height];
    const values = await this.#filter(held, rows);
    if (!local) {
      mapOutput(values, format.samples, output, changed, range);
      return out.image.data.set(samplesToImage(values, format.samples, output).data);
    }
    const whole = imageToTensor(rowsOf(held, rows));
    const part = withinRows(rectangle, rows);
    const filtered = cropTensor(values, part);
    mapOutput(filtered, format.samples, output, changed, range);
    toResultUnits(whole, format.samples, output);
    blend(whole, filtered, part, this.#shares(rows, part.height));
    out.image.data.set(samplesToImage(whole, format.samples, output).data);
  }

  release(): void {
    this.on.release();
  }

  /** Filtered values of rows of the result, in the units of the image. */
  async #filter(held: HeldRows, rows: RowRange): Promise<Tensor> {
    const { operation, channels, filtered, alpha, format, linear, changed } = this.settled;
    const { steps, source, given } = stepsOnRows(this.settled.steps, rows);
    const image = rowsOf(held, source);
    if (this.opaque && !isOpaque(image)) notOpaque(operation);
    const key = steps.map(({ geometry }) => geometry.key).join();
    const around = { channels, filtered, alpha, white: whiteOf(format.samples), light: linear ? changed : [] };
    const planes = this.#plans.get(key) ?? new OverPlanes(operation, steps, around, this.on);
    if (this.#plans.size >= MOST_PLANS) this.#plans.clear();
    this.#plans.set(key, planes);
    const values = await planes.run(imageToTensor(image), {});
    return cropTensor(values, { x: 0, y: rows[0] - given[0], width: values.shape[3], height: rows[1] - rows[0] });
  }

  #shares(rows: RowRange, height: number): Float32Array {
    const { region, mask, rectangle, format } = this.settled;
    this.#share ??= shares({ region, mask }, rectangle, format);
    const from = Math.max(0, rows[0] - rectangle.y) * rectangle.width;
    return this.#share.subarray(from, from + height * rectangle.width);
  }
}
