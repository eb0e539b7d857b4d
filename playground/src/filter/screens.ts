import { countFrame } from './frame-rate.js';

/** A canvas that shows bitmaps unchanged, and its current bitmap. */
export interface Screen {
  readonly canvas: HTMLCanvasElement;
  shows?: ImageBitmap;
}

/** They outlive the view, because a bitmap that was transferred to a canvas cannot be shown again when the view returns. */
export const screens = { before: screen(), after: screen(), second: screen() } as const;

/** Maximum number of pixels transferred per frame: without a GPU they are copied, which would block the page. */
const MOST_A_FRAME = 1.5e6;
let handedOver = 0;

function screen(): Screen {
  return { canvas: document.createElement('canvas') };
}

/** Transfers the bitmap to the canvas without a copy: immediately, or in the next frame if the limit of this one is reached. */
export function show(on: Screen, bitmap: ImageBitmap): void {
  if (on.shows === bitmap) return;
  on.shows = bitmap;
  handOver(on, bitmap);
}

function handOver(on: Screen, bitmap: ImageBitmap): void {
  const pixels = bitmap.width * bitmap.height;
  if (handedOver > 0 && handedOver + pixels > MOST_A_FRAME) {
    nextFrame(() => {
      if (on.shows === bitmap) handOver(on, bitmap);
    });
    return;
  }
  if (handedOver === 0) {
    nextFrame(() => {
      handedOver = 0;
    });
  }
  handedOver += pixels;
  [on.canvas.width, on.canvas.height] = [bitmap.width, bitmap.height];
  on.canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
  if (on === screens.after) countFrame();
}

/** Runs a function in the frame after the next one, because bitmaps that are transferred now are shown in the next one. */
function nextFrame(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run));
}
