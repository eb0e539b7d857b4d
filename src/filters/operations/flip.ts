import { CONTROL_OPTIONS, type Control } from '../../control.js';
import type { Arrangement } from '../../kernels/backend.js';
import { anyWhole, check, oneOf, settle } from '../../options.js';
import { type AnyImage, type ResultImage, toPicture } from '../any-image.js';
import { rearrangeAny } from './rearrange-any.js';

/** All values of {@link FlipAxis}. */
export const FLIP_AXES = ['horizontal', 'vertical'] as const;
/** The direction of a flip: `'horizontal'` swaps left and right, `'vertical'` swaps top and bottom. */
export type FlipAxis = (typeof FLIP_AXES)[number];

/**
 * Mirrors an image.
 * @param image not modified; it may be stored on a backend, see {@link uploadImage}, and the result is then stored there too
 * @param options `signal` and `onProgress`
 * @throws OptionError if the axis is invalid
 * @example
 * ```ts
 * import { createImage, flip } from 'convlab';
 *
 * const ramp = createImage(3, 1, 1, Uint8ClampedArray.of(10, 20, 30));
 * console.log([...(await flip(ramp, 'horizontal')).data]); // → [ 30, 20, 10 ]
 * ```
 */
export async function flip<I extends AnyImage>(image: I, axis: FlipAxis, options: Control = {}): Promise<ResultImage<I>> {
  check('flip', 'axis', axis, oneOf(FLIP_AXES));
  const control = settle('flip', options, CONTROL_OPTIONS);
  const picture = toPicture('flip', image);
  const { width, height } = picture;
  const [start, across, down] = axis === 'horizontal' ? [width - 1, -1, width] : [(height - 1) * width, 1, -width];
  const result = await rearrangeAny('flip', picture, { width, height, start, across, down }, control);
  return result as ResultImage<I>; // of the same sample type, stored where the image is
}

/**
 * Rotates an image by multiples of 90°. Samples do not change.
 *
 * `rotate90(image)` rotates counter-clockwise, like `np.rot90`. Pass −1 to rotate clockwise, like
 * `cv.ROTATE_90_CLOCKWISE` or `sharp().rotate(90)`.
 * @param image not modified; it may be stored on a backend, see {@link uploadImage}, and the result is then stored there too
 * @param turns number of quarter turns counter-clockwise; negative: clockwise. Default 1
 * @param options `signal` and `onProgress`
 * @returns the rotated image; width and height are swapped if the number of turns is odd
 * @throws OptionError if turns is not an integer
 * @example
 * ```ts
 * import { createImage, rotate90 } from 'convlab';
 *
 * const ramp = createImage(3, 1, 1, Uint8ClampedArray.of(10, 20, 30));
 * const up = await rotate90(ramp);
 * console.log(up.width, up.height, [...up.data]); // → 1 3 [ 30, 20, 10 ]
 * ```
 */
export async function rotate90<I extends AnyImage>(image: I, turns = 1, options: Control = {}): Promise<ResultImage<I>> {
  check('rotate90', 'turns', turns, anyWhole);
  const control = settle('rotate90', options, CONTROL_OPTIONS);
  const picture = toPicture('rotate90', image);
  const result = await rearrangeAny('rotate90', picture, turned(picture, ((turns % 4) + 4) % 4), control);
  return result as ResultImage<I>; // of the same sample type, stored where the image is
}

function turned({ width, height }: { readonly width: number; readonly height: number }, quarters: number): Arrangement {
  const last = width * height - 1;
  switch (quarters) {
    case 1:
      return { width: height, height: width, start: width - 1, across: width, down: -1 };
    case 2:
      return { width, height, start: last, across: -1, down: -width };
    case 3:
      return { width: height, height: width, start: last - width + 1, across: -width, down: 1 };
    default:
      return { width, height, start: 0, across: 1, down: width };
  }
}
