import { ShapeError, show, UnsupportedError } from '../errors.js';
import { imageFromCanvas } from './canvas.js';
import { checkImage, createImage, type Image } from './image.js';

/** What a browser has pictures in. */
export type ImageSource = ImageData | HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame;

/**
 * The picture of a source: 8-bit RGBA, unless it is an Image.
 * @throws ShapeError if it is none; UnsupportedError where there is no canvas
 */
export function imageFromSource(operation: string, source: Image | ImageSource): Image {
  const { width, height } = sizeOf(source);
  if (isA('ImageBitmap', source) || isA('VideoFrame', source)) {
    if (typeof OffscreenCanvas === 'undefined') throw new UnsupportedError(operation, 'needs OffscreenCanvas for this source, which only browsers have');
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    context.drawImage(source as ImageBitmap, 0, 0, width, height);
    return createImage(width, height, 4, context.getImageData(0, 0, width, height).data as Uint8ClampedArray);
  }
  if (isA('ImageData', source) || typeof (source as HTMLCanvasElement)?.getContext === 'function') return imageFromCanvas(source as ImageData);
  if (typeof source !== 'object' || source === null || !('data' in source)) {
    throw new ShapeError(operation, `needs an Image, ImageData, a canvas, an ImageBitmap or a VideoFrame, received ${show(source)}`, { source });
  }
  checkImage(operation, source as Image);
  return source as Image;
}

function isA(name: 'ImageBitmap' | 'VideoFrame' | 'ImageData', source: unknown): boolean {
  const known = (globalThis as Record<string, unknown>)[name];
  return typeof known === 'function' && source instanceof known;
}

function sizeOf(source: Image | ImageSource): { readonly width: number; readonly height: number } {
  if (isA('VideoFrame', source)) return { width: (source as VideoFrame).displayWidth, height: (source as VideoFrame).displayHeight };
  return (source ?? { width: 0, height: 0 }) as Image;
}
