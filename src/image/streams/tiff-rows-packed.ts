import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { writeDirectory } from '../formats/tiff/directory-write.js';
import { PACKING } from '../formats/tiff/tiff-page.js';
import { entriesOf } from '../formats/tiff/tiff-write.js';
import type { Samples } from '../image.js';
import { rowLength } from '../rows.js';
import { arrayOf, type Format } from '../samples.js';
import { bandRows, bytesOf, type WrittenRows } from './row-codec.js';
import { MOST_PLAIN, tiffHeader } from './tiff-rows-out.js';

const pack = promisify(deflate);
/** Number of strips compressed concurrently: Node has four threads for that by default. */
const AT_ONCE = Math.min(4, availableParallelism());
/** Bytes of the header of a BigTIFF; the header of a classic TIFF is shorter. */
const HEADER = 16;

/**
 * The bytes of a TIFF in compressed strips of about 1 MB of samples; from 2 GiB, a BigTIFF. Integers are stored as differences from the pixel on the left
 * (predictor 2). The directory follows the strips, whose sizes are known by then.
 * @param most maximum size of a classic TIFF in bytes, set by tests
 * @returns the header, which replaces the first bytes
 */
export async function* encodePackedTiff(
  rows: AsyncIterable<Samples>,
  { format, metadata, compression }: WrittenRows,
  most = MOST_PLAIN,
): AsyncGenerator<Uint8Array, Uint8Array, undefined> {
  const rowsPerStrip = Math.min(format.height, bandRows(format));
  const differences = format.samples !== 'float32';
  const [offsets, sizes]: [number[], number[]] = [[], []];
  let at = HEADER;
  const placed = (strip: Buffer) => {
    offsets.push(at);
    sizes.push(strip.length);
    at += strip.length;
    return strip;
  };
  yield Buffer.alloc(HEADER);
  const pending: Promise<Buffer>[] = [];
  for await (const strip of stripsOf(rows, format, rowsPerStrip)) {
    if (differences) toDifferences(strip, format);
    const packed = pack(bytesOf(strip, 'little'), { level: compression });
    packed.catch(() => {}); // reported to the consumer that awaits it
    pending.push(packed);
    if (pending.length === AT_ONCE) yield placed(await (pending.shift() as Promise<Buffer>));
  }
  for (const packed of pending) yield placed(await packed);
  const padding = at % 2;
  const big = at > most - 2 ** 24;
  const strips = { offsets, sizes, rowsPerStrip, big, packing: PACKING.deflate, differences };
  const { bytes, start } = writeDirectory(entriesOf(format, metadata, strips), at + padding, big);
  yield Buffer.concat([Buffer.alloc(padding), bytes]);
  return tiffHeader(start, big);
}

/** The samples of every strip, each in its own memory. */
async function* stripsOf(rows: AsyncIterable<Samples>, format: Format, rowsPerStrip: number): AsyncGenerator<Samples, void, undefined> {
  const Data = arrayOf(format.samples);
  const length = rowLength(format);
  let [strip, filled, left] = [new Data(0) as Samples, 0, format.height];
  for await (const band of rows) {
    for (let from = 0; from < band.length; ) {
      if (filled === 0) strip = new Data(Math.min(rowsPerStrip, left) * length);
      const part = band.subarray(from, from + strip.length - filled);
      strip.set(part, filled);
      from += part.length;
      filled += part.length;
      if (filled < strip.length) continue;
      left -= strip.length / length;
      filled = 0;
      yield strip;
    }
  }
}

/** Replaces the samples of every row by their differences from the pixel on the left. */
function toDifferences(strip: Samples, { width, channels }: Format): void {
  const whole = strip instanceof Uint8ClampedArray ? new Uint8Array(strip.buffer) : strip;
  const length = width * channels;
  for (let row = 0; row < whole.length; row += length) {
    for (let i = row + length - 1; i >= row + channels; i--) whole[i] -= whole[i - channels];
  }
}
