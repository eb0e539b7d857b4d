import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { partOf } from '../control.js';
import { DataError, OptionError } from '../errors.js';
import { checkOptions, pickRows, type Rows } from '../options.js';
import { type Animation, decodeAnimationFor, type EncodeAnimationOptions, encodeAnimationFor } from './animation.js';
import { complaint, DECODE_OPTIONS, type DecodeOptions, decode, ENCODE_OPTIONS, type EncodeOptions, encodeParts } from './codecs.js';
import { FileSource } from './file-source.js';
import { EXTENSIONS, FORMAT_NAME, type ImageFormat, type ImageFormatName, imageFormats } from './formats/format-names.js';
import type { Image } from './image.js';
import { inspect } from './inspect.js';
import { MOST_BYTES, withDefaultLimits } from './limits.js';
import { checkLength } from './read-bytes.js';
import { checkPath, fileError, writeWhole } from './whole-file.js';

const READ_OPTIONS = pickRows(DECODE_OPTIONS, 'limits', 'codec', 'metadata', 'signal', 'onProgress') satisfies Rows;
const WRITE_OPTIONS = { format: FORMAT_NAME, ...ENCODE_OPTIONS } satisfies Rows;
/** The fraction reported once an image is encoded but not yet written. */
const SHARE_OF_ENCODING = 0.9;

/**
 * Reads an image from a file; see {@link decodeImage} for the result.
 * @param options.limits maximum resources; an image whose header exceeds them is rejected before the rest is read.
 * @param options.codec `'built-in'`: never use sharp, even if installed. Default `'auto'`.
 * @param options.metadata `'strip'`: without color profile, EXIF and resolution. Default `'keep'`.
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
export async function readImage(path: string, options: Omit<DecodeOptions, 'name'> = {}): Promise<Image> {
  checkOptions('readImage', options, READ_OPTIONS);
  checkPath('readImage', path);
  return readFor('readImage', path, options);
}

/** {@link readImage} on behalf of another operation. */
export async function readFor(operation: string, path: string, options: Omit<DecodeOptions, 'name'>): Promise<Image> {
  return decode(operation, await readFileBytes(operation, path, options), { ...options, name: path }, true);
}

/**
 * Writes an image to a file atomically: if anything fails, an existing file stays unchanged.
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
export async function writeImage(path: string, image: Image, options: EncodeOptions & { format?: ImageFormatName } = {}): Promise<void> {
  checkOptions('writeImage', options, WRITE_OPTIONS);
  checkPath('writeImage', path);
  await writeFor('writeImage', path, image, options);
}

/** {@link writeImage} on behalf of another operation. */
export async function writeFor(operation: string, path: string, image: Image, options: Parameters<typeof writeImage>[2] = {}): Promise<void> {
  const { format = formatOfPath(path, operation), signal, onProgress, ...rest } = options;
  const parts = await encodeParts(operation, image, format, { ...rest, ...partOf({ signal, onProgress }, 0, SHARE_OF_ENCODING) });
  await writeWhole(operation, path, parts, signal);
  onProgress?.(1);
}

/**
 * Reads every image of a file, its frames or pages; see {@link decodeAnimation} for the result.
 * @param options.limits a file whose images exceed them in total is rejected.
 * @throws as {@link readImage} does
 */
export async function readAnimation(path: string, options: Omit<DecodeOptions, 'name'> = {}): Promise<Animation> {
  checkOptions('readAnimation', options, READ_OPTIONS);
  checkPath('readAnimation', path);
  return decodeAnimationFor('readAnimation', await readFileBytes('readAnimation', path, options), { ...options, name: path }, true);
}

/**
 * Writes frames or pages to a file atomically.
 * @param options.format default: by extension
 * @throws as {@link encodeAnimation} does, and DataError, naming the file, if it cannot be written
 */
export async function writeAnimation(path: string, animation: Animation, options: EncodeAnimationOptions = {}): Promise<void> {
  checkOptions('writeAnimation', options, WRITE_OPTIONS);
  checkPath('writeAnimation', path);
  const { format = formatOfPath(path), signal, onProgress, ...rest } = options;
  const control = partOf({ signal, onProgress }, 0, SHARE_OF_ENCODING);
  await writeWhole('writeAnimation', path, await encodeAnimationFor('writeAnimation', animation, { format, ...rest, ...control }), signal);
  onProgress?.(1);
}

/** @throws OptionError if the extension is unknown */
export function formatOfPath(path: string, operation = 'writeImage', what = 'path'): ImageFormat {
  const format = EXTENSIONS[extname(path).toLowerCase()];
  if (format) return format;
  const known = Object.keys(EXTENSIONS).join(', ');
  throw new OptionError(operation, what, `must end in ${known}, or format must be set (${imageFormats.join(', ')})`, path);
}

/**
 * The bytes of an image file. The header is checked first, so a rejected file is not read completely.
 * @throws DataError, naming the file, or UnsupportedError
 */
export async function readFileBytes(operation: string, path: string, { limits, signal }: Pick<DecodeOptions, 'limits' | 'signal'>): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const most = withDefaultLimits(limits);
  try {
    // opening a pipe would block until something writes to it
    const { O_RDONLY, O_NONBLOCK } = constants;
    if (O_NONBLOCK === undefined) checkIsFile(operation, path, await stat(path));
    const file = await open(path, O_RDONLY | (O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      checkIsFile(operation, path, found);
      const { size } = found;
      if (size > most.bytes && most.bytes < MOST_BYTES) checkLength(operation, size, path, most.bytes);
      const source = new FileSource(file.fd, size);
      await inspect(source, most).catch((cause) => {
        throw complaint(operation, path, cause);
      });
      checkLength(operation, size, path);
      return source.whole ?? (await readAll(file, size, signal));
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw signal?.aborted ? signal.reason : fileError(operation, path, cause);
  }
}

/** Bytes per read; `readFile` needs one call per 512 KiB. */
const READ_AT_ONCE = 2 ** 26;

/** Reads up to `size` bytes. */
async function readAll(file: FileHandle, size: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  while (at < size) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(bytes, at, Math.min(READ_AT_ONCE, size - at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

function checkIsFile(operation: string, path: string, found: Stats): void {
  if (!found.isFile()) throw new DataError(operation, `${path} is not a file`, { path });
}
