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

/** Several images of one file. */
export interface Frames {
  readonly frames: readonly Frame[];
  /** number of repetitions; Infinity: forever */
  readonly repeats: number;
}

/** The size of an image according to its header. */
export interface Header {
  readonly width: number;
  readonly height: number;
  /** maximum bytes per decoded pixel. Default 4 */
  readonly pixelBytes?: number;
}

/**
 * One file format. The decoders are libraries that trust their input: damaged files make some of them loop forever,
 * exhaust memory or return half an image. Therefore each format first reads the header and checks that the file is
 * complete, and only then calls the library.
 */
export interface FileFormat {
  readonly name: string;
  /** The metadata that its files can store. */
  readonly keeps: readonly (keyof Metadata)[];
  /** Maximum sizes of metadata blocks. Default: unlimited. */
  readonly most?: { readonly icc: number; readonly exif: number };
  /** Supports transparency; otherwise the image is composited over white. */
  readonly alpha: boolean;
  /** Always writes colors, even for gray images. */
  readonly alwaysColors?: true;
  /** The sample types that it writes, widest first; wider samples are reduced to their upper bits. */
  readonly samples: readonly SampleType[];
  /** True if the file begins with the signature of the format. */
  matches(bytes: Buffer): boolean;
  /**
   * The size according to the header, read from as few bytes as possible. Allocates nothing.
   * @throws Damaged or Unreadable
   */
  inspect(bytes: Source): Header | Promise<Header>;
  /**
   * Checks that the file is complete and decodes it, after its size was accepted. May take long.
   * @throws Damaged or Unreadable
   */
  decode(bytes: Buffer, turns: Turns): Promise<Image>;
  /** For formats that store several images. */
  readonly frames?: {
    /** frames of an animation, of one size; or pages, of any size */
    readonly kind: 'frames' | 'pages';
    /** False if the file has a single image. Reads only its beginning. Default: unknown until it is decoded */
    readonly areIn?: (bytes: Buffer) => boolean;
    /**
     * @param maxPixels limit for all images in total
     * @returns undefined if the file contains a single image, to be decoded by {@link FileFormat.decode}
     * @throws Damaged or Unreadable
     */
    decode(bytes: Buffer, maxPixels: number, turns: Turns): Promise<Frames | undefined>;
    /** @param one encodes a single image in this format */
    encode(frames: Frames, quality: number, one: (image: Image) => Promise<Uint8Array>, turns: Turns): Promise<Uint8Array>;
  };
  /** Encodes an image; may take long. @param quality 1 to 100, for formats that have it */
  encode(image: Image, quality: number, turns: Turns): Promise<Uint8Array>;
  /**
   * The same through sharp, which uses its own threads. Returns undefined if sharp is not installed or not suitable;
   * then the functions above are used.
   */
  readonly sharp?: {
    /** sharp is the only implementation. */
    readonly alone?: true;
    /** @param ours no other code uses the bytes; they may be changed until the promise settles */
    decode(bytes: Buffer, turns: Turns, ours: boolean): Promise<Image | undefined>;
    /** Returns the parts of the file, which are not joined if they are written one after the other. */
    encode(image: Image, quality: number, turns: Turns): Promise<readonly Uint8Array[] | undefined>;
  };
  /** Nanoseconds per pixel without sharp, for slow files. */
  readonly pixelTime: { readonly decode: number; readonly encode: number };
}

/** The file is damaged. The message completes "FILE: …". */
export class Damaged extends Error {}

/** The file is valid, but not supported. The message completes "FILE: …". */
export class Unreadable extends Error {}

/** @throws Damaged unless the file has `size` bytes */
export function need(bytes: Pick<Source, 'length'>, size: number, what: string): void {
  if (size > bytes.length) throw new Damaged(`is truncated: ${what} should end at byte ${size}, but the file has ${bytes.length} bytes`);
}
