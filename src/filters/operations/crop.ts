import type { Image, SamplesOf } from '../../image/image.js';
import type { ImageSource } from '../../image/image-source.js';
import { type AnyImage, toPicture } from '../any-image.js';
import type { DeviceImage } from '../device-image.js';
import { checkRectangle, type Rectangle } from '../picture/region.js';
import { rearrangeAny } from './rearrange-any.js';

/**
 * Crops an image to a rectangle; returns a new image.
 * @param image not modified
 * @param rectangle in whole pixels from the upper left corner, within the image
 * @returns a copy with the same channels and sample type
 * @throws OptionError if the rectangle is invalid
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
/** The same for an image stored on a backend, see {@link uploadImage}; the result is stored there too. */
export function crop(image: DeviceImage, rectangle: Rectangle): Promise<DeviceImage>;
export function crop(image: AnyImage, rectangle: Rectangle): Image | Promise<DeviceImage> {
  const whole = toPicture('crop', image);
  checkRectangle('crop', 'rectangle', rectangle, whole);
  const { x, y, width, height } = rectangle;
  return rearrangeAny('crop', whole, { width, height, start: y * whole.width + x, across: 1, down: whole.width });
}
