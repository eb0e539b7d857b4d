/** A canvas that shows bitmaps as they are, and what it shows. */
export interface Screen {
  readonly canvas: HTMLCanvasElement;
  shows?: ImageBitmap;
}

/** They outlive the view: what a canvas took over cannot be shown once more when the view comes back. */
export const screens = { before: screen(), after: screen() } as const;

function screen(): Screen {
  return { canvas: document.createElement('canvas') };
}

/** Hands the bitmap over to the canvas, without a copy. */
export function show(on: Screen, bitmap: ImageBitmap): void {
  if (on.shows === bitmap) return;
  on.shows = bitmap;
  [on.canvas.width, on.canvas.height] = [bitmap.width, bitmap.height];
  on.canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
}
