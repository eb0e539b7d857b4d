import { DataError, OptionError, show, UnsupportedError } from '../errors.js';
import { check, count, type OptionsOf, oneOf, option, type Rows, settle, text, whole } from '../options.js';
import { bmp } from './formats/bmp.js';
import type { Codec } from './formats/codec.js';
import { Damaged, type FileFormat, Unreadable } from './formats/format.js';
import { gif } from './formats/gif.js';
import { jpeg } from './formats/jpeg.js';
import { png } from './formats/png.js';
import { tiff } from './formats/tiff.js';
import { checkImage, type Image } from './image.js';

export type { Codec };

/** The formats that are read and written. */
export const imageFormats = ['png', 'jpeg', 'bmp', 'gif', 'tiff'] as const;
/** One of {@link imageFormats}. */
export type ImageFormat = (typeof imageFormats)[number];

const FORMATS: Readonly<Record<ImageFormat, FileFormat>> = { png, jpeg, bmp, gif, tiff };

/** Pictures that are often taken for one of those. */
const OTHERS: readonly (readonly [name: string, begins: RegExp])[] = [
  ['a WebP', /^RIFF....WEBP/s],
  ['an AVIF', /^....ftypavi[fs]/s],
  ['a HEIC', /^....ftyp(hei|hev|mif|msf)/s],
  ['an SVG', /^\s*<svg|^\s*<\?xml.*<svg/s],
];

/** Rows of {@link DecodeOptions}. */
export const DECODE_OPTIONS = {
  /** What error messages call the picture. Default 'the image'. */
  name: option(text, { default: 'the image' }),
  /** A picture whose header claims more pixels is refused before anything is decoded. Default 2²⁸ = 268 435 456. */
  maxPixels: option(count, { default: 2 ** 28, help: 'refuse a picture that claims more' }),
  /**
   * `'auto'`: PNG and JPEG by [sharp](https://sharp.pixelplumbing.com) where it is installed, which is faster, and by what convlab brings along
   * elsewhere; `'built-in'`: always the latter, for the same JPEGs to the bit wherever it runs. PNGs have the same samples either way. Default `'auto'`.
   */
  codec: option(oneOf(['auto', 'built-in']), { default: 'auto' }),
} satisfies Rows;

/** Options of {@link decodeImage}. */
export interface DecodeOptions extends OptionsOf<typeof DECODE_OPTIONS> {}

/** Rows of {@link EncodeOptions}. */
export const ENCODE_OPTIONS = {
  /** Of a JPEG, 1 to 100. Default 90. Other formats have none. */
  quality: option(whole(1, 100), { help: 'of a JPEG, 1 to 100 (default: 90)' }),
  /** As in {@link DecodeOptions}: by whom it is written. Pixels of a PNG are the same, its bytes are not. Default `'auto'`. */
  codec: DECODE_OPTIONS.codec,
} satisfies Rows;

/** Options of {@link encodeImage}. */
export interface EncodeOptions extends OptionsOf<typeof ENCODE_OPTIONS> {}

const DEFAULT_QUALITY = 90;

