import { need, Unreadable } from './format.js';

/** The tags that are read (TIFF 6.0, section 8). */
export const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripSizes: 279,
  planar: 284,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  extraSamples: 338,
  sampleFormat: 339,
} as const;

const KNOWN: readonly number[] = Object.values(TAG);

/** Bytes of a value, by type: bytes, shorts and longs. */
const SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4 };

interface Directory {
  readonly word: (at: number, size: 1 | 2 | 4) => number;
  /** where its entries stand, those of {@link TAG} and the others */
  readonly read: readonly number[];
  readonly unread: readonly number[];
  /** where it points to the next directory */
  readonly next: number;
}

/**
 * The first directory of a TIFF file, tag → values; an EXIF block is a TIFF file too.
 * @throws Damaged if it is cut off
 */
export function readDirectory(bytes: Buffer): Map<number, readonly number[]> {
  const { word, read } = locate(bytes);
  return new Map(
    read.map((at) => {
      const [tag, size, length] = [word(at, 2), SIZES[word(at + 2, 2)], word(at + 4, 4)];
      const from = size * length <= 4 ? at + 8 : word(at + 8, 4);
      need(bytes, from + size * length, `its TIFF tag ${tag}`);
      return [tag, Array.from({ length }, (_, i) => word(from + i * size, size))];
    }),
  );
}

/** A copy of the file in which a reader finds nothing but what {@link readDirectory} reads: no other tags, no further directories. */
export function firstDirectoryOnly(bytes: Buffer): Buffer {
  const { unread, next } = locate(bytes);
  const copy = Buffer.from(bytes);
  // one byte, of a tag that nobody knows
  const blank = bytes[0] === 0x49 ? [0xff, 0xff, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0] : [0xff, 0xff, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0];
  for (const at of unread) copy.set(blank, at);
  copy.fill(0, next, next + 4);
  return copy;
}

function locate(bytes: Buffer): Directory {
  need(bytes, 8, 'its TIFF header');
  const little = bytes[0] === 0x49;
  const word: Directory['word'] = (at, size) => (little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size));
  if (word(2, 2) === 43) throw new Unreadable('is a BigTIFF; plain TIFF is read');
  const start = word(4, 4);
  need(bytes, start + 2, 'its TIFF directory');
  const next = start + 2 + 12 * word(start, 2);
  need(bytes, next + 4, 'its TIFF directory');
  const [read, unread]: [number[], number[]] = [[], []];
  for (let at = start + 2; at < next; at += 12) {
    const known = KNOWN.includes(word(at, 2)) && SIZES[word(at + 2, 2)] !== undefined && word(at + 4, 4) > 0;
    (known ? read : unread).push(at);
  }
  return { word, read, unread, next };
}
