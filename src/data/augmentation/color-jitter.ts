import { between, type OptionsOf, option, type Rows, settle } from '../../options.js';
import { pixelAugmentation } from './pixel-augmentation.js';
import type { Augmentation } from './pixel-step.js';

const strength = option(between(0, 1), { default: 0.2 });

/** Rules and defaults of {@link ColorJitterOptions}. */
export const COLOR_JITTER_OPTIONS = {
  /** All values are multiplied by a random factor from 1 − brightness to 1 + brightness. Default 0.2. */
  brightness: strength,
  /**
   * Differences from the mean gray of the image are multiplied by a random factor from 1 − contrast to 1 + contrast.
   * Default 0.2.
   */
  contrast: strength,
  /**
   * Differences from the gray of each pixel are multiplied by a random factor from 1 − saturation to 1 + saturation.
   * Default 0.2.
   */
  saturation: strength,
} satisfies Rows;

/** Options of {@link colorJitter}. */
export interface ColorJitterOptions extends OptionsOf<typeof COLOR_JITTER_OPTIONS> {}

/**
 * Changes brightness, contrast and saturation by random factors, like torchvision's ColorJitter without hue. The three
 * changes are applied in this order, and each result is clamped to 0 … 1. Images that do not have 3 channels have no
 * saturation; their gray is the mean of the channels.
 * @returns an augmentation for `[C, H, W]`, 0 black and 1 white
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { augment, colorJitter, full, TensorDataset } from 'convlab';
 *
 * const photos = new TensorDataset(full([2, 3, 8, 8], 0.5), Int32Array.of(0, 1));
 * const varied = augment(photos, [colorJitter({ brightness: 0.4 })], { seed: 1 });
 * console.log((await varied.at(0, 1)).x.shape); // → [ 3, 8, 8 ]
 * ```
 */
export function colorJitter(options: ColorJitterOptions = {}): Augmentation {
  const { brightness, contrast, saturation } = settle('colorJitter', options, COLOR_JITTER_OPTIONS);
  return pixelAugmentation({
    operation: 'colorJitter',
    kind: 'jitter',
    cost: 12,
    size: () => 3,
    draw: (random, _, record) => {
      record.set([brightness, contrast, saturation].map((most) => random.uniform(1 - most, 1 + most)));
    },
  });
}
