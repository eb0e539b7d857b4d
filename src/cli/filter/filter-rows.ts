import { OptionError, UnsupportedError } from '../../errors.js';
import type { FilterPlan } from '../../filters/filter-plan.js';
import { hasAlpha } from '../../filters/picture/channels.js';
import { startStream } from '../../filters/stream/filter-stream.js';
import type { Samples } from '../../image/image.js';
import { heldMetadata, lossesOf } from '../../image/losses.js';
import { METADATA_NAMES } from '../../image/metadata.js';
import { encodeRows, type RowPicture, rowFormatOf, writeRows } from '../../image/row-files.js';
import { arrayOf, type Format } from '../../image/samples.js';
import type { RowFormat } from '../../image/streams/row-formats.js';
import type { Backend } from '../../kernels/backend.js';
import type { ConvPlan } from '../../kernels/plan/conv-plan.js';
import { isS3 } from '../s3/s3-address.js';
import type { FileJob } from './filter-files.js';
import type { FilterFlags } from './filter-flags.js';
import { typeOf } from './picture-io.js';
import type { PictureSource } from './picture-source.js';

/** Pixels from which images are filtered row by row if possible. */
const LARGE = 64e6;

/** An image that is filtered row by row. */
export interface RowJob {
  readonly picture: RowPicture;
  readonly plan: FilterPlan;
  readonly backend: Backend;
  readonly to: RowFormat;
}

/** The format of the result, and a description of what it could not store. */
export interface RowResult {
  readonly format: Format;
  readonly lost: readonly string[];
}

/**
 * Opens an image for processing row by row: if requested, if its formats allow nothing else, or if it is large.
 * @param source source of the job
 * @param planned the plan for images of a format; undefined if the operation needs the whole image
 * @param open starts the backend
 * @returns undefined if it is filtered as a whole
 * @throws OptionError or UnsupportedError if streaming was requested and is impossible
 */
export async function openRowJob(
  job: FileJob,
  source: PictureSource,
  flags: FilterFlags,
  planned: ((format: Format, backend: Backend) => FilterPlan) | undefined,
  open: () => Promise<Backend>,
): Promise<RowJob | undefined> {
  const to = job.format === undefined ? rowFormatOf(job.to) : job.format === 'png' || job.format === 'tiff' ? job.format : undefined;
  const must = flags.stream === true || to === 'pnm' || to === 'raw' || (await headOf(source)).isPnm;
  if (!must && (to === undefined || planned === undefined || (await headOf(source)).pixels <= LARGE)) return undefined;
  try {
    if (to === undefined) throw new OptionError('filter', '--stream', 'requires a result in .png, .tiff, .pgm, .ppm, .pam or .raw', job.to);
    if (planned === undefined)
      throw new OptionError('filter', '--stream', 'requires kernels, because other filters need the whole image', flags.kernel?.join(' '));
    if (flags.quality !== undefined) throw new OptionError('filter', '--quality', 'requires the format jpeg, webp or avif', flags.quality);
    const picture = await source.rows();
    const { width, height } = picture.format;
    const { pixels = Number.POSITIVE_INFINITY } = flags.limits ?? {};
    if (width * height > pixels) throw new OptionError('filter', '--limits', `has pixels=${pixels}, but ${job.from} has ${width} × ${height}`, pixels);
    const backend = await open();
    const plan = planned(picture.format, backend);
    plan.byRows().release(); // throws if the filter needs the whole image
    checkPasses(job, plan, flags);
    return { picture, plan, backend, to };
  } catch (error) {
    if (must || !(error instanceof OptionError || error instanceof UnsupportedError)) throw error;
    return undefined;
  }
}

/**
 * Checks that a source can be read as often as needed.
 * @throws OptionError for standard input, which can be read only once
 */
function checkPasses({ from }: FileJob, { format, transparent }: FilterPlan, { output }: FilterFlags): void {
  if (from !== '-') return;
  if (output === 'normalize') throw new OptionError('filter', '--output normalize', 'requires a file, because the image is read twice', from);
  if (transparent && hasAlpha(format.channels))
    throw new OptionError('filter', '--stream', 'requires a file, because an image with alpha is read twice; or use --alpha ignore or filter', from);
}

/** Callbacks while rows are filtered. */
export interface RowsTold {
  onPlan?(plan: ConvPlan): void;
  /** called with the completed fraction */
  onProgress?(share: number): void;
}

/** Filters the image and writes the result. */
export async function filterRows(rows: RowJob, job: FileJob, flags: FilterFlags, { onPlan, onProgress }: RowsTold): Promise<RowResult> {
  const { picture, plan, backend } = rows;
  return writeResult(rows, startStream({ operation: 'filter', plan, backend }, picture.rows, { onPlan, onProgress, reuse: true }), job, flags);
}

/** Writes the rows of a result. */
export async function writeResult({ picture, plan, to }: RowJob, stream: AsyncIterable<Samples>, job: FileJob, flags: FilterFlags): Promise<RowResult> {
  const format = plan.result;
  const image = { ...format, data: new (arrayOf(format.samples))(0), metadata: flags.metadata === 'strip' ? undefined : picture.metadata };
  const holds = to === 'png' || to === 'tiff' ? to : undefined;
  const metadata = holds && heldMetadata(image, holds);
  const names = Object.keys(METADATA_NAMES) as (keyof typeof METADATA_NAMES)[];
  const lost = holds ? lossesOf(image, holds) : names.filter((name) => image.metadata?.[name] !== undefined).map((name) => METADATA_NAMES[name]);
  if (isS3(job.to)) {
    const { putStream } = await import('../s3/s3-objects.js');
    await putStream('writeImage', job.to, encodeRows(stream, format, { format: to, metadata }), { type: typeOf(to), hash: job.hash });
  } else if (job.to !== '-') await writeRows(job.to, stream, format, { format: to, metadata });
  else {
    for await (const part of encodeRows(stream, format, { format: to, metadata })) {
      await new Promise<void>((done, failed) => process.stdout.write(part, (error) => (error ? failed(error) : done())));
    }
  }
  return { format, lost };
}

/** The header of a file; zero pixels if it cannot be read, because reading the file later reports the reason. */
async function headOf(source: PictureSource): Promise<{ readonly isPnm: boolean; readonly pixels: number }> {
  const head = await source.head();
  const isPng = head.length === 24 && head.toString('latin1', 12, 16) === 'IHDR';
  const isTiff = /^(II[*+]\0|MM\0[*+])/.test(head.toString('latin1', 0, 4));
  const { width, height } = isTiff ? ((await source.rows().catch(() => undefined))?.format ?? { width: 0, height: 0 }) : { width: 0, height: 0 };
  const pixels = isPng ? head.readUInt32BE(16) * head.readUInt32BE(20) : width * height;
  return { isPnm: /^P[567]\s/.test(head.toString('latin1', 0, 3)), pixels };
}
