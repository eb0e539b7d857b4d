import type { Image, SamplesOf } from '../../image/image.js';
import { type ImageSource, toImage } from '../../image/image-source.js';
import { checkRectangle, cropImage, type Rectangle } from '../picture/region.js';

/**
 * A rectangle of a picture as a picture of its own.
 * @param image not changed
 * @param rectangle in whole pixels from the upper left, within the picture
 * @returns a copy of the same channels and sample type
 * @throws OptionError if the rectangle is none
 * @throws ShapeError if it does not lie within the picture
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
export function crop<I extends ImageSource>(image: I, rectangle: Rectangle): Image<SamplesOf<I>> {
  const whole = toImage(image, 'crop') as Image;
  checkRectangle('crop', 'rectangle', rectangle, whole);
  const part = cropImage(whole, rectangle);
  return (part === whole ? { ...whole, data: whole.data.slice() } : part) as Image<SamplesOf<I>>;
}
