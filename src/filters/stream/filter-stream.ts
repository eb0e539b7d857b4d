import { CONTROL_OPTIONS, type Control } from '../../control.js';
import { OptionError } from '../../errors.js';
import type { Samples } from '../../image/image.js';
import { checkFormat, eachBand, type RowSource, rowLength } from '../../image/rows.js';
import { type Format, newImage } from '../../image/samples.js';
import type { Backend, RowRange, ValueRange } from '../../kernels/backend.js';
import { chosenBackend, RUN_OPTIONS } from '../../kernels/backends/create.js';
import { inNameOf, PLAN_OPTION } from '../../kernels/eager.js';
import { checkOptions, count, flag, type OptionsOf, option, pickOptions, type Rows } from '../../options.js';
import { operations } from '../catalogue/catalogue.js';
import { wayOf } from '../catalogue/operation-entry.js';
import { readName } from '../catalogue/read-name.js';
import { planFilter } from '../filter-plan.js';
import type { KernelSource } from '../kernel-source.js';
import type { EngineWay } from '../operations/engine-way.js';
import { OPERATION_OPTIONS } from '../operations/operation.js';
import { hasAlpha, isOpaque } from '../picture/channels.js';
import { WHERE_OPTIONS } from '../picture/region.js';
import { Pipeline } from '../pipeline.js';
import { AROUND_OPTIONS } from '../settle-filter.js';
import { STEP_OPTIONS } from '../step.js';
import { BandPass, type OutputBand, outputBands } from './band-pass.js';
import type { FilterByRows, HeldRows, RowPlan } from './by-rows.js';
import { planOperation } from './job-rows.js';

/** Rules and defaults of the options that all streams share. */
export const STREAMING = {
  /**
   * True if the image has no transparent pixels. With `alpha: 'premultiply'`, the default for weights with a positive
   * sum, an opaque image is filtered like one without alpha, which halves the work and rounds differently. A stream
   * does not know in advance whether the image is opaque. Default: if `rows` is a function, it is called once more to
   * check the pixels; otherwise this option is required. With `false`, the result for an opaque image is within one rounding of the
   * result of `filter`.
   */
  opaque: flag,
  /**
   * Rows per band of the result, rounded up to the block height of the plan. It does not affect the values. Default:
   * about 4 MB.
   */
  bandHeight: option(count, {}),
  /**
   * Reuse the memory of bands: each is valid until the next one is requested. Allocating new memory takes longer than a
   * small kernel. Default false: each band has its own array.
   */
  reuse: flag,
  ...RUN_OPTIONS,
  ...CONTROL_OPTIONS,
} satisfies Rows;

/** Rules and defaults of {@link FilterStreamOptions}. */
export const FILTER_STREAM_OPTIONS = { ...STEP_OPTIONS, ...AROUND_OPTIONS, ...STREAMING, ...PLAN_OPTION } satisfies Rows;
const PIPELINE_STREAM_OPTIONS = { ...WHERE_OPTIONS, ...STREAMING, ...PLAN_OPTION } satisfies Rows;
const OPERATION_STREAM_OPTIONS = { ...OPERATION_OPTIONS, ...STREAMING, ...PLAN_OPTION } satisfies Rows;

/** Options of {@link filterStream}: those of `filter`, and options of the stream. */
export interface FilterStreamOptions extends OptionsOf<typeof FILTER_STREAM_OPTIONS> {}
/** Options of {@link filterStream} with a pipeline, which contains all other options. */
export interface PipelineStreamOptions extends OptionsOf<typeof PIPELINE_STREAM_OPTIONS> {}

/** How a stream runs. */
type StreamOptions = OptionsOf<typeof STREAMING & typeof PLAN_OPTION>;

/** The rows of a result in bands, from the top. It can be read once; requesting a band computes the next one. */
export interface RowStream extends AsyncGenerator<Samples, void, undefined> {
  /** format of the result */
  readonly format: Format;
}

