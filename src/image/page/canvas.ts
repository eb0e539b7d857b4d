import { ShapeError, show, UnsupportedError } from '../../errors.js';
import { checkImage, checkSize, createImage, type Image } from '../image.js';
import { toRgba8 } from '../samples.js';

/** An image source without accessible samples, which must be drawn and read back. */
export type Drawable = HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame;

/** True for a canvas, an ImageBitmap or a VideoFrame, from any realm. */
export function isDrawable(source: unknown): source is Drawable {
  if (typeof source !== 'object' || source === null || 'data' in source) return false;
  const { getContext, close } = source as Partial<HTMLCanvasElement & ImageBitmap>;
  return typeof getContext === 'function' || typeof close === 'function';
}

/**
 * The pixels of a canvas (with a 2d context), an ImageBitmap, a VideoFrame or an ImageData, copied.
 * A canvas keeps its colors premultiplied, so those of nearly transparent pixels come back rounded.
 * @returns 8-bit RGBA
 * @throws ShapeError if it is none of these; UnsupportedError if a canvas has a context other than `2d`
 */
export function imageFromCanvas(source: Drawable | ImageData): Image<Uint8ClampedArray> {
  if (typeof ImageData !== 'undefined' && source instanceof ImageData) {
    return createImage(source.width, source.height, 4, Uint8ClampedArray.from(source.data));
  }
  return imageFromDrawable('imageFromCanvas', source as Drawable);
}

/** {@link imageFromCanvas} on behalf of another operation. */
export function imageFromDrawable(operation: string, source: Drawable): Image<Uint8ClampedArray> {
  const canvas = 'close' in source ? draw(operation, source) : source;
  const { width, height } = canvas;
  const pixels = context2d(operation, canvas).getImageData(0, 0, width, height);
  return createImage(width, height, 4, new Uint8ClampedArray(pixels.data.buffer));
}

/** Draws a source other than a canvas on a new canvas. */
function draw(operation: string, source: ImageBitmap | VideoFrame): OffscreenCanvas {
  if (typeof OffscreenCanvas === 'undefined') throw new UnsupportedError(operation, 'requires OffscreenCanvas, which only browsers provide');
  const { width, height } = sizeOfDrawable(operation, source);
  const canvas = new OffscreenCanvas(width, height);
  // the canvas is only read, so it should not be stored on a GPU
  (canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D).drawImage(source, 0, 0);
  return canvas;
}

/** Options for copying the pixels of a frame. */
const AS_RGBA: VideoFrameCopyToOptions & { readonly format: VideoPixelFormat; readonly colorSpace: PredefinedColorSpace } = {
  format: 'RGBA',
  colorSpace: 'srgb',
};

/**
 * True if {@link copyFrame} returns the same pixels as drawing: the browser can convert them, and they are neither
 * scaled nor rotated.
 */
export function isCopied(source: Drawable): source is VideoFrame {
  if (!('displayWidth' in source)) return false;
  const { visibleRect, displayWidth, displayHeight } = source;
  const { rotation = 0, flip = false } = source as { readonly rotation?: number; readonly flip?: boolean };
  if (visibleRect?.width !== displayWidth || visibleRect.height !== displayHeight || rotation !== 0 || flip) return false;
  try {
    // a browser without these options returns the size in the frame's own format
    return source.allocationSize(AS_RGBA) === 4 * displayWidth * displayHeight;
  } catch {
    return false;
  }
}

/** The pixels of a frame as 8-bit RGBA, without a canvas. The frame may be closed once this returns. */
export async function copyFrame(frame: VideoFrame, into: Uint8ClampedArray): Promise<void> {
  await frame.copyTo(into as Uint8ClampedArray<ArrayBuffer>, AS_RGBA);
}

/** The size at which a source is drawn. @throws ShapeError if it has no pixels, e.g. because it was closed */
export function sizeOfDrawable(operation: string, source: Drawable): { readonly width: number; readonly height: number } {
  const [width, height] = 'displayWidth' in source ? [source.displayWidth, source.displayHeight] : [source.width, source.height];
  checkSize(operation, width, height, 4);
  return { width, height };
}

/**
 * Converts an image to an ImageData: 16 bits and floats are rounded to 8 bits, gray becomes R = G = B.
 * @throws ShapeError if it is not an image; UnsupportedError if `ImageData` is not available
 */
export function imageToImageData(image: Image): ImageData {
  checkImage('imageToImageData', image);
  if (typeof ImageData === 'undefined') throw new UnsupportedError('imageToImageData', 'requires ImageData, which only browsers provide');
  return new ImageData(toRgba8(image) as Uint8ClampedArray<ArrayBuffer>, image.width, image.height);
}

/**
 * Draws an image on a canvas, which is resized to the image.
 * @throws ShapeError if it is not an image, or the target is not a canvas; UnsupportedError if the canvas has a context
 * other than `2d`
 */
export function imageToCanvas(image: Image, canvas: HTMLCanvasElement | OffscreenCanvas): void {
  const pixels = imageToImageData(image);
  const context = context2d('imageToCanvas', canvas);
  // setting the size clears the canvas, which takes longer than everything else
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  context.putImageData(pixels, 0, 0);
}

/** Draws one canvas on another, which is resized to it. @throws as {@link imageToCanvas} does, for `canvas` */
export function canvasToCanvas(operation: string, from: HTMLCanvasElement | OffscreenCanvas, canvas: HTMLCanvasElement | OffscreenCanvas): void {
  const context = context2d(operation, canvas);
  canvas.width = from.width;
  canvas.height = from.height;
  context.drawImage(from, 0, 0);
}

/** @throws ShapeError if it is not a canvas; UnsupportedError if it has a context other than `2d` */
export function context2d(operation: string, canvas: HTMLCanvasElement | OffscreenCanvas): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D {
  if (typeof canvas?.getContext !== 'function') throw new ShapeError(operation, `canvas must be a canvas, received ${show(canvas)}`, { canvas });
  const context = (canvas as HTMLCanvasElement).getContext('2d');
  if (!context) throw new UnsupportedError(operation, "the canvas must have a 2d context, but has one of another type, such as 'webgl'");
  return context;
}
