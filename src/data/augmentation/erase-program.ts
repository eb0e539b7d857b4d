import type { PixelProgram } from './pixel-step.js';

/** Fills a rectangle of all channels. Record: top, left, height, width, value. */
export function eraseProgram(): PixelProgram {
  return (from, to, [channels, height, width], record) => {
    const [top, left, tall, wide, value] = record;
    to.set(from);
    for (let c = 0; c < channels; c++) {
      for (let y = top; y < top + tall; y++) {
        const row = (c * height + y) * width + left;
        to.fill(value, row, row + wide);
      }
    }
  };
}
