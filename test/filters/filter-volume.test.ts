import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as zarr from 'zarrita';
import { FolderStore } from '../../src/data/files/zarr/folder-store.js';
import { createBackend, filterTensor, gaussian, gaussian3d, PADDING_MODES, Random, type Tensor } from '../../src/index.js';
import { type FilterVolumeOptions, filterVolume } from '../../src/node.js';
import { sizeOf } from '../../src/tensor.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-zarr-'));
});
afterAll(() => rm(folder, { recursive: true }));
let count = 0;
const fresh = (name: string) => join(folder, `${++count}-${name}.zarr`);

function noise(shape: readonly number[]): Tensor {
  const random = new Random(shape.length);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => Math.fround(random.uniform(-1, 1))) };
}

const stridesOf = (shape: readonly number[]) => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));

async function write(at: zarr.Location<FolderStore>, { shape, data }: Tensor, chunkShape: readonly number[], codecs: zarr.CodecMetadata[] = []) {
  const array = await zarr.create(at, { shape: [...shape], chunkShape: [...chunkShape], dtype: 'float32', codecs, fillValue: 0 });
  await zarr.set(array, null, { data, shape: [...shape], stride: stridesOf(shape) });
}

/** A volume as a Zarr. */
async function volumeOf(tensor: Tensor, chunkShape: readonly number[], codecs?: zarr.CodecMetadata[]): Promise<string> {
  const path = fresh('volume');
  await write(zarr.root(new FolderStore('test', path)), tensor, chunkShape, codecs);
  return path;
}

async function read(path: string, inside = ''): Promise<Tensor> {
  const array = await zarr.open(zarr.root(new FolderStore('test', path)).resolve(inside), { kind: 'array' });
  const { data, shape } = await zarr.get(array as zarr.Array<'float32', FolderStore>);
  return { shape, data: data as Float32Array };
}

describe('the bits are those of filterTensor', () => {
  const small = noise([13, 22, 31]);

  test.each(PADDING_MODES)("'%s'", async (paddingMode) => {
    const [from, to] = [await volumeOf(small, [5, 8, 16]), fresh('out')];
    const options = { paddingMode, ...(paddingMode === 'constant' && { paddingValue: 3 }) };
    const report = await filterVolume(from, to, 'gaussian3d:1', options);
    const expected = await filterTensor(small, gaussian3d(1), options);
    expect(await read(to)).toEqual(expected);
    expect(report).toEqual({ shape: expected.shape, chunks: [13, 22, 31], blocks: { computed: 1, kept: 0 } });
  });

  test.each<[string, FilterVolumeOptions]>([
    ['strides and dilation', { stride: 2, dilation: [1, 2, 1], padding: 1 }],
    ['valid', { padding: 'valid' }],
    ['a bias and a scale', { bias: 4, scale: 0.5, flip: true }],
    ['an algorithm', { algorithm: 'direct' }],
  ])('%s', async (_, options) => {
    const kernel = noise([3, 4, 5]);
    const [from, to] = [await volumeOf(small, [13, 7, 10]), fresh('out')];
    await filterVolume(from, to, kernel, options);
    expect(await read(to)).toEqual(await filterTensor(small, kernel, options));
  });

  test('axes before those of the kernel, and kernels of fewer axes', async () => {
    const films = noise([2, 3, 9, 14, 11]);
    const from = await volumeOf(films, [1, 2, 4, 14, 6]);
    for (const kernel of [gaussian3d(0.6), gaussian(1), noise([3])]) {
      const to = fresh('out');
      await filterVolume(from, to, kernel);
      expect(await read(to)).toEqual(await filterTensor(films, kernel));
    }
  });

  test('of a volume that is cut along two axes, which is more than a block holds', async () => {
    const large = noise([70, 560, 500]);
    const [from, to] = [await volumeOf(large, [32, 100, 128]), fresh('out')];
    const { chunks, blocks } = await filterVolume(from, to, 'gaussian3d:1.5');
    expect(blocks.computed).toBeGreaterThan(3);
    const expected = await filterTensor(large, gaussian3d(1.5));
    const received = await read(to);
    expect(Buffer.from(received.data.buffer).equals(Buffer.from(expected.data.buffer))).toBe(true);
    expect(chunks.every((chunk, axis) => chunk <= large.shape[axis])).toBe(true);
    await rm(to, { recursive: true });
  });

  test('on the reference backend', async () => {
    const backend = await createBackend('reference');
    const [from, to] = [await volumeOf(small, [4, 4, 4]), fresh('out')];
    await filterVolume(from, to, gaussian3d(1), { backend });
    expect(await read(to)).toEqual(await filterTensor(small, gaussian3d(1), { backend }));
  });
});

