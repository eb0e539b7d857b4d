import { DataError, OptionError, ShapeError, show, UnsupportedError } from '../errors.js';
import { checkOptions, pickRows, settle } from '../options.js';
import { complaint, DECODE_OPTIONS, type DecodeOptions, decode } from './codecs.js';
import { decodeFrames, encodeFrames, gif } from './formats/gif.js';
import type { Frame } from './frame.js';
import { checkImage } from './image.js';

export type { Frame };

/** Pictures one after the other. */
export interface Animation {
  /** Whole pictures of equal size and equal channels. */
  readonly frames: readonly Frame[];
  /** How often it starts again after the first run; Infinity: for ever. */
  readonly repeats: number;
}

/**
 * Decodes an animated GIF. Every frame comes as the whole picture that is seen while it is shown, whatever part of it the
 * file holds and however the frames before are disposed of; RGB, or RGBA if any frame has transparent pixels.
 * @param options.maxPixels of all frames together. Default 2²⁸
 * @throws DataError if it is no GIF, damaged, cut off or claims more than `maxPixels`
 * @throws UnsupportedError if it is a picture of another kind
 */
export async function decodeAnimation(bytes: Uint8Array, options: Omit<DecodeOptions, 'codec'> = {}): Promise<Animation> {
  checkOptions('decodeAnimation', options, pickRows(DECODE_OPTIONS, 'name', 'maxPixels'));
  return decodeAnimationFor('decodeAnimation', bytes, options);
}

/** {@link decodeAnimation} on behalf of another operation. */
export async function decodeAnimationFor(operation: string, bytes: Uint8Array, options: DecodeOptions): Promise<Animation> {
  const { name, maxPixels } = settle(operation, options, DECODE_OPTIONS);
  await decode(operation, bytes, options); // its first frame, and all that can be wrong with a picture
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!gif.matches(buffer)) throw new UnsupportedError(operation, `${name} is no GIF; only of those animations are read`, { name });
  try {
    return await decodeFrames(buffer, maxPixels);
  } catch (cause) {
    throw complaint(operation, name, cause);
  }
}

/**
 * Encodes an animated GIF: 256 colors a frame, alpha below one half becomes transparent, delays in hundredths of a second.
 * Frames are written whole; where one has transparent pixels, each is cleared away before the next.
 * @throws ShapeError if there is no frame, or their sizes differ
 * @throws DataError if a delay is out of range
 * @throws OptionError if `repeats` breaks its rule
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
export async function encodeAnimation(animation: Animation): Promise<Uint8Array> {
  return encodeAnimationFor('encodeAnimation', animation);
}

/** {@link encodeAnimation} on behalf of another operation. */
export async function encodeAnimationFor(operation: string, { frames, repeats }: Animation): Promise<Uint8Array> {
  if (!Array.isArray(frames) || frames.length === 0)
    throw new ShapeError(operation, `frames must be a list of at least one, received ${show(frames)}`, { frames });
  if (repeats !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(repeats) && repeats >= 0 && repeats <= 65535)) {
    throw new OptionError(operation, 'repeats', 'must be a whole number from 0 to 65535, or Infinity', repeats);
  }
  for (const { image, delay } of frames as readonly Frame[]) {
    checkImage(operation, image);
    const { width, height } = frames[0].image;
    if (image.width !== width || image.height !== height) {
      throw new ShapeError(operation, `all frames must be equally large, but the first is ${width} × ${height} and one is ${image.width} × ${image.height}`, {
        frames,
      });
    }
    if (!(delay >= 0 && delay <= 655350)) throw new DataError(operation, `delay must be 0 to 655350 milliseconds, received ${show(delay)}`, { delay });
    if (Math.max(width, height) > 65535)
      throw new UnsupportedError(operation, `a GIF has at most 65535 pixels a side, received ${width} × ${height}`, { width, height });
  }
  return encodeFrames(frames, repeats);
}
