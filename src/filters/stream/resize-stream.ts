import type { RowSource } from '../../image/rows.js';
import type { Format } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import { chosenBackend } from '../../kernels/backends/create.js';
import { checkOptions, type OptionsOf, pickOptions, pickRows, type Rows, settle } from '../../options.js';
import { RESIZE_OPTIONS, ResizePlan } from '../operations/resize.js';
import type { RowPlan } from './by-rows.js';
import { checkStream, type RowStream, STREAMING, startStream } from './filter-stream.js';
import { planJobs } from './job-rows.js';

const SIZE_OPTIONS = pickRows(RESIZE_OPTIONS, 'width', 'height', 'method', 'linear', 'alpha', 'output');
/** Number of image rows under the result rows that are computed together. A smaller number takes less memory but sums more rows twice. */
const SOURCE_ROWS = 512;
/** Rules and defaults of {@link ResizeStreamOptions}. */
export const RESIZE_STREAM_OPTIONS = { ...SIZE_OPTIONS, ...STREAMING } satisfies Rows;

/** Options of {@link resizeStream}: those of `resize`, and options of the stream as in {@link filterStream}; `width`, `height` or both are required. */
export interface ResizeStreamOptions extends OptionsOf<typeof RESIZE_STREAM_OPTIONS> {}

/**
 * Resizes an image that does not fit in memory: it reads bands of rows and returns bands of the resized image, with the same bits as `resize` on the
 * whole image. Memory holds the image rows under a few rows of the result, so a strong reduction needs more memory.
 *
 * @param rows as in {@link filterStream}
 * @param format the format of the image
 * @returns the rows of the result, and their format
 * @throws as `resize` does; OptionError if `opaque` is required and missing; UnsupportedError on a backend that resizes whole images only
 * @example
 * ```ts
 * import { resizeStream } from 'convlab';
 *
 * async function* rows() {
 *   for (let y = 0; y < 3000; y += 100) yield new Uint8Array(100 * 2000 * 3).fill(y / 12); // 100 rows of 2000 RGB pixels
 * }
 * const small = await resizeStream(rows(), { width: 2000, height: 3000, channels: 3, samples: 'uint8' }, { width: 500 });
 * console.log(small.format.width, small.format.height); // → 500 750
 * ```
 */
export async function resizeStream(rows: RowSource, format: Format, options: ResizeStreamOptions): Promise<RowStream> {
  checkOptions('resizeStream', options, RESIZE_STREAM_OPTIONS);
  const { width, height, channels, samples } = checkStream('resizeStream', format, options);
  const backend = await chosenBackend('resizeStream', options.backend);
  const plan = planResize('resizeStream', { width, height, channels, samples }, pickOptions(options, SIZE_OPTIONS), backend);
  return startStream({ operation: 'resizeStream', plan, backend }, rows, pickOptions(options, STREAMING));
}

/** The plan of a resize for streams of rows. @param operation the name that errors begin with */
export function planResize(operation: string, format: Format, options: OptionsOf<typeof SIZE_OPTIONS>, backend: Backend): RowPlan {
  const { result, ways } = new ResizePlan(format, settle('resize', options, SIZE_OPTIONS), backend);
  const unit = Math.min(64, Math.max(8, 4 * Math.floor((SOURCE_ROWS / 4) * (result.height / format.height))));
  const jobs = ways.map(({ job }) => ({ job: { ...job, unit } }));
  return planJobs({ operation, format, result }, jobs, backend);
}
