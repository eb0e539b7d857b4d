import { deflateSync } from 'node:zlib';
import { writeTiff } from '../../image/writers/tiff.js';
import { type Family, family } from '../family.js';
import { noise } from './pngs.js';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

/** A value of a tag: numbers that stand in the entry, or a place. */
type Row = readonly [tag: number, type: number, count: number, value: number];

/** A file of any bytes, and directories that may point at all of them. @param pages entries of each directory */
function tiff(content: Buffer, pages: readonly (readonly Row[])[]): Buffer {
  const parts = [Buffer.from('II*\0', 'latin1'), long(8 + content.length), content];
  let at = 8 + content.length;
  for (const [i, rows] of pages.entries()) {
    at += 2 + 12 * rows.length + 4;
    const directory = Buffer.alloc(2 + 12 * rows.length + 4);
    directory.writeUInt16LE(rows.length, 0);
    for (const [j, [tag, type, count, value]] of rows.entries()) {
      directory.writeUInt16LE(tag, 2 + 12 * j);
      directory.writeUInt16LE(type, 4 + 12 * j);
      directory.writeUInt32LE(count, 6 + 12 * j);
      directory.writeUInt32LE(value, 10 + 12 * j);
    }
    directory.writeUInt32LE(i === pages.length - 1 ? 0 : at, directory.length - 4);
    parts.push(directory);
  }
  return Buffer.concat(parts);
}

function long(...values: number[]): Buffer {
  const out = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) out.writeUInt32LE(value, 4 * i);
  return out;
}

interface Page {
  readonly width?: number;
  readonly height?: number;
  readonly packing: number;
  readonly rowsPerStrip?: number;
  readonly offsets: readonly [count: number, value: number];
  readonly sizes: readonly [count: number, value: number];
  readonly more?: readonly Row[];
}

const page = ({ width = 1, height = 1, packing, rowsPerStrip = 1, offsets, sizes, more = [] }: Page): Row[] => [
  [256, 4, 1, width],
  [257, 4, 1, height],
  [258, 3, 1, 8],
  [259, 3, 1, packing],
  [262, 3, 1, 1],
  [273, 4, ...offsets],
  [277, 3, 1, 1],
  [278, 4, 1, rowsPerStrip],
  [279, 4, ...sizes],
  ...more,
];

/** TIFF's codes of 9 bits: `count` that clear the table, then one pixel and the end. */
function clearing(count: number): Buffer {
  const bits = [...times(count, () => 256), 7, 257];
  const out = Buffer.alloc(Math.ceil((bits.length * 9) / 8));
  for (const [i, code] of bits.entries()) {
    for (let bit = 0; bit < 9; bit++) if ((code >> (8 - bit)) & 1) out[(9 * i + bit) >> 3] |= 128 >> ((9 * i + bit) & 7);
  }
  return out;
}

const packed = deflateSync(Buffer.of(7));
/** A pixel behind blocks of nothing. */
const hollow = (count: number) => Buffer.concat([packed.subarray(0, 2), Buffer.alloc(5 * count, Buffer.of(0, 0, 0, 0xff, 0xff)), packed.subarray(2)]);

/** Strips of one row that are all the same bytes. */
function sameStrips(packing: number, strip: Buffer, count: number, tiles = false): Buffer {
  if (count === 1 && !tiles) return tiff(strip, [page({ packing, offsets: [1, 8], sizes: [1, strip.length] })]);
  const places = 8 + strip.length;
  const content = Buffer.concat([strip, long(...times(count, () => 8)), long(...times(count, () => strip.length))]);
  const whole = page({ height: count, packing, offsets: [count, places], sizes: [count, places + 4 * count] });
  if (!tiles) return tiff(content, [whole]);
  const rows = whole.filter(([tag]) => ![273, 278, 279].includes(tag));
  return tiff(content, [[...rows, [322, 4, 1, 1], [323, 4, 1, 1], [324, 4, count, places], [325, 4, count, places + 4 * count]]]);
}

/** Pages of a pixel, all with the same bytes behind one of their tags. */
function pages(count: number, shared: Buffer, tag: number, type: number, length: number): Buffer {
  const one = page({ packing: 1, offsets: [1, 8 + shared.length], sizes: [1, 1], more: [[tag, type, length, 8]] });
  return tiff(
    Buffer.concat([shared, Buffer.of(7)]),
    times(count, () => one),
  );
}

