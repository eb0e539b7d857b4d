import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createImage, DataError, type Image, Random, UnsupportedError } from '../../src/index.js';
import { decodeImage, encodeImage, readImage } from '../../src/node.js';
import { type Entry, writeTiff } from './writers/tiff.js';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const pixels = (name: string) => decodeImage(fixture(name), { name });

function difference(a: Image, b: Image): { largest: number; mean: number } {
  expect([a.width, a.height, a.channels]).toEqual([b.width, b.height, b.channels]);
  const each = Array.from(a.data, (value, i) => Math.abs(value - b.data[i]));
  return { largest: Math.max(...each), mean: each.reduce((sum, v) => sum + v) / each.length };
}

describe('what libjpeg and libtiff wrote (scripts/make-image-fixtures.py)', () => {
  // jpeg-js repeats the color samples, which have half the resolution; libjpeg interpolates them
  test.each(['baseline.jpg', 'progressive.jpg', 'restarts.jpg'])('%s is near to what libjpeg reads', async (name) => {
    const { largest, mean } = difference(await pixels(name), await pixels('color.png'));
    expect(largest).toBeLessThanOrEqual(12);
    expect(mean).toBeLessThan(4);
  });

  test('the three of them hold the same picture', async () => {
    expect(await pixels('progressive.jpg')).toEqual(await pixels('baseline.jpg'));
    expect(await pixels('restarts.jpg')).toEqual(await pixels('baseline.jpg'));
  });

  test.each(['gray.jpg', 'gray-restarts.jpg'])('%s has one channel, within one level of libjpeg', async (name) => {
    expect(difference(await pixels(name), await pixels('gray.png')).largest).toBeLessThanOrEqual(1);
  });

  test('TIFF and BMP are exact, and 16 bits stay in TIFF and PNG', async () => {
    const scene = await pixels('scene.png');
    expect(await pixels('scene.tiff')).toEqual(scene);
    expect(await pixels('scene.bmp')).toEqual(scene);
    const deep = await pixels('scene16.png');
    expect(deep.data).toEqual(Uint16Array.from(scene.data, (value) => value * 250 + 77));
    expect(await pixels('scene16.tiff')).toEqual(deep);
  });
});

/** A JPEG of the gray letters abc over def, each a block of 8 × 8. */
const levels = Uint8ClampedArray.from({ length: 24 * 16 }, (_, i) => 20 + 40 * (Math.floor((i % 24) / 8) + 3 * Math.floor(i / 24 / 8)));
const letters = Buffer.from(await encodeImage(createImage(24, 16, 1, levels), 'jpeg'));

function segment(marker: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255), content]);
}

/** The JPEG with a segment behind its first marker. */
function insert(jpeg: Buffer, added: Buffer): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), added, jpeg.subarray(2)]);
}

function exif(order: 'II' | 'MM', entries: readonly Entry[]): Buffer {
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), writeTiff({ order, entries })]));
}

/** Which letter stands in each block. */
function spell({ width, height, channels, data }: Image): string {
  const block = (row: number, column: number) => data[((row * 8 + 4) * width + column * 8 + 4) * channels];
  return Array.from({ length: height / 8 }, (_, row) =>
    Array.from({ length: width / 8 }, (_, column) => 'abcdef'[Math.round((block(row, column) - 20) / 40)]).join(''),
  ).join('/');
}

test.each([
  [1, 'abc/def'],
  [2, 'cba/fed'],
  [3, 'fed/cba'],
  [4, 'def/abc'],
  [5, 'ad/be/cf'],
  [6, 'da/eb/fc'],
  [7, 'fc/eb/da'],
  [8, 'cf/be/ad'],
  [0, 'abc/def'],
  [9, 'abc/def'],
])('EXIF orientation %i of abc/def is %s', async (orientation, expected) => {
  for (const order of ['II', 'MM'] as const) {
    const turned = insert(
      letters,
      exif(order, [
        [271, 1, [65, 66, 67, 68, 69]],
        [274, 3, [orientation]],
      ]),
    );
    expect(spell(await decodeImage(turned))).toBe(expected);
  }
});

