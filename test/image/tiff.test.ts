import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createImage, DataError, Random, UnsupportedError } from '../../src/index.js';
import { decodeImage, encodeImage } from '../../src/node.js';
import { packBits } from './writers/png.js';
import { type Entry, type TiffPlan, writeTiff } from './writers/tiff.js';

const random = new Random(5);
const noise = (n: number, bits: number) => Array.from({ length: n }, () => random.integer(2 ** bits));

interface Plan {
  order?: 'II' | 'MM';
  photometric?: number;
  samples?: number;
  bits?: number;
  width?: number;
  height?: number;
  rowsPerStrip?: number;
  compression?: number;
  values?: readonly number[];
  /** instead of, or in addition to, the usual tags */
  extra?: readonly Entry[];
  next?: TiffPlan['next'];
}

/** A TIFF of the given samples, and what its tags say. */
function build(plan: Plan = {}): Buffer {
  const { order = 'II', photometric = 1, samples = 1, bits = 8, width = 5, height = 4, rowsPerStrip = height, compression = 1, extra = [], next } = plan;
  const values = plan.values ?? noise(width * height * samples, bits);
  const rows = Array.from({ length: height }, (_, y) => {
    const row = packBits(values.slice(y * width * samples, (y + 1) * width * samples), bits);
    return bits === 16 && order === 'II' ? row.swap16() : row;
  });
  const strips = Array.from({ length: Math.ceil(height / rowsPerStrip) }, (_, i) => Buffer.concat(rows.slice(i * rowsPerStrip, (i + 1) * rowsPerStrip)));
  const packed = strips.map((strip) => (compression === 8 ? deflateSync(strip) : compression === 5 ? lzw(strip) : strip));
  const usual: Entry[] = [
    [256, 3, [width]],
    [257, 3, [height]],
    [258, 3, Array(samples).fill(bits)],
    [259, 3, [compression]],
    [262, 3, [photometric]],
    [277, 3, [samples]],
    [278, 3, [rowsPerStrip]],
  ];
  const replaced = new Set(extra.map(([tag]) => tag));
  return writeTiff({ order, entries: [...usual.filter(([tag]) => !replaced.has(tag)), ...extra], strips: packed, next });
}

/** LZW that compresses nothing: codes of 9 bits, and the table cleared before they would grow. */
function lzw(bytes: Buffer): Buffer {
  const codes = [...bytes].flatMap((byte, i) => (i % 200 === 0 ? [256, byte] : [byte]));
  return packBits([...codes, 257], 9);
}

const gray = (values: readonly number[], width = 5, height = 4) => createImage(width, height, 1, Uint8ClampedArray.from(values));

test.each(['II', 'MM'] as const)('gray, RGB, RGBA and palettes of byte order %s', async (order) => {
  const values = noise(20, 8);
  expect(await decodeImage(build({ order, values }))).toEqual(gray(values));
  expect(await decodeImage(build({ order, photometric: 0, values }))).toEqual(gray(values.map((v) => 255 - v)));
  const rgb = noise(60, 8);
  expect(await decodeImage(build({ order, photometric: 2, samples: 3, values: rgb }))).toEqual(createImage(5, 4, 3, Uint8ClampedArray.from(rgb)));
  const rgba = noise(80, 8);
  expect(await decodeImage(build({ order, photometric: 2, samples: 4, values: rgba }))).toEqual(createImage(5, 4, 4, Uint8ClampedArray.from(rgba)));
  const map = noise(48, 16);
  const indices = noise(20, 4);
  const { data } = await decodeImage(build({ order, photometric: 3, bits: 4, values: indices, extra: [[320, 3, map]] }));
  expect([...data]).toEqual(indices.flatMap((i) => [map[i] >> 8, map[16 + i] >> 8, map[32 + i] >> 8]));
});

test.each<[number, number, number]>([
  [1, 0, 255],
  [4, 0, 17],
  [1, 1, 255],
  [2, 1, 85],
])('%i bits, photometric %i', async (bits, photometric, scale) => {
  const values = noise(20, bits);
  const max = 2 ** bits - 1;
  expect(await decodeImage(build({ bits, photometric, values }))).toEqual(gray(values.map((v) => (photometric === 0 ? max - v : v) * scale)));
});

