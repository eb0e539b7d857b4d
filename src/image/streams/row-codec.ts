import type { Samples } from '../image.js';
import type { Metadata } from '../metadata.js';
import { type Reading, rowLength } from '../rows.js';
import { arrayOf, type Format } from '../samples.js';
import type { ByteReader } from './byte-reader.js';

/** An image file whose header has been read. */
export interface OpenedRows {
  readonly format: Format;
  readonly metadata?: Metadata;
  /** The rows that follow. @throws Damaged */
  rows(how?: Partial<Reading>): AsyncGenerator<Samples, void, undefined>;
}

/** A file format that is read and written row by row. */
export interface RowCodec {
  readonly name: string;
  /** @param head the first 16 bytes, or fewer */
  matches(head: Buffer): boolean;
  /** @throws Damaged or Unreadable */
  open(bytes: ByteReader): Promise<OpenedRows>;
  /** @throws Unreadable if it cannot store images of that format */
  encode(rows: AsyncIterable<Samples>, picture: WrittenRows): EncodedRows;
}

/** The bytes of a file. Returns what replaces its first bytes if that is known only at the end. */
export type EncodedRows = AsyncGenerator<Uint8Array, void, undefined> | AsyncGenerator<Uint8Array, Uint8Array, undefined>;

/** The data to write. */
export interface WrittenRows {
  readonly format: Format;
  readonly metadata?: Metadata;
  /** level of deflate in a PNG or TIFF, 0 to 9; 0: not compressed */
  readonly compression: number;
}

/** Bytes per read. */
const BAND_BYTES = 2 ** 20;

/** Bytes per sample. */
export function sampleBytes({ samples }: Pick<Format, 'samples'>): number {
  return arrayOf(samples).BYTES_PER_ELEMENT;
}

/** Rows per read. */
export function bandRows(format: Format): number {
  return Math.max(1, Math.floor(BAND_BYTES / (rowLength(format) * sampleBytes(format))));
}

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Rows of consecutive samples in a file. @param order byte order of the samples */
export async function* plainRows(bytes: ByteReader, format: Format, order: 'big' | 'little'): AsyncGenerator<Samples, void, undefined> {
  const Data = arrayOf(format.samples);
  const size = Data.BYTES_PER_ELEMENT;
  const row = rowLength(format) * size;
  const most = bandRows(format);
  for (let y = 0; y < format.height; y += most) {
    // separate memory, so that samples are aligned
    const band = Buffer.from(new ArrayBuffer(Math.min(most, format.height - y) * row));
    (await bytes.read(band.length, 'its rows')).copy(band);
    yield new Data(toHost(band, size, order).buffer as ArrayBuffer);
  }
}

/** The bytes of samples. @param order byte order in the file */
export function bytesOf(samples: Samples, order: 'big' | 'little'): Buffer {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return samples.BYTES_PER_ELEMENT === 1 || (order === 'little') === LITTLE ? bytes : toHost(Buffer.from(bytes), samples.BYTES_PER_ELEMENT, order);
}

/** Converts the byte order to that of this machine, in place. */
function toHost(bytes: Buffer, size: number, order: 'big' | 'little'): Buffer {
  if (size === 1 || (order === 'little') === LITTLE) return bytes;
  return size === 2 ? bytes.swap16() : bytes.swap32();
}
