import type { Picture } from '../row.js';

/**
 * True for work that takes too long for a peer: more than about two seconds on the first machine used.
 * @param taps multiply-adds per sample, for a program that needs a nanosecond for each
 */
export function takesSeconds({ width, height }: Pick<Picture, 'width' | 'height'>, taps: number): boolean {
  return 4 * width * height * taps > 2.5e9;
}
