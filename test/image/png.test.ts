import { deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { createImage, Random } from '../../src/index.js';
import { DataError, decodeImage, encodeImage } from '../../src/node.js';
import { decodedByFastPng, pngSuite } from './png-suite.js';
import { assemblePng, chunk, type PngPlan, scanlines, writePng } from './writers/png.js';

describe('every kind of PNG decodes to its pixels', () => {
  test.each([...pngSuite()])('%s', async (_, plans) => {
    for (const plan of plans) {
      const image = await decodeImage(writePng(plan));
      const { width, height, channels, data } = image;
      expect({ width, height, channels }).toEqual({ width: plan.width, height: plan.height, channels: plan.channels });
      expect(data).toBeInstanceOf(plan.depth === 16 ? Uint16Array : Uint8ClampedArray);
      const expected = Array.from(data, (_, i) => plan.expected(Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels));
      expect([...data], `${width} × ${height}`).toEqual(expected);
      // fast-png takes the three numbers of a transparent color for those of three pixels
      if (width * height >= 3) expect(image).toEqual(decodedByFastPng(plan));
    }
  });

  test.each([0, 1, 2, 3, 4])('with filter %i in every row', async (filter) => {
    for (const colorType of [0, 2, 6]) {
      for (const depth of [8, 16]) {
        const plan = { width: 11, height: 7, depth, colorType, sample: (x: number, y: number, c: number) => (x * 37 + y * 91 + c * 53) % 2 ** depth };
        const { channels, data } = await decodeImage(writePng({ ...plan, filter }));
        expect([...data]).toEqual(Array.from(data, (_, i) => plan.sample(Math.floor(i / channels) % 11, Math.floor(i / channels / 11), i % channels)));
      }
    }
  });

  test('with its image data in chunks of one byte, none between them, and at every level of compression', async () => {
    const expected = await decodeImage(sound);
    for (const level of [0, 1, 9]) {
      for (const pieces of [1, 3, Number.POSITIVE_INFINITY])
        expect(await decodeImage(writePng({ ...gray, level, pieces })), `${level}, ${pieces}`).toEqual(expected);
    }
  });
});

describe('what is written is read again, sample for sample', () => {
  const random = new Random(2);
  const cases = [1, 2, 3, 4].flatMap((channels) => [
    [
      `${channels} channels, 8 bits`,
      createImage(
        7,
        5,
        channels,
        Uint8ClampedArray.from({ length: 35 * channels }, () => random.integer(256)),
      ),
    ] as const,
    [
      `${channels} channels, 16 bits`,
      createImage(
        7,
        5,
        channels,
        Uint16Array.from({ length: 35 * channels }, () => random.integer(65536)),
      ),
    ] as const,
  ]);
  test.each(cases)('%s', async (_, image) => {
    expect(await decodeImage(await encodeImage(image, 'png'))).toEqual(image);
  });

  test('16-bit samples that lie within a larger buffer', async () => {
    const image = createImage(2, 1, 1, new Uint16Array([9, 8, 1000, 2000]).subarray(2));
    expect([...(await decodeImage(await encodeImage(image, 'png'))).data]).toEqual([1000, 2000]);
  });

  test('floats become 16 bits, clamped', async () => {
    const image = createImage(5, 1, 1, Float32Array.of(-1, 0, 0.5, 1, 7));
    expect(await decodeImage(await encodeImage(image, 'png'))).toEqual(createImage(5, 1, 1, Uint16Array.of(0, 0, 32768, 65535, 65535)));
  });
});

const gray: PngPlan = { width: 40, height: 30, depth: 8, colorType: 0, sample: (x, y) => (x * 7 + y * 13) % 256 };
const sound = writePng(gray);
const rows = (bytes: number) => Buffer.alloc(bytes);
const at = (bytes: Buffer, position: number, value: number) => Buffer.from(bytes).fill(value, position, position + 1);

test.each<[string, Buffer, string]>([
  ['a flipped bit in the image data', at(sound, sound.length - 30, sound[sound.length - 30] ^ 1), 'the checksum of its IDAT chunk at byte'],
  ['a flipped bit in the header', at(sound, 19, 99), 'the checksum of its IHDR chunk at byte 8 does not match'],
  ['a palette that is missing', writePng({ ...gray, colorType: 3 }), 'it has no palette'],
  ['a color beyond the palette', writePng({ ...gray, colorType: 3, palette: [1, 2, 3] }), 'it has a pixel of color 7, and 1 colors in its palette'],
  ['a depth that does not exist', assemblePng({ ...gray, depth: 4, colorType: 2 }, rows(9)), 'claims color type 2 with 4 bits'],
  ['no width', assemblePng({ ...gray, width: 0 }, rows(9)), 'claims 0 × 30 pixels'],
  ['no image data', assemblePng(gray, rows(0)), 'has 0 bytes of image data, which cannot hold 40 × 30 pixels'],
  ['image data that is no deflate stream', assemblePng(gray, rows(99).fill(7)), 'its image data cannot be decompressed'],
  ['a deflate stream that is cut short', assemblePng(gray, deflateSync(rows(41 * 30)).subarray(0, -6)), 'its image data cannot be decompressed'],
  ['too few rows', assemblePng(gray, deflateSync(rows(41 * 29))), 'its image data decompresses to 1189 bytes instead of 1230'],
  ['too few rows, interlaced', assemblePng({ ...gray, interlaced: true }, deflateSync(rows(41 * 29))), 'decompresses to 1189 bytes instead of'],
  ['a filter that does not exist', assemblePng(gray, deflateSync(rows(41 * 30).fill(9))), 'a row of its image data has filter 9, which PNG does not have'],
  [
    'a critical chunk nobody knows',
    Buffer.concat([sound.subarray(0, 33), chunk('ABCD', rows(3)), sound.subarray(33)]),
    'has a critical chunk of unknown type ABCD',
  ],
  ['bytes where a chunk must begin', Buffer.concat([sound.subarray(0, 33), rows(50), sound.subarray(33)]), 'has no chunk at byte 33'],
  ['a transparent color that is cut short', writePng({ ...gray, transparency: [1] }), 'its transparent color has 1 bytes instead of 2'],
])('%s is a DataError', async (_, bytes, message) => {
  const decoding = decodeImage(bytes, { name: 'broken.png' });
  await expect(decoding).rejects.toThrow(DataError);
  await expect(decoding).rejects.toThrow(message);
  await expect(decoding).rejects.toThrow('decodeImage: broken.png ');
});

test('a PNG cut off anywhere is a DataError', async () => {
  for (let length = 0; length < sound.length; length += 7) {
    await expect(decodeImage(sound.subarray(0, length)), `${length} bytes`).rejects.toThrow(DataError);
  }
});

describe.each(['auto', 'built-in'] as const)('codec %s: what follows the rows in the image data does not count', (codec) => {
  const expected = decodeImage(sound);
  const packed = deflateSync(Buffer.concat(scanlines(gray)));
  test.each<[string, Buffer]>([
    ['bytes behind the stream', Buffer.concat([packed, Buffer.of(1, 2, 3)])],
    ['a second stream', Buffer.concat([packed, packed])],
    ['a wrong checksum', Buffer.concat([packed.subarray(0, -4), rows(4)])],
    ['no checksum', packed.subarray(0, -4)],
    ['rows behind the last', deflateSync(Buffer.concat([...scanlines(gray), rows(500)]))],
  ])('%s', async (_, data) => {
    expect(await decodeImage(assemblePng(gray, data), { codec })).toEqual(await expected);
  });
});

test.each([false, true])('a few bytes that unpack to far more than the picture are harmless, interlaced: %s', async (interlaced) => {
  const bomb = assemblePng({ ...gray, interlaced }, deflateSync(rows(2 ** 25)));
  const before = process.memoryUsage.rss();
  expect((await decodeImage(bomb, { codec: 'built-in' })).data.every((value) => value === 0)).toBe(true);
  expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 24);
});

test('a header that claims millions of pixels for a few bytes is refused before anything is allocated', async () => {
  const liar = assemblePng({ ...gray, width: 16384, height: 16384, colorType: 6 }, deflateSync(rows(1000)));
  const before = process.memoryUsage().arrayBuffers;
  await expect(decodeImage(liar)).rejects.toThrow('cannot hold 16384 × 16384 pixels');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
});

test('what follows the end of a PNG does not matter', async () => {
  const image = await decodeImage(Buffer.concat([sound, Buffer.from('appended by a camera')]));
  expect(image).toEqual(await decodeImage(sound));
});

test('the writer of these tests agrees with pngjs on a plain picture', () => {
  const { data } = PNG.sync.read(writePng({ width: 2, height: 1, depth: 8, colorType: 6, sample: (x, _, c) => x * 100 + c }));
  expect([...data]).toEqual([0, 1, 2, 3, 100, 101, 102, 103]);
});
