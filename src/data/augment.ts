import { anyNumber, anyWhole, between, type OptionsOf, option, type Rows, rule, settle } from '../options.js';
import type { Random } from '../random.js';
import type { Tensor } from '../tensor.js';
import { type Dataset, mapDataset } from './dataset.js';
import { stream } from './stream.js';
import { checkPicture } from './transforms.js';
import { fuse, type WarpAugmentation } from './warp.js';

/** Returns a changed copy of an image `[C, H, W]`, with the same shape. All randomness comes from `random`. */
export type Augmentation = (x: Tensor, random: Random) => Tensor;

const AUGMENT_OPTIONS = { seed: option(anyWhole, { default: 0 }) } satisfies Rows;

/**
 * A dataset that returns randomly changed images in every epoch:
 * `augment(digits, [randomShift({ max: 2 }), randomRotation({ degrees: 10 })], { seed: 1 })`.
 *
 * The changes depend only on seed, epoch and index; the {@link DataLoader} counts the epochs. Adjacent shift, rotation and elastic steps
 * are resampled once.
 * @param steps from first to last, applied to `x`
 * @param options.seed default 0
 * @throws OptionError if an option is unknown, or the seed is not an integer
 * @example
 * ```ts
 * import { augment, randomErase, randomRotation, randomShift, Subset } from 'convlab';
 * import { mnist } from 'convlab/node';
 *
 * const digits = new Subset(await mnist({ train: false }), [0, 1, 2]);
 * const varied = augment(digits, [randomRotation({ degrees: 10 }), randomShift({ max: 2 }), randomErase()], { seed: 1 });
 * console.log((await varied.at(0, 1)).x.shape); // → [ 1, 28, 28 ]
 * ```
 */
export function augment<S extends { readonly x: Tensor }>(dataset: Dataset<S>, steps: readonly Augmentation[], options: { seed?: number } = {}): Dataset<S> {
  const { seed } = settle('augment', options, AUGMENT_OPTIONS);
  const fused = fuseNeighbors(steps);
  return mapDataset(dataset, (sample, index, epoch) => {
    const random = stream(seed, epoch, index);
    return { ...sample, x: fused.reduce((x, step) => step(x, random), sample.x) };
  });
}

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
 */
export function randomErase(options: RandomEraseOptions = {}): Augmentation {
  const { probability, area, ratio, value } = settle('randomErase', options, RANDOM_ERASE_OPTIONS);
  return (x, random) => {
    const channels = checkPicture('randomErase', x);
    if (random.uniform() >= probability) return x;
    const [, height, width] = x.shape;
    const size = random.uniform(...area) * height * width;
    const shape = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const side = (length: number, most: number) => Math.min(Math.max(Math.round(length), 1), most);
    const [h, w] = [side(Math.sqrt(size * shape), height), side(Math.sqrt(size / shape), width)];
    const [top, left] = [random.integer(height - h + 1), random.integer(width - w + 1)];
    const data = x.data.slice();
    for (let c = 0; c < channels; c++) {
      for (let y = top; y < top + h; y++) {
        const row = (c * height + y) * width + left;
        data.fill(value, row, row + w);
      }
    }
    return { shape: x.shape, data };
  };
}

function fuseNeighbors(steps: readonly Augmentation[]): Augmentation[] {
  const fused: Augmentation[] = [];
  let side: WarpAugmentation[] = [];
  for (const step of steps) {
    if ('move' in step) {
      if (side.length === 0) fused.push(fuse(side));
      side.push(step as WarpAugmentation);
    } else {
      fused.push(step);
      side = [];
    }
  }
  return fused;
}
