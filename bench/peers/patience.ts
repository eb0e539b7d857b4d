import type { Picture } from '../row.js';

/**
 * Work that a peer is left out of, as nobody would wait for it: more than about two seconds on the machine that this was
 * first run on.
 * @param taps multiply-adds a sample, of a program that takes a nanosecond for one
 */
export function takesSeconds({ width, height }: Pick<Picture, 'width' | 'height'>, taps: number): boolean {
  return 4 * width * height * taps > 2.5e9;
}
