import { flag, type OptionsOf, option, type Rows } from '../../options.js';
import { ALPHA } from './alpha.js';
import { CHANNELS } from './channels.js';
import { OUTPUT } from './output.js';

/** Rules and defaults of {@link ImageOptions}. */
export const IMAGE_OPTIONS = {
  /**
   * The channels to filter. Default `'color'`: all except alpha. Other channels are copied; if the size of the image changes, they take the
   * pixel (or padding) under the anchor of the kernel.
   */
  channels: CHANNELS,
  /**
   * How transparency is handled, see {@link Alpha}. Default: `'premultiply'` if one kernel with a positive sum filters all colors,
   * otherwise `'ignore'`. Only for images with alpha.
   */
  alpha: ALPHA,
  /**
   * Filters in linear light: samples are decoded from sRGB first, and the result is encoded again. `bias` and `paddingValue` are then in
   * linear light, in the same units. Default false.
   */
  linear: option(flag, { default: false, help: 'filter in linear light: decode sRGB, filter, encode' }),
  /** Conversion of values to samples, see {@link Output}. Default `'clamp'`. */
  output: OUTPUT,
} satisfies Rows;

/** Options that apply once, before the first kernel and after the last. */
export interface ImageOptions extends OptionsOf<typeof IMAGE_OPTIONS> {}
