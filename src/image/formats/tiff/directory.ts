import { need, type Source, Unreadable } from '../format.js';

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
  xResolution: 282,
  yResolution: 283,
  planar: 284,
  resolutionUnit: 296,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  extraSamples: 338,
  sampleFormat: 339,
  thumbnailAt: 513,
  thumbnailSize: 514,
  exif: 34665,
  icc: 34675,
} as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(TAG));

/** Bytes of a value, by type: bytes, shorts, longs, rationals and undefined ones. */
export const SIZES: Readonly<Record<number, 1 | 2 | 4 | 8>> = { 1: 1, 3: 2, 4: 4, 5: 8, 7: 1 };
const RATIONAL = 5;

/** Where the values of a tag stand. */
interface Entry {
  readonly type: number;
  readonly length: number;
  readonly from: number;
}

/** One directory of a TIFF file; an EXIF block is a TIFF file too. Values are read when they are asked for, those of other tags never. */
export interface Directory {
  readonly entries: ReadonlyMap<number, Entry>;
  readonly little: boolean;
  readonly start: number;
  /** where the next one begins, 0 after the last; and where that number stands */
  readonly next: number;
  readonly nextAt: number;
  /** @param most of them. Default: all @throws Damaged if they are cut off */
  values(tag: number, most?: number): readonly number[] | undefined;
  one(tag: number, otherwise: number): number;
  bytes(tag: number): Buffer | undefined;
}

/** Where the first directory begins. @throws Damaged if there is no room for one */
export function firstDirectory(bytes: Source): number {
  need(bytes, 8, 'its TIFF header');
  const head = bytes.subarray(0, 8);
  const little = head[0] === 0x49;
  if (head[little ? 2 : 3] === 43) throw new Unreadable('is a BigTIFF; plain TIFF is read');
  return little ? head.readUInt32LE(4) : head.readUInt32BE(4);
}

/**
 * The directory that begins at `start`. Its first entry of each tag counts, so that none is read twice.
 * @throws Damaged if it is cut off
 */
export function readDirectory(bytes: Source, start = firstDirectory(bytes)): Directory {
  const little = bytes.subarray(0, 1)[0] === 0x49;
  const word = (from: Buffer, at: number, size: 1 | 2 | 4) => (little ? from.readUIntLE(at, size) : from.readUIntBE(at, size));
  need(bytes, start + 2, 'its TIFF directory');
  const nextAt = start + 2 + 12 * word(bytes.subarray(start, start + 2), 0, 2);
  need(bytes, nextAt + 4, 'its TIFF directory');
  const table = bytes.subarray(start, nextAt + 4);
  const entries = new Map<number, Entry>();
  for (let at = 2; at < table.length - 4; at += 12) {
    const [tag, type, length] = [word(table, at, 2), word(table, at + 2, 2), word(table, at + 4, 4)];
    if (!KNOWN.has(tag) || SIZES[type] === undefined || length === 0 || entries.has(tag)) continue;
    entries.set(tag, { type, length, from: SIZES[type] * length <= 4 ? start + at + 8 : word(table, at + 8, 4) });
  }
  const content = (tag: number): Buffer | undefined => {
    const entry = entries.get(tag);
    if (!entry) return undefined;
    const end = entry.from + SIZES[entry.type] * entry.length;
    need(bytes, end, `its TIFF tag ${tag}`);
    return bytes.subarray(entry.from, end);
  };
  const values = (tag: number, most = Number.POSITIVE_INFINITY): readonly number[] | undefined => {
    const raw = content(tag);
    if (!raw) return undefined;
    const { type, length: all } = entries.get(tag) as Entry;
    const length = Math.min(all, most);
    if (type === RATIONAL) return Array.from({ length }, (_, i) => word(raw, 8 * i, 4) / word(raw, 8 * i + 4, 4));
    const size = SIZES[type] as 1 | 2 | 4;
    return Array.from({ length }, (_, i) => word(raw, i * size, size));
  };
  return {
    entries,
    little,
    start,
    next: word(table, table.length - 4, 4),
    nextAt,
    values,
    one: (tag, otherwise) => values(tag, 1)?.[0] ?? otherwise,
    bytes: content,
  };
}

/** Pixels per inch, where the directory says so in inches or centimeters and the pixels are square. */
export function densityOf(directory: Directory): number | undefined {
  const [x, y, unit] = [directory.one(TAG.xResolution, 0), directory.one(TAG.yResolution, 0), directory.one(TAG.resolutionUnit, 2)];
  const density = unit === 3 ? x * 2.54 : unit === 2 ? x : 0;
  return x === y && Number.isFinite(density) && density > 0 ? density : undefined;
}
