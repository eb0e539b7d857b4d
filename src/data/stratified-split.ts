import { OptionError } from '../errors.js';
import { anyWhole, check, checkOptions, list, whole } from '../options.js';
import { type Dataset, Subset } from './dataset.js';
import { checkSeed, stream } from './stream.js';

/**
 * Splits a dataset at random into disjoint parts, each with the class proportions of the whole, within one
 * or two samples per class: `const [train, validation] = stratifiedSplit(folder, folder.labels, [480, 120])`.
 * @param labels the class of every sample
 * @param lengths the lengths of the parts; their sum is the dataset's length
 * @throws OptionError if there is not a label for each sample, or the lengths are not integers ≥ 0 with that sum
 * @example
 * ```ts
 * import { full, stratifiedSplit, TensorDataset } from 'convlab';
 *
 * const labels = [0, 0, 0, 0, 1, 1, 1, 1]; // in order, as folders are read
 * const [train, validation] = stratifiedSplit(new TensorDataset(full([8, 1, 4, 4]), labels), labels, [6, 2], { seed: 1 });
 * console.log(train.length, Array.from(validation.indices, (i) => labels[i]).sort()); // → 6 [ 0, 1 ]
 * ```
 */
export function stratifiedSplit<S>(
  dataset: Dataset<S>,
  labels: ArrayLike<number>,
  lengths: readonly number[],
  options: { /** The same seed splits the same way. Default 0. */ seed?: number } = {},
): Subset<S>[] {
  checkOptions('stratifiedSplit', options, { seed: anyWhole });
  const { seed = 0 } = options;
  checkSeed('stratifiedSplit', seed);
  check('stratifiedSplit', 'lengths', lengths, list(whole(0)));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== dataset.length) throw new OptionError('stratifiedSplit', 'lengths', `must add up to the dataset's ${dataset.length} samples`, lengths);
  if (labels.length !== total) throw new OptionError('stratifiedSplit', 'labels', `must contain one class for each of the ${total} samples`, labels);

  // spreads each class evenly over 0 … 1, so that every interval contains its proportion
  const order = stream(seed).shuffle(Int32Array.from({ length: total }, (_, i) => i));
  const sizes = new Map<number, number>();
  for (let i = 0; i < total; i++) sizes.set(labels[i], (sizes.get(labels[i]) ?? 0) + 1);
  const seen = new Map<number, number>();
  const places = Array.from(order, (index) => {
    const rank = seen.get(labels[index]) ?? 0;
    seen.set(labels[index], rank + 1);
    return { index, at: (rank + 0.5) / (sizes.get(labels[index]) as number) };
  });
  const spread = Int32Array.from(
    places.sort((a, b) => a.at - b.at),
    ({ index }) => index,
  );
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return new Subset(dataset, spread.subarray(end - length, end));
  });
}
