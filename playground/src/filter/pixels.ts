/** Upper limit of pixels, to keep the page responsive while a slider moves. */
const MOST_PIXELS = 4e6;

/** The largest size of the same aspect ratio with at most `most` pixels. */
export function fitted(width: number, height: number, most = MOST_PIXELS): { width: number; height: number } {
  const scale = Math.min(1, Math.sqrt(most / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

/** The image itself, or a reduced copy if it has too many pixels. */
export function atMost<P extends ImageBitmap | VideoFrame>(picture: P, width: number, height: number): P | OffscreenCanvas {
  const size = fitted(width, height);
  if (size.width === width && size.height === height) return picture;
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no 2d context');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, size.width, size.height);
  picture.close();
  return canvas;
}
