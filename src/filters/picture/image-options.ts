import { PRECISIONS } from '../../kernels/plan/plan-picture.js';
import { flag, type OptionsOf, oneOf, option, type Rows } from '../../options.js';
import { ALPHA } from './alpha.js';
import { CHANNELS } from './channels.js';
import { OUTPUT } from './output.js';

/** Rows of {@link ImageOptions}. */
export const IMAGE_OPTIONS = {
  /**
   * Which channels are filtered. Default `'color'`, all but alpha. The others pass through: untouched, and where the
   * picture's size changes, with the pixel (or padding) that lies under the kernel's anchor.
   */
  channels: CHANNELS,
  /**
   * What happens to transparency, see {@link Alpha}. Default: `'premultiply'` where one kernel of positive sum filters all colors, else
   * `'ignore'`. Only for pictures with alpha.
   */
  alpha: ALPHA,
  /**
   * Filter light instead of samples: they are decoded as sRGB first, and the result is encoded again. Default false.
   * `bias` and `paddingValue` then are light, in the same units.
   */
  linear: option(flag, { default: false, help: 'filter light instead of samples: decode sRGB, filter, encode' }),
  /** How values become samples, see {@link Output}. Default `'clamp'`. */
  output: OUTPUT,
  /**
   * `'fixed'` allows sums in 16-bit fixed point, 10 to 40% faster, where they are possible: on the backend `wasm`, for 8-bit
   * pictures under one kernel that is a symmetric row times a symmetric column without negative weights, such as a Gaussian,
   * with a sum of at most 1 and no bias. One or two in a thousand samples of a Gaussian are then rounded the other way,
   * which is one level; under other kernels also samples that lie half-way. Everything else is computed exactly. Default `'exact'`.
   */
  precision: option(oneOf(PRECISIONS), {
    default: 'exact',
    help: 'fixed: Gaussians of 8-bit pictures in 16-bit fixed point, faster, hardly a sample off by one level',
    placeholder: 'how',
  }),
} satisfies Rows;

/** What is done once around all kernels: before the first, and after the last. */
export interface ImageOptions extends OptionsOf<typeof IMAGE_OPTIONS> {}
