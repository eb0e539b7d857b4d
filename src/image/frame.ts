import type { Image } from './image.js';

/** One picture of an animation. */
export interface Frame {
  readonly image: Image;
  /** how long it is shown, in milliseconds; GIF counts in tens */
  readonly delay: number;
}
