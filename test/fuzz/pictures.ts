import { readdirSync, readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { createImage } from '../../src/index.js';
import { encodeAnimation, encodeImage } from '../../src/node.js';
import { type BmpPlan, writeBmp } from '../image/writers/bmp.js';
import { gifData, writeGif } from '../image/writers/gif.js';
import { assemblePng, writePng } from '../image/writers/png.js';
import { type Entry, writeTiff } from '../image/writers/tiff.js';
import { mutated } from './mutation.js';

const FIXTURES = new URL('../image/fixtures/', import.meta.url);
const size = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(255, 4096, 65535, 2 ** 20, 2 ** 31 - 1));
const small = fc.integer({ min: 1, max: 12 });
const sample = (x: number, y: number, c = 0) => (x * 5 + y * 3 + c) % 2;

/** Valid images of every format, to be damaged. */
export const CORPUS: readonly Buffer[] = [
  ...readdirSync(FIXTURES).map((name) => readFileSync(new URL(name, FIXTURES))),
  ...[0, 2, 3, 4, 6].map((colorType) =>
    writePng({ width: 9, height: 7, depth: 8, colorType, interlaced: colorType % 4 === 0, sample, palette: [9, 9, 9, 1, 2, 3] }),
  ),
  ...[1, 4, 8, 24, 32].map((bits) => writeBmp({ width: 6, height: 5, bits, pixel: sample, palette: bits > 8 ? [] : [0, 0xffffff] })),
  writeGif({
    width: 6,
    height: 6,
    loops: 0,
    palette: Array(48).fill(7),
    frames: [0, 2, 3].map((disposal, i) => ({ width: 6, height: 6, indices: Array(36).fill(i), interlaced: i === 1, transparent: 1, delay: 50, disposal })),
  }),
  ...(await several()),
];

/** Frames and pages with metadata, and arrays of floats, as we write them. */
async function several(): Promise<readonly Buffer[]> {
  const entries: Entry[] = [
    [271, 1, [65, 99, 109, 101, 0]],
    [274, 3, [6]],
    [34665, 4, [8]],
  ];
  const metadata = { icc: Buffer.alloc(200, 'RGB '), exif: writeTiff({ order: 'MM', entries }), density: 300 };
  const data = () => Uint8ClampedArray.from({ length: 60 }, (_, i) => i * 4);
  const frames = [1, 2, 3].map((delay) => ({ image: { ...createImage(5, 4, 3, data()), metadata }, delay }));
  const written = (['png', 'webp', 'tiff'] as const).map((format) => encodeAnimation({ frames, repeats: 1 }, { format }));
  const single = (['jpeg', 'avif'] as const).map((format) => encodeImage(frames[0].image, format));
  return (await Promise.all([...written, ...single, encodeImage(createImage(3, 2, 2, new Float32Array(12)), 'npy')])).map((bytes) => Buffer.from(bytes));
}

/** Any header over data that unpacks to anything, gigabytes too; the checksums are right, so the decoder sees it. */
const png = fc
  .record({
    width: size,
    height: size,
    depth: fc.constantFrom(1, 2, 4, 8, 16, 3),
    colorType: fc.constantFrom(0, 2, 3, 4, 6, 5),
    interlaced: fc.boolean(),
    palette: fc.option(fc.array(fc.nat(255), { maxLength: 900 }), { nil: undefined }),
    transparency: fc.option(fc.array(fc.nat(255), { maxLength: 300 }), { nil: undefined }),
    rows: fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.constantFrom(0, 1, 2 ** 10, 2 ** 24).map((length) => Buffer.alloc(length)),
    ),
    packed: fc.boolean(),
  })
  .map(({ rows, packed, ...plan }) => assemblePng(plan, packed ? deflateSync(rows, { level: 1 }) : Buffer.from(rows)));

