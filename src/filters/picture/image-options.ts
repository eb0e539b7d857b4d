import { flag, type OptionsOf, option, type Rows } from '../../options.js';
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
} satisfies Rows;

/** What is done once around all kernels: before the first, and after the last. */
export interface ImageOptions extends OptionsOf<typeof IMAGE_OPTIONS> {}
