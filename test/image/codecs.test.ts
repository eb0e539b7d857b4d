import { expect, test } from 'vitest';
import { createImage, DataError, type Image, OptionError, ShapeError, UnsupportedError } from '../../src/index.js';
import { type DecodeOptions, decodeImage, encodeImage, type ImageFormat, imageFormats } from '../../src/node.js';

const image = createImage(
  20,
  10,
  3,
  Uint8ClampedArray.from({ length: 600 }, (_, i) => (i * 7) % 256),
);

test('the formats that are read and written', () => {
  expect(imageFormats).toEqual(['png', 'jpeg', 'bmp', 'gif', 'tiff', 'webp', 'avif', 'npy']);
});

test.each(imageFormats)('%s: any part of a larger buffer will do, and nothing handed in is changed', async (format) => {
  const before = image.data.slice();
  const bytes = await encodeImage(image, format);
  expect(image.data).toEqual(before);
  const padded = new Uint8Array(bytes.length + 10).fill(77);
  padded.set(bytes, 3);
  const { width, height } = await decodeImage(padded.subarray(3, 3 + bytes.length));
  expect([width, height]).toEqual([20, 10]);
  expect(padded.subarray(3, 3 + bytes.length)).toEqual(Uint8Array.from(bytes));
});

test.each(imageFormats)('%s: 16 bits and floats are written as the same picture', async (format) => {
  const gray = Uint8ClampedArray.from({ length: 64 }, (_, i) => (i >> 3) * 36);
  const [narrow, wide, float] = await Promise.all(
    [gray, Uint16Array.from(gray, (v) => v * 257), Float32Array.from(gray, (v) => v / 255)].map(async (data) =>
      decodeImage(await encodeImage(createImage(8, 8, 1, data), format)),
    ),
  );
  const levels = (image: Image) =>
    Array.from(image.data, (value) =>
      Math.round((value * 255) / { Uint8ClampedArray: 255, Uint16Array: 65535, Float32Array: 1 }[image.data.constructor.name as 'Uint16Array']),
    );
  expect(levels(wide)).toEqual(levels(narrow));
  expect(levels(float)).toEqual(levels(narrow));
  const kept = { png: ['Uint16Array', 'Uint16Array'], tiff: ['Uint16Array', 'Float32Array'], npy: ['Uint16Array', 'Float32Array'] }[format as string];
  expect([wide, float].map(({ data }) => data.constructor.name)).toEqual(kept ?? ['Uint8ClampedArray', 'Uint8ClampedArray']);
});

test.each(imageFormats)('%s: a picture of more than limits.pixels is refused by its header', async (format) => {
  const bytes = await encodeImage(image, format);
  await expect(decodeImage(bytes, { limits: { pixels: 199 } })).rejects.toThrow('the image claims 20 × 10 = 200 pixels, more than limits.pixels (199');
  expect((await decodeImage(bytes, { limits: { pixels: 200 } })).width).toBe(20);
});

/** Headers of a width and height of 60000, and nothing else. */
const HUGE: Readonly<Record<string, string>> = {
  png: '89504e470d0a1a0a0000000d494844520000ea600000ea60080200000000000000',
  bmp: `424d000000000000000036000000280000006 0ea000060ea000001001800${'00'.repeat(24)}`.replace(' ', ''),
  gif: '47494638396160ea60ea000000',
};

test.each(Object.entries(HUGE))('%s: the header alone is enough to refuse a huge picture', async (_, hex) => {
  await expect(decodeImage(Buffer.from(hex, 'hex'), { name: 'huge' })).rejects.toThrow(
    'huge claims 60000 × 60000 = 3600000000 pixels, more than limits.pixels (268435456',
  );
});

