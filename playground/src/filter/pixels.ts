import { type Image, imageFromCanvas } from 'convlab';

/** More pixels than these are not worked on: a page has to answer while a slider moves. */
const MOST_PIXELS = 4e6;

/** The largest size of the same shape with at most `most` pixels. */
export function fitted(width: number, height: number, most = MOST_PIXELS): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(most / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

/** The pixels of anything that a canvas can draw, RGBA, reduced where they are too many. */
export function imageOf(source: CanvasImageSource, width: number, height: number): Image {
  const size = fitted(width, height);
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no 2d context');
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, size.width, size.height);
  return imageFromCanvas(canvas);
}
