/** Image sources of a web page that a GPU accepts directly. */
export type DrawableSource = HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame;

/** True if the format of a frame has no alpha: no A in its name. */
export function isKnownOpaque(source: DrawableSource): boolean {
  return 'format' in source && source.format !== null && !source.format.includes('A');
}
