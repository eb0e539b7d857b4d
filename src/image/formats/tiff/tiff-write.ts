import { UnsupportedError } from '../../../errors.js';
import type { Image } from '../../image.js';
import type { Metadata } from '../../metadata.js';
import { arrayOf, type Format, formatOf } from '../../samples.js';
import { TAG } from './directory.js';
import { type Entry, numbers, writeDirectory } from './directory-write.js';
import { descriptiveEntries } from './exif-tree.js';
import { PACKING } from './tiff-page.js';

const SUBFILE_TYPE = 254;
const PAGE = 2;
const HEADER = 8;

/** The parts of an uncompressed TIFF with one page per image, each with the channels and sample type of its image. */
export function writeTiff(images: readonly Image[]): readonly Buffer[] {
  const header = Buffer.alloc(HEADER);
  header.write('II*\0', 'latin1');
  const parts: Buffer[] = [header];
  let at = HEADER;
  let pointer: { in: Buffer; at: number } = { in: header, at: 4 };
  for (const image of images) {
    const pixels = littleEndian(image.data);
    const filled = pixels.length + (pixels.length % 2);
    const { bytes, start, next } = writeDirectory(
      entriesOf(formatOf(image), image.metadata, strip(at, pixels.length, image.height), images.length > 1),
      at + filled,
    );
    pointer.in.writeUInt32LE(start, pointer.at);
    pointer = { in: bytes, at: next };
    parts.push(pixels, Buffer.alloc(pixels.length % 2), bytes);
    at += filled + bytes.length;
  }
  return parts;
}

/** @throws UnsupportedError if the images exceed the size limit of a TIFF */
export function checkTiffSize(operation: string, images: readonly Image[]): void {
  const bytes = images.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > 2 ** 31 - 2 ** 20) throw new UnsupportedError(operation, `a TIFF can hold at most 2 GiB, received ${bytes} bytes of samples`, { bytes });
}

function littleEndian(data: Image['data']): Buffer {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (data.BYTES_PER_ELEMENT === 1 || new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return bytes;
  return data.BYTES_PER_ELEMENT === 2 ? Buffer.from(bytes).swap16() : Buffer.from(bytes).swap32();
}

/** Offsets of samples, in strips. */
export interface Strips {
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
  readonly rowsPerStrip: number;
  /** 64-bit offsets */
  readonly big?: boolean;
  /** an element of PACKING. Default: none */
  readonly packing?: number;
  /** samples are differences from the pixel on the left */
  readonly differences?: boolean;
}

function strip(at: number, size: number, rowsPerStrip: number): Strips {
  return { offsets: [at], sizes: [size], rowsPerStrip };
}

/** The directory of an image. */
export function entriesOf({ width, height, channels, samples }: Format, metadata: Metadata = {}, strips: Strips, isPage = false): readonly Entry[] {
  const bits = 8 * arrayOf(samples).BYTES_PER_ELEMENT;
  const each = (value: number) => Array<number>(channels).fill(value);
  const { density, icc, exif } = metadata;
  const { offsets, sizes, rowsPerStrip, big, packing = PACKING.none, differences = false } = strips;
  return [
    ...(exif ? descriptiveEntries(Buffer.from(exif)) : []),
    ...(isPage ? [numbers(SUBFILE_TYPE, 4, [PAGE])] : []),
    numbers(TAG.width, 4, [width]),
    numbers(TAG.height, 4, [height]),
    numbers(TAG.bits, 3, each(bits)),
    numbers(TAG.compression, 3, [packing]),
    numbers(TAG.photometric, 3, [channels < 3 ? 1 : 2]),
    numbers(TAG.stripOffsets, big ? 16 : 4, offsets),
    numbers(TAG.samples, 3, [channels]),
    numbers(TAG.rowsPerStrip, 4, [rowsPerStrip]),
    numbers(TAG.stripSizes, 4, sizes),
    ...(density ? [numbers(TAG.xResolution, 5, [density]), numbers(TAG.yResolution, 5, [density]), numbers(TAG.resolutionUnit, 3, [2])] : []),
    ...(differences ? [numbers(TAG.predictor, 3, [2])] : []),
    // 2: alpha, not premultiplied
    ...(channels % 2 === 0 ? [numbers(TAG.extraSamples, 3, [2])] : []),
    numbers(TAG.sampleFormat, 3, each(samples === 'float32' ? 3 : 1)),
    ...(icc ? [{ tag: TAG.icc, type: 7, count: icc.length, content: Buffer.from(icc) } as const] : []),
  ];
}
