import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Array as ZarrArray } from 'zarrita';
import { ConvlabError, DataError, UnsupportedError } from '../../../errors.js';
import { FolderStore } from './folder-store.js';
import { loadZarrita } from './load-zarrita.js';

/** Number types that are converted to float32. */
const NUMBERS = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float32', 'float64'];
/** Maximum size of a decoded chunk in bytes, because each is decoded as a whole. */
const MOST_CHUNK = 2 ** 28;
/** Bytes of decoded chunks that are kept in addition to those in use. */
const KEPT = 2 ** 27;
/** Number of chunks decoded concurrently. */
const AT_ONCE = 4;

/** A chunk as float32, in the order of the axes. */
interface Chunk {
  readonly data: Float32Array;
  /** one per axis; the last is 1 */
  readonly strides: readonly number[];
}

/** The part of OME-Zarr's description of a multiresolution image that is copied to results. */
export interface Multiscale {
  readonly axes: unknown;
  readonly name?: unknown;
  readonly transformations?: unknown;
}

/** An array in a Zarr store, read in parts. */
export class ZarrVolume {
  readonly shape: readonly number[];
  readonly dimensionNames: readonly string[] | undefined;
  /** by coordinates, the least recently used first */
  readonly #chunks = new Map<string, Promise<Chunk>>();

  private constructor(
    readonly operation: string,
    readonly path: string,
    private readonly array: ZarrArray<'float32', FolderStore>,
    /** the description of an OME-Zarr; undefined for a plain array */
    readonly multiscale: Multiscale | undefined,
  ) {
    this.shape = array.shape;
    this.dimensionNames = array.dimensionNames;
  }

  /**
   * Opens the array of a folder: an array of Zarr v2 or v3, or the highest resolution of an OME-Zarr.
   * @throws DataError or UnsupportedError, naming the folder, if it cannot be read
   */
  static async open(operation: string, path: string): Promise<ZarrVolume> {
    const zarr = await loadZarrita(operation);
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw new DataError(operation, `${path} is not a Zarr folder`, { path });
    try {
      const store = new FolderStore(operation, path);
      const node = await zarr.open(store);
      const multiscale = node.kind === 'group' ? firstMultiscale(operation, path, node.attrs) : undefined;
      const array = node.kind === 'array' ? node : await zarr.open(node.resolve(multiscale?.path ?? '0'), { kind: 'array' });
      checkArray(operation, path, array);
      return new ZarrVolume(operation, path, array as unknown as ZarrArray<'float32', FolderStore>, multiscale);
    } catch (cause) {
      if (cause instanceof ConvlabError) throw cause;
      throw new DataError(operation, `${path} cannot be read as a Zarr: ${(cause as Error).message}`, { path }, { cause });
    }
  }

