import { densityOf, readDirectory, SIZES, TAG } from './directory.js';

/** The values read from an EXIF block, and a copy of the block for an image with its orientation applied. */
export interface Exif {
  /** 1 to 8; other numbers are treated as 1 */
  readonly orientation: number;
  readonly density?: number;
  readonly block?: Buffer;
}

/**
 * Reads an EXIF block. The result contains a copy with orientation 1. Its thumbnail is blanked, because it shows the
 * unmodified image.
 * @param bytes a TIFF structure
 * @returns only orientation 1 if it is damaged
 */
export function readExif(bytes: Buffer): Exif {
  try {
    const first = readDirectory(bytes);
    const orientation = first.one(TAG.orientation, 1);
    const block = Buffer.from(bytes);
    const entry = first.entries.get(TAG.orientation);
    if (entry) {
      const size = Math.min(4, SIZES[entry.type]);
      first.little ? block.writeUIntLE(1, entry.from, size) : block.writeUIntBE(1, entry.from, size);
    }
    if (first.next !== 0) {
      block.fill(0, first.nextAt, first.nextAt + 4);
      blankThumbnail(block, first.next);
    }
    return { orientation, density: densityOf(first), block };
  } catch {
    return { orientation: 1 };
  }
}

function blankThumbnail(block: Buffer, at: number): void {
  try {
    const second = readDirectory(block, at);
    const from = second.one(TAG.thumbnailAt, 0);
    if (from > 0) block.fill(0, from, Math.min(block.length, from + second.one(TAG.thumbnailSize, 0)));
  } catch {} // a truncated directory is ignored
}
