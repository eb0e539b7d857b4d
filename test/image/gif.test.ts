import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createImage, DataError, Random, UnsupportedError } from '../../src/index.js';
import { decodeImage, encodeImage } from '../../src/node.js';
import { type GifFrame, type GifPlan, gifData, writeGif } from './writers/gif.js';

const random = new Random(4);
const palette = Array.from({ length: 48 }, () => random.integer(256));
const noise = (n: number) => Array.from({ length: n }, () => random.integer(16));
const color = (index: number) => palette.slice(index * 3, index * 3 + 3);

// the decoder behind jimp prints a warning where image data is missing: a library call prints nothing
beforeEach(() => void vi.spyOn(console, 'log'));
afterEach(() => {
  expect(console.log).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

test.each([
  [1, 1],
  [5, 7],
  [37, 20],
])('GIF of %i × %i', async (width, height) => {
  const indices = noise(width * height);
  const image = await decodeImage(writeGif({ width, height, palette, frames: [{ width, height, indices }] }));
  expect(image).toEqual(createImage(width, height, 3, Uint8ClampedArray.from(indices.flatMap(color))));
});

test('a transparent color, and what the frame leaves free, become alpha; later frames do not count', async () => {
  const frame: GifFrame = { x: 1, y: 0, width: 2, height: 2, indices: [1, 2, 3, 2], transparent: 2, palette };
  const image = await decodeImage(writeGif({ width: 3, height: 2, frames: [frame, { width: 3, height: 2, indices: noise(6), palette }] }));
  const none = [0, 0, 0, 0];
  const opaque = (index: number) => [...color(index), 255];
  expect([...image.data]).toEqual([none, opaque(1), none, none, opaque(3), none].flat());
});

test('interlaced rows come back in order', async () => {
  const height = 11;
  const indices = Array.from({ length: height }, (_, y) => y);
  const order = [0, 8, 4, 2, 6, 10, 1, 3, 5, 7, 9];
  const image = await decodeImage(writeGif({ width: 1, height, palette, frames: [{ width: 1, height, indices: order, interlaced: true }] }));
  expect([...image.data]).toEqual(indices.flatMap(color));
});

test.each([2, 5, 200, 256])('%i colors are written as they are', async (colors) => {
  const all = Array.from({ length: colors }, () => [0, 0, 0].map(() => random.integer(256)));
  const image = createImage(60, 50, 3, Uint8ClampedArray.from(Array.from({ length: 3000 }, (_, i) => all[(i * i) % colors]).flat()));
  expect(await decodeImage(await encodeImage(image, 'gif'))).toEqual(image);
});

test('more colors are brought down to 256, near to what they were', async () => {
  const image = createImage(
    64,
    64,
    3,
    Uint8ClampedArray.from({ length: 64 * 64 * 3 }, (_, i) => [(i / 3) % 64, i / 192, 128][i % 3] * 2),
  );
  const { data } = await decodeImage(await encodeImage(image, 'gif'));
  expect([...data].reduce((sum, value, i) => sum + Math.abs(value - image.data[i]), 0) / data.length).toBeLessThan(4);
});

test.each([
  ['few colors', 1],
  ['many colors', 400],
])('alpha is all or nothing, with %s', async (_, rows) => {
  const pixels = Array.from({ length: rows * 3 }, (_, i) => [i % 256, 17 * (i >> 8), 90, [255, 128, 127][i % 3]]);
  const { channels, data } = await decodeImage(await encodeImage(createImage(3, rows, 4, Uint8ClampedArray.from(pixels.flat())), 'gif'));
  expect(channels).toBe(4);
  expect([...data.filter((_, i) => i % 4 === 3)]).toEqual(Array.from({ length: rows * 3 }, (_, i) => [255, 255, 0][i % 3]));
});

const plan: GifPlan = { width: 6, height: 5, palette, frames: [{ width: 6, height: 5, indices: noise(30) }] };
const whole = writeGif(plan);
const frameAt = 13 + 48 + 9;
/** The GIF with other image data. */
const withData = (data: Buffer) => Buffer.concat([whole.subarray(0, frameAt + 10), data, Buffer.of(0x3b)]);
const patched = (position: number, value: number) => Buffer.from(whole).fill(value, position, position + 1);

test.each<[string, Buffer, new (...args: never[]) => Error, string]>([
  [
    'too few pixels',
    writeGif({ ...plan, frames: [{ width: 6, height: 5, indices: noise(29) }] }),
    DataError,
    'its frame decompresses to 29 bytes instead of 30',
  ],
  [
    'too many pixels',
    writeGif({ ...plan, frames: [{ width: 6, height: 5, indices: noise(31) }] }),
    DataError,
    'its frame decompresses to 31 bytes instead of 30',
  ],
  ['codes that name each other', withData(gifData([16, 1, 20, 19, 18, 20, 19, 18, 17], 4)), DataError, 'invalid LZW code'],
  ['codes of 255 bits', withData(Buffer.of(255, 3, 1, 2, 3, 0)), DataError, 'must begin with 1 to 8 bits, but begin with 255'],
  ['a frame beyond the screen', writeGif({ ...plan, frames: [{ x: 1, width: 6, height: 5, indices: noise(30) }] }), DataError, 'is outside 6 × 5'],
  ['a frame without height', writeGif({ ...plan, frames: [{ width: 6, height: 0, indices: [] }] }), DataError, 'its frame of 6 × 0 pixels'],
  ['no palette', writeGif({ ...plan, palette: undefined }), DataError, 'it has no palette'],
  ['no frame', Buffer.concat([writeGif({ ...plan, frames: [] }), Buffer.of(0)]), DataError, 'is a GIF without an image'],
  ['an unknown block', patched(13 + 48, 0x77), DataError, 'has no GIF block at byte 61'],
  ['no size', writeGif({ ...plan, width: 0 }), DataError, 'claims 0 × 5 pixels'],
])('GIF with %s is refused', async (_, bytes, kind, message) => {
  await expect(decodeImage(bytes)).rejects.toThrow(kind);
  await expect(decodeImage(bytes)).rejects.toThrow(message);
});

test('a GIF cut off anywhere is a DataError; only its last byte may be missing', async () => {
  for (let length = 0; length < whole.length - 1; length++) {
    await expect(decodeImage(whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(DataError);
  }
  expect(await decodeImage(whole.subarray(0, -1))).toEqual(await decodeImage(whole));
});

test('no single wrong byte makes it hang, print or throw anything but our errors', async () => {
  for (let position = 0; position < whole.length; position++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
      await decodeImage(patched(position, value), { limits: { pixels: 1e6 } }).catch((error) => {
        expect([DataError, UnsupportedError], `byte ${position} = ${value}: ${error.stack}`).toContain(error.constructor);
      });
    }
  }
});