test.each<[string, Uint8Array, new (...args: never[]) => Error, string]>([
  ['no bytes', new Uint8Array(), DataError, 'decodeImage: a.png is empty: 0 bytes'],
  [
    'text',
    Buffer.from('Once upon a time'),
    DataError,
    'a.png is not an image: it begins with "Once upo"; only PNG, JPEG, BMP, GIF, TIFF, WebP, AVIF and NPY are supported',
  ],
  ['text about motor cars', Buffer.from('BMW builds motor cars in Munich, and motor cycles.'), DataError, 'a.png is not an image'],
  [
    'an array',
    [1, 2, 3] as unknown as Uint8Array,
    DataError,
    'a.png must be a Uint8Array, an ArrayBuffer, a Blob or a stream of Uint8Arrays, received [1, 2, 3]',
  ],
  ['a WebP of nothing', Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1'), DataError, 'a.png is damaged: its WebP header cannot be read'],
  ['an AVIF of nothing', Buffer.from('\0\0\0\x20ftypavif\0\0\0\0', 'latin1'), DataError, 'a.png is damaged: its AVIF header cannot be read'],
  ['HEIC', Buffer.from('\0\0\0\x20ftypheic\0\0\0\0', 'latin1'), UnsupportedError, 'is a HEIC file'],
  ['SVG', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), UnsupportedError, 'is an SVG file'],
])('%s is no picture that is read', async (_, bytes, kind, message) => {
  await expect(decodeImage(bytes, { name: 'a.png' })).rejects.toThrow(kind);
  await expect(decodeImage(bytes, { name: 'a.png' })).rejects.toThrow(message);
});

test.each<[string, () => Promise<unknown>, new (...args: never[]) => Error, string]>([
  [
    'a limit of 0',
    () => decodeImage(new Uint8Array(), { limits: { pixels: 0 } }),
    OptionError,
    'decodeImage: limits must be { pixels, bytes, seconds, memory } with integers ≥ 1',
  ],
  ['a limit of 1.5', () => decodeImage(new Uint8Array(), { limits: { memory: 1.5 } }), OptionError, 'limits must be { pixels, bytes, seconds, memory }'],
  ['a name that is not a string', () => decodeImage(new Uint8Array(), { name: 3 as unknown as string }), OptionError, 'name must be a string, received 3'],
  [
    'an unknown option',
    () => decodeImage(new Uint8Array(), { format: 'png' } as DecodeOptions),
    OptionError,
    'format is not an option; the options are name, limits',
  ],
  [
    'an unknown format',
    () => encodeImage(image, 'heic' as ImageFormat),
    OptionError,
    'format must be one of png, jpeg, bmp, gif, tiff, webp, avif, npy, jpg, tif, received "heic"',
  ],
  ['quality 0', () => encodeImage(image, 'jpeg', { quality: 0 }), OptionError, 'quality must be an integer from 1 to 100, received 0'],
  ['quality 101', () => encodeImage(image, 'jpeg', { quality: 101 }), OptionError, 'received 101'],
  [
    'quality of a PNG',
    () => encodeImage(image, 'png', { quality: 90 }),
    OptionError,
    "quality requires the format jpeg, webp, avif (it is 'png'), received 90",
  ],
  ['an unknown option', () => encodeImage(image, 'png', { level: 9 } as object), OptionError, 'level is not an option'],
  ['no image', () => encodeImage({} as Image, 'png'), ShapeError, 'encodeImage: image must be'],
  [
    'a JPEG that is too wide',
    () => encodeImage(createImage(65536, 1, 1), 'jpeg'),
    UnsupportedError,
    'a JPEG can have at most 65535 pixels per side, received 65536 × 1',
  ],
  [
    'a GIF that is too high',
    () => encodeImage(createImage(1, 65536, 1), 'gif'),
    UnsupportedError,
    'a GIF can have at most 65535 pixels per side, received 1 × 65536',
  ],
])('%s is refused', async (_, call, kind, message) => {
  await expect(call()).rejects.toThrow(kind);
  await expect(call()).rejects.toThrow(message);
});