test.each(['II', 'MM'] as const)('16 bits and floats in byte order %s come as they are', async (order) => {
  const values = noise(20, 16);
  expect(await decodeImage(build({ order, bits: 16, values }))).toEqual(createImage(5, 4, 1, Uint16Array.from(values)));
  expect((await decodeImage(build({ order, bits: 16, photometric: 0, values }))).data).toEqual(Uint16Array.from(values, (v) => 65535 - v));
  const rgb = noise(60, 16);
  const image = await decodeImage(build({ order, bits: 16, photometric: 2, samples: 3, values: rgb }));
  expect(image).toEqual(createImage(5, 4, 3, Uint16Array.from(rgb)));
  const floats = Float32Array.from(values, (v) => v / 3000 - 7);
  const halves = new Uint16Array(floats.buffer);
  const words = Array.from(halves, (_, i) => (order === 'II' ? halves[i] : halves[i ^ 1]));
  const bytes = build({
    order,
    bits: 16,
    width: 10,
    values: words,
    extra: [
      [256, 3, [5]],
      [258, 3, [32]],
      [339, 3, [3]],
    ],
  });
  expect(await decodeImage(bytes)).toEqual(createImage(5, 4, 1, floats));
});

test('gray with alpha', async () => {
  const values = noise(40, 8);
  expect(await decodeImage(build({ samples: 2, values, extra: [[338, 3, [2]]] }))).toEqual(createImage(5, 4, 2, Uint8ClampedArray.from(values)));
});

test.each([1, 5, 8])('compression %i, in one strip and in several', async (compression) => {
  const values = noise(50 * 30, 8);
  for (const rowsPerStrip of [30, 7, 1, 1000]) {
    expect(await decodeImage(build({ compression, width: 50, height: 30, rowsPerStrip, values }))).toEqual(gray(values, 50, 30));
  }
});

test('horizontal differences are summed up', async () => {
  const values = noise(60, 8);
  const sums = [...values];
  for (let i = 0; i < 60; i++) if (i % 15 >= 3) sums[i] = (sums[i] + sums[i - 3]) % 256;
  const { data } = await decodeImage(build({ compression: 5, photometric: 2, samples: 3, values, extra: [[317, 3, [2]]] }));
  expect([...data]).toEqual(sums);
});

test('premultiplied alpha is divided out, other alpha is not', async () => {
  const values = [100, 50, 0, 128, 9, 9, 9, 0];
  const shape = { photometric: 2, samples: 4, width: 2, height: 1, values };
  expect([...(await decodeImage(build({ ...shape, extra: [[338, 3, [1]]] }))).data]).toEqual([199, 100, 0, 128, 9, 9, 9, 0]);
  expect([...(await decodeImage(build({ ...shape, extra: [[338, 3, [2]]] }))).data]).toEqual(values);
});

test.each([
  [1, 'abc/def'],
  [2, 'cba/fed'],
  [3, 'fed/cba'],
  [4, 'def/abc'],
  [5, 'ad/be/cf'],
  [6, 'da/eb/fc'],
  [7, 'fc/eb/da'],
  [8, 'cf/be/ad'],
])('orientation %i of abc/def is %s', async (orientation, expected) => {
  const values = [...'abcdef'].map((letter) => letter.charCodeAt(0));
  const { width, data } = await decodeImage(build({ width: 3, height: 2, values, extra: [[274, 3, [orientation]]] }));
  expect(
    String.fromCharCode(...data)
      .match(new RegExp(`.{${width}}`, 'g'))
      ?.join('/'),
  ).toBe(expected);
});

test.each([1, 2, 3, 4])('%i channels are written as they are, and read again', async (channels) => {
  const values = noise(20 * channels, 16);
  for (const data of [Uint8ClampedArray.from(values, (v) => v >> 8), Uint16Array.from(values), Float32Array.from(values, (v) => v / 999 - 20)]) {
    const image = createImage(4, 5, channels, data);
    const bytes = await encodeImage(image, 'tif');
    expect(await decodeImage(bytes)).toEqual(image);
    const { format, channels: seen, depth } = await sharp(bytes).metadata();
    expect({ format, seen, depth }).toEqual({ format: 'tiff', seen: channels, depth: { 1: 'uchar', 2: 'ushort', 4: 'float' }[data.BYTES_PER_ELEMENT] });
  }
});

test('only the first page is looked at: no circle of pages, no wild pointers', async () => {
  const values = noise(20, 8);
  expect(await decodeImage(build({ values, next: 'self' }))).toEqual(gray(values));
  expect(await decodeImage(build({ values, next: 4e9 }))).toEqual(gray(values));
  // subdirectories that hold the directory itself
  const self = build({ values }).readUInt32LE(4);
  const { data } = await decodeImage(
    build({
      values,
      extra: [
        [330, 4, [self, self]],
        [34665, 4, [self]],
        [37500, 1, [1, 2, 3]],
      ],
    }),
  );
  expect([...data]).toEqual(values);
});

