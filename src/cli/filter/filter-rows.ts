import { OptionError, UnsupportedError } from '../../errors.js';
import { hasAlpha } from '../../filters/picture/channels.js';
import type { FilterByRows, RowPlan } from '../../filters/stream/by-rows.js';
import { type RowStream, startStream } from '../../filters/stream/filter-stream.js';
import type { Samples } from '../../image/image.js';
import { heldMetadata, lossesOf } from '../../image/losses.js';
import { METADATA_NAMES } from '../../image/metadata.js';
import { encodeRows, type RowPicture, rowFormatOf, type WriteRowsOptions, writeRows } from '../../image/row-files.js';
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

/** An image that is processed row by row. */
export interface RowJob {
  readonly picture: RowPicture;
  /** in the order in which they run; each one's result is the image of the next */
  readonly plans: readonly RowPlan[];
  readonly backend: Backend;
  readonly to: RowFormat;
  /** format of the result of the last plan */
  readonly result: Format;
}

/** Flags that matter for images processed row by row. */
export type RowFlags = Pick<FilterFlags, 'stream' | 'compression' | 'quality' | 'limits' | 'metadata'>;

/** The format of the result, and a description of what it could not store. */
export interface RowResult {
  readonly format: Format;
  readonly lost: readonly string[];
}

/**
 * Opens an image for processing row by row: if requested, if its formats allow nothing else, or if it is large.
 * @param operation the command's name in errors
 * @param source source of the job
 * @param planned the plans for images of a format
 * @param open starts the backend
 * @returns undefined if it is processed as a whole
 * @throws OptionError or UnsupportedError if streaming was requested and is impossible
 */
export async function openRowJob(
  operation: string,
  job: FileJob,
  source: PictureSource,
  flags: RowFlags,
  planned: (format: Format, backend: Backend) => readonly RowPlan[],
  open: () => Promise<Backend>,
): Promise<RowJob | undefined> {
  const to = job.format === undefined ? rowFormatOf(job.to) : job.format === 'png' || job.format === 'tiff' ? job.format : undefined;
  const must = flags.stream === true || flags.compression !== undefined || to === 'pnm' || to === 'raw' || (await headOf(source)).isPnm;
  if (!must && (to === undefined || (await headOf(source)).pixels <= LARGE)) return undefined;
  try {
    if (to === undefined)
      throw new OptionError(operation, flags.stream ? '--stream' : '--compression', 'requires a result in .png, .tiff, .pgm, .ppm, .pam or .raw', job.to);
    if (flags.quality !== undefined) throw new OptionError(operation, '--quality', 'requires the format jpeg, webp or avif', flags.quality);
    const picture = await source.rows();
    const { width, height } = picture.format;
    const { pixels = Number.POSITIVE_INFINITY } = flags.limits ?? {};
    if (width * height > pixels) throw new OptionError(operation, '--limits', `has pixels=${pixels}, but ${job.from} has ${width} × ${height}`, pixels);
    const backend = await open();
    const plans = planned(picture.format, backend);
    for (const plan of plans) {
      const by = plan.byRows(); // throws if it needs the whole image
      by.release();
      if (job.from === '-') checkOnce(operation, plan, by);
    }
    return { picture, plans, backend, to, result: plans[plans.length - 1].result };
  } catch (error) {
    if (must || !(error instanceof OptionError || error instanceof UnsupportedError)) throw error;
    return undefined;
  }
}

/** @throws OptionError if standard input would be read twice */
function checkOnce(operation: string, { format, transparent }: RowPlan, { measured }: FilterByRows): void {
  if (measured) throw new OptionError(operation, '--output normalize', 'requires a file, because the image is read twice', '-');
  if (transparent && hasAlpha(format.channels))
    throw new OptionError(operation, '--stream', 'requires a file, because an image with alpha is read twice; or use --alpha ignore or filter', '-');
}

/** Callbacks while rows are filtered. */
export interface RowsTold {
  onPlan?(plan: ConvPlan): void;
  /** called with the completed fraction */
  onProgress?(share: number): void;
}

/** Runs the plans on the image and writes the result. @param operation the command's name in errors */
export async function filterRows(operation: string, rows: RowJob, job: FileJob, flags: RowFlags, { onPlan, onProgress }: RowsTold): Promise<RowResult> {
  const { picture, plans, backend } = rows;
  // a stage whose image is read twice runs the stages before it twice
  const ran = plans.map(() => new Set<ConvPlan>());
  const last = plans.length - 1;
  const start = (i: number): RowStream => {
    const told = { onPlan: (plan: ConvPlan) => void ran[i].add(plan), ...(i === last && { onProgress }) };
    return startStream({ operation, plan: plans[i], backend }, i === 0 ? picture.rows : () => start(i - 1), { ...told, reuse: true });
  };
  const result = await writeResult(rows, start(last), job, flags);
  for (const stage of ran) for (const plan of stage) onPlan?.(plan);
  return result;
}

/** Writes the rows of a result. */
export async function writeResult({ picture, result: format, to }: RowJob, stream: AsyncIterable<Samples>, job: FileJob, flags: RowFlags): Promise<RowResult> {
  const compression = flags.compression as WriteRowsOptions['compression']; // checked when the rows are written
  const image = { ...format, data: new (arrayOf(format.samples))(0), metadata: flags.metadata === 'strip' ? undefined : picture.metadata };
  const holds = to === 'png' || to === 'tiff' ? to : undefined;
  const metadata = holds && heldMetadata(image, holds);
  const names = Object.keys(METADATA_NAMES) as (keyof typeof METADATA_NAMES)[];
  const lost = holds ? lossesOf(image, holds) : names.filter((name) => image.metadata?.[name] !== undefined).map((name) => METADATA_NAMES[name]);
  if (isS3(job.to)) {
    const { putStream } = await import('../s3/s3-objects.js');
    await putStream('writeImage', job.to, encodeRows(stream, format, { format: to, metadata, compression }), { type: typeOf(to), hash: job.hash });
  } else if (job.to !== '-') await writeRows(job.to, stream, format, { format: to, metadata, compression });
  else {
    for await (const part of encodeRows(stream, format, { format: to, metadata, compression })) {
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
