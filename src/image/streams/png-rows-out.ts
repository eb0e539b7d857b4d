import { createDeflate, type Deflate } from 'node:zlib';
import { Unreadable } from '../formats/format.js';
import { ByteSums } from '../formats/png/byte-sums.js';
import { chunk, metadataChunks, SIGNATURE } from '../formats/png/png-chunks.js';
import type { Samples } from '../image.js';
import { rowLength } from '../rows.js';
import { bytesOf, sampleBytes, type WrittenRows } from './row-codec.js';

/**
 * The filter type that stores each row as its difference from the row above (PNG specification, 9.2). It needs one
 * subtraction per byte and compresses photographs well.
 */
const UP = 2;
const COLOR_TYPES = [0, 4, 2, 6] as const;
/** Bytes per chunk of image data. */
const CHUNK = 2 ** 18;

/** The bytes of a PNG. @throws Unreadable for floats */
export async function* encodePng(
  rows: AsyncIterable<Samples>,
  { format, metadata = {}, compression }: WrittenRows,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { width, height, channels, samples } = format;
  if (samples === 'float32') throw new Unreadable('a PNG must have 8 or 16 bits per sample, received float32');
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([samples === 'uint8' ? 8 : 16, COLOR_TYPES[channels - 1], 0, 0, 0], 8);
  yield Buffer.concat([SIGNATURE, chunk('IHDR', header), ...metadataChunks(metadata)]);
  const deflate = createDeflate({ level: compression, chunkSize: CHUNK });
  let failed: unknown;
  const fed = feed(deflate, rows, rowLength(format) * sampleBytes(format)).catch((error) => {
    failed = error;
    deflate.destroy(error);
  });
  try {
    for await (const part of inParts(deflate, CHUNK)) yield chunk('IDAT', part);
  } catch (error) {
    throw failed ?? error;
  } finally {
    deflate.destroy();
    await fed;
  }
  yield chunk('IEND', Buffer.alloc(0));
}

/** The bytes of a stream in parts of equal size, so that the file does not depend on timing. */
async function* inParts(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer, void, undefined> {
  let kept: Buffer[] = [];
  let length = 0;
  for await (const bytes of stream) {
    kept.push(bytes);
    length += bytes.length;
    if (length < size) continue;
    const all = Buffer.concat(kept);
    let from = 0;
    for (; from + size <= length; from += size) yield all.subarray(from, from + size);
    kept = [all.subarray(from)];
    length -= from;
  }
  if (length > 0) yield Buffer.concat(kept);
}

/** Passes filtered rows on as fast as they are compressed. */
async function feed(deflate: Deflate, rows: AsyncIterable<Samples>, row: number): Promise<void> {
  const sums = new ByteSums(row);
  const above = Buffer.alloc(row);
  // one is compressed while the other is filled
  let [filtered, other]: Buffer[] = [Buffer.alloc(0), Buffer.alloc(0)];
  let packed: Promise<void> | undefined;
  for await (const band of rows) {
    const plain = bytesOf(band, 'big');
    const length = plain.length + plain.length / row;
    [filtered, other] = [other, filtered];
    if (filtered.length < length) filtered = Buffer.alloc(length);
    for (let from = 0, to = 0; from < plain.length; from += row, to += 1 + row) {
      const line = plain.subarray(from, from + row);
      filtered[to] = UP;
      filtered.set(sums.difference(line, from === 0 ? above : plain.subarray(from - row, from)), to + 1);
    }
    if (plain.length > 0) plain.copy(above, 0, plain.length - row); // the band may be reused
    const part = filtered.subarray(0, length);
    await packed; // waits until the previous band is compressed
    if (deflate.destroyed) return;
    packed = new Promise((done) => deflate.write(part, () => done()));
  }
  deflate.end();
}
