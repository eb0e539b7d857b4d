import { CONTROL_OPTIONS } from '../control.js';
import { DataError, OptionError, UnsupportedError } from '../errors.js';
import { holding } from '../lent-memory.js';
import { check, type OptionsOf, oneOf, option, type Rows, settle, text, whole } from '../options.js';
import { Turns } from '../turns.js';
import { decodeBy, encodeBy, joined } from './code.js';
import type { Codec } from './formats/codec.js';
import { Damaged, Unreadable } from './formats/format.js';
import { FORMAT_NAME, formatNamed, type ImageFormat, type ImageFormatName } from './formats/format-names.js';
import { FORMATS } from './formats/format-table.js';
import { checkTiffSize } from './formats/tiff/tiff-write.js';
import { checkImage, type Image } from './image.js';
import type { ImageBytes } from './image-bytes.js';
import { inspect } from './inspect.js';
import { inTime, LIMITS, type Limits, withDefaultLimits } from './limits.js';
import { heldMetadata } from './losses.js';
import { METADATA } from './metadata.js';
import { areCopied, readBytes } from './read-bytes.js';

export { type ImageFormat, type ImageFormatName, imageFormats } from './formats/format-names.js';
export type { Codec, Limits };

/** Rules and defaults of {@link DecodeOptions}. */
export const DECODE_OPTIONS = {
  /** Name of the image in error messages. Default 'the image'. */
  name: option(text, { default: 'the image' }),
  /** Maximum resources for a file, see {@link Limits}. A file whose header exceeds them is rejected before decoding. */
  limits: LIMITS,
  /**
   * `'auto'`: uses [sharp](https://sharp.pixelplumbing.com) for PNG and JPEG if it is installed, which is faster, and the built-in codecs otherwise.
   * `'built-in'`: always uses the built-in codecs, which give bit-identical JPEGs everywhere. PNG samples are the same either way. Default `'auto'`.
   */
  codec: option(oneOf(['auto', 'built-in']), { default: 'auto' }),
  /** `'keep'`: keeps the color profile, EXIF block and resolution of the file, see {@link Metadata}; `'strip'`: removes them. Default `'keep'`. */
  metadata: METADATA,
  ...CONTROL_OPTIONS,
} satisfies Rows;

/** Options of {@link decodeImage}. */
export interface DecodeOptions extends OptionsOf<typeof DECODE_OPTIONS> {}

/** Rules and defaults of {@link EncodeOptions}. */
export const ENCODE_OPTIONS = {
  /** Quality of a JPEG, WebP or AVIF, 1 to 100. Default 90, for AVIF 60. Not allowed for other formats. */
  quality: option(whole(1, 100), { help: 'quality of JPEG, WebP or AVIF, 1 to 100 (default: 90; AVIF 60)' }),
  /** Selects the codec, as in {@link DecodeOptions}. The pixels of a PNG are the same with both, its bytes differ. Default `'auto'`. */
  codec: DECODE_OPTIONS.codec,
  /** `'keep'`: writes the {@link Metadata} of the image if the format supports it; `'strip'`: writes none. Default `'keep'`. */
  metadata: METADATA,
  ...CONTROL_OPTIONS,
} satisfies Rows;

/** Options of {@link encodeImage}. */
export interface EncodeOptions extends OptionsOf<typeof ENCODE_OPTIONS> {}

const QUALITY: Readonly<Partial<Record<ImageFormat, number>>> = { jpeg: 90, webp: 90, avif: 60 };

/**
 * Decodes an image. The format is detected from the contents, not from the file name.
 *
 * | format | decoded as |
 * |---|---|
 * | PNG | the channels of the file (palettes as RGB, a transparent color as alpha); 16 bits as Uint16Array, fewer as 8 bits |
 * | JPEG | RGB or gray, 8 bits |
 * | BMP | RGB, 8 bits |
 * | GIF | the first frame; RGB, or RGBA if it has transparent pixels |
 * | TIFF | the first page; gray or RGB, with or without alpha; 8 bits, 16 bits as Uint16Array, floats as Float32Array |
 * | WebP, AVIF | RGB or RGBA; requires sharp |
 * | NPY | NumPy's `[H, W]` or `[H, W, C]`, C from 1 to 4: uint8, uint16 or float32, unchanged |
 *
 * The EXIF orientation is applied. Samples keep the color space of the file: its profile is kept in
 * {@link Image.metadata} and written again. If sharp is installed, it decodes JPEG and PNG (except palettes and gray
 * with alpha). PNG samples are identical; JPEG samples differ slightly, because sharp interpolates subsampled chroma
 * and the built-in decoder repeats them. See {@link DecodeOptions.codec}. The supported PNGs and JPEGs are the same either
 * way, except that JPEGs of more than 100 million pixels require sharp.
 * @param bytes the file: a Buffer or other Uint8Array, an ArrayBuffer, a Blob, or a stream of Uint8Arrays
 * @throws DataError if it is not an image, is damaged or truncated, or requests more than `limits`
 * @throws UnsupportedError if this kind of image is not supported
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { decodeImage, encodeImage } from 'convlab/node';
 *
 * const image = await decodeImage(await readFile('photo.jpg'), { name: 'photo.jpg' });
 * const png = await encodeImage(image, 'png');
 * ```
 */
