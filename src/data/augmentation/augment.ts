import { anyWhole, option, type Rows, settle } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { Dataset } from '../dataset.js';
import { AugmentedDataset } from './augmented-dataset.js';
import type { Augmentation } from './pixel-step.js';

const AUGMENT_OPTIONS = { seed: option(anyWhole, { default: 0 }) } satisfies Rows;

/**
 * A dataset that returns randomly changed images in every epoch:
 * `augment(digits, [randomShift({ max: 2 }), randomRotation({ degrees: 10 })], { seed: 1 })`.
 *
 * The changes depend only on seed, epoch and index; the {@link DataLoader} counts the epochs. Adjacent steps that move pixels (shift,
 * rotation, flip, resized crop, elastic) are combined, so they resample the image only once. Unless a step is a function of your own, a
 * `DataLoader` with `workers` computes the changes of the next batches in another thread; the results are bit-identical.
 * @param steps the augmentations, from first to last, applied to `x`
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
  return new AugmentedDataset(dataset, steps, seed);
}
