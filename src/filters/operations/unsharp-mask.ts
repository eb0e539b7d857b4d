import type { Image } from '../../image/image.js';
import { whiteOf } from '../../image/samples.js';
import type { OperationEntry } from '../catalogue/catalogue-entry.js';
import { filter } from '../filter.js';
import { gaussian } from '../kernels/gaussian.js';
import { finite, notNegative, positive } from '../kernels/make/kernel-parameters.js';
import { checkOperationOptions, type OperationOptions, replacePlanes, toPlanes } from './operation.js';

/** Options of {@link unsharpMask}. */
export interface UnsharpMaskOptions extends OperationOptions {
  /** Standard deviation of the blur in pixels, > 0: the scale of the enhanced detail. Default 1. */
  radius?: number;
  /** Factor of the added detail; negative amounts soften. Default 1. */
  amount?: number;
  /** Smaller differences from the blur (noise) are left unchanged, in the image's units, ≥ 0. Default 0. */
  threshold?: number;
}

/**
 * Unsharp masking: adds the difference from a blurred copy where it exceeds the threshold: f + amount · (f − G f) where
 * |f − G f| > threshold, else f; G is `gaussian(radius)`. Without threshold it equals scikit-image's `unsharp_mask`. With
 * channels `'luminance'` the same value is added to red, green and blue, which preserves the hue.
 * @param image not modified
 * @returns an image of the same size and sample type, alpha unchanged
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Gonzalez & Woods, Digital Image Processing, 3.6 (unsharp masking and highboost filtering)
 * @example
 * ```ts
 * import { unsharpMask } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const crisp = await unsharpMask(await readImage('photo.jpg'), { radius: 1.5, amount: 0.8, threshold: 3 });
 * ```
 */
export async function unsharpMask(image: Image, options: UnsharpMaskOptions = {}): Promise<Image> {
  checkOperationOptions('unsharpMask', image, options, ['radius', 'amount', 'threshold']);
  const { radius = 1, amount = 1, threshold = 0, output, ...rest } = options;
  positive('unsharpMask', 'radius', radius);
  finite('unsharpMask', 'amount', amount);
  notNegative('unsharpMask', 'threshold', threshold);

  // `filter` handles luminance, and colors next to transparent pixels
  const blurred = await filter(image, gaussian(radius), { ...rest, output: 'float' });
  const each = { channels: rest.channels === 'luminance' ? 'color' : rest.channels } as const;
  const [planes, soft] = [toPlanes('unsharpMask', image, each), toPlanes('unsharpMask', blurred, each).x.data];
  const white = whiteOf(image.data);
  const sharp = planes.x.data.map((value, i) => {
    const detail = value - white * soft[i];
    return Math.abs(detail) > threshold ? value + amount * detail : value;
  });
  return replacePlanes(image, planes, sharp, output);
}

export const UNSHARP_MASK_ENTRY: OperationEntry = {
  group: 'sharpen',
  summary: 'sharper: adds what a blur takes away, where it is large enough',
  formula: 'f + amount · (f − G f) where |f − G f| > threshold, G = gaussian(radius)',
  code: 'unsharpMask(image, { radius, amount, threshold })',
  parameters: [
    { name: 'radius', default: 1, rule: 'σ of the blur in pixels, > 0' },
    { name: 'amount', default: 1, rule: 'any number; negative softens' },
    { name: 'threshold', default: 0, rule: "in the picture's units, ≥ 0" },
  ],
  apply: (image, [radius, amount, threshold] = [], options) => unsharpMask(image, { radius, amount, threshold, ...options }),
  output: 'clamp',
};