export async function decodeImage(bytes: ImageBytes, options: DecodeOptions = {}): Promise<Image> {
  return decode('decodeImage', bytes, options);
}

/** {@link decodeImage} on behalf of another operation. @param ours no other code needs the bytes */
export async function decode(operation: string, bytes: ImageBytes, options: DecodeOptions, ours = false): Promise<Image> {
  const { name, limits, codec, metadata, onProgress } = settle(operation, options, DECODE_OPTIONS);
  const most = withDefaultLimits(limits);
  options.signal?.throwIfAborted();
  return inTime(operation, name, most, options.signal, async (signal) => {
    const buffer = await readBytes(operation, bytes, name, most.bytes, signal);
    try {
      const found = await inspect(buffer, most);
      onProgress?.(SHARE_OF_HEADER);
      const image = await decodeBy(codec, { ...found, bytes: buffer, ours: ours || areCopied(bytes) }, new Turns(signal));
      signal?.throwIfAborted();
      onProgress?.(1);
      return settleMetadata(image, metadata);
    } catch (cause) {
      throw signal?.aborted ? signal.reason : complaint(operation, name, cause);
    }
  });
}

/** The progress fraction reported after reading the header. */
export const SHARE_OF_HEADER = 0.05;

/** The image with or without its metadata, as requested. */
export function settleMetadata({ metadata: found, ...image }: Image, metadata: 'keep' | 'strip'): Image {
  return found && metadata === 'keep' ? { ...image, metadata: found } : image;
}

/**
 * Encodes an image. TIFF and NPY store all channels and sample types. PNG stores all channels with 8 or 16 bits; floats
 * (0 black, 1 white, clamped) are stored with 16 bits. The other formats have 8 bits: JPEG and BMP have no alpha, so
 * the image is composited over white; GIF has 256 colors, and alpha below one half becomes transparent. PNG, JPEG,
 * TIFF, WebP and AVIF store the color profile, EXIF and resolution; BMP stores the resolution.
 * @returns the file, from which a Blob, a Response or a stream can be made: `new Blob([bytes])`
 * @throws OptionError if the format is unknown, or `quality` is set for a format that has none
 * @throws UnsupportedError if the image is too large for the format, or sharp is needed and not installed
 */
export async function encodeImage(image: Image, format: ImageFormatName, options: EncodeOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  return encode('encodeImage', image, format, options);
}

/** {@link encodeImage} on behalf of another operation. */
export async function encode(operation: string, image: Image, name: ImageFormatName, options: EncodeOptions): Promise<Uint8Array<ArrayBuffer>> {
  // files are created in separate, unshared memory
  return (await joined(await encodeParts(operation, image, name, options), new Turns(options.signal))) as Uint8Array<ArrayBuffer>;
}

/** The parts of the file, to be written one after the other. */
export async function encodeParts(operation: string, image: Image, name: ImageFormatName, options: EncodeOptions): Promise<readonly Uint8Array[]> {
  checkImage(operation, image);
  check(operation, 'format', name, FORMAT_NAME);
  const format = formatNamed(name);
  const { quality, codec, metadata } = settleEncoding(operation, format, options);
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const { width, height } = image;
  if ((format === 'jpeg' || format === 'gif') && Math.max(width, height) > 65535) {
    throw new UnsupportedError(operation, `a ${FORMATS[format].name} can have at most 65535 pixels per side, received ${width} × ${height}`, { width, height });
  }
  if (format === 'tiff') checkTiffSize(operation, [image]);
  const held = metadata === 'keep' ? heldMetadata(image, format) : undefined;
  try {
    onProgress?.(SHARE_OF_HEADER);
    const parts = await holding([image.data], () => encodeBy(codec, format, { ...image, metadata: held }, quality, new Turns(signal)));
    signal?.throwIfAborted();
    onProgress?.(1);
    return parts;
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw cause instanceof Unreadable ? new UnsupportedError(operation, cause.message, { format }, { cause }) : cause;
  }
}

/** The options with the defaults of a format; the quality is 0 for formats without one. @throws OptionError */
export function settleEncoding(operation: string, format: ImageFormat, options: EncodeOptions) {
  const { quality, codec, metadata } = settle(operation, options, ENCODE_OPTIONS);
  if (quality !== undefined && QUALITY[format] === undefined) {
    throw new OptionError(operation, 'quality', `requires the format ${Object.keys(QUALITY).join(', ')} (it is '${format}')`, quality);
  }
  return { quality: quality ?? QUALITY[format] ?? 0, codec, metadata };
}

/** Converts an internal error of a format to the error of an operation. */
export function complaint(operation: string, name: string, cause: unknown): Error {
  if (cause instanceof Unreadable) return new UnsupportedError(operation, `${name} ${cause.message}`, { name }, { cause });
  // other decoder errors are caused by the input, but their messages describe internals
  const what = cause instanceof Damaged ? cause.message : 'is damaged: it cannot be decoded';
  return new DataError(operation, `${name} ${what}`, { name }, { cause });
}
