import type { Turns } from '../../turns.js';
import type { Frame } from '../frame.js';
import type { Image } from '../image.js';
import type { Metadata } from '../metadata.js';
import type { SampleType } from '../samples.js';

/** The bytes of a file: a Buffer, or an open file, read on demand. */
export interface Source {
  readonly length: number;
  /** Bytes `from` … `to` − 1, fewer at the end of the file. */
  subarray(from: number, to: number): Buffer;
}

/** Several pictures of one file. */
export interface Frames {
  readonly frames: readonly Frame[];
  /** how often they start again; Infinity: for ever */
  readonly repeats: number;
}

/** Size of a picture as its header claims it. */
export interface Header {
  readonly width: number;
  readonly height: number;
  /** bytes that a decoded pixel may take. Default 4 */
  readonly pixelBytes?: number;
}

/**
 * One file format. The decoders are libraries that trust what they read: damaged files make some of them
 * loop for ever, take all memory or return half a picture. So each format first reads the header, and walks
 * through the file until it is certain to be complete; only then is it passed to the library.
 */
export interface FileFormat {
  readonly name: string;
  /** The metadata that its files hold. */
  readonly keeps: readonly (keyof Metadata)[];
  /** The largest blocks that fit. Default: any. */
  readonly most?: { readonly icc: number; readonly exif: number };
  /** Transparency is kept; else the picture is laid over white. */
  readonly alpha: boolean;
  /** It writes colors, of gray pictures too. */
  readonly alwaysColors?: true;
  /** The samples that it writes, the widest first; of wider ones the upper bits. */
  readonly samples: readonly SampleType[];
  /** Whether the file begins like one. */
  matches(bytes: Buffer): boolean;
  /** The size that the header claims, from as few bytes as possible. Allocates nothing. @throws Damaged or Unreadable */
  inspect(bytes: Source): Header | Promise<Header>;
  /** Checks that the file is whole and decodes it; the size has been accepted. It may take long. @throws Damaged or Unreadable */
  decode(bytes: Buffer, turns: Turns): Promise<Image>;
  /** Where its files hold several pictures. */
  readonly frames?: {
    /** in time, of one size; or pages, of any size */
    readonly kind: 'frames' | 'pages';
    /** @param maxPixels of all together @returns undefined if the file holds one picture, which {@link FileFormat.decode} takes @throws Damaged or Unreadable */
    decode(bytes: Buffer, maxPixels: number, turns: Turns): Promise<Frames | undefined>;
    /** @param one encodes a single picture in this format */
    encode(frames: Frames, quality: number, one: (image: Image) => Promise<Uint8Array>, turns: Turns): Promise<Uint8Array>;
  };
  /** It may take long. @param quality of formats that have one, 1 to 100 */
  encode(image: Image, quality: number, turns: Turns): Promise<Uint8Array>;
  /** The same by sharp, which has threads of its own. Undefined where it is not installed, or cannot: then the above decides. */
  readonly sharp?: {
    /** There is no other way. */
    readonly alone?: true;
    decode(bytes: Buffer, turns: Turns): Promise<Image | undefined>;
    encode(image: Image, quality: number, turns: Turns): Promise<Uint8Array | undefined>;
  };
  /** Nanoseconds that a pixel takes without sharp, in files that take longer than most. */
  readonly pixelTime: { readonly decode: number; readonly encode: number };
}

/** The file is broken. The message completes "FILE: …". */
export class Damaged extends Error {}

/** The file is sound, but of a kind that is not read. The message completes "FILE: …". */
export class Unreadable extends Error {}

/** @throws Damaged unless the file has `size` bytes */
export function need(bytes: Pick<Source, 'length'>, size: number, what: string): void {
  if (size > bytes.length) throw new Damaged(`is truncated: ${what} should end at byte ${size}, but the file has ${bytes.length} bytes`);
}