/**
 * Filters an image that does not fit in memory: it reads bands of rows and returns bands of filtered rows, bit-identical to those of `filter` on the
 * whole image. Memory holds the rows under the kernel, one or two bands, and the mask if there is one.
 *
 * The whole image is planned once. All options of `filter` that depend only on nearby rows work: all kernels, strides, dilations, anchors and
 * outputs, alpha, linear light, luminance, regions, masks, and all padding modes except `'wrap'`. `output: 'normalize'` needs two passes, so
 * `rows` must be a function. The backend `'auto'` uses wasm for streams; `'reference'` gives its own float64 results; a GPU computes each band on float
 * planes, within the tolerance of that backend.
 *
 * @param rows bands of whole rows, of any height; or a function that returns them, for an image that can be read twice
 * @param format the format of the image
 * @param kernel as in `filter`; a {@link Pipeline}; or the name of an operation of the catalogue except `canny`, such as
 * `'unsharp-mask:2'`. An operation takes the options of {@link OperationOptions} and runs on wasm only
 * @returns the rows of the result, and their format. The source is opened at the first request, read on demand, and closed with the result
 * @throws as `filter` does; OptionError if an option needs the whole image, or a second pass over rows that can be read only once
 * @throws DataError while reading, if the number of rows differs from the height in the format
 * @example
 * ```ts
 * import { filterStream } from 'convlab';
 *
 * async function* rows() {
 *   for (let y = 0; y < 3000; y += 100) yield new Uint8Array(100 * 2000 * 3).fill(y / 12); // 100 rows of 2000 RGB pixels
 * }
 * const soft = await filterStream(rows, { width: 2000, height: 3000, channels: 3, samples: 'uint8' }, 'gaussian:2');
 * let height = 0;
 * for await (const band of soft) height += band.length / (2000 * 3);
 * console.log(soft.format.samples, height); // → uint8 3000
 * ```
 */
export async function filterStream(rows: RowSource, format: Format, kernel: KernelSource, options?: FilterStreamOptions): Promise<RowStream>;
export async function filterStream(rows: RowSource, format: Format, pipeline: Pipeline, options?: PipelineStreamOptions): Promise<RowStream>;
export async function filterStream(rows: RowSource, format: Format, kernel: KernelSource | Pipeline, options: FilterStreamOptions = {}): Promise<RowStream> {
  return startStream(await planRows('filterStream', format, kernel, options), rows, options);
}

/** A prepared filter for the rows of an image. */
export interface PlannedRows {
  /** the name that errors begin with */
  readonly operation: string;
  readonly plan: RowPlan;
  readonly backend: Backend;
}

/** @throws as {@link filterStream} does */
export async function planRows(operation: string, format: Format, kernel: KernelSource | Pipeline, options: FilterStreamOptions): Promise<PlannedRows> {
  const named = operationOf(operation, kernel);
  checkOptions(operation, options, named ? OPERATION_STREAM_OPTIONS : kernel instanceof Pipeline ? PIPELINE_STREAM_OPTIONS : FILTER_STREAM_OPTIONS);
  const { width, height, channels, samples } = checkStream(operation, format, options);
  const backend = await chosenBackend(operation, options.backend);
  const plain = { width, height, channels, samples };
  const plan = named ? planOperation(operation, plain, named(plain, options), backend) : planOn(operation, plain, kernel, options, backend);
  return { operation, plan, backend };
}

/** @throws OptionError if it is not a format, or `opaque` is set for images without alpha */
export function checkStream(operation: string, format: Format, options: Pick<FilterStreamOptions, 'opaque'>): Format {
  checkFormat(operation, format);
  if (options.opaque !== undefined && !hasAlpha(format.channels))
    throw new OptionError(operation, 'opaque', `requires an image with alpha (channels: ${format.channels})`, options.opaque);
  return format;
}

function planOn(operation: string, format: Format, kernel: KernelSource | Pipeline, options: FilterStreamOptions, backend: Backend): RowPlan {
  if (kernel instanceof Pipeline) return kernel.plan(format, pickOptions(options, WHERE_OPTIONS), backend, { operation });
  const step = { kernel, ...pickOptions(options, STEP_OPTIONS) };
  return planFilter(format, [step], pickOptions(options, AROUND_OPTIONS), backend, { operation, merging: 'none' });
}

/**
 * How an operation of the catalogue is computed by rows; undefined for kernels and pipelines.
 * @throws OptionError if it needs the whole image
 */
function operationOf(operation: string, kernel: KernelSource | Pipeline): ((format: Format, options: FilterStreamOptions) => EngineWay) | undefined {
  const name = typeof kernel === 'string' ? kernel.split(':')[0] : '';
  if (typeof kernel !== 'string' || !Object.hasOwn(operations, name)) return undefined;
  const { entry, parameters } = readName(kernel, { operation, option: 'kernel', rule: 'must be a name', entries: operations });
  const way = wayOf(entry);
  if (!way) throw new OptionError(operation, 'kernel', `must not be ${name}, ${WHOLE_IMAGE}`, kernel);
  return (format, options) => way(format, parameters, pickOptions(options, OPERATION_OPTIONS));
}

/** The reason why `canny`, the only such operation of the catalogue, cannot be computed by rows. */
export const WHOLE_IMAGE = 'whose hysteresis follows edges through the whole image';

