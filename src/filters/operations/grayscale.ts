import { checkImage, type Image, imageToTensor } from '../../image/image.js';
import { formatOf, whiteOf } from '../../image/samples.js';
import { decodePlane, encodePlane } from '../../kernels/light.js';
import { flag, type OptionsOf, oneOf, option, type Rows, settle } from '../../options.js';
import { hasAlpha, LUMINANCE_WEIGHTS, luminanceOf, pickChannels } from '../picture/channels.js';
import { samplesToImage } from '../picture/output.js';

/** Every name of weights that {@link grayscale} takes. */
export const GRAYSCALE_WEIGHTS = ['rec709', 'rec601'] as const;

/** Rows of {@link GrayscaleOptions}. */
export const GRAYSCALE_OPTIONS = {
  /**
   * What red, green and blue count. `'rec709'`: 0.2126, 0.7152, 0.0722, of the primaries that screens and sRGB have; `'rec601'`: 0.299,
   * 0.587, 0.114, as Pillow and OpenCV weigh them. Default `'rec709'`.
   */
  weights: option(oneOf(GRAYSCALE_WEIGHTS), { default: 'rec709', help: 'what red, green and blue count' }),
  /** Sum light instead of samples: they are decoded as sRGB first, and the gray is encoded again. Default false. */
  linear: option(flag, { default: false, help: 'sum light instead of samples: decode sRGB, sum, encode' }),
} satisfies Rows;

/** Options of {@link grayscale}. */
export interface GrayscaleOptions extends OptionsOf<typeof GRAYSCALE_OPTIONS> {}

/**
 * A picture in gray: the weighted mean of red, green and blue.
 * @param image not changed
 * @returns 1 channel, or 2 where the picture has alpha, which stays; of a gray picture a copy. The sample type stays, too
 * @throws OptionError if an option is unknown or breaks its rule
 * @see ITU-R BT.709, 3.2, and BT.601, 2.5.1
 * @example
 * ```ts
 * import { createImage, grayscale } from 'convlab';
 *
 * const colors = createImage(3, 1, 3, Uint8ClampedArray.of(255, 0, 0, 0, 255, 0, 0, 0, 255));
 * console.log([...(await grayscale(colors)).data]); // → [ 54, 182, 18 ]
 * console.log([...(await grayscale(colors, { linear: true })).data]); // → [ 127, 220, 76 ]
 * ```
 */
export async function grayscale(image: Image, options: GrayscaleOptions = {}): Promise<Image> {
  const { weights, linear } = settle('grayscale', options, GRAYSCALE_OPTIONS);
  checkImage('grayscale', image);
  if (image.channels < 3) return { ...image, data: image.data.slice() };
  const { samples } = formatOf(image);
  const white = whiteOf(samples);
  const x = imageToTensor(image);
  const area = image.width * image.height;
  if (linear) decodePlane(x.data.subarray(0, 3 * area), white);
  const { data: gray } = luminanceOf(x, LUMINANCE_WEIGHTS[weights]);
  if (linear) encodePlane(gray, white);
  const channels = hasAlpha(image.channels) ? 2 : 1;
  const data = new Float32Array(channels * area);
  data.set(gray);
  if (channels === 2) data.set(pickChannels(x, [3]).data, area);
  return samplesToImage({ shape: [1, channels, image.height, image.width], data }, samples, 'clamp');
}
