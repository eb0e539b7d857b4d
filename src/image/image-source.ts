import { checkImage, type Image, type Samples, type SamplesOf } from './image.js';
import { type Drawable, imageFromDrawable, isDrawable } from './page/canvas.js';

/** Pixels from other libraries: an `ImageData` (which has no `channels` and is RGBA), or bytes in a `Uint8Array` or a `Buffer`. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 to 4, as in {@link Image}. Default: 4 if the number of samples matches */
  readonly channels?: number;
  readonly data: Samples | Uint8Array;
}

/** The result of sharp's `sharp(…).raw().toBuffer({ resolveWithObject: true })`. */
export interface RawPixels {
  readonly data: Samples | Uint8Array;
  readonly info: Readonly<Pick<Image, 'width' | 'height'>> & { readonly channels: number };
}

/**
 * Any accepted form of an image. Samples are not copied, except from a canvas, an `ImageBitmap` or a `VideoFrame`,
 * which are drawn.
 */
export type ImageSource = Image | Pixels | RawPixels | Drawable;

/**
 * Converts any image source to an {@link Image}. Every function that takes an image accepts all sources, so you need it only to read the fields.
 * The samples are not copied. A canvas, an `ImageBitmap` or a `VideoFrame` has no samples and is drawn and read back, which requires a browser.
 *
 * @param source not modified
 * @returns with `data` a `Uint8ClampedArray` for bytes of any kind, a `Uint16Array` or a `Float32Array`
 * @throws ShapeError if it is not an image, or the length of its data does not match its size
 * @throws UnsupportedError if a canvas has a context other than `2d`, or this environment cannot draw
 * @example
 * ```ts
 * import { toImage } from 'convlab';
 *
 * const image = toImage({ data: new Uint8Array(6), info: { width: 2, height: 1, channels: 3 } }); // as sharp returns it
 * console.log(image.width, image.channels, image.data.constructor.name); // → 2 3 Uint8ClampedArray
 * ```
 */
export function toImage<I extends ImageSource>(source: I, operation = 'toImage'): Image<SamplesOf<I>> {
  const image = isDrawable(source) ? imageFromDrawable(operation, source) : fromNumbers(source);
  checkImage(operation, image);
  return image as Image<SamplesOf<I>>;
}

/** @returns not yet checked */
function fromNumbers(source: Image | Pixels | RawPixels): Image {
  if (typeof source?.data !== 'object') return source as Image;
  const { width, height, channels } = ('info' in source ? source.info : source) ?? {};
  const data: unknown = source.data;
  const samples = data instanceof Uint8Array ? new Uint8ClampedArray(data.buffer, data.byteOffset, data.length) : (data as Samples);
  const isRgba = channels === undefined && samples.length === 4 * width * height;
  const { metadata } = source as Image;
  return { width, height, channels: (isRgba ? 4 : channels) as Image['channels'], data: samples, ...(metadata && { metadata }) };
}