  /** A hash of the array and of the work on it, which identifies an unfinished result. It does not depend on the contents of the chunks. */
  async recipe(work: readonly unknown[], weights: Float32Array): Promise<string> {
    const { mtimeMs } = await stat(this.path);
    return createHash('sha256')
      .update(JSON.stringify([resolve(this.path), mtimeMs, this.shape, this.array.chunks, work]))
      .update(Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength))
      .digest('hex');
  }

  /**
   * Reads all combinations of the given indices.
   * @param cells indices per axis; −1: outside the array, filled with `outside`
   * @param into in the order of the axes
   */
  async read(cells: readonly ArrayLike<number>[], into: Float32Array, outside: number): Promise<void> {
    const chunks = await this.#load(cells);
    const sizes = this.array.chunks;
    const last = cells.length - 1;
    const columns = cells[last];
    const at = cells.map(() => 0);
    for (let to = 0; to < into.length; to += columns.length) {
      const row = at.slice(0, last).map((i, axis) => cells[axis][i]);
      if (row.includes(-1)) into.fill(outside, to, to + columns.length);
      else readRow(row, to);
      for (let axis = last - 1; axis >= 0 && ++at[axis] === cells[axis].length; axis--) at[axis] = 0;
    }

    /** Copies a row; consecutive cells within a chunk are copied together. */
    function readRow(row: readonly number[], to: number): void {
      const prefix = row.map((cell, axis) => Math.floor(cell / sizes[axis])).join();
      for (let i = 0; i < columns.length; ) {
        const first = columns[i];
        if (first < 0) {
          into[to + i++] = outside;
          continue;
        }
        const column = Math.floor(first / sizes[last]);
        const end = (column + 1) * sizes[last];
        let length = 1;
        while (i + length < columns.length && columns[i + length] === first + length && first + length < end) length++;
        const { data, strides } = chunks.get(prefix === '' ? `${column}` : `${prefix},${column}`) as Chunk;
        const from = row.reduce((sum, cell, axis) => sum + (cell % sizes[axis]) * strides[axis], first - column * sizes[last]);
        into.set(data.subarray(from, from + length), to + i);
        i += length;
      }
    }
  }

  /** The chunks that contain the cells, by their coordinates. */
  async #load(cells: readonly ArrayLike<number>[]): Promise<ReadonlyMap<string, Chunk>> {
    const sizes = this.array.chunks;
    const along = cells.map((each, axis) => [...new Set(Array.from(each).flatMap((cell) => (cell < 0 ? [] : [Math.floor(cell / sizes[axis])])))]);
    const wanted = along.reduce<number[][]>((all, some) => all.flatMap((before) => some.map((each) => [...before, each])), [[]]);
    const found = new Map<string, Chunk>();
    const queue = wanted.values();
    const load = async () => {
      for (const place of queue) found.set(place.join(), await this.#chunk(place));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, load));
    const bytes = 4 * sizes.reduce((all, size) => all * size, 1);
    const most = found.size + Math.floor(KEPT / bytes);
    for (const key of this.#chunks.keys()) {
      if (this.#chunks.size <= most) break;
      if (!found.has(key)) this.#chunks.delete(key);
    }
    return found;
  }

  #chunk(place: readonly number[]): Promise<Chunk> {
    const key = place.join();
    const chunk = this.#chunks.get(key) ?? this.#decode(place);
    this.#chunks.delete(key);
    this.#chunks.set(key, chunk);
    return chunk;
  }

  async #decode(place: readonly number[]): Promise<Chunk> {
    try {
      const { data, shape, stride } = await this.array.getChunk([...place]);
      const floats = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>);
      if (floats.length < shape.reduce((all, size) => all * size, 1)) throw new Error('it is too short');
      if (stride.at(-1) === 1 || stride.length === 0) return { data: floats, strides: stride };
      return inOrder(floats, shape, stride);
    } catch (cause) {
      const { operation, path } = this;
      throw new DataError(operation, `${path}: the chunk ${place.join('/')} is damaged: ${(cause as Error).message}`, { path }, { cause });
    }
  }
}

function checkArray(operation: string, path: string, { dtype, shape, chunks }: { dtype: string; shape: number[]; chunks: number[] }): void {
  if (!NUMBERS.includes(dtype)) throw new UnsupportedError(operation, `${path} holds ${dtype}; ${NUMBERS.join(', ')} are read`, { path, dtype });
  if (shape.length === 0 || shape.includes(0)) throw new DataError(operation, `${path} is empty: its shape is [${shape.join(', ')}]`, { path });
  const bytes = 4 * chunks.reduce((all, size) => all * size, 1);
  if (!(bytes <= MOST_CHUNK)) {
    const rule = `chunks of at most ${MOST_CHUNK / 4} numbers are read, and its chunks are [${chunks.join(', ')}]; write it again with smaller ones`;
    throw new UnsupportedError(operation, `${path}: ${rule}`, { path, chunks });
  }
}

/** Reorders a chunk whose axes are stored in another order, such as Fortran's. */
function inOrder(data: Float32Array, shape: readonly number[], stride: readonly number[]): Chunk {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((all, size) => all * size, 1));
  const ordered = new Float32Array(data.length);
  const at = shape.map(() => 0);
  for (let to = 0; to < ordered.length; to++) {
    ordered[to] = data[at.reduce((from, i, axis) => from + i * stride[axis], 0)];
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis] === shape[axis]; axis--) at[axis] = 0;
  }
  return { data: ordered, strides };
}

/** @see https://ngff.openmicroscopy.org */
function firstMultiscale(operation: string, path: string, attributes: Readonly<Record<string, unknown>>): Multiscale & { readonly path: string } {
  const ome = (attributes.ome ?? attributes) as { multiscales?: readonly Record<string, unknown>[] };
  const [multiscale] = Array.isArray(ome.multiscales) ? ome.multiscales : [];
  const [dataset] = Array.isArray(multiscale?.datasets) ? (multiscale.datasets as { path?: unknown; coordinateTransformations?: unknown }[]) : [];
  const inside = dataset?.path;
  if (typeof inside !== 'string' || !/^[\w.-]+(\/[\w.-]+)*$/.test(inside) || inside.split('/').includes('..'))
    throw new DataError(operation, `${path} is a group, but not an OME-Zarr image: its attributes name no dataset`, { path });
  return { path: inside, axes: multiscale.axes, name: multiscale.name, transformations: dataset.coordinateTransformations };
}
