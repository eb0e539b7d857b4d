import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { DataLoader } from '../data/data-loader.js';
import type { Dataset, Sample } from '../data/dataset.js';
import { digitFromImage } from '../data/digit.js';
import { imageFolder } from '../data/files/image-folder.js';
import { fashionMnist, mnist } from '../data/files/mnist.js';
import { DataError } from '../errors.js';
import { addBackendOptions, type BackendFlags } from './backend-options.js';

/** What the commands that run networks have in common. */
export interface NetworkFlags extends BackendFlags {
  data: string;
}

/** `--data`, and which backend. */
export function addNetworkOptions(command: Command): Command {
  return addBackendOptions(
    command.option('--data <name>', 'mnist, fashion, or a folder with train/ and test/, each with a folder of pictures per class', 'mnist'),
  );
}

/** The training or the test set of `--data`. */
export async function digits(name: string, part: 'train' | 'test'): Promise<Dataset<Sample>> {
  if (name === 'mnist') return mnist({ train: part === 'train' });
  if (name === 'fashion') return fashionMnist({ train: part === 'train' });
  const folder = `${name}/${part}`;
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new DataError('data', `${name} is neither mnist nor fashion, and there is no folder ${folder}`, { name });
  }
  return imageFolder(folder, { transform: digitFromImage });
}

/** Batches for measuring: in order, and as large as does no harm to memory. */
export function measured(dataset: Dataset<Sample>): DataLoader<Sample> {
  return new DataLoader(dataset, { batchSize: 250 });
}
