import { DataLoader } from '../data/data-loader.js';
import type { Dataset, Sample } from '../data/dataset.js';
import { ImageFolder } from '../data/files/image-folder.js';
import { webDataset } from '../data/files/web-dataset.js';
import { IterableLoader } from '../data/iterable-loader.js';
import { OptionError } from '../errors.js';
import { digits, measured } from './digits.js';
import { type Preparation, preparePicture } from './preparation.js';

/** What decides which data a network learns. */
export interface DataFlags {
  readonly data: string;
  readonly test?: string;
  readonly classes?: number;
  readonly batch: number;
  readonly validation: number;
  readonly augment?: boolean;
  readonly seed: number;
}

/** What a network learns and is measured on. */
export interface TrainingData {
  readonly train: DataLoader<Sample> | IterableLoader<Sample>;
  readonly validation?: DataLoader<Sample>;
  readonly test?: DataLoader<Sample> | IterableLoader<Sample>;
  /** names, where the data has them */
  readonly classes?: readonly string[];
  /** number of classes, where it is not ten */
  readonly outputs?: number;
}

/** Batches that are made while the network computes. */
const WORKERS = 2;

/** Whether the data stands in tars. */
export function isShards(data: string): boolean {
  return /\.(tar|tgz|tar\.gz)$/i.test(data);
}

/** Shards in WebDataset's form, in batches as they are read. @throws OptionError for flags that need samples in any order */
export function shardsOf({ data, test, classes, batch, validation, augment, seed }: DataFlags, preparation: Preparation): TrainingData {
  if (validation > 0) throw new OptionError('train', '--validation', 'cannot be used with data from tar files', validation);
  if (augment) throw new OptionError('train', '--augment', 'cannot be used with data from tar files', augment);
  const options = { transform: (image: Parameters<typeof preparePicture>[0]) => preparePicture(image, preparation) };
  return {
    train: new IterableLoader(webDataset(data, { ...options, shuffle: true, seed }), { batchSize: batch, workers: WORKERS }),
    test: test === undefined ? undefined : new IterableLoader(webDataset(test, options), { batchSize: 250 }),
    outputs: classes,
  };
}

/** A data set or a folder, of which any sample can be had. */
export async function samplesOf(flags: DataFlags, preparation: Preparation): Promise<TrainingData> {
  for (const [name, value] of Object.entries({ '--test': flags.test, '--classes': flags.classes }))
    if (value !== undefined) throw new OptionError('train', name, 'requires data from tar files', value);
  const { data, batch, validation, augment, seed } = flags;
  const [all, test] = await Promise.all([digits(data, 'train', preparation), digits(data, 'test', preparation)]);
  if (validation >= all.length) throw new OptionError('train', '--validation', `must leave at least one of the ${all.length} samples for training`, validation);
  const [kept, held] = await split(all, flags);
  const classes = all instanceof ImageFolder ? all.classes : undefined;
  return {
    train: new DataLoader(augment ? await augmented(kept, seed) : kept, { batchSize: batch, shuffle: true, seed }),
    validation: validation > 0 ? measured(held) : undefined,
    test: measured(test),
    classes,
    outputs: classes?.length,
  };
}

/** Training and validation set: of a folder, in which classes come in order, a share of each; of a data set in mixed order the last samples. */
async function split(all: Dataset<Sample>, { validation, seed }: DataFlags): Promise<[kept: Dataset<Sample>, held: Dataset<Sample>]> {
  const { Subset } = await import('../data/dataset.js');
  const { stratifiedSplit } = await import('../data/stratified-split.js');
  const border = all.length - validation;
  if (all instanceof ImageFolder) {
    const [kept, held] = stratifiedSplit(all, all.labels, [border, validation], { seed });
    return [kept, held];
  }
  const indices = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  return [new Subset(all, indices(0, border)), new Subset(all, indices(border, all.length))];
}

async function augmented(dataset: Dataset<Sample>, seed: number): Promise<Dataset<Sample>> {
  const { augment } = await import('../data/augment.js');
  const { randomElastic, randomRotation, randomShift } = await import('../data/warp.js');
  return augment(dataset, [randomElastic({ alpha: 18, sigma: 4 }), randomRotation({ degrees: 10 }), randomShift({ max: 2 })], { seed });
}