/** Directories of an EXIF block, in a chain or in each other. */
const nested = (count: number, tag: number) =>
  tiff(
    Buffer.alloc(4),
    times(count, (i) => [[tag, 4, 1, 12 + 18 * (i + 1)] as const]),
  );

export const TIFFS: readonly Family[] = [
  family('picture', 'TIFF: pixels', 200, (n) =>
    writeTiff({
      order: 'II',
      entries: [
        [256, 4, [1000]],
        [257, 4, [n]],
        [258, 3, [8]],
        [262, 3, [1]],
        [278, 4, [n]],
      ],
      strips: [noise(1000 * n)],
    }),
  ),
  family('picture', 'TIFF: strips of one row', 8000, (n) => sameStrips(1, Buffer.of(7), n)),
  family('picture', 'TIFF: entries that share their values', 1000, (n) =>
    tiff(noise(n * 12), [[...page({ packing: 1, offsets: [1, 8], sizes: [1, 1] }), ...times(n, (i): Row => [1000 + i, 4, n * 3, 8])]]),
  ),
  family('picture', 'TIFF: a tag of many numbers', 50_000, (n) => pages(1, Buffer.alloc(4 * n), 338, 4, n)),
  family('picture', 'TIFF: pages', 1000, (n) => pages(n, Buffer.alloc(16), 282, 5, 1)),
  family('picture', 'TIFF: pages × a color profile that they share', 100, (n) => pages(n, Buffer.alloc(400 * n), 34675, 7, 400 * n)),
  family('picture', 'TIFF: pages × numbers that they share', 100, (n) => pages(n, Buffer.alloc(400 * n), 338, 4, 100 * n)),
  family('picture', 'TIFF: pages × a palette that they share', 100, (n) => {
    const shared = Buffer.alloc(400 * n);
    const rows = page({ packing: 1, offsets: [1, 8], sizes: [1, 1], more: [[320, 3, 200 * n, 8]] }).map((row): Row => (row[0] === 262 ? [262, 3, 1, 3] : row));
    return tiff(
      shared,
      times(n, () => rows),
    );
  }),
  family('picture', 'TIFF: pages × tables of strips that they share', 100, (n) => {
    const shared = Buffer.alloc(400 * n);
    return tiff(
      shared,
      times(n, () => page({ packing: 1, offsets: [100 * n, 8], sizes: [100 * n, 8] })),
    );
  }),
  family('picture', 'TIFF: strips × codes that they share', 400, (n) => sameStrips(5, clearing(8 * n), n)),
  family('picture', 'TIFF: strips × empty blocks that they share', 400, (n) => sameStrips(8, hollow(2 * n), n)),
  family('picture', 'TIFF: pages × codes that they share', 200, (n) => {
    const strip = clearing(100 * n);
    return tiff(
      strip,
      times(n, () => page({ packing: 5, offsets: [1, 8], sizes: [1, strip.length] })),
    );
  }),
  family('picture', 'TIFF: codes that clear', 100_000, (n) => sameStrips(5, clearing(n), 1)),
  family('picture', 'TIFF: pixels of repeated strips', 200, (n) => sameStrips(8, deflateSync(Buffer.alloc(1)), n * 10)),
  family('picture', 'TIFF: directories in each other', 1000, (n) =>
    tiff(nested(n, 34665).subarray(8), [[...page({ packing: 1, offsets: [1, 8], sizes: [1, 1] }), [34665, 4, 1, 12]]]),
  ),
  family('rows', 'TIFF by rows: strips of one row', 2000, (n) => sameStrips(1, Buffer.of(7), n)),
  family('rows', 'TIFF by rows: strips × codes that they share', 200, (n) => sameStrips(5, clearing(16 * n), n)),
  family('rows', 'TIFF by rows: tiles × empty blocks that they share', 200, (n) => sameStrips(8, hollow(8 * n), n, true)),
  family('rows', 'TIFF by rows: entries', 1000, (n) =>
    tiff(Buffer.of(7), [[...page({ packing: 1, offsets: [1, 8], sizes: [1, 1] }), ...times(n, (i): Row => [1000 + i, 4, 1, 8])]]),
  ),
];
