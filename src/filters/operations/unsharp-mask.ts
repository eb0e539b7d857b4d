import type { Image } from '../../image/image.js';
import { whiteOf } from '../../image/samples.js';
import { keep } from '../../kernels/keep.js';
import { finite, notNegative, type OptionsOf, option, positive, type Rows, type SettledOptions, settle } from '../../options.js';
import type { AnyImage, ResultImage } from '../any-image.js';
import type { LocalOperationEntry } from '../catalogue/operation-entry.js';
import { formatOfAny } from '../device-image.js';
import { filter } from '../filter.js';
import { gaussian } from '../kernels/gaussian.js';
import type { Output } from '../picture/output.js';
import { throughEngine } from './engine-way.js';
import { hasHoles, OPERATION_OPTIONS, onPicture, replacePlanes, toPlanes } from './operation.js';
import { sharpeningWay } from './sharpen-samples.js';

/** Rules and defaults of {@link UnsharpMaskOptions}. */
export const UNSHARP_MASK_OPTIONS = {
  /** Standard deviation of the blur in pixels, > 0: the size of the enhanced detail. Default 1. */
  radius: option(positive, { default: 1 }),
  /** Factor for the added detail; negative values soften. Default 1. */
  amount: option(finite, { default: 1 }),
  /** Smaller differences from the blur (noise) are not changed; in the image's units, ≥ 0. Default 0. */
  threshold: option(notNegative, { default: 0 }),
  ...OPERATION_OPTIONS,
} satisfies Rows;

/** Options of {@link unsharpMask}. */
export interface UnsharpMaskOptions extends OptionsOf<typeof UNSHARP_MASK_OPTIONS> {}

/**
 * Unsharp masking: adds the difference from a blurred copy where it exceeds the threshold: f + amount · (f − G f) where
 * |f − G f| > threshold, else f; G is `gaussian(radius)`. Without threshold it equals scikit-image's `unsharp_mask`. With
 * channels `'luminance'` the same value is added to red, green and blue, which preserves the hue. The blur weights pixels by
 * their opacity, so a cut-out keeps its colors up to the edge.
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
export async function unsharpMask<I extends AnyImage, P extends Output = 'clamp'>(
  image: I,
  options: UnsharpMaskOptions & { readonly output?: P } = {},
): Promise<ResultImage<I, P>> {
  const { radius, amount, threshold, output, ...rest } = settle('unsharpMask', options, UNSHARP_MASK_OPTIONS);
  return onPicture<I, P, typeof rest>('unsharpMask', image, rest, {
    fromSamples: (image, on) =>
      throughEngine(image, sharpeningWay('unsharpMask', formatOfAny(image), { blur: gaussian(radius), amount, threshold, output }, on), on),
    overPlanes: (image, on) => overPlanes(keep(image), { ...on, radius, amount, threshold, output }),
  });
}

async function overPlanes(image: Image, options: SettledOptions<typeof UNSHARP_MASK_OPTIONS>): Promise<Image> {
  const { radius, amount, threshold, output, channels, ...rest } = options;
  // in a blur of all colors, `filter` weights pixels by their opacity
  const blurred = await filter(image, gaussian(radius), { ...rest, channels: hasHoles(image, channels) ? 'color' : channels, output: 'float' });
  const look = (at: Image) => toPlanes('unsharpMask', at, { channels }).x.data;
  const [seen, soft] = [look(image), look(blurred)]; // with 'luminance', one plane for all colors
  const planes = toPlanes('unsharpMask', image, { channels: channels === 'luminance' ? 'color' : channels });
  const white = whiteOf(image.data);
  const sharp = planes.x.data.map((value, i) => {
    const at = i % seen.length;
    const detail = seen[at] - white * soft[at];
    return Math.abs(detail) > threshold ? value + amount * detail : value;
  });
  return replacePlanes(image, planes, sharp, output);
}

export const UNSHARP_MASK_ENTRY: LocalOperationEntry = {
  name: 'unsharp-mask',
  group: 'sharpen',
  summary: 'sharpening: adds the difference from a blur where it exceeds a threshold',
  formula: 'f + amount · (f − G f) where |f − G f| > threshold, G = gaussian(radius)',
  code: 'unsharpMask(image, { radius, amount, threshold })',
  parameters: [
    { name: 'radius', default: 1, rule: 'σ of the blur in pixels, > 0' },
    { name: 'amount', default: 1, rule: 'any number; negative softens' },
    { name: 'threshold', default: 0, rule: 'in the units of the image, ≥ 0' },
  ],
  apply: (image, [radius, amount, threshold] = [], options) => unsharpMask(image, { radius, amount, threshold, ...options }),
  way(format, [radius, amount, threshold] = [], options) {
    const settled = settle('unsharpMask', { radius, amount, threshold, ...options }, UNSHARP_MASK_OPTIONS);
    return sharpeningWay('unsharpMask', format, { ...settled, blur: gaussian(settled.radius) }, settled);
  },
  output: 'clamp',
};
