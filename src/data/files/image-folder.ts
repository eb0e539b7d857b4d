import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DataError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { EXTENSIONS, readImage } from '../../image/image-files.js';
import { callback, checkOptions } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { checkIndex, Dataset, type Sample } from '../dataset.js';
import { toTensor } from '../transforms.js';

/** Pictures on disk, read when they are asked for; see {@link imageFolder}. */
export class ImageFolder extends Dataset<Sample> {
  constructor(
    /** names of the classes; a label is an index into them */
    readonly classes: readonly string[],
    /** paths and labels of the pictures */
    readonly files: readonly { readonly path: string; readonly y: number }[],
    /** from a picture to its tensor */
    readonly transform: (image: Image) => Tensor,
  ) {
    super();
  }

  get length(): number {
    return this.files.length;
  }

  /** @throws DataError or UnsupportedError, naming the file, if it is no picture that can be read */
  async at(index: number): Promise<Sample> {
    checkIndex('imageFolder', index, this.length);
    const { path, y } = this.files[index];
    // a seed must give the same network whether sharp is installed or not
    return { x: this.transform(await readImage(path, { codec: 'built-in' })), y };
  }
}

/**
 * A dataset of pictures, a class for every sub-folder: `cats/1.png`, `cats/more/2.jpg`, `dogs/1.png`.
 * Classes, and pictures within them, are sorted by name. Other files and hidden ones do not count.
 * @param options.transform from the picture, as {@link readImage} gives it, to a tensor. Batches need one shape for all.
 *   Default {@link toTensor}.
 * @throws DataError if the folder cannot be read, has no sub-folders, or one has no picture
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
export async function imageFolder(path: string, options: { transform?: (image: Image) => Tensor } = {}): Promise<ImageFolder> {
  checkOptions('imageFolder', options, { transform: callback });
  const entries = (await entriesOf(path)).filter(({ name }) => !name.startsWith('.'));
  const classes = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  if (classes.length === 0) throw new DataError('imageFolder', `${path} must have a sub-folder for every class, and has none`, { path });
  const files = await Promise.all(
    classes.map(async (name, y) => {
      const inside = await picturesIn(join(path, name));
      if (inside.length === 0) throw new DataError('imageFolder', `${join(path, name)} has no picture (${Object.keys(EXTENSIONS).join(', ')})`, { path, name });
      return inside.map((file) => ({ path: file, y }));
    }),
  );
  return new ImageFolder(classes, files.flat(), options.transform ?? toTensor);
}

/** Paths of all pictures in a folder and below, sorted. */
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
