import type { Image, SamplesOf } from '../../image/image.js';
import type { ImageSource } from '../../image/image-source.js';
import { type AnyImage, toPicture } from '../any-image.js';
import type { DeviceImage } from '../device-image.js';
import { checkRectangle, type Rectangle } from '../picture/region.js';
import { rearrangeAny } from './rearrange-any.js';

/**
 * A rectangle of a picture as a picture of its own.
 * @param image not changed
 * @param rectangle in whole pixels from the upper left, within the picture
 * @returns a copy of the same channels and sample type
 * @throws OptionError if the rectangle is none
 * @throws ShapeError if it is not within the picture
 * @example
 * ```ts
 * import { crop } from 'convlab';
 * import { readImage, writeImage } from 'convlab/node';
 *
 * const face = crop(await readImage('photo.jpg'), { x: 20, y: 10, width: 32, height: 24 });
 * console.log(face.width, face.height); // → 32 24
 * await writeImage('face.png', face);
 * ```
 */
export function crop<I extends ImageSource>(image: I, rectangle: Rectangle): Image<SamplesOf<I>>;
/** The same for a picture that is stored on a backend, see {@link uploadImage}: so does the result. */
export function crop(image: DeviceImage, rectangle: Rectangle): Promise<DeviceImage>;
export function crop(image: AnyImage, rectangle: Rectangle): Image | Promise<DeviceImage> {
  const whole = toPicture('crop', image);
  checkRectangle('crop', 'rectangle', rectangle, whole);
  const { x, y, width, height } = rectangle;
  return rearrangeAny('crop', whole, { width, height, start: y * whole.width + x, across: 1, down: whole.width });
}
