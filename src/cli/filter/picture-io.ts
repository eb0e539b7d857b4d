import { type Animation, decodeAnimationFor, encodeAnimationFor } from '../../image/animation.js';
import { encode, encodeParts, type ImageFormat } from '../../image/codecs.js';
import { FORMATS } from '../../image/formats/format-table.js';
import { formatOfPath } from '../../image/image-files.js';
import { inspect } from '../../image/inspect.js';
import { lossesOf } from '../../image/losses.js';
import { arrayOf, type Format, formatOf } from '../../image/samples.js';
import { writeWhole } from '../../image/whole-file.js';
import { isS3 } from '../s3/s3-address.js';
import type { FileJob } from './filter-files.js';
import type { CodecFlags } from './picture-flags.js';

/**
 * Pixels up to which starting threads takes longer than filtering on one, and loading sharp takes longer than decoding
 * a PNG without it.
 */
const SMALL = 2 ** 16;
const LOSSY: readonly ImageFormat[] = ['jpeg', 'webp', 'avif'];

/**
 * Settings with which a single job starts fastest: one thread for a small image, and no sharp for a PNG, unless the
 * result has a format that sharp encodes differently. PNG samples are the same either way.
 */
export async function quickStart({ to, format = formatOfPath(to) }: FileJob, file: Uint8Array): Promise<{ threads?: 1; builtIn?: true }> {
  try {
    const found = await inspect(Buffer.from(file.buffer, file.byteOffset, file.length), { pixels: SMALL });
    return { threads: 1, ...(found.format === 'png' && !LOSSY.includes(format) && { builtIn: true }) };
  } catch {
    return {}; // large or damaged, which decoding reports
  }
}

/** Decodes the images of a file: a single one, the frames of an animation, or pages. */
export async function decodePictures({ from }: FileJob, file: Uint8Array, { limits, builtIn, metadata }: CodecFlags): Promise<Animation> {
  const options = { limits, metadata, codec: builtIn ? ('built-in' as const) : ('auto' as const) };
  return decodeAnimationFor(from === '-' ? 'decodeImage' : 'readImage', file, { name: from === '-' ? 'stdin' : from, ...options }, true);
}

/** Writes the results of a job; only the first one if the format holds a single image. @returns what the format could not store, in words */
export async function writePictures(job: FileJob, { frames, repeats }: Animation, { quality, builtIn, metadata }: CodecFlags): Promise<readonly string[]> {
  const { to, format = formatOfPath(to) } = job;
  const options = { quality, metadata, codec: builtIn ? ('built-in' as const) : ('auto' as const) };
  const operation = to === '-' ? 'encodeImage' : 'writeImage';
  const holds = FORMATS[format].frames;
  const lost = new Set(frames.flatMap(({ image }) => lossesOf(image, format)));
  if (frames.length > 1 && !holds) lost.add(`${frames.length - 1} of ${frames.length} images`);
  if (holds?.kind === 'pages' && frames.some(({ delay }) => delay > 0)) lost.add('delays');
  const [{ image }] = frames;
  const several = frames.length > 1 && holds;
  const inFile = to !== '-' && !isS3(to);
  if (inFile && !several) {
    await writeWhole(operation, to, await encodeParts(operation, image, format, options));
    return [...lost];
  }
  const bytes = several ? await encodeAnimationFor(operation, { frames, repeats }, { format, ...options }) : await encode(operation, image, format, options);
  if (inFile) await writeWhole(operation, to, bytes);
  else if (to !== '-') await (await import('../s3/s3-objects.js')).putObject(operation, to, bytes, { type: typeOf(format), hash: job.hash });
  else await new Promise<void>((done, failed) => process.stdout.write(bytes, (error) => (error ? failed(error) : done())));
  return [...lost];
}

/** The content type of an object. */
export function typeOf(format: string): string {
  return LOSSY.some((each) => each === format) || ['png', 'bmp', 'gif', 'tiff'].includes(format) ? `image/${format}` : 'application/octet-stream';
}

/** Describes an image in reports; for several, the first one and their number. */
export function describe({ frames }: Animation) {
  return { ...describeFormat(formatOf(frames[0].image)), ...(frames.length > 1 && { frames: frames.length }) };
}

/** The same for an image that is processed row by row. */
export function describeFormat({ width, height, channels, samples }: Format) {
  return { width, height, channels, samples: arrayOf(samples).name };
}
