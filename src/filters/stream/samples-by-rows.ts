import type { Control } from '../../control.js';
import { DataError } from '../../errors.js';
import type { Format } from '../../image/samples.js';
import type { Backend, Executable, PictureBands, RowRange, ValueRange } from '../../kernels/backend.js';
import type { PictureJob, ResizeJob } from '../../kernels/job.js';
import { copyAround } from '../picture/region.js';
import type { SettledFilter } from '../settle-filter.js';
import { type FilterByRows, type HeldRows, rowsOf, withinRows } from './by-rows.js';

/** What a job does not describe: the formats, and the filtered part of the image. */
type Around = Pick<SettledFilter, 'operation' | 'format' | 'result' | 'output' | 'local' | 'rectangle' | 'mask'>;

/** Filters from samples to samples, on a backend that runs the plan of the whole image on bands. */
export class SamplesByRows implements FilterByRows {
  readonly format: Format;
  readonly result: Format;
  readonly unit: number;
  readonly origin: number;
  readonly measured: boolean;
  readonly judged: RowRange;
  readonly #executable: Executable;

  constructor(
    readonly settled: Around,
    readonly backend: Backend,
    readonly bands: PictureBands,
    job: PictureJob | ResizeJob,
  ) {
    const { format, result, rectangle, output } = settled;
    this.#executable = backend.prepare(job);
    this.format = format;
    this.result = result;
    this.unit = bands.unit(this.#executable);
    this.origin = settled.local ? rectangle.y : 0;
    this.measured = output === 'normalize';
    this.judged = bands.source(this.#executable, [0, this.#height]);
  }

  /** height of the filtered part */
  get #height(): number {
    const { local, rectangle, result } = this.settled;
    return local ? rectangle.height : result.height;
  }

  source(rows: RowRange): RowRange {
    const filtered = this.#filtered(rows);
    const [from, to] = filtered ? this.bands.source(this.#executable, filtered) : [0, 0];
    if (!this.settled.local) return [from, to];
    return from < to ? [Math.min(from, rows[0]), Math.max(to, rows[1])] : rows;
  }

  async measure({ image, from }: HeldRows, rows: RowRange, control?: Control): Promise<ValueRange> {
    const filtered = this.#filtered(rows);
    if (!filtered) return { least: Number.POSITIVE_INFINITY, largest: Number.NEGATIVE_INFINITY };
    const band = { rows: filtered, input: from, output: rows[0] };
    return (await this.bands.measure(this.#executable, this.#inputs(image.data), band, control)) ?? notOpaque(this.settled.operation);
  }

  async run(held: HeldRows, out: HeldRows, control?: Control, range?: ValueRange): Promise<void> {
    const rows: RowRange = [out.from, out.from + out.image.height];
    const filtered = this.#filtered(rows);
    const { local, rectangle, output, operation } = this.settled;
    if (local) copyAround(rowsOf(held, rows), out.image, { rectangle: withinRows(rectangle, rows), output });
    if (!filtered) return;
    const band = { rows: filtered, input: held.from, output: rows[0] };
    if (!(await this.bands.run(this.#executable, this.#inputs(held.image.data), out.image.data, band, control, range))) notOpaque(operation);
  }

  release(): void {
    this.backend.release(this.#executable);
  }

  #inputs(samples: HeldRows['image']['data']) {
    const { mask } = this.settled;
    return mask ? [samples, mask.data] : [samples];
  }

  /** The rows to filter for these rows of the result. */
  #filtered([from, to]: RowRange): RowRange | undefined {
    const [top, bottom] = [Math.max(0, from - this.origin), Math.min(this.#height, to - this.origin)];
    return top < bottom ? [top, bottom] : undefined;
  }
}

export function notOpaque(operation: string): never {
  throw new DataError(operation, 'the image must not have transparent pixels if opaque is true', { opaque: true });
}
