import { anyNumber, between, type OptionsOf, option, type Rows, rule, settle } from '../../options.js';
import { pixelAugmentation } from './pixel-augmentation.js';
import type { Augmentation } from './pixel-step.js';

const pair = (says: string, highest: number) =>
  rule<readonly [number, number]>(says, (value) => Array.isArray(value) && value.length === 2 && value[0] > 0 && value[0] <= value[1] && value[1] <= highest);

/** Rules and defaults of {@link RandomEraseOptions}. */
export const RANDOM_ERASE_OPTIONS = {
  /** Probability that an image is changed, 0 to 1. Default 0.5. */
  probability: option(between(0, 1), { default: 0.5 }),
  /** Minimum and maximum area of the rectangle as a fraction of the image, 0 to 1. Default [0.02, 0.33]. */
  area: option(pair('two ascending numbers > 0 and ≤ 1', 1), { default: [0.02, 0.33] }),
  /** Minimum and maximum aspect ratio, height / width; its logarithm is uniformly distributed. Default [0.3, 3.3]. */
  ratio: option(pair('two ascending numbers > 0', Number.MAX_VALUE), { default: [0.3, 3.3] }),
  /** Replacement value for every channel. Default 0. */
  value: option(anyNumber, { default: 0 }),
} satisfies Rows;

/** Options of {@link randomErase}. */
export interface RandomEraseOptions extends OptionsOf<typeof RANDOM_ERASE_OPTIONS> {}

/**
 * Fills a random rectangle with a constant value.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Zhong et al., Random erasing data augmentation, 2017
 * @example
 * ```ts
 * import { augment, full, randomErase, TensorDataset } from 'convlab';
 *
 * const images = new TensorDataset(full([1, 1, 28, 28], 1), Int32Array.of(3));
 * const erased = augment(images, [randomErase({ probability: 1 })]);
 * console.log((await erased.at(0)).x.data.includes(0)); // → true
 * ```
 */
export function randomErase(options: RandomEraseOptions = {}): Augmentation {
  const { probability, area, ratio, value } = settle('randomErase', options, RANDOM_ERASE_OPTIONS);
  return pixelAugmentation({
    operation: 'randomErase',
    kind: 'erase',
    cost: 2,
    size: () => 5,
    draw: (random, [, height, width], record) => {
      if (random.uniform() >= probability) return; // height 0
      const size = random.uniform(...area) * height * width;
      const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
      const side = (length: number, most: number) => Math.min(Math.max(Math.round(length), 1), most);
      const [h, w] = [side(Math.sqrt(size * aspect), height), side(Math.sqrt(size / aspect), width)];
      record.set([random.integer(height - h + 1), random.integer(width - w + 1), h, w, value]);
    },
  });
}
