import { DataError, OptionError, ShapeError, show, UnsupportedError } from '../errors.js';
import { holding } from '../lent-memory.js';
import { checkOptions, settle } from '../options.js';
import { Turns } from '../turns.js';
import { decodeFramesBy, encodeFramesBy } from './code.js';
import {
  complaint,
  DECODE_OPTIONS,
  type DecodeOptions,
  ENCODE_OPTIONS,
  type EncodeOptions,
  SHARE_OF_HEADER,
  settleEncoding,
  settleMetadata,
} from './codecs.js';
import { Unreadable } from './formats/format.js';
import { FORMAT_NAME, formatNamed, type ImageFormat, type ImageFormatName } from './formats/format-names.js';
import { FORMATS } from './formats/format-table.js';
import { checkTiffSize } from './formats/tiff/tiff-write.js';
import type { Frame } from './frame.js';
import { checkImage } from './image.js';
import type { ImageBytes } from './image-bytes.js';
import { inspect } from './inspect.js';
import { inTime, withDefaultLimits } from './limits.js';
import { heldMetadata } from './losses.js';
import { areCopied, readBytes } from './read-bytes.js';

export type { Frame };

/** A sequence of images: frames of an animation, or pages. */
export interface Animation {
  /** Complete images. Frames have equal sizes and channels; pages may differ, and their delay is 0. */
  readonly frames: readonly Frame[];
  /** Number of repetitions after the first run; Infinity: forever. */
  readonly repeats: number;
}

/**
 * Decodes every image of a file: the frames of a GIF, of an animated PNG and, if sharp is installed, of an animated
 * WebP; the pages of a TIFF; the single image of other formats. Every frame is returned complete, as displayed, after
 * applying partial updates and disposal methods; RGB, or RGBA if any frame has transparent pixels.
 * @param bytes as for {@link decodeImage}
 * @param options.limits maximum resources for all images in total
 * @throws as {@link decodeImage} does
 */
export async function decodeAnimation(bytes: ImageBytes, options: DecodeOptions = {}): Promise<Animation> {
  return decodeAnimationFor('decodeAnimation', bytes, options);
}

/** {@link decodeAnimation} on behalf of another operation. @param ours no other code needs the bytes */
export async function decodeAnimationFor(operation: string, bytes: ImageBytes, options: DecodeOptions, ours = false): Promise<Animation> {
  const { name, limits, codec, metadata, onProgress } = settle(operation, options, DECODE_OPTIONS);
  const most = withDefaultLimits(limits);
  options.signal?.throwIfAborted();
  return inTime(operation, name, most, options.signal, async (signal) => {
    const buffer = await readBytes(operation, bytes, name, most.bytes, signal);
    try {
      const found = await inspect(buffer, most);
      onProgress?.(SHARE_OF_HEADER);
      const { frames, repeats } = await decodeFramesBy(codec, { ...found, bytes: buffer, ours: ours || areCopied(bytes) }, found.most, new Turns(signal));
      signal?.throwIfAborted();
      onProgress?.(1);
      return { frames: frames.map(({ image, delay }) => ({ image: settleMetadata(image, metadata), delay })), repeats };
    } catch (cause) {
      throw signal?.aborted ? signal.reason : complaint(operation, name, cause);
    }
  });
}

/** Options of {@link encodeAnimation}. */
export interface EncodeAnimationOptions extends EncodeOptions {
  /** `'gif'`, `'png'`, `'webp'`, or `'tiff'` for pages. Default `'gif'`. */
  format?: ImageFormatName;
}

