import { expect, test } from 'vitest';
import { createImage, DataError, type Image, Random, UnsupportedError } from '../../src/index.js';
import { decodeImage, encodeImage } from '../../src/node.js';
import { type BmpPlan, writeBmp } from './writers/bmp.js';

const random = new Random(3);
const palette = (bits: number) => Array.from({ length: 2 ** bits }, () => random.integer(2 ** 24));
const noise = Array.from({ length: 64 }, () => random.integer(2 ** 24));
const plan = (bits: number, more: Partial<BmpPlan> = {}): BmpPlan => {
  const width = more.width ?? 6;
  const colors = bits <= 8 ? palette(bits) : [];
  return { width, height: 3, bits, palette: colors, pixel: (x, y) => noise[y * width + x] % 2 ** bits, ...more };
};

function expected({ width, height, pixel, palette = [] }: BmpPlan): Image {
  const color = (i: number) => pixel(i % width, Math.floor(i / width));
  const rgb = Array.from({ length: width * height }, (_, i) => (palette.length > 0 ? palette[color(i)] : color(i)));
  return createImage(width, height, 3, Uint8ClampedArray.from(rgb.flatMap((v) => [v >> 16, (v >> 8) & 255, v & 255])));
}

test.each<[string, BmpPlan]>([
  ...[1, 4, 8, 24, 32].map((bits): [string, BmpPlan] => [`${bits} bits`, plan(bits)]),
  ...[1, 8, 24, 32].map((bits): [string, BmpPlan] => [`${bits} bits, 5 wide`, plan(bits, { width: 5 })]),
  ['1 × 1', plan(24, { width: 1, height: 1 })],
  ['from the top', plan(8, { topDown: true })],
  ['a gap in front of the pixels', plan(24, { gap: 10 })],
  ['a gap behind a palette', plan(4, { gap: 3 })],
  ['32 bits with masks', plan(32, { compression: 3 })],
  ...[52, 56, 108, 124].map((headerSize): [string, BmpPlan] => [`a header of ${headerSize} bytes`, plan(32, { headerSize, compression: 3 })]),
  ['a long header and a palette', plan(8, { headerSize: 124 })],
])('BMP, %s', async (_, bmp) => {
  expect(await decodeImage(writeBmp(bmp))).toEqual(expected(bmp));
});

test('what is written is read again; alpha is laid over white', async () => {
  const image = createImage(
    3,
    2,
    3,
    Uint8ClampedArray.from({ length: 18 }, () => random.integer(256)),
  );
  expect(await decodeImage(await encodeImage(image, 'bmp'))).toEqual(image);
  const half = createImage(2, 1, 2, Uint8ClampedArray.of(0, 128, 200, 0));
  expect([...(await decodeImage(await encodeImage(half, 'bmp'))).data]).toEqual([127, 127, 127, 255, 255, 255]);
});

const write = (more: Partial<BmpPlan>, bits = 8) => writeBmp(plan(bits, more));
const patched = (position: number, value: number) => {
  const bytes = writeBmp(plan(32));
  bytes.writeUInt32LE(value, position);
  return bytes;
};

test.each<[string, Buffer, new (...args: never[]) => Error, string]>([
  ['run lengths', write({ compression: 1 }), UnsupportedError, 'is a BMP of 8 bits per pixel with compression 1'],
  ['16 bits', write({ palette: [] }, 16), UnsupportedError, 'is a BMP of 16 bits per pixel'],
  ['4 bits and an odd width', write({ width: 5 }, 4), UnsupportedError, '4 bits per pixel with an odd width'],
  ['an OS/2 header', write({ headerSize: 64 }), UnsupportedError, 'OS/2 header of 64 bytes'],
  ['other masks', patched(30, 3), UnsupportedError, 'unusual color masks'],
  ['a negative width', patched(18, 2 ** 32 - 4), DataError, 'claims a width of -4 pixels'],
  ['an absurd palette', patched(46, 1e9), DataError, 'claims 1000000000 colors'],
  ['absurd pixels', patched(10, 4e9), DataError, 'is truncated: its pixels should end at byte'],
])('BMP with %s is refused', async (_, bytes, kind, message) => {
  await expect(decodeImage(bytes)).rejects.toThrow(kind);
  await expect(decodeImage(bytes)).rejects.toThrow(message);
});

test('a BMP cut off anywhere is a DataError', async () => {
  for (const whole of [writeBmp(plan(24, { width: 5 })), writeBmp(plan(32, { headerSize: 124 })), writeBmp(plan(4))]) {
    // the padding of the last row may be missing
    for (let length = 0; length < whole.length - 1; length++) {
      await expect(decodeImage(whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(DataError);
    }
  }
});
