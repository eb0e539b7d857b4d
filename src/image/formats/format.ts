import type { Image } from '../image.js';
import type { Codec } from './codec.js';

/** Size of a picture as its header claims it. */
export interface Header {
  readonly width: number;
  readonly height: number;
}

/**
 * One file format. The decoders are libraries that trust what they read: damaged files make some of them
 * loop for ever, take all memory or return half a picture. So each format first reads the header, and walks
 * through the file until it is certain to be whole; only then the library sees it.
 */
export interface FileFormat {
  readonly name: string;
  /** Whether the file begins like one. */
  matches(bytes: Buffer): boolean;
  /** The size that the header claims. Allocates nothing. @throws Damaged or Unreadable */
  inspect(bytes: Buffer): Header;
  /** Checks that the file is whole and decodes it; the size has been accepted. @throws Damaged or Unreadable */
  decode(bytes: Buffer, codec: Codec): Promise<Image>;
  /** @param quality of formats that have one, 1 to 100 */
  encode(image: Image, quality: number, codec: Codec): Promise<Uint8Array>;
}

/** The file is broken. The message completes "FILE: …". */
export class Damaged extends Error {}

/** The file is sound, but of a kind that is not read. The message completes "FILE: …". */
export class Unreadable extends Error {}

/** @throws Damaged unless the file has `size` bytes */
export function need(bytes: Buffer, size: number, what: string): void {
  if (size > bytes.length) throw new Damaged(`is cut off: ${what} would end at byte ${size}, the file has ${bytes.length}`);
}
