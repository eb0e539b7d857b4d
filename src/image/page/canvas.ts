import { ShapeError, show, UnsupportedError } from '../../errors.js';
import { checkImage, checkSize, createImage, type Image } from '../image.js';
import { toRgba8 } from '../samples.js';

/** What holds no numbers, and is drawn to become some. */
export type Drawable = HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame;

/** A canvas, an ImageBitmap or a VideoFrame, of whatever page or worker. */
export function isDrawable(source: unknown): source is Drawable {
  if (typeof source !== 'object' || source === null || 'data' in source) return false;
  const { getContext, close } = source as Partial<HTMLCanvasElement & ImageBitmap>;
  return typeof getContext === 'function' || typeof close === 'function';
}

/**
 * The pixels of a canvas (with a 2d context), an ImageBitmap, a VideoFrame or an ImageData, copied.
 * A canvas keeps its colors premultiplied, so those of nearly transparent pixels come back rounded.
 * @returns 8-bit RGBA
 * @throws ShapeError if it is none of these; UnsupportedError if a canvas has a context of another kind
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

/** Draws another source on a canvas. */
function draw(operation: string, source: ImageBitmap | VideoFrame): OffscreenCanvas {
  if (typeof OffscreenCanvas === 'undefined') throw new UnsupportedError(operation, 'requires OffscreenCanvas, which only browsers provide');
  const { width, height } = sizeOfDrawable(operation, source);
  const canvas = new OffscreenCanvas(width, height);
  // it is only read: where canvases are stored on a GPU, this one does not
  (canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D).drawImage(source, 0, 0);
  return canvas;
}

/** How the pixels of a frame are copied. */
const AS_RGBA: VideoFrameCopyToOptions & { readonly format: VideoPixelFormat; readonly colorSpace: PredefinedColorSpace } = {
  format: 'RGBA',
  colorSpace: 'srgb',
};

/** True if {@link copyFrame} gives the pixels that are drawn: the browser converts them, and they are neither scaled nor turned. */
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

/** How large a source is drawn. @throws ShapeError if it has no pixels, as one that was closed */
export function sizeOfDrawable(operation: string, source: Drawable): { readonly width: number; readonly height: number } {
  const [width, height] = 'displayWidth' in source ? [source.displayWidth, source.displayHeight] : [source.width, source.height];
  checkSize(operation, width, height, 4);
  return { width, height };
}

/**
 * The picture as an ImageData: 16 bits and floats are rounded to 8 bits, gray becomes R = G = B.
 * @throws ShapeError if it is not an image; UnsupportedError where there is no ImageData
 */
export function imageToImageData(image: Image): ImageData {
  checkImage('imageToImageData', image);
  if (typeof ImageData === 'undefined') throw new UnsupportedError('imageToImageData', 'requires ImageData, which only browsers provide');
  return new ImageData(toRgba8(image) as Uint8ClampedArray<ArrayBuffer>, image.width, image.height);
}

/**
 * Draws the picture on a canvas, which takes on the picture's size.
 * @throws ShapeError if it is not an image, or no canvas; UnsupportedError if the canvas has a context of another kind
 */
export function imageToCanvas(image: Image, canvas: HTMLCanvasElement | OffscreenCanvas): void {
  const pixels = imageToImageData(image);
  const context = context2d('imageToCanvas', canvas);
  // to set the size clears the canvas, which takes longer than all the rest
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  context.putImageData(pixels, 0, 0);
}

/** Draws one canvas on another, which takes on its size. @throws as {@link imageToCanvas} does, for `canvas` */
export function canvasToCanvas(operation: string, from: HTMLCanvasElement | OffscreenCanvas, canvas: HTMLCanvasElement | OffscreenCanvas): void {
  const context = context2d(operation, canvas);
  canvas.width = from.width;
  canvas.height = from.height;
  context.drawImage(from, 0, 0);
}

/** @throws ShapeError if it is no canvas; UnsupportedError if it has a context of another kind */
export function context2d(operation: string, canvas: HTMLCanvasElement | OffscreenCanvas): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D {
  if (typeof canvas?.getContext !== 'function') throw new ShapeError(operation, `canvas must be a canvas, received ${show(canvas)}`, { canvas });
  const context = (canvas as HTMLCanvasElement).getContext('2d');
  if (!context) throw new UnsupportedError(operation, "the canvas must have a 2d context, but has one of another type, such as 'webgl'");
  return context;
}
