import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createImage, DataError, Random, UnsupportedError } from '../../src/index.js';
import { decodeImage, encodeImage, readImage, writeImage } from '../../src/node.js';

const random = new Random(8);
const image = createImage(
  5,
  4,
  3,
  Uint8ClampedArray.from({ length: 60 }, () => random.integer(256)),
);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-formats-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('NPY', () => {
  test.each([1, 2, 3, 4])('%i channels, integers, signed integers and infinite ones', async (channels) => {
    const length = 20 * channels;
    for (const data of [
      Uint8ClampedArray.from({ length }, () => random.integer(256)),
      Uint16Array.from({ length }, () => random.integer(65536)),
      Float32Array.from({ length }, (_, i) => (i === 3 ? Number.NEGATIVE_INFINITY : random.uniform() * 9 - 4)),
    ]) {
      const picture = createImage(5, 4, channels, data);
      expect(await decodeImage(await encodeImage(picture, 'npy'))).toEqual(picture);
    }
  });

  test('the header is as NumPy writes it', async () => {
    // numpy.save of numpy.zeros((2, 3), dtype='float32')
    const bytes = Buffer.from(await encodeImage(createImage(3, 2, 1, new Float32Array(6)), 'npy'));
    expect(bytes.subarray(0, 10).toString('hex')).toBe('934e554d5059010076' + '00');
    expect(bytes.toString('latin1', 10, 128)).toBe(`{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }${' '.repeat(58)}\n`);
    expect(bytes.length).toBe(128 + 24);
  });

  const npy = (header: string, data = Buffer.alloc(0), version = 1) => {
    const length = Buffer.alloc(version === 1 ? 2 : 4);
    length.writeUIntLE(header.length, 0, length.length);
    return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.of(version, 0), length, Buffer.from(header), data]);
  };

  test('the other byte order, and a later version', async () => {
    const bytes = npy("{'descr': '>u2', 'fortran_order': False, 'shape': (1, 2), }\n", Buffer.of(1, 2, 3, 4), 2);
    expect(await decodeImage(bytes)).toEqual(createImage(2, 1, 1, Uint16Array.of(0x102, 0x304)));
  });

  test.each<[string, Buffer, new (...args: never[]) => Error, string]>([
    ['doubles', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }"), UnsupportedError, 'of type f8; only u1, u2 and f4'],
    ['columns first', npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }"), UnsupportedError, 'in Fortran order'],
    ['a list', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }"), UnsupportedError, 'of shape [7]; only [H, W] and [H, W, C]'],
    ['five channels', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (7, 7, 5), }"), UnsupportedError, 'of shape [7, 7, 5]'],
    ['fields', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (7, 7), }"), UnsupportedError, 'of several fields'],
    ['too few numbers', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (7, 7), }", Buffer.alloc(195)), DataError, 'is truncated: its array'],
    ['a long header', Buffer.from('934e554d505902000000ffff0000', 'hex'), DataError, 'claims 4294901760 bytes'],
  ])('%s are refused', async (_, bytes, kind, message) => {
    await expect(decodeImage(bytes)).rejects.toThrow(kind);
    await expect(decodeImage(bytes)).rejects.toThrow(message);
  });
});

test.each(['webp', 'avif'] as const)('%s: there and back, with alpha and without, near enough', async (format) => {
  for (const channels of [1, 3, 4]) {
    const smooth = createImage(
      32,
      16,
      channels,
      Uint8ClampedArray.from({ length: 512 * channels }, (_, i) => 60 + (Math.floor(i / channels) % 32) * 4),
    );
    const back = await decodeImage(await encodeImage(smooth, format, { quality: 95 }));
    expect([back.width, back.height, back.channels]).toEqual([32, 16, Math.max(3, channels)]);
    const at = (i: number) => smooth.data[channels === 1 ? Math.floor(i / 3) : i];
    expect(Math.max(...Array.from(back.data, (value, i) => Math.abs(value - at(i))))).toBeLessThan(10);
  }
});

describe('bytes come in whatever holds them', () => {
  test.each(['png', 'jpeg', 'tiff'] as const)('%s', async (format) => {
    const bytes = await encodeImage(image, format);
    const expected = await decodeImage(bytes);
    const path = join(folder, `a.${format}`);
    await writeFile(path, bytes);
    const copy = Uint8Array.from(bytes);
    const holders = [Buffer.from(bytes), copy, copy.buffer, new Blob([copy]), createReadStream(path, { highWaterMark: 50 }), new Blob([copy]).stream()];
    for (const holder of holders) expect(await decodeImage(holder)).toEqual(expected);
  });

  test('a stream of text, and one that breaks, are DataErrors', async () => {
    async function* text() {
      yield 'text' as unknown as Uint8Array;
    }
    await expect(decodeImage(text())).rejects.toThrow('the image must be a stream of Uint8Arrays, received "text" in it');
    await expect(decodeImage(createReadStream(join(folder, 'none.png')), { name: 'upload' })).rejects.toThrow('upload could not be read to the end');
  });
});

describe('a file is refused by its header', () => {
  /** The beginning of an image, and gigabytes of nothing. */
  async function huge(name: string, beginning: Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, beginning);
    const file = await open(path, 'r+');
    await file.truncate(2 ** 31 + 5);
    await file.close();
    return path;
  }

  test.each(['png', 'jpeg', 'bmp', 'gif', 'tiff', 'npy'] as const)('%s: limits.pixels first, then 2 GiB', async (format) => {
    const path = await huge(`huge.${format}`, await encodeImage(image, format));
    await expect(readImage(path, { limits: { pixels: 19 } })).rejects.toThrow(`readImage: ${path} claims 5 × 4 = 20 pixels, more than limits.pixels (19`);
    await expect(readImage(path)).rejects.toThrow(`readImage: ${path} must be smaller than 2 GiB, but has 2147483653 bytes`);
  });

  test('a TIFF of a kind that is not read', async () => {
    const bytes = Buffer.from(await encodeImage(image, 'tiff'));
    const at = bytes.readUInt32LE(4) + 2;
    for (let entry = at; bytes.readUInt16LE(entry) <= 262; entry += 12) if (bytes.readUInt16LE(entry) === 262) bytes.writeUInt16LE(5, entry + 8);
    await expect(readImage(await huge('cmyk.tiff', bytes))).rejects.toThrow('of photometric interpretation 5');
  });
});

test("'jpg' is JPEG and 'tif' is TIFF", async () => {
  expect(await encodeImage(image, 'jpg')).toEqual(await encodeImage(image, 'jpeg'));
  await writeImage(join(folder, 'no-ending'), image, { format: 'tif' });
  expect(await readImage(join(folder, 'no-ending'))).toEqual(image);
});
