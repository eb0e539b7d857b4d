import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DataError } from '../../errors.js';
import { EXTENSIONS } from '../../image/formats/format-names.js';
import type { Image } from '../../image/image.js';
import { readImage } from '../../image/image-files.js';
import { callback, checkOptions } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { checkIndex, Dataset, type Sample } from '../dataset.js';
import { toTensor } from '../transforms.js';

/** Images on disk, read on access; see {@link imageFolder}. */
export class ImageFolder extends Dataset<Sample> {
  constructor(
    /** class names; labels are indices of this list */
    readonly classes: readonly string[],
    /** paths and labels of the images */
    readonly files: readonly { readonly path: string; readonly y: number }[],
    /** converts an image to its tensor */
    readonly transform: (image: Image) => Tensor | Promise<Tensor>,
  ) {
    super();
  }

  get length(): number {
    return this.files.length;
  }

  /** The class of every image, available without reading the files. */
  get labels(): number[] {
    return this.files.map(({ y }) => y);
  }

  /** @throws DataError or UnsupportedError, naming the file, if the image cannot be read */
  async at(index: number): Promise<Sample> {
    checkIndex('imageFolder', index, this.length);
    const { path, y } = this.files[index];
    // built-in: a seed must give the same network whether or not sharp is installed
    return { x: await this.transform(await readImage(path, { codec: 'built-in' })), y };
  }
}

/**
 * A dataset of images with one class per subfolder: `cats/1.png`, `cats/more/2.jpg`, `dogs/1.png`. Classes and the
 * images in them are sorted by name. Other files and hidden files are ignored.
 * @param options.transform converts an image, as returned by {@link readImage}, to a tensor. All samples of a batch must have the same shape. Default {@link toTensor}.
 * @throws DataError if the folder cannot be read or has no subfolders, or if a subfolder has no image
 * @example
 * ```ts
 * import { mkdir } from 'node:fs/promises';
 * import { createImage } from 'convlab';
 * import { imageFolder, writeImage } from 'convlab/node';
 *
 * for (const name of ['cats', 'dogs']) {
 *   await mkdir(`pets/${name}`, { recursive: true });
 *   await writeImage(`pets/${name}/1.png`, createImage(32, 32, 3));
 * }
 * const pets = await imageFolder('pets');
 * console.log(pets.classes, (await pets.at(1)).y); // → [ 'cats', 'dogs' ] 1
 * ```
 */
export async function imageFolder(path: string, options: { transform?: (image: Image) => Tensor | Promise<Tensor> } = {}): Promise<ImageFolder> {
  checkOptions('imageFolder', options, { transform: callback });
  const entries = (await entriesOf(path)).filter(({ name }) => !name.startsWith('.'));
  const classes = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  if (classes.length === 0) throw new DataError('imageFolder', `${path} must have a subfolder for every class, but has none`, { path });
  const files = await Promise.all(
    classes.map(async (name, y) => {
      const inside = await picturesIn(join(path, name));
      if (inside.length === 0)
        throw new DataError('imageFolder', `${join(path, name)} must contain images (${Object.keys(EXTENSIONS).join(', ')})`, { path, name });
      return inside.map((file) => ({ path: file, y }));
    }),
  );
  return new ImageFolder(classes, files.flat(), options.transform ?? toTensor);
}

/** Paths of all images in a folder, recursively, sorted. */
async function picturesIn(folder: string): Promise<string[]> {
  const entries = (await entriesOf(folder)).filter(({ name }) => !name.startsWith('.'));
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return picturesIn(path);
      return Object.hasOwn(EXTENSIONS, extname(entry.name).toLowerCase()) ? [path] : [];
    }),
  );
  return found.flat().sort();
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw new DataError('imageFolder', `${folder} cannot be read: ${(cause as Error).message}`, { folder }, { cause });
  }
}