test.each(['none', 'zstd', 'blosc'] as const)('compression %s, of the input and of the result', async (compression) => {
  const smooth: Tensor = { shape: [8, 30, 40], data: Float32Array.from({ length: 9600 }, (_, i) => Math.floor(i / 500)) };
  const plain = fresh('plain');
  await filterVolume(await volumeOf(smooth, [4, 30, 20]), plain, 'gaussian3d:0.5', { compression });
  const [from, to] = [plain, fresh('again')];
  await filterVolume(from, to, 'gaussian3d', { compression });
  const once = await filterTensor(smooth, gaussian3d(0.5));
  expect(await read(to)).toEqual(await filterTensor(once, gaussian3d(1)));
  const { size } = await stat(join(plain, 'c/0/0/0'));
  if (compression === 'none') expect(size).toBe(4 * 9600);
  else expect(size).toBeLessThan(4 * 9600);
});

test('an OME-Zarr of integers: its highest resolution, with its axes', async () => {
  const from = fresh('ome');
  const root = zarr.root(new FolderStore('test', from));
  const axes = ['z', 'y', 'x'].map((name) => ({ name, type: 'space', unit: 'micrometer' }));
  const coordinateTransformations = [{ type: 'scale', scale: [2, 0.5, 0.5] }];
  const datasets = ['full', 'half'].map((path) => ({ path, coordinateTransformations }));
  await zarr.create(root, { attributes: { ome: { version: '0.5', multiscales: [{ name: 'cells', axes, datasets }] } } });
  const array = await zarr.create(root.resolve('full'), {
    shape: [6, 8, 9],
    chunkShape: [3, 8, 4],
    dtype: 'uint16',
    codecs: [],
    fillValue: 7,
    dimensionNames: ['z', 'y', 'x'],
  });
  const data = Uint16Array.from({ length: 432 }, (_, i) => (i * 977) % 65536);
  await zarr.set(array, null, { data, shape: [6, 8, 9], stride: [72, 9, 1] });
  // what is not there is the fill value
  await rm(join(from, 'full/c/1/0/2'));
  const there = (await zarr.get(array)).data as Uint16Array;
  const to = fresh('out');
  await filterVolume(from, to, 'gaussian3d:1,0.5,0.5');
  expect(await read(to, '0')).toEqual(await filterTensor({ shape: [6, 8, 9], data: Float32Array.from(there) }, gaussian3d([1, 0.5, 0.5])));
  const { attributes } = JSON.parse(await readFile(join(to, 'zarr.json'), 'utf8'));
  expect(attributes.ome.multiscales).toEqual([{ name: 'cells', axes, datasets: [{ path: '0', coordinateTransformations }] }]);
  expect(JSON.parse(await readFile(join(to, '0/zarr.json'), 'utf8')).dimension_names).toEqual(['z', 'y', 'x']);
});

test('Zarr v2, of Fortran order', async () => {
  const path = fresh('v2');
  const [shape, chunks] = [
    [4, 5, 6],
    [4, 5, 6],
  ];
  const tensor = noise(shape);
  const store = new FolderStore('test', path);
  const meta = { zarr_format: 2, shape, chunks, dtype: '<f4', compressor: null, fill_value: 0, order: 'F', filters: null };
  await store.set('.zarray', Buffer.from(JSON.stringify(meta)));
  const turned = new Float32Array(120);
  for (let z = 0; z < 4; z++) for (let y = 0; y < 5; y++) for (let x = 0; x < 6; x++) turned[z + 4 * y + 20 * x] = tensor.data[z * 30 + y * 6 + x];
  await store.set('0.0.0', new Uint8Array(turned.buffer));
  const to = fresh('out');
  await filterVolume(path, to, gaussian3d(1));
  expect(await read(to)).toEqual(await filterTensor(tensor, gaussian3d(1)));
});