/**
 * Decodes a picture; the format is told by the contents, whatever the file is called.
 *
 * | format | comes as |
 * |---|---|
 * | PNG | the channels of the file (palettes as RGB, a transparent color as alpha); 16 bits as Uint16Array, fewer as 8 bits |
 * | JPEG | RGB or gray, 8 bits, turned as its EXIF orientation says |
 * | BMP | RGB, 8 bits |
 * | GIF | the first frame; RGB, or RGBA if it has transparent pixels |
 * | TIFF | the first page; gray, RGB or RGBA, 8 bits (of 16 bits the upper 8), turned as its orientation says |
 *
 * Color profiles and gamma are not applied. Where sharp is installed, it decodes JPEG and PNG (palettes and gray with alpha excepted): PNG to the same
 * samples, JPEG to slightly others, since it interpolates colors of half the resolution, which the built-in decoder repeats. See
 * {@link DecodeOptions.codec}.
 * @throws DataError if it is no picture, damaged, cut off or claims more than `maxPixels`
 * @throws UnsupportedError if it is a picture of a kind that is not read
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { decodeImage, encodeImage } from 'convlab/node';
 *
 * const image = await decodeImage(await readFile('photo.jpg'), { name: 'photo.jpg' });
 * const png = await encodeImage(image, 'png');
 * ```
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  return decode('decodeImage', bytes, options);
}

/** {@link decodeImage} on behalf of another operation. */
export async function decode(operation: string, bytes: Uint8Array, options: DecodeOptions): Promise<Image> {
  const { name, maxPixels, codec } = settle(operation, options, DECODE_OPTIONS);
  if (!(bytes instanceof Uint8Array)) throw new DataError(operation, `${name} must be a Uint8Array, received ${show(bytes)}`, { bytes });
  const buffer = asBuffer(bytes);
  try {
    const format = identify(buffer);
    const { width, height } = format.inspect(buffer);
    if (width * height === 0) throw new Damaged(`claims to have ${width} × ${height} pixels`);
    if (width * height > maxPixels) throw new Damaged(`claims to have ${width} × ${height} = ${width * height} pixels, more than maxPixels, ${maxPixels}`);
    return await format.decode(buffer, codec);
  } catch (cause) {
    throw complaint(operation, name, cause);
  }
}

/** Whether a file begins like a picture that is read. @throws as {@link decodeImage} if it does not */
export function checkBeginning(operation: string, bytes: Uint8Array, name: string): void {
  try {
    identify(asBuffer(bytes));
  } catch (cause) {
    throw complaint(operation, name, cause);
  }
}

/**
 * Encodes a picture. PNG keeps all channels, and 16 bits; floats (0 black, 1 white, clamped) become 16 bits there.
 * The others have 8 bits: JPEG and BMP have no alpha, so the picture is laid over white; GIF has 256 colors, and alpha
 * below one half becomes transparent; TIFF is RGBA, uncompressed.
 * @throws OptionError if the format is unknown, or has no `quality`
 * @throws UnsupportedError if the picture is too large for the format
 */
export async function encodeImage(image: Image, format: ImageFormat, options: EncodeOptions = {}): Promise<Uint8Array> {
  return encode('encodeImage', image, format, options);
}

/** {@link encodeImage} on behalf of another operation. */
export async function encode(operation: string, image: Image, format: ImageFormat, options: EncodeOptions): Promise<Uint8Array> {
  const { quality, codec } = settle(operation, options, ENCODE_OPTIONS);
  checkImage(operation, image);
  check(operation, 'format', format, oneOf(imageFormats));
  if (quality !== undefined && format !== 'jpeg') {
    throw new OptionError(operation, 'quality', `goes with format 'jpeg' only, here it is '${format}'`, quality);
  }
  const { width, height } = image;
  if ((format === 'jpeg' || format === 'gif') && Math.max(width, height) > 65535) {
    throw new UnsupportedError(operation, `a ${FORMATS[format].name} has at most 65535 pixels a side, received ${width} × ${height}`, { width, height });
  }
  return FORMATS[format].encode(image, quality ?? DEFAULT_QUALITY, codec);
}

/** The same bytes; public types do without Buffer, which not every program declares. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function identify(bytes: Buffer): FileFormat {
  if (bytes.length === 0) throw new Damaged('is empty: 0 bytes');
  const known = Object.values(FORMATS).find((format) => format.matches(bytes));
  if (known) return known;
  const head = bytes.toString('latin1', 0, 512);
  const other = OTHERS.find(([, begins]) => begins.test(head));
  const names = Object.values(FORMATS).map(({ name }) => name);
  const read = `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are read`;
  if (other) throw new Unreadable(`is ${other[0]} picture; ${read}`);
  throw new Damaged(`is not a picture: it begins with ${show(head.slice(0, 8))}; ${read}`);
}

/** What went wrong inside a format, as the error of an operation. */
export function complaint(operation: string, name: string, cause: unknown): Error {
  if (cause instanceof Unreadable) return new UnsupportedError(operation, `${name} ${cause.message}`, { name }, { cause });
  // whatever else a decoder throws comes from what it was given
  const what = cause instanceof Damaged ? cause.message : `cannot be decoded: ${cause instanceof Error ? cause.message : cause}`;
  return new DataError(operation, `${name} ${what}`, { name }, { cause });
}
