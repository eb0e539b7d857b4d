import { deflateSync } from 'node:zlib';
import { chunk } from '../../image/writers/png.js';
import { type Family, family } from '../family.js';
import { header, png } from './pngs.js';

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

function words(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value & 255, value >> 8]));
}

interface Apng {
  readonly canvas: number;
  readonly frames: number;
  readonly side: number;
  readonly disposal?: number;
  /** chunks that the data of each frame stand in */
  readonly pieces?: number;
}

function apng({ canvas, frames, side, disposal = 0, pieces = 1 }: Apng): Buffer {
  let number = 0;
  const control = (size: number) => {
    const content = Buffer.alloc(26);
    for (const [i, value] of [number++, size, size, 0, 0].entries()) content.writeUInt32BE(value, 4 * i);
    content.set([0, 1, 0, 10, disposal, 0], 20);
    return chunk('fcTL', content);
  };
  const data = (size: number) => deflateSync(Buffer.alloc(size * (size + 1)));
  const numbered = (part: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(number++, 0);
    return chunk('fdAT', Buffer.concat([head, part]));
  };
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(frames, 0);
  const before = [chunk('acTL', animation), control(canvas)];
  const rest = times(frames - 1, () => [
    control(side),
    ...times(pieces, (i) => i).flatMap((i) => {
      const whole = data(side);
      return numbered(i === 0 ? whole : Buffer.alloc(0));
    }),
  ]).flat();
  return png(header(canvas, canvas), before, [data(canvas)], rest);
}

/** LZW codes of one width as GIF packs them, in blocks of at most `block` bytes. */
function gifBlocks(data: Buffer, block = 255): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += block) {
    const part = data.subarray(at, at + block);
    parts.push(Buffer.of(part.length), part);
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/** Codes of 3 bits, from the lowest bit on; 4 clears, 5 ends. */
function codes3(codes: readonly number[]): Buffer {
  const out = Buffer.alloc(Math.ceil((codes.length * 3) / 8));
  for (const [i, code] of codes.entries()) {
    for (let bit = 0; bit < 3; bit++) if ((code >> bit) & 1) out[(3 * i + bit) >> 3] |= 1 << ((3 * i + bit) & 7);
  }
  return out;
}

/** Codes that name the string that is just coming into being: pixels grow with the square of the codes. */
function growing(count: number): Buffer {
  const bits: number[] = [];
  const put = (code: number, width: number) => {
    for (let bit = 0; bit < width; bit++) bits.push((code >> bit) & 1);
  };
  let pixels = 0;
  for (let next = 6, width = 3; pixels < count; ) {
    if (pixels === 0) {
      put(4, 3);
      put(0, 3);
      pixels = 1;
      continue;
    }
    const length = Math.min(next - 4, count - pixels);
    put(length === next - 4 ? next : length - 1 === 0 ? 0 : length + 4, width);
    pixels += length;
    next = Math.min(4096, next + 1);
    if (next >= 1 << width && width < 12) width++;
    if (next === 4096) {
      put(4, 12);
      [next, width] = [6, 3];
      if (pixels < count) {
        put(0, 3);
        pixels++;
      }
    }
  }
  bits.push(...times(12, () => 0));
  const out = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) out[i >> 3] |= bit << (i & 7);
  return out;
}

const palette = Buffer.from([0, 0, 0, 255, 255, 255, 9, 9, 9, 7, 7, 7]);
const screen = (width: number, height: number) => Buffer.concat([Buffer.from('GIF89a'), words(width, height), Buffer.of(0x81, 0, 0), palette]);
const frame = (width: number, height: number, data: Buffer) => Buffer.concat([Buffer.of(0x2c), words(0, 0, width, height), Buffer.of(0, 2), data]);
const control = (disposal: number) => Buffer.from([0x21, 0xf9, 4, disposal << 2, 1, 0, 0, 0]);
const TRAILER = Buffer.of(0x3b);
const dot = frame(1, 1, gifBlocks(codes3([4, 1, 5])));

export const ANIMATIONS: readonly Family[] = [
  family('picture', 'APNG: frames of the whole canvas', 40, (n) => apng({ canvas: 64, frames: n, side: 64 })),
  family('picture', 'APNG: frames of a pixel', 100, (n) => apng({ canvas: 64, frames: n, side: 1 })),
  family('picture', 'APNG: frames that are cleared away', 60, (n) => apng({ canvas: 64, frames: n, side: 8, disposal: 1 })),
  family('picture', 'APNG: frames of many chunks', 10, (n) => apng({ canvas: 8, frames: n, side: 8, pieces: 500 })),
  family(
    'picture',
    'APNG: pixels',
    8,
    (n) => apng({ canvas: n * 4, frames: 4, side: n * 4 }),
    (n) => n * n,
  ),
  family('picture', 'GIF: frames of a pixel on one', 4000, (n) => Buffer.concat([screen(1, 1), ...times(n, () => dot), TRAILER])),
  family('picture', 'GIF: frames of a pixel on many', 60, (n) => Buffer.concat([screen(100, 100), ...times(n, () => dot), TRAILER])),
  family('picture', 'GIF: frames that are cleared away', 60, (n) => Buffer.concat([screen(100, 100), ...times(n, () => [control(2), dot]).flat(), TRAILER])),
  family('picture', 'GIF: comments', 20_000, (n) => Buffer.concat([screen(1, 1), ...times(n, () => Buffer.from([0x21, 0xfe, 1, 65, 0])), dot, TRAILER])),
  family('picture', 'GIF: a comment in blocks of a byte', 100_000, (n) =>
    Buffer.concat([screen(1, 1), Buffer.of(0x21, 0xfe), gifBlocks(Buffer.alloc(n, 65), 1), dot, TRAILER]),
  ),
  family('picture', 'GIF: codes that clear', 300_000, (n) =>
    Buffer.concat([screen(1, 1), frame(1, 1, gifBlocks(codes3([...times(n, () => 4), 1, 5]))), TRAILER]),
  ),
  family('picture', 'GIF: codes in blocks of a byte', 100_000, (n) =>
    Buffer.concat([screen(1, 1), frame(1, 1, gifBlocks(codes3([...times(n, () => 4), 1, 5]), 1)), TRAILER]),
  ),
  family('picture', 'GIF: codes beyond the pixels', 200_000, (n) => Buffer.concat([screen(1, 1), frame(1, 1, gifBlocks(growing(n * 40))), TRAILER])),
  family('picture', 'GIF: codes that grow to pixels', 200, (n) => Buffer.concat([screen(1000, n), frame(1000, n, gifBlocks(growing(1000 * n))), TRAILER])),
  family('picture', 'GIF: local palettes', 500, (n) =>
    Buffer.concat([
      screen(1, 1),
      ...times(n, () => Buffer.concat([Buffer.of(0x2c), words(0, 0, 1, 1), Buffer.of(0x87), Buffer.alloc(768), Buffer.of(2), gifBlocks(codes3([4, 1, 5]))])),
      TRAILER,
    ]),
  ),
];
