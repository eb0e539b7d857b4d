import { createInflateRaw, inflateSync } from 'node:zlib';
import { Damaged } from './format.js';

/** Maximum expansion ratio of a deflate stream (zlib, technical details). */
export const MAX_DEFLATE_RATIO = 1032;
const CHUNK = 2 ** 18;

/**
 * The first `size` bytes of a deflate stream (with zlib's header). Anything after them is ignored, including the
 * checksum, because files that libpng and browsers accept may have extra bytes after the image, compressed or not.
 * @throws Damaged if it unpacks to fewer
 */
export async function inflateRows(data: Buffer, size: number, what: string): Promise<Buffer> {
  // method 8, no dictionary (RFC 1950, 2.2)
  if (data.length < 2 || (data[0] & 15) !== 8 || data.readUInt16BE(0) % 31 !== 0 || data[1] & 32)
    throw new Damaged(`is damaged: ${what} cannot be decompressed`);
  const rows = Buffer.alloc(size);
  const stream = createInflateRaw({ chunkSize: Math.min(CHUNK, Math.max(64, size)) });
  stream.end(data.subarray(2));
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      length += chunk.copy(rows, length);
      if (length === size) break;
    }
  } catch (cause) {
    throw new Damaged(`is damaged: ${what} cannot be decompressed`, { cause });
  }
  checkLength(length, size, what);
  return rows;
}

/** Unpacks a deflate stream (with zlib's header). @throws Damaged unless it unpacks to exactly `size` bytes; never holds more than that */
export function inflate(data: Buffer, size: number, what: string): Buffer {
  let unpacked: Buffer;
  try {
    unpacked = inflateSync(data, { maxOutputLength: size });
  } catch (cause) {
    const tooMuch = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Damaged(tooMuch ? `is damaged: ${what} decompresses to more than ${size} bytes` : `is damaged: ${what} cannot be decompressed`, { cause });
  }
  checkLength(unpacked.length, size, what);
  return unpacked;
}

/** The variants of LZW codes in GIF and TIFF. */
export interface LzwKind {
  /** bits of a literal; the first code after the literals clears the table, the next one ends the stream */
  readonly rootBits: number;
  /** GIF fills bytes from the lowest bit, TIFF from the highest, and TIFF's codes grow one code earlier */
  readonly order: 'gif' | 'tiff';
}

/** Unpacks an LZW stream. @throws Damaged unless it unpacks to exactly `size` bytes; never holds more than that */
export function unpackLzw(data: Buffer, { rootBits, order }: LzwKind, size: number, what: string): Buffer {
  const clear = 1 << rootBits;
  const early = order === 'tiff' ? 1 : 0;
  const out = Buffer.alloc(size);
  // each string in the table has already been written: its offset and length
  const starts = new Uint32Array(4096);
  const lengths = new Uint32Array(4096).fill(1, 0, clear);
  let [next, bits, previous] = [clear + 2, rootBits + 1, -1];
  let [held, heldBits, total] = [0, 0, 0];
  for (const byte of data) {
    held = order === 'tiff' ? ((held << 8) | byte) & 0xffffff : held | (byte << heldBits);
    heldBits += 8;
    while (heldBits >= bits) {
      heldBits -= bits;
      const code = (order === 'tiff' ? held >> heldBits : held) & ((1 << bits) - 1);
      if (order === 'gif') held >>>= bits;
      if (code === clear) {
        [next, bits, previous] = [clear + 2, rootBits + 1, -1];
        continue;
      }
      if (code === clear + 1) return whole(out, total, what);
      // a code may refer to the string that is being defined, but not to later ones
      if (code > next || (code === next && previous === -1)) throw new Damaged(`is damaged: ${what} contains an invalid LZW code`);
      // the previous string, followed by the first byte of this one
      if (previous !== -1 && next < 4096) {
        lengths[next] = lengths[previous] + 1;
        starts[next++] = total - lengths[previous];
      }
      const length = lengths[code];
      if (total + length <= size) {
        if (code < clear) out[total] = code;
        else for (let i = 0, from = starts[code]; i < length; i++) out[total + i] = out[from + i];
      }
      total += length;
      if (next + early >= 1 << bits && bits < 12) bits++;
      previous = code;
    }
  }
  return whole(out, total, what);
}

function whole(out: Buffer, length: number, what: string): Buffer {
  checkLength(length, out.length, what);
  return out;
}

function checkLength(length: number, size: number, what: string): void {
  if (length !== size) throw new Damaged(`is damaged: ${what} decompresses to ${length} bytes instead of ${size}`);
}
