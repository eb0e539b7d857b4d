import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DataError, parseIdx } from '../../src/index.js';
import { readIdx } from '../../src/node.js';
import { idx } from './idx-bytes.js';

test.each<[string, number, number[], Parameters<typeof parseIdx>[0], ArrayLike<number>]>([
  ['bytes', 0x08, [2, 2], Uint8Array.of(0, 1, 128, 255), Uint8Array.of(0, 1, 128, 255)],
  ['signed bytes', 0x09, [3], Uint8Array.of(0, 127, 255), Int8Array.of(0, 127, -1)],
  ['16 bits', 0x0b, [2, 1, 1], Uint8Array.of(1, 2, 0xff, 0xfe), Int16Array.of(258, -2)],
  ['32 bits', 0x0c, [1, 2], Uint8Array.of(0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff), Int32Array.of(65536, -1)],
  ['floats', 0x0d, [2], Uint8Array.of(0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0), Float32Array.of(1.5, -2)],
  ['doubles', 0x0e, [1], Uint8Array.of(0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a), Float64Array.of(0.1)],
  ['no axes, which is one value', 0x08, [], Uint8Array.of(7), Uint8Array.of(7)],
  ['an axis of length 0', 0x0c, [0, 4_000_000_000, 4_000_000_000], Uint8Array.of(), Int32Array.of()],
])('%s', (_, type, shape, values, data) => {
  expect(parseIdx(idx(type, shape, values))).toEqual({ shape, data });
  // also in the middle of a larger buffer
  const inside = Buffer.concat([Buffer.of(9, 9, 9), idx(type, shape, values), Buffer.of(9)]).subarray(3, -1);
  expect(parseIdx(inside)).toEqual({ shape, data });
});

const broken: [string, Uint8Array, string][] = [
  ['nothing', Uint8Array.of(), 'is not an IDX file: it must begin with 00 00, a type 08, 09 or 0b to 0e, and the number of axes; it begins with nothing'],
  ['three bytes', Uint8Array.of(0, 0, 8), 'it begins with 00 00 08'],
  ['a wrong magic', Uint8Array.of(0, 1, 8, 0, 5), 'it begins with 00 01 08 00'],
  ['an unknown type', Uint8Array.of(0, 0, 0x0a, 0, 5), 'it begins with 00 00 0a 00'],
  ['a header that is truncated', Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0), 'is truncated: its header must have 12 bytes, but the file has 9'],
  ['values that are cut off', idx(8, [2, 3], new Uint8Array(5)), 'is truncated: a header of 12 bytes and the values [2, 3] require 18 bytes, received 17'],
  ['a value that is truncated', idx(0x0e, [2], new Uint8Array(15)), 'is truncated: a header of 8 bytes and the values [2] require 24 bytes, received 23'],
  [
    'bytes behind the values',
    idx(8, [2], new Uint8Array(3)),
    'has data after its values: a header of 8 bytes and the values [2] require 10 bytes, received 11',
  ],
  // 255 axes of maximum length, whose product overflows
  ['a size beyond all numbers', idx(8, Array(255).fill(2 ** 32 - 1), Uint8Array.of(1)), 'require Infinity bytes'],
  [
    'a size of four billion',
    idx(0x0d, [2 ** 32 - 1], Uint8Array.of(1)),
    'is truncated: a header of 8 bytes and the values [4294967295] require 17179869188 bytes, received 9',
  ],
];

test.each(broken)('%s is refused, and the file named', (_, bytes, message) => {
  expect(() => parseIdx(bytes, { name: 'digits' })).toThrow(DataError);
  expect(() => parseIdx(bytes, { name: 'digits' })).toThrow(/^parseIdx: digits (is|has)/);
  expect(() => parseIdx(bytes)).toThrow(message);
});

test('a packed file is told apart', () => {
  expect(() => parseIdx(gzipSync(idx(8, [1], Uint8Array.of(1))), { name: 'x.gz' })).toThrow('x.gz must be decompressed first (it is gzip)');
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-idx-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(bytes: Uint8Array) {
  const path = join(folder, 'file');
  await writeFile(path, bytes);
  return path;
}

test('a file, packed or not', async () => {
  const values = Uint8Array.from({ length: 600_000 }, (_, i) => (i * i) >> 3);
  const bytes = idx(8, [600, 1000], values);
  for (const stored of [bytes, gzipSync(bytes)]) {
    const { shape, data } = await readIdx(await file(stored));
    expect(shape).toEqual([600, 1000]);
    expect(Buffer.compare(data as Uint8Array, values)).toBe(0);
  }
});

const packed = gzipSync(idx(8, [1000], new Uint8Array(1000).fill(3)));
const flipped = Buffer.from(packed);
flipped[flipped.length - 6] ^= 1;

test.each<[string, Uint8Array, string]>([
  ['cut off while packed', packed.subarray(0, -9), 'cannot be decompressed: unexpected end of file'],
  ['with a wrong checksum', flipped, 'cannot be decompressed: incorrect data check'],
  ['of nothing', gzipSync(Buffer.of()), 'is not an IDX file'],
  ['that decompresses to something else', gzipSync('hello, world'), 'is not an IDX file'],
  [
    'that decompresses to less than it claims',
    gzipSync(idx(8, [1000], new Uint8Array(999))),
    'is truncated: a header of 8 bytes and the values [1000] require 1008 bytes, received 1007',
  ],
  ['that decompresses to more', gzipSync(idx(8, [1000], new Uint8Array(1001))), 'decompresses to more than the 1008 bytes that its header claims'],
  ['that decompresses to gigabytes', gzipSync(idx(8, [8], new Uint8Array(3e7))), 'decompresses to more than the 16 bytes that its header claims'],
  ['that claims more than it can hold', gzipSync(idx(8, [2 ** 31], new Uint8Array(10))), 'claims to decompress to 2147483656 bytes, but can have at most'],
])('a packed file %s is refused, and named', async (_, bytes, message) => {
  const path = await file(bytes);
  await expect(readIdx(path)).rejects.toThrow(DataError);
  await expect(readIdx(path)).rejects.toThrow(`${path} ${message}`);
});

test('a file that is not there', async () => {
  await expect(readIdx(join(folder, 'none'))).rejects.toThrow(/readIdx: .*none cannot be read: ENOENT/);
});