/** A sound header over image data of any codes: those that name each other, or nothing, or go on for ever. */
const gif = fc
  .record({ codes: fc.array(fc.nat(63), { maxLength: 200 }), rootBits: fc.integer({ min: 0, max: 12 }), width: small, height: small, screen: small })
  .map(({ codes, rootBits, width, height, screen }) =>
    Buffer.concat([
      Buffer.from('GIF89a'),
      words(screen, screen, 0x83),
      Buffer.alloc(49),
      Buffer.of(0x2c),
      words(0, 0, width, height),
      Buffer.of(0),
      gifData(codes, rootBits),
      Buffer.of(0x3b),
    ]),
  );

const bmp = fc
  .record({
    width: small,
    height: small,
    bits: fc.constantFrom(1, 4, 8, 24, 32),
    headerSize: fc.constantFrom(40, 52, 56, 108, 124),
    compression: fc.constantFrom(0, 1, 2, 3),
    topDown: fc.boolean(),
    palette: fc.array(fc.nat(0xffffff), { maxLength: 300 }),
    gap: fc.nat(9),
  })
  .map((plan) => writeBmp({ ...plan, pixel: sample } as BmpPlan));

/** Directories of known tags with values that nobody expects, in circles, over strips of anything. */
const entry: fc.Arbitrary<Entry> = fc.tuple(
  fc.constantFrom(256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320, 322, 330, 338, 339, 34665),
  fc.constantFrom(1, 3, 4),
  fc.array(fc.oneof(fc.nat(9), fc.constantFrom(32, 255, 65535, 32946, 2 ** 31, 2 ** 32 - 1)), { minLength: 1, maxLength: 5 }),
) as never;
const directory = fc.record({
  order: fc.constantFrom('II' as const, 'MM' as const),
  entries: fc.array(entry, { maxLength: 8 }),
  next: fc.constantFrom(0, 4, 8, 'self' as const),
});
const tiff = fc.tuple(directory, small, small, fc.constantFrom(1, 5, 8), fc.uint8Array({ maxLength: 300 })).map(([plan, width, height, compression, strip]) => {
  const sound: Entry[] = [
    [256, 3, [width]],
    [257, 3, [height]],
    [258, 3, [8]],
    [259, 3, [compression]],
    [262, 3, [1]],
    [277, 3, [1]],
    [278, 3, [height]],
  ];
  const entries = [...sound, ...plan.entries];
  const strips = [compression === 8 ? deflateSync(strip) : Buffer.from(strip)];
  return tiffOf({ ...plan, entries, strips });
});

/** A JPEG with an EXIF block of any directory. */
const jpeg = fc.tuple(fc.constantFrom('gray.jpg', 'baseline.jpg'), directory).map(([name, plan]) => {
  const whole = readFileSync(new URL(name, FIXTURES));
  const exif = Buffer.concat([Buffer.from('Exif\0\0'), tiffOf(plan)]);
  return Buffer.concat([whole.subarray(0, 2), Buffer.of(0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255), exif, whole.subarray(2)]);
});

/** Images that are broken by chance, and images that are broken on purpose. */
export const pictures: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: mutated(CORPUS) },
  { weight: 2, arbitrary: mutated(CORPUS).map(withChecksums) },
  ...[png, gif, bmp, tiff, jpeg].map((arbitrary) => ({ weight: 1, arbitrary })),
);

/** Values that do not fit their type are cut down to it. */
function tiffOf(plan: Parameters<typeof writeTiff>[0]): Buffer {
  const bits = { 1: 8, 3: 16, 4: 32 } as const;
  const entries = plan.entries.map(([tag, type, values]): Entry => [tag, type, values.map((value) => value % 2 ** bits[type])]);
  return writeTiff({ ...plan, entries });
}

/** The file with every checksum of a PNG put right, so that a broken chunk is looked into. */
function withChecksums(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') return bytes;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end - 4)), end - 4);
    at = end;
  }
  return bytes;
}

function words(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value & 255, value >> 8]));
}
