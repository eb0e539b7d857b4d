import type { Augmentation } from '../../data/augmentation/pixel-step.js';
import type { Dataset, Sample } from '../../data/dataset.js';
import { list, type OptionRule, oneOf, rule } from '../../options.js';

const NAMES = ['flip', 'crop', 'color', 'shift', 'rotate', 'elastic', 'erase'] as const;
/** One of the words of `--augment`. */
export type AugmentationName = (typeof NAMES)[number];

const names = list(oneOf(NAMES));

/** The value of `--augment`. */
export const augmentations: OptionRule<readonly AugmentationName[]> = rule(`names out of ${NAMES.join(', ')}, separated by commas`, names.holds, {
  parse: (typed) => typed.split(',') as AugmentationName[],
});

/** The dataset with random changes, in the given order. @param size width and height of its images; lengths in pixels are proportional to it */
export async function augmented(dataset: Dataset<Sample>, steps: readonly AugmentationName[], size: number, seed: number): Promise<Dataset<Sample>> {
  const [{ augment }, { colorJitter }, { randomErase }, warps] = await Promise.all([
    import('../../data/augmentation/augment.js'),
    import('../../data/augmentation/color-jitter.js'),
    import('../../data/augmentation/random-erase.js'),
    import('../../data/augmentation/warp.js'),
  ]);
  const scale = size / 28;
  const make: Readonly<Record<AugmentationName, () => Augmentation>> = {
    flip: () => warps.randomFlip(),
    crop: () => warps.randomResizedCrop({ area: [0.6, 1] }),
    color: () => colorJitter(),
    shift: () => warps.randomShift({ max: Math.round(2 * scale) }),
    rotate: () => warps.randomRotation({ degrees: 10 }),
    elastic: () => warps.randomElastic({ alpha: 18 * scale ** 2, sigma: Math.max(1, 4 * scale) }),
    erase: () => randomErase({ area: [0.02, 0.2] }),
  };
  return augment(
    dataset,
    steps.map((name) => make[name]()),
    { seed },
  );
}
