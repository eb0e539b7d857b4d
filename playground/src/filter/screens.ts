import { countFrame } from './frame-rate.js';

/** A canvas that shows bitmaps as they are, and what it shows. */
export interface Screen {
  readonly canvas: HTMLCanvasElement;
  shows?: ImageBitmap;
}

/** They outlive the view: what a canvas took over cannot be shown once more when the view comes back. */
export const screens = { before: screen(), after: screen() } as const;

/** More pixels than these are not handed over in one frame: without a GPU they are copied, and the page would stand still. */
const MOST_A_FRAME = 1.5e6;
let handedOver = 0;

function screen(): Screen {
  return { canvas: document.createElement('canvas') };
}

/** Hands the bitmap over to the canvas, without a copy: at once, or where this frame has had its share, in the next one. */
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

/** What is requested here belongs to the frame that comes first; this runs in the one behind it. */
function nextFrame(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run));
}
