import { ShapeError, show, UnsupportedError } from '../errors.js';
import { checkImage, createImage, type Image } from './image.js';
import { toRgba8 } from './samples.js';

/**
 * The pixels of a canvas (with a 2d context) or of an ImageData, copied.
 * A canvas keeps its colors premultiplied, so those of nearly transparent pixels come back rounded.
 * @returns 8-bit RGBA
 * @throws ShapeError if it is neither; UnsupportedError if the canvas has a context of another kind
 */
export function imageFromCanvas(source: HTMLCanvasElement | OffscreenCanvas | ImageData): Image {
  if (typeof ImageData !== 'undefined' && source instanceof ImageData) {
    return createImage(source.width, source.height, 4, Uint8ClampedArray.from(source.data));
  }
  const { width, height } = source as HTMLCanvasElement;
  const pixels = context2d('imageFromCanvas', source as HTMLCanvasElement).getImageData(0, 0, width, height);
  return createImage(width, height, 4, Uint8ClampedArray.from(pixels.data));
}

/**
 * The picture as an ImageData: 16 bits and floats are rounded to 8 bits, gray becomes R = G = B.
 * @throws ShapeError if it is no image; UnsupportedError where there is no ImageData
 */
export function imageToImageData(image: Image): ImageData {
  checkImage('imageToImageData', image);
  if (typeof ImageData === 'undefined') throw new UnsupportedError('imageToImageData', 'needs ImageData, which only browsers have');
  return new ImageData(toRgba8(image) as Uint8ClampedArray<ArrayBuffer>, image.width, image.height);
}

/**
 * Draws the picture on a canvas, which takes on the picture's size.
 * @throws ShapeError if it is no image, or no canvas; UnsupportedError if the canvas has a context of another kind
 */
export function imageToCanvas(image: Image, canvas: HTMLCanvasElement | OffscreenCanvas): void {
  const pixels = imageToImageData(image);
  const context = context2d('imageToCanvas', canvas);
  canvas.width = image.width;
  canvas.height = image.height;
  context.putImageData(pixels, 0, 0);
}

function context2d(operation: string, canvas: HTMLCanvasElement | OffscreenCanvas): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D {
  if (typeof canvas?.getContext !== 'function') throw new ShapeError(operation, `needs a canvas, received ${show(canvas)}`, { canvas });
  const context = (canvas as HTMLCanvasElement).getContext('2d');
  if (!context) throw new UnsupportedError(operation, "the canvas gives no 2d context: it has one of another kind, say 'webgl'");
  return context;
}
