import { writeDirectory } from '../formats/tiff/directory-write.js';
import { entriesOf, type Strips } from '../formats/tiff/tiff-write.js';
import type { Samples } from '../image.js';
import { rowLength } from '../rows.js';
import { bandRows, bytesOf, sampleBytes, type WrittenRows } from './row-codec.js';

/** Maximum size of a classic TIFF: offsets have 32 bits, and some readers treat them as signed. */
export const MOST_PLAIN = 2 ** 31 - 1;

/**
 * The bytes of an uncompressed TIFF in strips of about 1 MB; from 2 GiB, a BigTIFF. The directory precedes the strips,
 * whose sizes are known, so the file can be written to a pipe.
 */
export async function* encodeTiff(rows: AsyncIterable<Samples>, { format, metadata }: WrittenRows): AsyncGenerator<Uint8Array, void, undefined> {
  const row = rowLength(format) * sampleBytes(format);
  const rowsPerStrip = Math.min(format.height, bandRows(format));
  const count = Math.ceil(format.height / rowsPerStrip);
  const sizes = Array.from({ length: count }, (_, i) => row * Math.min(rowsPerStrip, format.height - i * rowsPerStrip));
  const big = row * format.height > MOST_PLAIN - 2 ** 24;
  const head = tiffHeader(0, big).length;
  const directory = (from: number) => {
    const strips: Strips = { offsets: sizes.map((_, i) => from + i * rowsPerStrip * row), sizes, rowsPerStrip, big };
    return writeDirectory(entriesOf(format, metadata, strips), head, big);
  };
  // its length does not depend on the offsets of the strips
  const { bytes, start } = directory(head + directory(0).bytes.length);
  yield Buffer.concat([tiffHeader(start, big), bytes]);
  for await (const band of rows) yield bytesOf(band, 'little');
}

/** @param start offset of the directory */
export function tiffHeader(start: number, big: boolean): Buffer {
  const header = Buffer.alloc(big ? 16 : 8);
  header.write(big ? 'II+\0\x08\0\0\0' : 'II*\0', 'latin1');
  if (big) header.writeBigUInt64LE(BigInt(start), 8);
  else header.writeUInt32LE(start, 4);
  return header;
}