test('what was written before it was ended is kept by resume, if nothing has changed', async () => {
  const large = noise([70, 560, 500]);
  const from = await volumeOf(large, [35, 280, 250]);
  const to = fresh('out');
  const run = (more: FilterVolumeOptions = {}) => filterVolume(from, to, 'gaussian3d:1.5', { resume: true, ...more });
  const ended = new AbortController();
  await expect(run({ signal: ended.signal, onProgress: (share) => share > 0.3 && ended.abort(new Error('ended')) })).rejects.toThrow('ended');
  await expect(stat(to)).rejects.toThrow('ENOENT');
  const { blocks } = await run();
  expect(blocks.kept).toBeGreaterThan(0);
  expect(blocks.computed).toBeGreaterThan(0);
  const expected = await filterTensor(large, gaussian3d(1.5));
  expect(Buffer.from((await read(to)).data.buffer).equals(Buffer.from(expected.data.buffer))).toBe(true);
  // nothing is left beside it
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(await readdir(to)).toEqual(['c', 'zarr.json']);

  await rm(to, { recursive: true });
  await expect(run({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  const again = new AbortController();
  await expect(run({ signal: again.signal, onProgress: (share) => share > 0.3 && again.abort() })).rejects.toThrow();
  // other work begins anew
  expect((await run({ bias: 1 })).blocks.kept).toBe(0);
  await rm(to, { recursive: true });
});

test('errors name the folder and what is wrong', async () => {
  const from = await volumeOf(noise([4, 5, 6]), [4, 5, 6]);
  await expect(filterVolume(join(folder, 'none.zarr'), fresh('out'), 'box')).rejects.toThrow(/filterVolume: .*none\.zarr is not a Zarr folder/);
  await expect(filterVolume(from, from, 'box')).rejects.toThrow(`${from} exists; a Zarr is a folder, which is not replaced`);
  await expect(filterVolume(from, fresh('out'), noise([2, 2, 2, 2]))).rejects.toThrow('kernel must have 1 to 3 axes');
  await expect(filterVolume(from, fresh('out'), 'gaussian3d:1,2')).rejects.toThrow('gaussian3d takes one σ, or three');
  await expect(filterVolume(from, fresh('out'), 'gaussian3d:x')).rejects.toThrow('sigma');
  await expect(filterVolume(from, fresh('out'), 'box', { compression: 'lzma' as never })).rejects.toThrow(
    'compression must be one of none, zstd, blosc, received "lzma"',
  );

  const copy = async (change: (path: string) => Promise<unknown>) => {
    const path = fresh('damaged');
    await cp(from, path, { recursive: true });
    await change(path);
    return path;
  };
  const cut = await copy((path) => writeFile(join(path, 'c/0/0/0'), 'short'));
  await expect(filterVolume(cut, fresh('out'), 'box')).rejects.toThrow(`${cut}: the chunk 0/0/0 is damaged`);
  const text = await copy((path) => writeFile(join(path, 'zarr.json'), '{'));
  await expect(filterVolume(text, fresh('out'), 'box')).rejects.toThrow(`${text} cannot be read as a Zarr`);
  const json = JSON.parse(await readFile(join(from, 'zarr.json'), 'utf8'));
  const other = (more: object) => copy((path) => writeFile(join(path, 'zarr.json'), JSON.stringify({ ...json, ...more })));
  await expect(filterVolume(await other({ data_type: 'int64' }), fresh('out'), 'box')).rejects.toThrow('holds int64; int8, uint8');
  const huge = { chunk_grid: { name: 'regular', configuration: { chunk_shape: [4096, 4096, 4096] } } };
  await expect(filterVolume(await other(huge), fresh('out'), 'box')).rejects.toThrow('chunks of at most 67108864 numbers are read');
  const group = await copy((path) => writeFile(join(path, 'zarr.json'), '{"zarr_format":3,"node_type":"group","attributes":{}}'));
  await expect(filterVolume(group, fresh('out'), 'box')).rejects.toThrow('is a group, but not an OME-Zarr image');
  const outside = { zarr_format: 3, node_type: 'group', attributes: { ome: { multiscales: [{ datasets: [{ path: '../volume' }] }] } } };
  const leading = await copy((path) => writeFile(join(path, 'zarr.json'), JSON.stringify(outside)));
  await expect(filterVolume(leading, fresh('out'), 'box')).rejects.toThrow('its attributes name no dataset');
});
