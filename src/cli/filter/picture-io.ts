import { type Animation, decodeAnimationFor, encodeAnimationFor } from '../../image/animation.js';
import { encode } from '../../image/codecs.js';
import { FORMATS } from '../../image/formats/format-table.js';
import { formatOfPath, readFileBytes } from '../../image/image-files.js';
import { lossesOf } from '../../image/losses.js';
import { arrayOf, type Format, formatOf } from '../../image/samples.js';
import { writeWhole } from '../../image/whole-file.js';
import type { FileJob } from './filter-files.js';
import type { CodecFlags } from './picture-flags.js';

/** Reads the pictures of a job: one, the frames of an animation, or pages. */
export async function readPictures({ from }: FileJob, { maxPixels, builtIn, metadata }: CodecFlags): Promise<Animation> {
  const options = { maxPixels, metadata, codec: builtIn ? ('built-in' as const) : ('auto' as const) };
  if (from === '-') return decodeAnimationFor('decodeImage', process.stdin, { name: 'stdin', ...options });
  return decodeAnimationFor('readImage', await readFileBytes('readImage', from, maxPixels), { name: from, ...options });
}

/** Writes the results of a job, the first alone where the format holds one picture. @returns what is lost of them there, in words */
export async function writePictures(job: FileJob, { frames, repeats }: Animation, { quality, builtIn, metadata }: CodecFlags): Promise<readonly string[]> {
  const { to, format = formatOfPath(to) } = job;
  const options = { quality, metadata, codec: builtIn ? ('built-in' as const) : ('auto' as const) };
  const operation = to === '-' ? 'encodeImage' : 'writeImage';
  const holds = FORMATS[format].frames;
  const lost = new Set(frames.flatMap(({ image }) => lossesOf(image, format)));
  if (frames.length > 1 && !holds) lost.add(`${frames.length - 1} of ${frames.length} pictures`);
  if (holds?.kind === 'pages' && frames.some(({ delay }) => delay > 0)) lost.add('delays');
  const bytes =
    frames.length > 1 && holds
      ? await encodeAnimationFor(operation, { frames, repeats }, { format, ...options })
      : await encode(operation, frames[0].image, format, options);
  if (to !== '-') await writeWhole(operation, to, bytes);
  else await new Promise<void>((done, failed) => process.stdout.write(bytes, (error) => (error ? failed(error) : done())));
  return [...lost];
}

/** A picture in reports; of several, the first and how many they are. */
export function describe({ frames }: Animation) {
  return { ...describeFormat(formatOf(frames[0].image)), ...(frames.length > 1 && { frames: frames.length }) };
}

/** The same of one that is nowhere as a whole. */
export function describeFormat({ width, height, channels, samples }: Format) {
  return { width, height, channels, samples: arrayOf(samples).name };
}
