import { readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { CodecMetadata, Array as ZarrArray } from 'zarrita';
import { DataError } from '../../../errors.js';
import { removeAllUnfinished } from '../../../image/replace-file.js';
import { fileError } from '../../../image/whole-file.js';
import { FolderStore } from './folder-store.js';
import { loadZarrita } from './load-zarrita.js';
import type { Multiscale } from './zarr-volume.js';

/** How chunks are compressed. */
export const ZARR_COMPRESSIONS = ['none', 'zstd', 'blosc'] as const;
/** One of {@link ZARR_COMPRESSIONS}. */
export type ZarrCompression = (typeof ZARR_COMPRESSIONS)[number];

const CODECS: Readonly<Record<ZarrCompression, readonly CodecMetadata[]>> = {
  none: [],
  zstd: [{ name: 'zstd', configuration: { level: 1, checksum: false } }],
  blosc: [{ name: 'blosc', configuration: { cname: 'lz4', clevel: 5, shuffle: 'shuffle', typesize: 4, blocksize: 0 } }],
};
/** Path of the array within the group of an OME-Zarr. */
const LEVEL = '0';
/** The file with the recipe of an unfinished result, see {@link ZarrPlan}. */
const RECIPE = 'convlab-recipe';

/** Description of the result to write. */
export interface ZarrPlan {
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly compression: ZarrCompression;
  readonly dimensionNames: readonly string[] | undefined;
  readonly multiscale: Multiscale | undefined;
  /** a hash of everything that the result depends on: an unfinished result is continued if its recipe is the same */
  readonly recipe: string;
}

/**
 * A Zarr that is written chunk by chunk to a temporary folder beside its final path, and renamed at the end. If the process dies, the chunks written
 * so far remain.
 */
export class ZarrResult {
  private constructor(
    readonly path: string,
    private readonly store: FolderStore,
    private readonly array: ZarrArray<'float32', FolderStore>,
    private readonly chunks: readonly number[],
  ) {}

  /**
   * Begins a result, or continues one.
   * @param resume an unfinished result with the same recipe is continued; otherwise it is removed
   * @throws DataError, naming the path, if it already exists or cannot be written
   */
  static async create(operation: string, path: string, plan: ZarrPlan, resume: boolean): Promise<ZarrResult> {
    const zarr = await loadZarrita(operation);
    await checkAbsent(operation, path);
    const folder = unfinished(path);
    const { recipe, shape, chunks, compression, dimensionNames, multiscale } = plan;
    const before = await readFile(join(folder, RECIPE), 'utf8').catch(() => undefined);
    if (!resume || before !== recipe) await rm(folder, { recursive: true, force: true });
    else await removeAllUnfinished(folder); // left behind by a process that was killed
    const store = new FolderStore(operation, folder);
    const root = zarr.root(store);
    const array = await zarr.create(multiscale ? root.resolve(LEVEL) : root, {
      shape: [...shape],
      chunkShape: [...chunks],
      dtype: 'float32',
      codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, ...CODECS[compression]],
      fillValue: 0,
      dimensionNames: dimensionNames && [...dimensionNames],
    });
    if (multiscale) await zarr.create(root, { attributes: { ome: describe(multiscale) } });
    await store.set(RECIPE, new TextEncoder().encode(recipe));
    return new ZarrResult(path, store, array as ZarrArray<'float32', FolderStore>, chunks);
  }

  /** True if all chunks of a part exist. @param from its first cell, a multiple of the chunk size on each axis */
  async has(from: readonly number[], shape: readonly number[]): Promise<boolean> {
    for (const place of this.#places(from, shape)) if (!(await this.store.has(this.#key(place)))) return false;
    return true;
  }

  /**
   * Writes a part that consists of whole chunks.
   * @param from its first cell, a multiple of the chunk size on each axis
   * @param data in the order of the axes
   */
  async write(from: readonly number[], shape: readonly number[], data: Float32Array): Promise<void> {
    const zarr = await loadZarrita(this.store.operation);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((all, size) => all * size, 1));
    const selection = from.map((first, axis) => zarr.slice(first, first + shape[axis]));
    await zarr.set(this.array, selection, { data, shape: [...shape], stride: strides });
  }

  /** Moves the result to its final path. */
  async finish(): Promise<void> {
    const { operation, path: folder } = this.store;
    await checkAbsent(operation, this.path);
    try {
      await rm(join(folder, RECIPE));
      await rename(folder, this.path);
    } catch (cause) {
      throw fileError(operation, this.path, cause);
    }
  }

  *#places(from: readonly number[], shape: readonly number[]): Generator<readonly number[]> {
    const first = from.map((cell, axis) => cell / this.chunks[axis]);
    const counts = shape.map((size, axis) => Math.ceil(size / this.chunks[axis]));
    const total = counts.reduce((all, count) => all * count, 1);
    for (let i = 0; i < total; i++) {
      let rest = i;
      const place = [...first];
      for (let axis = counts.length - 1; axis >= 0; axis--) {
        place[axis] += rest % counts[axis];
        rest = Math.floor(rest / counts[axis]);
      }
      yield place;
    }
  }

  #key(place: readonly number[]): string {
    return join(this.array.path, 'c', ...place.map(String));
  }
}

/** The temporary folder of an unfinished result. */
function unfinished(path: string): string {
  const whole = resolve(path);
  return join(dirname(whole), `.${basename(whole)}.convlab-part`);
}

async function checkAbsent(operation: string, path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw fileError(operation, path, error);
  });
  if (found) throw new DataError(operation, `${path} exists; a Zarr is a folder, which is not replaced: remove it, or name another`, { path });
}

function describe({ axes, name, transformations }: Multiscale): object {
  return {
    version: '0.5',
    multiscales: [
      {
        ...(name !== undefined && { name }),
        axes,
        datasets: [{ path: LEVEL, ...(transformations !== undefined && { coordinateTransformations: transformations }) }],
      },
    ],
  };
}
