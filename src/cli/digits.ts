import { stat } from 'node:fs/promises';
import { DataLoader } from '../data/data-loader.js';
import type { Dataset, Sample } from '../data/dataset.js';
import { imageFolder } from '../data/files/image-folder.js';
import { fashionMnist, mnist } from '../data/files/mnist.js';
import { DataError } from '../errors.js';
import type { Image } from '../image/image.js';
import { type OptionsOf, option, type Rows, text } from '../options.js';
import { BACKEND_FLAGS } from './flags.js';
import { DIGITS, preparePicture } from './preparation.js';

/** Flags of the commands that run networks on a data set. */
export const NETWORK_FLAGS = {
  data: option(text, {
    default: 'mnist',
    help: 'mnist, fashion, a folder with one subfolder of images per class (optionally inside train/ and test/), or tar files for training, such as "d-{000..009}.tar"',
    placeholder: 'name',
  }),
  ...BACKEND_FLAGS,
} satisfies Rows;
/** The common flags of commands that run networks. */
export interface NetworkFlags extends OptionsOf<typeof NETWORK_FLAGS> {}

/** The training or test set of `--data`. A folder without train/ is a training set; its test set is undefined. */
export async function digits(name: string, part: 'train' | 'test', preparation = DIGITS): Promise<Dataset<Sample> | undefined> {
  if (name === 'mnist') return mnist({ train: part === 'train' });
  if (name === 'fashion') return fashionMnist({ train: part === 'train' });
  const transform = (image: Image) => preparePicture(image, preparation);
  if (await isFolder(`${name}/${part}`)) return imageFolder(`${name}/${part}`, { transform });
  if (!(await isFolder(name))) throw new DataError('data', `--data must be mnist, fashion or a folder, received ${name}, which does not exist`, { name });
  if (part === 'test') return undefined;
  if (await isFolder(`${name}/test`)) throw new DataError('data', `--data ${name} has a test folder, but no train folder`, { name });
  return imageFolder(name, { transform });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Batches for evaluation: in order, and as large as memory reasonably allows. */
export function measured(dataset: Dataset<Sample>): DataLoader<Sample> {
  return new DataLoader(dataset, { batchSize: 250 });
}
