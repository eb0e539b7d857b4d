import { DataLoader } from '../data/data-loader.js';
import type { Dataset, Sample } from '../data/dataset.js';
import { ImageFolder } from '../data/files/image-folder.js';
import { FASHION_CLASSES } from '../data/files/mnist.js';
import { webDataset } from '../data/files/web-dataset.js';
import { IterableLoader } from '../data/iterable-loader.js';
import { OptionError } from '../errors.js';
import { digits, measured } from './digits.js';
import { type Preparation, preparePicture } from './preparation.js';
import { type AugmentationName, augmented } from './training/augmentations.js';

/** Flags that select the training data. */
export interface DataFlags {
  readonly data: string;
  readonly test?: string;
  readonly classes?: number;
  readonly batch: number;
  readonly validation?: number;
  readonly augment?: readonly AugmentationName[];
  readonly seed: number;
}

/** The data for training and evaluation. */
export interface TrainingData {
  readonly train: DataLoader<Sample> | IterableLoader<Sample>;
  readonly validation?: DataLoader<Sample>;
  readonly test?: DataLoader<Sample> | IterableLoader<Sample>;
  /** class names, if the data has them */
  readonly classes?: readonly string[];
  /** number of classes, if it is not ten */
  readonly outputs?: number;
}

/** Number of batches prepared while the network computes. */
const WORKERS = 2;
/** Maximum bytes of prepared images to cache, so that each is decoded once. */
const MOST_KEPT = 2 ** 30;

/** True if the data consists of tar files. */
export function isShards(data: string): boolean {
  return /\.(tar|tgz|tar\.gz)$/i.test(data);
}

/**
 * Shards in WebDataset format, in batches in the order of the files.
 * @throws OptionError for flags that need samples in any order
 */
export function shardsOf({ data, test, classes, batch, validation = 0, augment, seed }: DataFlags, preparation: Preparation): TrainingData {
  if (validation > 0) throw new OptionError('train', '--validation', 'cannot be used with data from tar files', validation);
  if (augment) throw new OptionError('train', '--augment', 'cannot be used with data from tar files', augment);
  const options = { transform: (image: Parameters<typeof preparePicture>[0]) => preparePicture(image, preparation) };
  return {
    train: new IterableLoader(webDataset(data, { ...options, shuffle: true, seed }), { batchSize: batch, workers: WORKERS }),
    test: test === undefined ? undefined : new IterableLoader(webDataset(test, options), { batchSize: 250 }),
    outputs: classes,
  };
}

/** A data set or folder with random access to its samples. */
export async function samplesOf(flags: DataFlags, preparation: Preparation): Promise<TrainingData> {
  for (const [name, value] of Object.entries({ '--test': flags.test, '--classes': flags.classes }))
    if (value !== undefined) throw new OptionError('train', name, 'requires data from tar files', value);
  const { data, batch, augment, seed } = flags;
  const [all, test] = await Promise.all([digits(data, 'train', preparation), digits(data, 'test', preparation)]);
  if (!all) throw new Error(`${data} has no training set`); // a folder without one is the training set itself
  const [kept, held] = await split(all, flags, preparation);
  const folder = all instanceof ImageFolder;
  const classes = folder ? all.classes : data === 'fashion' ? FASHION_CLASSES : undefined;
  return {
    train: new DataLoader(augment ? await augmented(kept, augment, preparation.size, seed) : kept, {
      batchSize: batch,
      shuffle: true,
      seed,
      workers: folder || augment ? WORKERS : 0,
    }),
    validation: held.length > 0 ? measured(held) : undefined,
    test: test && measured(test),
    classes,
    outputs: classes?.length,
  };
}

/**
 * The evaluation data: the test set; for a folder without one, the validation samples of its training, or all samples
 * if the network was not trained on this folder.
 */
export async function testSamples(
  data: string,
  preparation: Preparation,
  training?: Pick<DataFlags, 'data' | 'validation' | 'seed'>,
): Promise<Dataset<Sample>> {
  const test = await digits(data, 'test', preparation);
  if (test) return test;
  const all = (await digits(data, 'train', preparation)) as Dataset<Sample>;
  if (training?.data !== data) return all;
  const [, held] = await split(all, training, preparation);
  if (held.length === 0) throw new OptionError('evaluate', '--data', 'must be another folder: the network learned from every image of this one', data);
  return held;
}

/**
 * Splits data into training and validation set: for a folder, whose samples are sorted by class, a fraction of each
 * class; for a data set in mixed order, the last samples.
 */
async function split(
  all: Dataset<Sample>,
  { validation, seed }: Pick<DataFlags, 'validation' | 'seed'>,
  { size, color }: Preparation,
): Promise<[kept: Dataset<Sample>, held: Dataset<Sample>]> {
  const { Subset } = await import('../data/dataset.js');
  const { stratifiedSplit } = await import('../data/stratified-split.js');
  const folder = all instanceof ImageFolder;
  const held = validation ?? (folder ? Math.round(all.length / 5) : 5000);
  if (held >= all.length) throw new OptionError('train', '--validation', `must leave at least one of the ${all.length} samples for training`, held);
  const border = all.length - held;
  if (folder) {
    const { cached } = await import('../data/cached-dataset.js');
    const bytes = 4 * all.length * size ** 2 * (color === 'rgb' ? 3 : 1);
    const parts = stratifiedSplit(bytes <= MOST_KEPT ? cached(all) : all, all.labels, [border, held], { seed });
    return [parts[0], parts[1]];
  }
  const indices = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  return [new Subset(all, indices(0, border)), new Subset(all, indices(border, all.length))];
}
