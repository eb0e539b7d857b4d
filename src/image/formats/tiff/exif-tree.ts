import { firstDirectory } from './directory.js';
import { type Entry, writeDirectory } from './directory-write.js';

/**
 * Descriptive tags in the first directory of a TIFF and an EXIF block: description, make, model, software, time,
 * artist, copyright.
 */
const DESCRIPTIVE: readonly number[] = [270, 271, 272, 305, 306, 315, 33432];
/** Subdirectories for camera settings and GPS, and their tags (EXIF 2.3, 4.6.5 and 4.6.6). */
const BELOW: Readonly<Record<number, (tag: number) => boolean>> = {
  34665: (tag) => tag > 33000 && ![34665, 34853, 40965].includes(tag),
  34853: (tag) => tag < 32,
};
/** Bytes per value by type, and bytes of the numbers that it consists of. */
const TYPES: Readonly<Record<number, readonly [size: number, unit: number]>> = {
  1: [1, 1],
  2: [1, 1],
  3: [2, 2],
  4: [4, 4],
  5: [8, 4],
  6: [1, 1],
  7: [1, 1],
  8: [2, 2],
  9: [4, 4],
  10: [8, 4],
  11: [4, 4],
  12: [8, 8],
  13: [4, 4],
};
const MOST_ENTRIES = 1000;

/**
 * The metadata of a TIFF as an EXIF block; undefined if there is none. It has no orientation, because that has been
 * applied to the pixels.
 */
export function exifOfTiff(bytes: Buffer): Buffer | undefined {
  const entries = descriptiveEntries(bytes);
  if (entries.length === 0) return undefined;
  const header = Buffer.from('II*\0\0\0\0\0', 'latin1');
  const { bytes: written, start } = writeDirectory(entries, header.length);
  header.writeUInt32LE(start, 4);
  return Buffer.concat([header, written]);
}

/**
 * The descriptive entries of a TIFF structure, to be written to another one. Damaged or excessive parts are dropped.
 */
export function descriptiveEntries(bytes: Buffer): readonly Entry[] {
  try {
    // entries that share values must not multiply the memory
    const left = { bytes: bytes.length };
    return read(bytes, firstDirectory(bytes), left, (tag) => DESCRIPTIVE.includes(tag) || BELOW[tag] !== undefined).flatMap((entry) => {
      if (!BELOW[entry.tag]) return entry;
      const sub = read(bytes, entry.content.readUInt32LE(0), left, BELOW[entry.tag]);
      return sub.length > 0 ? { ...entry, sub } : [];
    });
  } catch {
    return [];
  }
}

function read(bytes: Buffer, start: number, left: { bytes: number }, wanted: (tag: number) => boolean): readonly Entry[] {
  const little = bytes[0] === 0x49;
  const word = (at: number, size: 2 | 4) => (little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size));
  const entries = new Map<number, Entry>();
  for (let i = 0; i < Math.min(MOST_ENTRIES, word(start, 2)); i++) {
    const at = start + 2 + 12 * i;
    const [tag, type, count] = [word(at, 2), word(at + 2, 2), word(at + 4, 4)];
    const [size, unit] = TYPES[type] ?? [0, 0];
    const length = size * count;
    const from = length <= 4 ? at + 8 : word(at + 8, 4);
    if (!wanted(tag) || length === 0 || entries.has(tag) || length > left.bytes || from + length > bytes.length) continue;
    left.bytes -= length;
    const content = Buffer.from(bytes.subarray(from, from + length));
    if (!little) swap(content, unit);
    entries.set(tag, { tag, type, count, content });
  }
  return [...entries.values()];
}

function swap(content: Buffer, unit: number): void {
  if (unit === 2) content.swap16();
  else if (unit === 4) content.swap32();
  else if (unit === 8) content.swap64();
}