/** The filter of the plan that runs, if it is known in advance. @throws OptionError if `opaque` is required and missing */
export function checkPasses(operation: string, { format, transparent }: RowPlan, by: FilterByRows, again: boolean, opaque: boolean | undefined): void {
  const once = 'use filterStream with a function that returns the rows';
  if (by.measured && !again) throw new OptionError(operation, 'output', `'normalize' reads the image twice: ${once}`, 'normalize');
  if (transparent && opaque === undefined && !again) {
    const rule = "must be set if rows are read once and alpha is 'premultiply', because opaque images are filtered without alpha";
    throw new OptionError(operation, 'opaque', `${rule}; or ${once}`, `${format.channels} channels`);
  }
}

/** A stream with an existing plan. @throws as {@link filterStream} does */
export function startStream(planned: PlannedRows, rows: RowSource, options: StreamOptions): RowStream {
  const { operation, plan } = planned;
  const { opaque, onPlan, signal } = options;
  let by = plan.byRows();
  checkPasses(operation, plan, by, typeof rows === 'function', opaque);
  const source = () => eachBand(operation, rows, plan.format, { signal, reuse: true });
  const stream = async function* () {
    try {
      const isClear = plan.transparent !== undefined && !(opaque ?? (await isOpaqueWithin(source(), by)));
      const chosen = isClear && plan.transparent ? plan.transparent : plan;
      if (chosen !== plan) {
        by.release();
        by = chosen.byRows();
      }
      if (onPlan) for (const step of chosen.steps) onPlan(step);
      yield* filterRows(planned, by, source, options);
    } finally {
      by.release();
    }
  };
  return Object.assign(stream(), { format: plan.result });
}

async function* filterRows({ operation, backend }: PlannedRows, by: FilterByRows, source: () => AsyncIterable<Samples>, options: StreamOptions) {
  const { bandHeight, reuse, signal, onProgress } = options;
  const bands = outputBands(by, bandHeight);
  const place = reuse ? inTurn(by, bands) : undefined;
  let range: ValueRange | undefined;
  if (by.measured) {
    const measure = (held: HeldRows, rows: RowRange) => inNameOf(operation, backend, () => by.measure(held, rows, { signal }));
    range = { least: Number.POSITIVE_INFINITY, largest: Number.NEGATIVE_INFINITY };
    for await (const { least, largest } of new BandPass(operation, by, bands, measure).over(source())) {
      range = { least: Math.min(range.least, least), largest: Math.max(range.largest, largest) };
    }
  }
  const tell = teller(by, options);
  const run = (held: HeldRows, rows: RowRange) => inNameOf(operation, backend, () => computeBand(by, held, rows, { signal }, { range, place }));
  for await (const band of new BandPass(operation, by, bands, run).over(source())) {
    tell(band);
    yield band;
  }
  onProgress?.(1);
}

/** Returns the memory of two bands alternately: one band is computed while the other is read. */
function inTurn({ result }: FilterByRows, bands: readonly OutputBand[]): (height: number) => Samples {
  const height = Math.max(...bands.map(({ rows: [from, to] }) => to - from));
  let [next, other] = [0, 1].map(() => newImage({ ...result, height }).data);
  return (height) => {
    [next, other] = [other, next];
    return next.subarray(0, height * rowLength(result));
  };
}

/** Options for computing a band. */
interface BandRun {
  readonly range?: ValueRange;
  /** Returns memory for the result. Default: a new array */
  readonly place?: (height: number) => Samples;
}

/** Rows of the result. */
export async function computeBand(by: FilterByRows, held: HeldRows, [from, to]: RowRange, control: Control, { range, place }: BandRun = {}): Promise<Samples> {
  const height = to - from;
  const { width, channels } = by.result;
  const image = place ? { width, height, channels, data: place(height) } : newImage({ ...by.result, height });
  await by.run(held, { image, from }, control, range);
  return image.data;
}

/** Reports the completed fraction of the result. It is always less than 1, because the stream itself reports 1 at the end. */
export function teller({ result }: FilterByRows, { onProgress }: Control): (band: Samples) => void {
  let rows = 0;
  return (band) => {
    rows += band.length / rowLength(result);
    onProgress?.(rows / (result.height + 1));
  };
}

/** True if all pixels that the filter reads are opaque. Stops reading at the first one that is not. */
async function isOpaqueWithin(source: AsyncIterable<Samples>, { format, judged: [first, end] }: FilterByRows): Promise<boolean> {
  const { width, channels } = format;
  let row = 0;
  for await (const data of source) {
    const height = data.length / rowLength(format);
    const [from, to] = [Math.max(0, first - row), Math.min(height, end - row)];
    const seen = data.subarray(from * rowLength(format), Math.max(from, to) * rowLength(format));
    if (!isOpaque({ width, height: 0, channels, data: seen })) return false;
    row += height;
    if (row >= end) break;
  }
  return true;
}
