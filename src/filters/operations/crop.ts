import { checkImage, type Image } from '../../image/image.js';
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
export function crop(image: Image, rectangle: Rectangle): Image {
  checkImage('crop', image);
  checkRectangle('crop', 'rectangle', rectangle, image);
  const part = cropImage(image, rectangle);
  return part === image ? { ...image, data: image.data.slice() } : part;
}
