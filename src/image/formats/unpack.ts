import { inflateSync } from 'node:zlib';
import { Damaged } from './format.js';

/** No deflate stream unpacks to more than this many times its own size (zlib, technical details). */
export const MAX_DEFLATE_RATIO = 1032;

/** @throws Damaged unless the deflate stream (with zlib's header) unpacks to exactly `size` bytes; never holds more than that */
export function checkDeflated(data: Buffer, size: number, what: string): void {
  let length: number;
  try {
    length = inflateSync(data, { maxOutputLength: size }).length;
  } catch (cause) {
    const tooMuch = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new Damaged(tooMuch ? `is damaged: ${what} unpacks to more than the ${size} bytes it must have` : `is damaged: ${what} does not unpack`, { cause });
  }
  checkLength(length, size, what);
}

/** @throws Damaged unless the LZW stream unpacks to exactly `size` bytes; it is counted, not unpacked */
export function checkLzw(data: Buffer, kind: LzwKind, size: number, what: string): void {
  checkLength(lzwLength(data, kind, what), size, what);
}

/** How GIF and TIFF write their LZW codes. */
export interface LzwKind {
  /** bits of a plain byte: the code after the last of them clears the table, the next one ends the stream */
  readonly rootBits: number;
  /** GIF fills bytes from the lowest bit, TIFF from the highest, and TIFF's codes grow one code earlier */
  readonly order: 'gif' | 'tiff';
}

function lzwLength(data: Buffer, { rootBits, order }: LzwKind, what: string): number {
  const clear = 1 << rootBits;
  const early = order === 'tiff' ? 1 : 0;
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
      if (code === clear + 1) return total;
      // a code may name the string that is just coming into being, but none that is still to come
      if (code > next || (code === next && previous === -1)) throw new Damaged(`is damaged: ${what} holds an LZW code that means nothing`);
      if (previous !== -1 && next < 4096) lengths[next++] = lengths[previous] + 1;
      total += lengths[code];
      if (next + early >= 1 << bits && bits < 12) bits++;
      previous = code;
    }
  }
  return total;
}

function checkLength(length: number, size: number, what: string): void {
  if (length !== size) throw new Damaged(`is damaged: ${what} unpacks to ${length} bytes instead of ${size}`);
}
