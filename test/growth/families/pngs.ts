import { deflateSync } from 'node:zlib';
import { chunk } from '../../image/writers/png.js';
import { type Family, family } from '../family.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
const END = chunk('IEND', Buffer.alloc(0));

export function header(width: number, height: number, depth = 8, colorType = 0, interlaced = 0): Buffer {
  const content = Buffer.alloc(13);
  content.writeUInt32BE(width, 0);
  content.writeUInt32BE(height, 4);
  content.set([depth, colorType, 0, 0, interlaced], 8);
  return chunk('IHDR', content);
}

export function png(head: Buffer, before: readonly Buffer[], data: readonly Buffer[], after: readonly Buffer[] = []): Buffer {
  return Buffer.concat([SIGNATURE, head, ...before, ...data.map((part) => chunk('IDAT', part)), ...after, END]);
}

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const DOT = [deflateSync(Buffer.from([0, 77]))];
const dot = header(1, 1);
const bomb = (bytes: number) => deflateSync(Buffer.alloc(bytes), { level: 9 });
/** Gray noise that does not compress. */
export const noise = (length: number, seed = 1): Buffer => {
  const out = Buffer.alloc(length);
  for (let i = 0, state = seed; i < length; i++) {
    state = (state * 1103515245 + 12345) >>> 0;
    out[i] = state >>> 16;
  }
  return out;
};
const grayRows = (width: number, height: number) => Buffer.concat(times(height, (y) => Buffer.concat([Buffer.of(0), noise(width, y + 1)])));
const MEBI = 2 ** 20;

export const PNGS: readonly Family[] = [
  family('picture', 'PNG: pixels, noise', 200, (n) => png(header(1000, n), [], [deflateSync(grayRows(1000, n), { level: 1 })])),
  family('picture', 'PNG: pixels, one color of 1 bit', 150, (n) => png(header(8000, n, 1), [], [bomb(1001 * n)])),
  family('picture', 'PNG: pixels, interlaced', 150, (n) =>
    png(header(1024, n * 8, 8, 0, 1), [], [deflateSync(Buffer.alloc(1024 * n * 8 + 15 * n + n * 8 * 8))]),
  ),
  family('picture', 'PNG: text chunks', 8000, (n) =>
    png(
      dot,
      times(n, () => chunk('tEXt', Buffer.from('a\0b'))),
      DOT,
    ),
  ),
  family('picture', 'PNG: chunks of types of their own', 8000, (n) =>
    png(
      dot,
      times(n, (i) =>
        chunk(
          `a${i
            .toString(26)
            .padStart(3, '0')
            .replace(/[0-9]/g, (d) => 'ABCDEFGHIJ'[Number(d)])}`,
          Buffer.of(1),
        ),
      ),
      DOT,
    ),
  ),
  family('picture', 'PNG: palettes', 400, (n) =>
    png(
      dot,
      times(n, () => chunk('PLTE', Buffer.alloc(768))),
      DOT,
    ),
  ),
  family('picture', 'PNG: color profiles of 4 MiB', 10, (n) =>
    png(
      dot,
      times(n, () => chunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), bomb(4 * MEBI)]))),
      DOT,
    ),
  ),
  family('picture', 'PNG: packed texts of 4 MiB', 10, (n) =>
    png(
      dot,
      times(n, () => chunk('zTXt', Buffer.concat([Buffer.from('p\0\0'), bomb(4 * MEBI)]))),
      DOT,
    ),
  ),
  family('picture', 'PNG: packed international texts of 4 MiB', 10, (n) =>
    png(
      dot,
      times(n, () => chunk('iTXt', Buffer.concat([Buffer.from('p\0\x01\0\0\0'), bomb(4 * MEBI)]))),
      DOT,
    ),
  ),
  family('picture', 'PNG: EXIF blocks', 2000, (n) =>
    png(
      dot,
      times(n, () => chunk('eXIf', Buffer.from('II*\0\x08\0\0\0\0\0\0\0\0\0'))),
      DOT,
    ),
  ),
  family('picture', 'PNG: image data in chunks of a byte', 80, (n) =>
    png(
      header(100, n),
      [],
      [...deflateSync(grayRows(100, n), { level: 1 })].map((byte) => Buffer.of(byte)),
    ),
  ),
  family('picture', 'PNG: empty image data', 8000, (n) => png(dot, [], [...times(n, () => Buffer.alloc(0)), ...DOT])),
  family('picture', 'PNG: empty deflate blocks', 40_000, (n) =>
    png(dot, [], [Buffer.concat([DOT[0].subarray(0, 2), ...times(n, () => Buffer.of(0, 0, 0, 0xff, 0xff)), DOT[0].subarray(2)])]),
  ),
  family('picture', 'PNG: bytes behind the image data', 200_000, (n) => png(dot, [], [Buffer.concat([...DOT, noise(n)])])),
  family('picture', 'PNG: image data of many times its pixels', 4, (n) => png(dot, [], [bomb(n * 4 * MEBI)])),
  family('stream', 'PNG by rows: text chunks, a byte at a time', 1500, (n) =>
    png(
      dot,
      times(n, () => chunk('tEXt', Buffer.from('a\0b'))),
      DOT,
    ),
  ),
  family('stream', 'PNG by rows: EXIF blocks behind image data', 800, (n) =>
    png(
      dot,
      [],
      DOT,
      times(n, () => chunk('eXIf', Buffer.from('II*\0\x08\0\0\0\0\0\0\0\0\0'))),
    ),
  ),
  family('rows', 'PNG by rows: image data in chunks of a byte', 80, (n) =>
    png(
      header(100, n),
      [],
      [...deflateSync(grayRows(100, n), { level: 1 })].map((byte) => Buffer.of(byte)),
    ),
  ),
  family('rows', 'PNG by rows: image data of many times its pixels', 4, (n) => png(dot, [], [bomb(n * 4 * MEBI)])),
];