test('an EXIF block that is broken changes nothing', async () => {
  const whole = exif('II', [[274, 3, [6]]]);
  for (let length = 10; length < whole.length - 4; length++) {
    const cut = segment(0xe1, whole.subarray(4, length));
    expect(['abc/def', 'da/eb/fc']).toContain(spell(await decodeImage(insert(letters, cut))));
  }
});

test('what is written is read again, nearly; a higher quality is nearer', async () => {
  const image = createImage(
    40,
    30,
    3,
    Uint8ClampedArray.from({ length: 3600 }, (_, i) => [(i / 3) % 40, i / 120, 20][i % 3] * 5 + 20),
  );
  const at = async (quality?: number) => difference(await decodeImage(await encodeImage(image, 'jpeg', { quality })), image).mean;
  const [low, usual, high] = [await at(10), await at(), await at(100)];
  expect(high).toBeLessThan(usual);
  expect(usual).toBeLessThan(low);
  expect(usual).toBeLessThan(2);
  expect(await at(90)).toBe(usual);
});

test('alpha is laid over white', async () => {
  const { data } = await decodeImage(await encodeImage(createImage(8, 8, 2), 'jpeg', { quality: 100 }));
  expect(Math.min(...data)).toBeGreaterThan(253);
});

test('an Adobe marker says whether the colors are RGB as they stand', async () => {
  const red = createImage(
    8,
    8,
    3,
    Uint8ClampedArray.from({ length: 192 }, (_, i) => (i % 3 === 0 ? 200 : 40)),
  );
  const jpeg = Buffer.from(await encodeImage(red, 'jpeg', { quality: 100 }));
  const adobe = (transform: number) => segment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]));
  const first = async (bytes: Buffer) => [...(await decodeImage(bytes)).data.subarray(0, 3)];
  // Y, Cb and Cr of (200, 40, 40): ITU-T T.871
  const ycbcr = [87.84, 101.01, 208];
  for (const [c, value] of (await first(insert(jpeg, adobe(0)))).entries()) expect(Math.abs(value - ycbcr[c])).toBeLessThan(2);
  for (const [c, value] of (await first(insert(jpeg, adobe(1)))).entries()) expect(Math.abs(value - [200, 40, 40][c])).toBeLessThan(2);
});

test('fill bytes, and what follows the end, do not matter', async () => {
  const padded = Buffer.concat([insert(letters, Buffer.of(0xff, 0xff, 0xff)), Buffer.from('appended'), letters]);
  expect(await decodeImage(padded)).toEqual(await decodeImage(letters));
});

