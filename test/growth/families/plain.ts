import { type Family, family } from '../family.js';
import { noise } from './pngs.js';

const text = (words: string) => Buffer.from(words, 'latin1');

/** Uncompressed, or said to be packed by runs, which is not read. */
function bmp(width: number, height: number, bits: number, compression = 0): Buffer {
  const row = Math.ceil((width * bits) / 32) * 4;
  const head = Buffer.alloc(54 + (bits === 8 ? 1024 : 0));
  head.write('BM');
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(bits, 28);
  head.writeUInt32LE(compression, 30);
  return Buffer.concat([head, compression === 0 ? noise(row * height) : Buffer.alloc(2 * height, Buffer.of(255, 7))]);
}

function npy(header: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([text('\x93NUMPY\x02\0'), length, text(header), data]);
}

const shape = (n: string) => `{'descr': '|u1', 'fortran_order': False, 'shape': (${n}), }`;

export const PLAIN: readonly Family[] = [
  family('picture', 'BMP: pixels', 200, (n) => bmp(1000, n, 24)),
  family('picture', 'BMP: pixels of a palette', 200, (n) => bmp(1000, n, 8)),
  family('picture', 'BMP: runs', 100_000, (n) => bmp(255, n, 8, 1)),
  family('picture', 'NPY: pixels', 400, (n) => npy(shape(`${n}, 1000`), noise(1000 * n))),
  family('picture', 'NPY: spaces in the header', 8000, (n) => npy(`${shape('1, 1')}${' '.repeat(n)}`, Buffer.of(7))),
  family('picture', 'NPY: shapes that do not end', 600, (n) => npy(`'descr':     ${"'shape':   ("}`.repeat(n) + '1, '.repeat(n), Buffer.of(7))),
  family('picture', 'NPY: axes', 3000, (n) => npy(shape('1, '.repeat(n)), Buffer.of(7))),
  family('stream', 'PGM: comments, a byte at a time', 20_000, (n) => text(`P5\n${'#\n'.repeat(n)}1 1\n255\n\x07`)),
  family('stream', 'PGM: one long comment, a byte at a time', 40_000, (n) => text(`P5\n#${'a'.repeat(n)}\n1 1\n255\n\x07`)),
  family('stream', 'PGM: digits of a number', 7000, (n) => text(`P5\n${'0'.repeat(n)}1 1\n255\n\x07`)),
  family('stream', 'PAM: fields', 1000, (n) =>
    text(`P7\n${Array.from({ length: n }, (_, i) => `F${i} 1\n`).join('')}WIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\n\x07`),
  ),
  family('rows', 'PPM: pixels', 200, (n) => Buffer.concat([text(`P6\n1000 ${n}\n255\n`), noise(3000 * n)])),
  family('film', 'Y4M: fields', 30_000, (n) => `YUV4MPEG2 ${'X1 '.repeat(n)}W2 H2`),
  family('film', 'Y4M: a field of many letters', 200_000, (n) => `YUV4MPEG2 W2 H2 C420${'j'.repeat(n)}`),
];
