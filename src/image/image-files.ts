import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { DataError, OptionError } from '../errors.js';
import { checkOptions, oneOf, pickRows, type Rows } from '../options.js';
import { type Animation, decodeAnimationFor, encodeAnimationFor } from './animation.js';
import {
  checkBeginning,
  DECODE_OPTIONS,
  type DecodeOptions,
  decode,
  ENCODE_OPTIONS,
  type EncodeOptions,
  encode,
  type ImageFormat,
  imageFormats,
} from './codecs.js';
import type { Image } from './image.js';
import { checkPath, fileError, writeWhole } from './whole-file.js';

/** Formats by extension, in lower case. */
export const EXTENSIONS: Readonly<Record<string, ImageFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.bmp': 'bmp',
  '.gif': 'gif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
};

const READ_OPTIONS = pickRows(DECODE_OPTIONS, 'maxPixels', 'codec') satisfies Rows;
const WRITE_OPTIONS = { format: oneOf(imageFormats), ...ENCODE_OPTIONS } satisfies Rows;

/** As much of a file as tells what it is. */
const BEGINNING = 512;

/**
 * Reads a picture from a file; see {@link decodeImage} for the result.
 * @param options.maxPixels a picture that declares more is refused before decoding. Default 2²⁸.
 * @param options.codec `'built-in'`: never use sharp, even if installed. Default `'auto'`.
 * @throws DataError, naming the file, if it cannot be read or is damaged
 * @throws UnsupportedError if its format is not supported
 * @example
 * ```ts
 * import { readImage } from 'convlab/node';
 *
 * const { width, height, channels, data } = await readImage('photo.jpg');
 * console.log(width, height, channels, data.length === width * height * channels); // → 96 72 3 true
 * ```
 */
export async function readImage(path: string, options: Pick<DecodeOptions, 'maxPixels' | 'codec'> = {}): Promise<Image> {
  checkOptions('readImage', options, READ_OPTIONS);
  checkPath('readImage', path);
  return decode('readImage', await readBytes('readImage', path), { ...options, name: path });
}

/**
 * Writes a picture to a file atomically: if anything fails, an existing file stays unchanged.
 * @param options.format default: by extension
 * @throws OptionError if the format is unknown
 * @throws DataError, naming the file, if it cannot be written
 * @example
 * ```ts
 * import { createImage, gaussian, filter } from 'convlab';
 * import { writeImage } from 'convlab/node';
 *
 * const soft = await filter(createImage(64, 48, 3), gaussian(2));
 * await writeImage('soft.png', soft); // the name decides
 * await writeImage('soft.jpg', soft, { quality: 85 });
 * ```
 */
export async function writeImage(path: string, image: Image, options: EncodeOptions & { format?: ImageFormat } = {}): Promise<void> {
  checkOptions('writeImage', options, WRITE_OPTIONS);
  checkPath('writeImage', path);
  const { quality, codec, format = formatOfPath(path) } = options;
  const bytes = await encode('writeImage', image, format, { quality, codec });
  await writeWhole('writeImage', path, bytes);
}

/**
 * Reads an animated GIF from a file; see {@link decodeAnimation} for the result.
 * @param options.maxPixels a file whose frames declare more in total is refused. Default 2²⁸.
 * @throws as {@link readImage} does
 */
export async function readAnimation(path: string, options: Pick<DecodeOptions, 'maxPixels'> = {}): Promise<Animation> {
  checkOptions('readAnimation', options, pickRows(DECODE_OPTIONS, 'maxPixels'));
  checkPath('readAnimation', path);
  return decodeAnimationFor('readAnimation', await readBytes('readAnimation', path), { ...options, name: path });
}

/**
 * Writes an animated GIF to a file atomically, for any extension.
 * @throws as {@link encodeAnimation} does, and DataError, naming the file, if it cannot be written
 */
export async function writeAnimation(path: string, animation: Animation): Promise<void> {
  checkPath('writeAnimation', path);
  await writeWhole('writeAnimation', path, await encodeAnimationFor('writeAnimation', animation));
}

/** @throws OptionError if the extension has no format */
export function formatOfPath(path: string): ImageFormat {
  const format = EXTENSIONS[extname(path).toLowerCase()];
  if (format) return format;
  const known = Object.keys(EXTENSIONS).join(', ');
  throw new OptionError('writeImage', 'path', `must end in ${known}, or format must be given (${imageFormats.join(', ')})`, path);
}

async function readBytes(operation: string, path: string): Promise<Uint8Array> {
  try {
    // opening a pipe would block until something writes to it
    if (!(await stat(path)).isFile()) throw new DataError(operation, `${path} is not a file`, { path });
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
      checkBeginning(operation, buffer.subarray(0, bytesRead), path);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileError(operation, path, cause);
  }
}
