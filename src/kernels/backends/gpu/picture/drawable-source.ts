/** What a page draws from, and a GPU takes as it is. */
export type DrawableSource = HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame;

/** True if no pixel is transparent, as the format of a frame says: an A in its name stands for alpha. */
export function isKnownOpaque(source: DrawableSource): boolean {
  return 'format' in source && source.format !== null && !source.format.includes('A');
}
