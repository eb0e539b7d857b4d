import { CONTROL_OPTIONS, type Control } from '../../control.js';
import { settle } from '../../options.js';
import { type AnyImage, type ResultImage, toPicture } from '../any-image.js';
import { checkRectangle, type Rectangle } from '../picture/region.js';
import { rearrangeAny } from './rearrange-any.js';

/**
 * Crops an image to a rectangle; returns a new image.
 * @param image not modified; it may be stored on a backend, see {@link uploadImage}, and the result is then stored there too
 * @param rectangle the position and size in whole pixels from the upper left corner, within the image
 * @param options `signal` and `onProgress`
 * @returns a copy with the same channels and sample type
 * @throws OptionError if the rectangle is invalid
 * @throws ShapeError if it is not inside the image
 * @example
 * ```ts
 * import { crop } from 'convlab';
 * import { readImage, writeImage } from 'convlab/node';
 *
 * const face = await crop(await readImage('photo.jpg'), { x: 20, y: 10, width: 32, height: 24 });
 * console.log(face.width, face.height); // → 32 24
 * await writeImage('face.png', face);
 * ```
 */
export async function crop<I extends AnyImage>(image: I, rectangle: Rectangle, options: Control = {}): Promise<ResultImage<I>> {
  const control = settle('crop', options, CONTROL_OPTIONS);
  const whole = toPicture('crop', image);
  checkRectangle('crop', 'rectangle', rectangle, whole);
  const { x, y, width, height } = rectangle;
  const result = await rearrangeAny('crop', whole, { width, height, start: y * whole.width + x, across: 1, down: whole.width }, control);
  return result as ResultImage<I>; // of the same sample type, stored where the image is
}
