import { buffer } from 'node:stream/consumers';
import { decodeImage, encodeImage, type ImageFormat } from '../../image/codecs.js';
import type { Image } from '../../image/image.js';
import { readImage, writeImage } from '../../image/image-files.js';
import type { FileJob } from './filter-files.js';
import type { CodecFlags } from './picture-flags.js';

/** Reads the picture of a job. */
export async function readPicture({ from }: FileJob, { maxPixels, builtIn }: CodecFlags): Promise<Image> {
  const codec = builtIn ? 'built-in' : 'auto';
  return from === '-' ? decodeImage(await buffer(process.stdin), { name: 'stdin', maxPixels, codec }) : readImage(from, { maxPixels, codec });
}

/** Writes the result of a job. */
export async function writePicture({ to, format }: FileJob, image: Image, { quality, builtIn }: CodecFlags): Promise<void> {
  const codec = builtIn ? 'built-in' : 'auto';
  if (to !== '-') return writeImage(to, image, { quality, format, codec });
  const bytes = await encodeImage(image, format as ImageFormat, { quality, codec });
  await new Promise<void>((done, failed) => process.stdout.write(bytes, (error) => (error ? failed(error) : done())));
}
