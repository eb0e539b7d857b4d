import { Damaged, type Header, need, type Source } from '../format.js';
import { unpackLzw } from '../unpack.js';

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const INTERLACED = 0x40;

/** A frame as stored in the file. */
export interface GifFrame {
  /** rows of palette indices, from the top */
  readonly indices: Buffer;
  /** three bytes per color */
  readonly palette: Buffer;
  /** the transparent index, −1 if there is none */
  readonly transparent: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly delay: number;
  readonly disposal: number;
}

/** The size of the canvas of all frames. */
export function inspectGif(bytes: Source): Header {
  need(bytes, 13, 'its header');
  const head = bytes.subarray(0, 13);
  return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
}

/** Yields the frames. @param maxPixels limit for all frames in total @throws Damaged */
export function* gifFrames(bytes: Buffer, maxPixels = Number.POSITIVE_INFINITY): Generator<GifFrame, void> {
  const { width, height } = inspectGif(bytes);
  const start = 13 + paletteSize(bytes[10]);
  need(bytes, start, 'its palette');
  const shared = bytes.subarray(13, start);
  let control: Buffer = bytes.subarray(0, 0);
  for (let at = start, frames = 0; ; ) {
    need(bytes, at + 1, 'a GIF block');
    const kind = bytes[at];
    if (kind === TRAILER && frames > 0) return;
    need(bytes, at + 2, 'a GIF block');
    if (kind === FRAME) {
      if (++frames * width * height > maxPixels)
        throw new Damaged(
          `has more than ${frames - 1} frames of ${width} × ${height}, together more pixels than limits.pixels or limits.memory allow (${maxPixels})`,
        );
      const { end, ...frame } = readFrame(bytes, at, { width, height, shared });
      const [flags, delay] = control.length === 0 ? [0, 0] : [control[3], control.readUInt16LE(4) * 10];
      yield { ...frame, delay, disposal: (flags >> 2) & 7, transparent: flags & 1 ? control[6] : -1 };
      control = bytes.subarray(0, 0);
      at = end;
      continue;
    }
    if (kind !== EXTENSION) throw new Damaged(kind === TRAILER ? 'is a GIF without an image' : `has no GIF block at byte ${at}, where one must begin`);
    const { end } = readBlocks(bytes, at + 2);
    if (bytes[at + 1] === GRAPHIC_CONTROL && end - at === 8) control = bytes.subarray(at, end);
    at = end;
  }
}

/** Number of repeats, from the Netscape extension block: 0 means forever; without the block, the animation plays once. */
export function repeatsOf(bytes: Buffer): number {
  const at = bytes.indexOf('\x21\xff\x0bNETSCAPE2.0\x03\x01', 0, 'latin1');
  if (at === -1) return 0;
  need(bytes, at + 18, 'its number of repeats');
  return bytes.readUInt16LE(at + 16) || Number.POSITIVE_INFINITY;
}

function readFrame(
  bytes: Buffer,
  at: number,
  screen: Header & { readonly shared: Buffer },
): Omit<GifFrame, 'delay' | 'disposal' | 'transparent'> & { end: number } {
  need(bytes, at + 10, 'its frame');
  const [x, y, width, height] = [1, 3, 5, 7].map((offset) => bytes.readUInt16LE(at + offset));
  const flags = bytes[at + 9];
  if (width === 0 || height === 0 || x + width > screen.width || y + height > screen.height) {
    throw new Damaged(`is damaged: its frame of ${width} × ${height} pixels at (${x}, ${y}) is outside ${screen.width} × ${screen.height}`);
  }
  const size = paletteSize(flags);
  if (size === 0 && screen.shared.length === 0) throw new Damaged('is damaged: it has no palette');
  const dataAt = at + 10 + size;
  need(bytes, dataAt + 2, 'its frame');
  const rootBits = bytes[dataAt];
  if (rootBits < 1 || rootBits > 8) throw new Damaged(`is damaged: GIF codes must begin with 1 to 8 bits, but begin with ${rootBits}`);
  const { end, data } = readBlocks(bytes, dataAt + 1);
  const rows = unpackLzw(data, { rootBits, order: 'gif' }, width * height, 'its frame');
  const indices = flags & INTERLACED ? inOrder(rows, width, height) : rows;
  return { indices, palette: size > 0 ? bytes.subarray(at + 10, dataAt) : screen.shared, x, y, width, height, end };
}

/** Reorders interlaced rows: every eighth row is first, then those halfway between, and so on (GIF89a, appendix E). */
function inOrder(rows: Buffer, width: number, height: number): Buffer {
  const out = Buffer.alloc(rows.length);
  let from = 0;
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ]) {
    for (let y = first; y < height; y += step, from += width) rows.copy(out, y * width, from, from + width);
  }
  return out;
}

/** Reads data in blocks of up to 255 bytes, each preceded by its length, up to an empty block. */
function readBlocks(bytes: Buffer, start: number): { end: number; data: Buffer } {
  // blocks may have one byte, and an object per block would cost a hundred times as much
  let [end, length] = [start, 0];
  for (let size = 255; size > 0; end += 1 + size) {
    need(bytes, end + 1, 'a GIF block');
    size = bytes[end];
    need(bytes, end + 1 + size, 'a GIF block');
    length += size;
  }
  const data = Buffer.alloc(length);
  for (let [from, to] = [start, 0]; to < length; from += 1 + bytes[from]) to += bytes.copy(data, to, from + 1, from + 1 + bytes[from]);
  return { end, data };
}

/** Size of the palette in bytes according to the flags; 0 if there is none. */
function paletteSize(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}
