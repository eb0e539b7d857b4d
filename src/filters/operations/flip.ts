import type { Image, SamplesOf } from '../../image/image.js';
import type { ImageSource } from '../../image/image-source.js';
import { anyWhole, check, oneOf } from '../../options.js';
import { type AnyImage, toPicture } from '../any-image.js';
import type { DeviceImage } from '../device-image.js';
import { rearrangeAny } from './rearrange-any.js';

/** Every {@link FlipAxis}. */
export const FLIP_AXES = ['horizontal', 'vertical'] as const;
/** The direction of a flip: `'horizontal'` swaps left and right, `'vertical'` swaps top and bottom. */
export type FlipAxis = (typeof FLIP_AXES)[number];

/**
 * Mirrors an image.
 * @param image not modified
 * @throws OptionError if the axis is invalid
 * @example
 * ```ts
 * import { createImage, flip } from 'convlab';
 *
 * const ramp = createImage(3, 1, 1, Uint8ClampedArray.of(10, 20, 30));
 * console.log([...flip(ramp, 'horizontal').data]); // → [ 30, 20, 10 ]
 * ```
 */
export function flip<I extends ImageSource>(image: I, axis: FlipAxis): Image<SamplesOf<I>>;
/** The same for an image stored on a backend, see {@link uploadImage}; the result is stored there too. */
export function flip(image: DeviceImage, axis: FlipAxis): Promise<DeviceImage>;
export function flip(image: AnyImage, axis: FlipAxis): Image | Promise<DeviceImage> {
  check('flip', 'axis', axis, oneOf(FLIP_AXES));
  const picture = toPicture('flip', image);
  const { width, height } = picture;
  if (axis === 'horizontal') return rearrangeAny('flip', picture, { width, height, start: width - 1, across: -1, down: width });
  return rearrangeAny('flip', picture, { width, height, start: (height - 1) * width, across: 1, down: -width });
}

/**
 * Rotates an image by multiples of 90°. Samples do not change.
 *
 * `rotate90(image)` turns counter-clockwise, as `np.rot90` does. For a clockwise turn, as `cv.ROTATE_90_CLOCKWISE` or `sharp().rotate(90)`, pass −1.
 * @param image not changed
 * @param turns number of quarter turns counter-clockwise; negative: clockwise. Default 1
 * @returns the rotated image; width and height are swapped if the number of turns is odd
 * @throws OptionError if turns is not an integer
 * @example
 * ```ts
 * import { createImage, rotate90 } from 'convlab';
 *
 * const ramp = createImage(3, 1, 1, Uint8ClampedArray.of(10, 20, 30));
 * const up = rotate90(ramp);
 * console.log(up.width, up.height, [...up.data]); // → 1 3 [ 30, 20, 10 ]
 * ```
 */
export function rotate90<I extends ImageSource>(image: I, turns?: number): Image<SamplesOf<I>>;
/** The same for an image stored on a backend, see {@link uploadImage}; the result is stored there too. */
export function rotate90(image: DeviceImage, turns?: number): Promise<DeviceImage>;
export function rotate90(image: AnyImage, turns = 1): Image | Promise<DeviceImage> {
  check('rotate90', 'turns', turns, anyWhole);
  const picture = toPicture('rotate90', image);
  const { width, height } = picture;
  const last = width * height - 1;
  switch (((turns % 4) + 4) % 4) {
    case 1:
      return rearrangeAny('rotate90', picture, { width: height, height: width, start: width - 1, across: width, down: -1 });
    case 2:
      return rearrangeAny('rotate90', picture, { width, height, start: last, across: -1, down: -width });
    case 3:
      return rearrangeAny('rotate90', picture, { width: height, height: width, start: last - width + 1, across: -width, down: 1 });
    default:
      return rearrangeAny('rotate90', picture, { width, height, start: 0, across: 1, down: width });
  }
}