describe('broken JPEGs', () => {
  const baseline = fixture('baseline.jpg');
  const restarts = fixture('restarts.jpg');
  const frameAt = baseline.indexOf(Buffer.of(0xff, 0xc0));
  const scanAt = baseline.indexOf(Buffer.of(0xff, 0xda));
  const patched = (position: number, ...values: number[]) => {
    const bytes = Buffer.from(baseline);
    bytes.set(values, frameAt + position);
    return bytes;
  };
  const cutAtRestart = Buffer.concat([restarts.subarray(0, restarts.indexOf(Buffer.of(0xff, 0xd1))), Buffer.of(0xff, 0xd9)]);
  const scans = Buffer.concat(Array.from({ length: 101 }, () => Buffer.of(0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0)));

  test.each<[string, Buffer, new (...args: never[]) => Error, string]>([
    ['no end marker', baseline.subarray(0, -2), DataError, 'is truncated: the JPEG image data has no end marker'],
    ['a part that is missing, though it ends well', cutAtRestart, DataError, 'has 1 of its 3 restart markers'],
    ['a header, and no picture', Buffer.concat([baseline.subarray(0, scanAt), Buffer.of(0xff, 0xd9)]), DataError, 'has no JPEG image data'],
    ['nothing but its ends', Buffer.of(0xff, 0xd8, 0xff, 0xd9), DataError, 'has no JPEG frame header'],
    ['a scan before the frame', insert(baseline, Buffer.of(0xff, 0xda, 0, 3, 0)), DataError, 'has no JPEG frame header'],
    ['bytes where a marker must be', insert(baseline, Buffer.of(0xff, 0xe5, 0, 2, 1, 2, 3)), DataError, 'has no JPEG marker at byte 6'],
    ['a segment of one byte', insert(baseline, Buffer.of(0xff, 0xe5, 0, 1)), DataError, 'has a JPEG segment of 1 bytes at byte 4'],
    ['no height', patched(5, 0, 0), DataError, 'claims 29 × 0 pixels'],
    ['a size that its bytes cannot hold', patched(5, 0x20, 0, 0x20, 0), DataError, 'which cannot hold 8192 × 8192 pixels'],
    ['no components', patched(9, 0), DataError, 'has a JPEG frame header that is too short'],
    [
      'two frame headers',
      insert(baseline, baseline.subarray(frameAt, frameAt + 2 + baseline.readUInt16BE(frameAt + 2))),
      DataError,
      'has two JPEG frame headers',
    ],
    [
      'more components than colors have',
      insert(baseline, Buffer.of(0xff, 0xc0, 0, 23, 8, 0, 9, 0, 9, 5, ...Array(15).fill(1))),
      UnsupportedError,
      'of 5 components',
    ],
    ['a marker without a segment', insert(baseline, Buffer.of(0xff, 1)), DataError, 'has a JPEG marker without a segment at byte 2'],
    ['12 bits', patched(4, 12), UnsupportedError, 'is a JPEG of 12 bits per sample'],
    ['arithmetic codes', patched(1, 0xc9), UnsupportedError, 'is a JPEG of type SOF9'],
    ['a hundred passes', Buffer.concat([baseline.subarray(0, scanAt), scans, baseline.subarray(scanAt)]), DataError, 'has more than 100 JPEG scans'],
    ['no tables', Buffer.concat([baseline.subarray(0, 20), baseline.subarray(frameAt)]), DataError, 'is damaged: it cannot be decoded'],
    [
      'no Huffman tables',
      Buffer.concat([baseline.subarray(0, baseline.indexOf(Buffer.of(0xff, 0xc4))), baseline.subarray(scanAt)]),
      DataError,
      'needs a Huffman table that the file does not have',
    ],
  ])('%s', async (_, bytes, kind, message) => {
    await expect(decodeImage(bytes, { name: 'broken.jpg' })).rejects.toThrow(kind);
    await expect(decodeImage(bytes, { name: 'broken.jpg' })).rejects.toThrow(message);
  });

  test.each(['baseline.jpg', 'progressive.jpg', 'restarts.jpg', 'gray.jpg'])('%s cut off anywhere is a DataError', async (name) => {
    const whole = fixture(name);
    for (let length = 0; length < whole.length; length++) {
      await expect(decodeImage(whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(DataError);
    }
  });

  test('no wrong byte makes it hang or throw anything but our errors', async () => {
    const random = new Random(6);
    for (const name of ['baseline.jpg', 'progressive.jpg', 'restarts.jpg']) {
      for (let i = 0; i < 150; i++) {
        const bytes = fixture(name);
        const position = random.integer(bytes.length);
        bytes[position] = random.integer(256);
        await decodeImage(bytes, { limits: { pixels: 1e6 } }).catch((error) => {
          expect([DataError, UnsupportedError], `${name}, byte ${position}: ${error.stack}`).toContain(error.constructor);
        });
      }
    }
  });
});

test.each(['auto', 'built-in'] as const)('a photo is read alike from bytes, which stay as they are, a stream, a Blob and a file: %s', async (codec) => {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-jpeg-'));
  const path = join(folder, 'photo.jpg');
  for (const file of [fixture('baseline.jpg'), fixture('progressive.jpg')]) {
    const before = Buffer.from(file);
    const image = await decodeImage(file, { codec });
    expect(file.equals(before)).toBe(true);
    writeFileSync(path, file);
    expect(await readImage(path, { codec })).toEqual(image);
    expect(await decodeImage(Readable.from([file.subarray(0, 400), file.subarray(400)]), { codec })).toEqual(image);
    expect(await decodeImage(new Blob([Uint8Array.from(file)]), { codec })).toEqual(image);
  }
  // damage in the last strip, which only a second decoder reports
  const cut = Buffer.concat([fixture('baseline.jpg').subarray(0, -12), Buffer.of(0xff, 0xd9)]);
  writeFileSync(path, cut);
  for (const read of [() => decodeImage(cut, { codec }), () => decodeImage(Readable.from([cut]), { codec }), () => readImage(path, { codec })])
    await expect(read()).rejects.toThrow('is damaged: it cannot be decoded');
  rmSync(folder, { recursive: true });
});