/**
 * Encodes frames as a GIF, an animated PNG or WebP, or as pages of a TIFF, which have no delays. In a GIF, frames with at most 256 colors keep their
 * own palette, and all others share one; alpha below one half becomes transparent; delays are
 * rounded to hundredths of a second. Frames are written in full; if any has transparent pixels, each is cleared before
 * the next.
 * @throws ShapeError if there is no frame; if frames differ in size, except as pages of a TIFF; or if frames of a PNG
 * differ in channels or sample type
 * @throws DataError if a delay is out of range
 * @throws OptionError if `repeats` breaks its rule, or the format stores a single image
 * @example
 * ```ts
 * import { createImage } from 'convlab';
 * import { decodeAnimation, encodeAnimation } from 'convlab/node';
 *
 * const frames = [0, 128, 255].map((gray) => ({ image: createImage(8, 8, 1, new Uint8ClampedArray(64).fill(gray)), delay: 100 }));
 * const gif = await encodeAnimation({ frames, repeats: 0 });
 * console.log((await decodeAnimation(gif)).frames.length); // → 3
 * ```
 */
export async function encodeAnimation(animation: Animation, options: EncodeAnimationOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  return encodeAnimationFor('encodeAnimation', animation, options);
}

const OPTIONS = { format: FORMAT_NAME, ...ENCODE_OPTIONS };

/** {@link encodeAnimation} on behalf of another operation. */
export async function encodeAnimationFor(operation: string, animation: Animation, options: EncodeAnimationOptions): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions(operation, options, OPTIONS);
  const { format: name = 'gif', ...rest } = options;
  const { signal, onProgress } = options;
  const format = formatNamed(name);
  const { quality, codec, metadata } = settleEncoding(operation, format, rest);
  const held = FORMATS[format].frames;
  if (!held) {
    const several = Object.entries(FORMATS).filter(([, { frames }]) => frames);
    throw new OptionError(operation, 'format', `must be a format for several images, ${several.map(([name]) => name).join(', ')}`, name);
  }
  checkFrames(operation, animation, format);
  signal?.throwIfAborted();
  const frames = animation.frames.map(({ image, delay }) => ({
    image: { ...image, metadata: metadata === 'keep' ? heldMetadata(image, format) : undefined },
    delay,
  }));
  try {
    onProgress?.(SHARE_OF_HEADER);
    // unshared memory, as in `encode`
    const work = () => encodeFramesBy(codec, format, { frames, repeats: animation.repeats }, quality, new Turns(signal));
    const bytes = await holding(
      frames.map(({ image }) => image.data),
      work,
    );
    signal?.throwIfAborted();
    onProgress?.(1);
    return bytes as Uint8Array<ArrayBuffer>;
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw cause instanceof Unreadable ? new UnsupportedError(operation, cause.message, { format }, { cause }) : cause;
  }
}

function checkFrames(operation: string, { frames, repeats }: Animation, format: ImageFormat): void {
  if (!Array.isArray(frames) || frames.length === 0)
    throw new ShapeError(operation, `frames must be a list of at least one frame, received ${show(frames)}`, { frames });
  if (repeats !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(repeats) && repeats >= 0 && repeats <= 65535)) {
    throw new OptionError(operation, 'repeats', 'must be an integer from 0 to 65535, or Infinity', repeats);
  }
  for (const { image, delay } of frames as readonly Frame[]) {
    checkImage(operation, image);
    const { width, height, channels, data } = frames[0].image;
    if (format !== 'tiff' && (image.width !== width || image.height !== height)) {
      throw new ShapeError(operation, `all frames must have the same size, received ${width} × ${height} and ${image.width} × ${image.height}`, {
        frames,
      });
    }
    if (format === 'png' && (image.channels !== channels || image.data.constructor !== data.constructor))
      throw new ShapeError(operation, 'all frames of a PNG must have the same channels and sample type', { frames });
    if (!(delay >= 0 && delay <= 655350))
      throw new DataError(operation, `delay must be a number of milliseconds from 0 to 655350, received ${show(delay)}`, { delay });
    if (format === 'gif' && Math.max(width, height) > 65535)
      throw new UnsupportedError(operation, `a GIF can have at most 65535 pixels per side, received ${width} × ${height}`, { width, height });
  }
  if (format === 'tiff')
    checkTiffSize(
      operation,
      frames.map(({ image }) => image),
    );
}
