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
  tileHeight: 323,
  tileOffsets: 324,
  tileSizes: 325,
  extraSamples: 338,
  sampleFormat: 339,
  thumbnailAt: 513,
  thumbnailSize: 514,
  exif: 34665,
  icc: 34675,
} as const;

const KNOWN: ReadonlySet<number> = new Set(Object.values(TAG));

/** Bytes per value, by type: bytes, shorts, longs, rationals, undefined, and the 64-bit types of BigTIFF. */
export const SIZES: Readonly<Record<number, 1 | 2 | 4 | 8>> = { 1: 1, 3: 2, 4: 4, 5: 8, 7: 1, 16: 8 };
const RATIONAL = 5;

/** Offset of the values of a tag. */
interface Entry {
  readonly type: number;
  readonly length: number;
  readonly from: number;
}

/** One directory of a TIFF file (an EXIF block is a TIFF file too). Values are read on request. */
export interface Directory {
  readonly entries: ReadonlyMap<number, Entry>;
  readonly little: boolean;
  readonly start: number;
  /** offset of the next directory, 0 after the last */
  readonly next: number;
  /** the position of that value in the file */
  readonly nextAt: number;
  /** @param most maximum number of values. Default: all @throws Damaged if they are truncated */
  values(tag: number, most?: number): readonly number[] | undefined;
  one(tag: number, otherwise: number): number;
  bytes(tag: number): Buffer | undefined;
}

/** The offset of the first directory. @throws Damaged if the file is too short; Unreadable for a BigTIFF */
export function firstDirectory(bytes: Source): number {
  if (isBig(bytes)) throw new Unreadable('is a BigTIFF, which can only be read by rows');
  const head = bytes.subarray(0, 8);
  return head[0] === 0x49 ? head.readUInt32LE(4) : head.readUInt32BE(4);
}

/** True if offsets have 64 bits. @throws Damaged if the file is too short for a header */
export function isBig(bytes: Source): boolean {
  need(bytes, 8, 'its TIFF header');
  const head = bytes.subarray(0, 8);
  return head[head[0] === 0x49 ? 2 : 3] === 43;
}

/** The first directory of a TIFF or BigTIFF. @throws Damaged if it is truncated */
export function openDirectory(bytes: Source): Directory {
  if (!isBig(bytes)) return readDirectory(bytes);
  need(bytes, 16, 'its TIFF header');
  const head = bytes.subarray(0, 16);
  return readDirectory(bytes, Number(head[0] === 0x49 ? head.readBigUInt64LE(8) : head.readBigUInt64BE(8)), true);
}

/**
 * The directory at `start`. For repeated tags, the first entry is used, so that none is read twice.
 * @throws Damaged if it is truncated
 */
export function readDirectory(bytes: Source, start = firstDirectory(bytes), big = false): Directory {
  const little = bytes.subarray(0, 1)[0] === 0x49;
  const word = (from: Buffer, at: number, size: 1 | 2 | 4 | 8) => {
    if (size === 8) return Number(little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
    return little ? from.readUIntLE(at, size) : from.readUIntBE(at, size);
  };
  const [head, width, offset] = big ? ([8, 20, 8] as const) : ([2, 12, 4] as const);
  need(bytes, start + head, 'its TIFF directory');
  const nextAt = start + head + width * word(bytes.subarray(start, start + head), 0, head);
  need(bytes, nextAt + offset, 'its TIFF directory');
  const table = bytes.subarray(start, nextAt + offset);
  const entries = new Map<number, Entry>();
  for (let at: number = head; at < table.length - offset; at += width) {
    const [tag, type, length] = [word(table, at, 2), word(table, at + 2, 2), word(table, at + 4, offset)];
    if (!KNOWN.has(tag) || SIZES[type] === undefined || length === 0 || entries.has(tag)) continue;
    const values = at + 4 + offset;
    entries.set(tag, { type, length, from: SIZES[type] * length <= offset ? start + values : word(table, values, offset) });
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
    const size = SIZES[type];
    return Array.from({ length }, (_, i) => word(raw, i * size, size));
  };
  return {
    entries,
    little,
    start,
    next: word(table, table.length - offset, offset),
    nextAt,
    values,
    one: (tag, otherwise) => values(tag, 1)?.[0] ?? otherwise,
    bytes: content,
  };
}

/** Pixels per inch, if the directory specifies it in inches or centimeters and the pixels are square. */
export function densityOf(directory: Directory): number | undefined {
  const [x, y, unit] = [directory.one(TAG.xResolution, 0), directory.one(TAG.yResolution, 0), directory.one(TAG.resolutionUnit, 2)];
  const density = unit === 3 ? x * 2.54 : unit === 2 ? x : 0;
  return x === y && Number.isFinite(density) && density > 0 ? density : undefined;
}
