import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createImage, DataError, type Image, OptionError } from '../../src/index.js';
import { decodeImage, type ImageFormat, readImage, writeImage } from '../../src/node.js';

vi.mock('node:fs/promises', { spy: true });

const image = createImage(
  20,
  10,
  3,
  Uint8ClampedArray.from({ length: 600 }, (_, i) => (i * 7) % 256),
);
let folder: string;

beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'convlab-image-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fs.rm(folder, { recursive: true });
});

test.each([
  ['a.png', 'PNG'],
  ['a.PNG', 'PNG'],
  ['a.b.jpg', '\xff\xd8\xff'],
  ['a.jpeg', '\xff\xd8\xff'],
  ['a.bmp', 'BM'],
  ['a.gif', 'GIF89a'],
  ['a.tif', 'II'],
  ['a.tiff', 'II'],
])('%s is written as its extension says, and read again', async (name, signature) => {
  const path = join(folder, name);
  await writeImage(path, image);
  expect((await fs.readFile(path, 'latin1')).slice(0, 10)).toContain(signature);
  expect(await readImage(path)).toEqual(await decodeImage(await fs.readFile(path)));
  expect(await fs.readdir(folder)).toEqual([name]);
});

test('the format can be given, and a file is read by what it holds, not by its name', async () => {
  const path = join(folder, 'really-a-bitmap.png');
  await writeImage(path, image, { format: 'bmp' });
  expect((await fs.readFile(path, 'latin1')).slice(0, 2)).toBe('BM');
  expect(await readImage(path)).toEqual(image);
});

test('quality goes through to the encoder', async () => {
  const size = async (quality: number) => {
    await writeImage(join(folder, 'a.jpg'), image, { quality });
    return (await fs.stat(join(folder, 'a.jpg'))).size;
  };
  expect(await size(10)).toBeLessThan(await size(95));
});

test('limits.pixels goes through to the decoder', async () => {
  const path = join(folder, 'a.png');
  await writeImage(path, image);
  await expect(readImage(path, { limits: { pixels: 199 } })).rejects.toThrow(`readImage: ${path} claims 20 × 10 = 200 pixels, more than limits.pixels (199`);
});

test.each<[string, (folder: string) => Promise<unknown>, new (...args: never[]) => Error, string]>([
  ['a file that is not there', (f) => readImage(join(f, 'none.png')), DataError, 'none.png does not exist'],
  ['a folder', (f) => readImage(f), DataError, 'is not a file'],
  ['a device that never ends', () => readImage('/dev/zero'), DataError, '/dev/zero is not a file'],
  ['no path', () => readImage(undefined as unknown as string), OptionError, 'path must be a file name, received undefined'],
  ['an unknown option', (f) => readImage(f, { name: 'x' } as object), OptionError, 'readImage: name is not an option'],
  ['writing over a folder', (f) => writeImage(f, image, { format: 'png' }), DataError, 'is a folder'],
  ['writing over a device', () => writeImage('/dev/null', image, { format: 'png' }), DataError, '/dev/null is not a file'],
  ['writing into a folder that is not there', (f) => writeImage(join(f, 'no', 'a.png'), image), DataError, 'a.png lies in a folder that does not exist'],
  [
    'an unknown extension',
    (f) => writeImage(join(f, 'a.heic'), image),
    OptionError,
    'path must end in .png, .jpg, .jpeg, .bmp, .gif, .tif, .tiff, .webp, .avif, .npy, or format must be set',
  ],
  ['no extension', (f) => writeImage(join(f, 'png'), image), OptionError, 'path must end in'],
  ['an unknown format', (f) => writeImage(join(f, 'a.png'), image, { format: 'heic' as ImageFormat }), OptionError, 'writeImage: format must be one of'],
  ['an empty path', () => writeImage('', image), OptionError, 'path must be a file name, received ""'],
])('%s is refused', async (_, call, kind, message) => {
  await expect(call(folder)).rejects.toThrow(kind);
  await expect(call(folder)).rejects.toThrow(message);
  expect(await fs.readdir(folder)).toEqual([]);
});

test('of a large file that is no picture only the beginning is read', async () => {
  const path = join(folder, 'film.png');
  const file = await fs.open(path, 'w');
  await file.truncate(2 ** 31);
  await file.close();
  await expect(readImage(path)).rejects.toThrow(`readImage: ${path} is not an image`);
});

test('an empty file is named', async () => {
  const path = join(folder, 'empty.jpg');
  await fs.writeFile(path, '');
  await expect(readImage(path)).rejects.toThrow(`readImage: ${path} is empty: 0 bytes`);
});

test('a write that fails half-way leaves the old file as it was, and nothing else', async () => {
  const path = join(folder, 'a.png');
  await writeImage(path, image);
  const old = await fs.readFile(path);
  vi.mocked(fs.writeFile).mockImplementationOnce(async (to, parts) => {
    await fs.appendFile(to as string, Buffer.concat(parts as unknown as Buffer[]).subarray(0, 50));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  await expect(writeImage(path, createImage(99, 99, 1))).rejects.toThrow(`writeImage: ${path} cannot be written: no space left`);
  expect(await fs.readFile(path)).toEqual(old);
  expect(await fs.readdir(folder)).toEqual(['a.png']);
});

test('what cannot be encoded touches nothing', async () => {
  const path = join(folder, 'a.png');
  await fs.writeFile(path, 'old');
  await expect(writeImage(path, {} as Image)).rejects.toThrow('writeImage: image must be');
  expect(await fs.readFile(path, 'utf8')).toBe('old');
});

test('many writes to one file at once: one of them wins, whole', async () => {
  const path = join(folder, 'a.png');
  const images = Array.from({ length: 8 }, (_, i) => createImage(30, 30, 1, new Uint8ClampedArray(900).fill(i)));
  await Promise.all(images.map((one) => writeImage(path, one)));
  expect(images).toContainEqual(await readImage(path));
  expect(await fs.readdir(folder)).toEqual(['a.png']);
});

test('a file that was there keeps its permissions', async () => {
  const path = join(folder, 'a.png');
  await fs.writeFile(path, 'old', { mode: 0o640 });
  await writeImage(path, image);
  expect((await fs.stat(path)).mode & 0o777).toBe(0o640);
});
