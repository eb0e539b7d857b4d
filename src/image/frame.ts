import type { Image } from './image.js';

/** One image of an animation. */
export interface Frame {
  readonly image: Image;
  /** display duration in milliseconds; GIF stores multiples of 10 */
  readonly delay: number;
}
