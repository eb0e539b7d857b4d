import type { Image } from '../../image/image.js';
import { formatOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import { planPicture } from '../../kernels/plan/plan-picture.js';
import { flag, type OptionsOf, oneOf, option, pickRows, type Rows, settle } from '../../options.js';
import { type AnyImage, type ResultImage, refuseOut, toPicture } from '../any-image.js';
import { FILTER_OPTIONS } from '../filter.js';
import { hasAlpha, LUMINANCE_WEIGHTS } from '../picture/channels.js';
import { checkOut, deliver, RESULT_OPTIONS, type ResultOptions } from '../picture/output.js';
import { aroundCells } from './around-cells.js';
import { type EngineOptions, throughEngine } from './engine-way.js';
import { type Graying, grayByLoops } from './grayscale-loops.js';
import { onPicture } from './operation.js';
import { pixelStep } from './pixel-step.js';

/** The names of the weights of {@link grayscale}. */
export const GRAYSCALE_WEIGHTS = ['rec709', 'rec601'] as const;

/** Rules and defaults of {@link GrayscaleOptions}. */
export const GRAYSCALE_OPTIONS = {
  /**
   * Weights of red, green and blue. `'rec709'`: 0.2126, 0.7152, 0.0722, for the primaries of sRGB; `'rec601'`: 0.299,
   * 0.587, 0.114, as in Pillow and OpenCV. Default `'rec709'`.
   */
  weights: option(oneOf(GRAYSCALE_WEIGHTS), { default: 'rec709', help: 'weights of red, green and blue' }),
  /** Compute in linear light: samples are decoded as sRGB first, and the gray value is encoded again. Default false. */
  linear: option(flag, { default: false, help: 'sum linear light instead of samples: decode sRGB, sum, encode' }),
  ...RESULT_OPTIONS,
  ...pickRows(FILTER_OPTIONS, 'backend', 'onPlan', 'signal', 'onProgress'),
} satisfies Rows;

/** Options of {@link grayscale}. */
export interface GrayscaleOptions extends OptionsOf<typeof GRAYSCALE_OPTIONS> {}

/**
 * Converts an image to gray: the weighted mean of red, green and blue.
 * @param image not modified
 * @returns an image with 1 channel, or 2 if the input has alpha, which is kept; a copy if the input is gray. The sample
 * type is kept
 * @throws OptionError if an option is unknown or breaks its rule
 * @throws ShapeError if `out` does not have the shape and type of the result
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
export async function grayscale<I extends AnyImage>(image: I, options: GrayscaleOptions = {}): Promise<ResultImage<I>> {
  const { weights, linear, out, ...rest } = settle('grayscale', options, GRAYSCALE_OPTIONS);
  const picture = toPicture('grayscale', image);
  refuseOut('grayscale', picture, out);
  const result = await onPicture('grayscale', picture, rest, (image, on) => {
    const channels = hasAlpha(image.channels) ? 2 : 1;
    if (out !== undefined) checkOut('grayscale', out, { ...formatOf(image), channels });
    return grayOf(image, { weights, linear, measured: false }, { ...on, out });
  });
  return result as ResultImage<I>; // of the same sample type, stored where the image is
}

/** An image with 1 channel, or 2 with alpha; a copy if it is gray already. */
export async function grayOf(image: Image, how: Graying, options: EngineOptions & ResultOptions): Promise<Image> {
  const { out } = options;
  if (image.channels < 3) return deliver({ ...image, data: image.data.slice() }, out, image);
  return grayInEngine(image, how, options) ?? deliver(grayByLoops(image, how), out, image);
}

function grayInEngine(image: Image, { weights, linear, measured }: Graying, options: EngineOptions & ResultOptions): Promise<Image> | undefined {
  const format = formatOf(image);
  const channels = hasAlpha(image.channels) && !measured ? 2 : 1;
  const plan = (backend: Backend) => {
    const { load, store } = aroundCells(format, { channels: 'luminance', output: 'clamp', gives: channels });
    const chosen = [...load.chosen, ...(channels === 2 ? [3] : [])];
    const way = { load: { ...load, chosen, weights: LUMINANCE_WEIGHTS[weights], light: linear }, store: { ...store, clamped: !measured } };
    return [planPicture({ ...way, steps: [pixelStep('grayscale', format, channels)] }, backend)];
  };
  return throughEngine(image, { operation: 'grayscale', from: [weights, linear, measured], result: { ...format, channels }, plan }, options);
}