test.each<[string, Buffer, new (...args: never[]) => Error, string]>([
  ['floats', build({ bits: 16, extra: [[339, 3, [3]]] }), UnsupportedError, '1 samples of 16 bits per pixel (gray, floats)'],
  ['CMYK', build({ photometric: 5, samples: 4 }), UnsupportedError, 'photometric interpretation 5'],
  ['packed bits', build({ extra: [[259, 3, [32773]]] }), UnsupportedError, 'of compression 32773; only uncompressed, LZW and deflate are supported'],
  ['tiles', build({ extra: [[322, 3, [16]]] }), UnsupportedError, 'in tiles'],
  ['planes', build({ photometric: 2, samples: 3, extra: [[284, 3, [2]]] }), UnsupportedError, 'with separate planes'],
  ['samples of unequal bits', build({ photometric: 2, samples: 3, extra: [[258, 3, [8, 8, 4]]] }), UnsupportedError, 'samples of 8 bits'],
  ['another predictor', build({ extra: [[317, 3, [3]]] }), UnsupportedError, 'with predictor 3'],
  ['reversed bits', build({ extra: [[266, 3, [2]]] }), UnsupportedError, 'with reversed bits'],
  ['64-bit offsets', Buffer.from('II\x2b\0\x08\0\0\0', 'latin1'), UnsupportedError, 'is a BigTIFF'],
  [
    'no meaning of its samples',
    writeTiff({
      order: 'II',
      entries: [
        [256, 3, [1]],
        [257, 3, [1]],
      ],
    }),
    DataError,
    'has no photometric interpretation',
  ],
  ['no width', build({ extra: [[256, 3, [0]]] }), DataError, 'claims 0 × 4 pixels'],
  ['a strip too few', build({ rowsPerStrip: 2, extra: [[273, 4, [8]]] }), DataError, 'has 1 strips and 2 sizes for them, its 4 rows need 2'],
  ['a strip beyond the end', build({ extra: [[273, 4, [1e9]]] }), DataError, 'is truncated: strip 1 of 1'],
  ['a strip too short', build({ rowsPerStrip: 2, extra: [[279, 4, [10, 9]]] }), DataError, 'strip 2 of 2 has 9 bytes instead of 10'],
  [
    'LZW too short',
    build({
      compression: 5,
      extra: [
        [257, 3, [5]],
        [278, 3, [5]],
      ],
    }),
    DataError,
    'strip 1 of 1 decompresses to 20 bytes instead of 25',
  ],
  [
    'deflate too short',
    build({
      compression: 8,
      extra: [
        [257, 3, [5]],
        [278, 3, [5]],
      ],
    }),
    DataError,
    'strip 1 of 1 decompresses to 20 bytes instead of 25',
  ],
  [
    'deflate too long',
    build({
      compression: 8,
      extra: [
        [257, 3, [3]],
        [278, 3, [3]],
      ],
    }),
    DataError,
    'decompresses to more than 15 bytes',
  ],
  ['no rows in a strip', build({ extra: [[278, 3, [0]]] }), DataError, 'its 4 rows need Infinity'],
])('TIFF with %s is refused', async (_, bytes, kind, message) => {
  await expect(decodeImage(bytes)).rejects.toThrow(kind);
  await expect(decodeImage(bytes)).rejects.toThrow(message);
});

test('a TIFF cut off anywhere is a DataError', async () => {
  const whole = build({ photometric: 2, samples: 3 });
  for (let length = 0; length < whole.length; length++) {
    await expect(decodeImage(whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(DataError);
  }
});

test('no single wrong byte makes it hang or throw anything but our errors', async () => {
  const whole = build({ compression: 5, photometric: 2, samples: 3, rowsPerStrip: 2 });
  for (let position = 0; position < whole.length; position++) {
    for (const value of [0, 0xff]) {
      const bytes = Buffer.from(whole).fill(value, position, position + 1);
      await decodeImage(bytes, { limits: { pixels: 1e6 } }).catch((error) => {
        expect([DataError, UnsupportedError], `byte ${position} = ${value}: ${error.stack}`).toContain(error.constructor);
      });
    }
  }
});
