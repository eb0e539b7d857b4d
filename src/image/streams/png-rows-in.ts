import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflate } from 'node:zlib';
import { Damaged, Unreadable } from '../formats/format.js';
import { readMetadata, SIGNATURE } from '../formats/png/png-chunks.js';
import { channelsOf, colored, inspectPng, type PngColors, type PngHeader } from '../formats/png/png-pixels.js';
import { bytesOfRows, readBand } from '../formats/png/png-rows.js';
import type { Samples } from '../image.js';
import type { Format } from '../samples.js';
import type { ByteReader } from './byte-reader.js';
import { bandRows, type OpenedRows } from './row-codec.js';

/** Larger chunks other than image data are skipped. */
const MOST_CHUNK = 2 ** 26;
const PIECE = 2 ** 16;

interface ChunkHead {
  readonly type: string;
  readonly length: number;
  /** checksum of its name */
  readonly checksum: number;
}

/** A PNG positioned at its image data. @throws Damaged, or Unreadable if it is interlaced or rotated */
export async function openPng(bytes: ByteReader): Promise<OpenedRows> {
  if (!(await bytes.read(8, 'its header')).equals(SIGNATURE)) throw new Damaged('does not begin with a PNG signature');
  const head = Buffer.concat([SIGNATURE, await bytes.read(25, 'its header')]);
  const header = inspectPng(head);
  if (crc32(head.subarray(12, 29)) !== head.readUInt32BE(29)) throw new Damaged('is damaged: the checksum of its IHDR chunk does not match');
  if (header.interlaced) throw new Unreadable('is an interlaced PNG, which cannot be read by rows');
  const found = new Map<string, Buffer>();
  for (;;) {
    const chunk = await nextChunk(bytes);
    if (chunk.type === 'IDAT') {
      const colors = { palette: found.get('PLTE'), transparency: found.get('tRNS') };
      const { metadata, orientation } = readMetadata(found);
      checkUpright(orientation);
      const { width, height, depth } = header;
      const format: Format = { width, height, channels: channelsOf(header, colors), samples: depth === 16 ? 'uint16' : 'uint8' };
      return { format, metadata, rows: () => readPixels(bytes, chunk, header, colors, format) };
    }
    if (chunk.type === 'IEND') throw new Damaged('is damaged: it has no image data');
    const content = await readContent(bytes, chunk);
    if (content && !found.has(chunk.type)) found.set(chunk.type, content);
  }
}

/** Applying an EXIF orientation needs the whole image. @throws Unreadable */
function checkUpright(orientation: number): void {
  if (orientation !== 1) throw new Unreadable(`is rotated by its EXIF orientation (${orientation}) and cannot be read by rows`);
}

async function nextChunk(bytes: ByteReader): Promise<ChunkHead> {
  const head = await bytes.read(8, 'a chunk');
  const type = head.toString('latin1', 4, 8);
  if (!/^[A-Za-z]{4}$/.test(type)) throw new Damaged('is damaged: it has no chunk where one must begin');
  return { type, length: head.readUInt32BE(0), checksum: crc32(head.subarray(4, 8)) };
}

/** @returns undefined if it is too large to be relevant */
async function readContent(bytes: ByteReader, { type, length, checksum }: ChunkHead): Promise<Buffer | undefined> {
  if (length > MOST_CHUNK) {
    await bytes.skip(length + 4, `its ${type} chunk`);
    return undefined;
  }
  const content = Buffer.from(await bytes.read(length, `its ${type} chunk`));
  await checkChecksum(bytes, type, crc32(content, checksum));
  return content;
}

async function checkChecksum(bytes: ByteReader, type: string, checksum: number): Promise<void> {
  if ((await bytes.read(4, `its ${type} chunk`)).readUInt32BE(0) !== checksum)
    throw new Damaged(`is damaged: the checksum of its ${type} chunk does not match`);
}

/** The compressed image data of all consecutive chunks; then reads the rest of the file. */
async function* imageData(bytes: ByteReader, first: ChunkHead): AsyncGenerator<Buffer, void, undefined> {
  for (let chunk = first; chunk.type !== 'IEND'; chunk = await nextChunk(bytes)) {
    if (chunk.type !== 'IDAT') {
      const content = await readContent(bytes, chunk);
      if (chunk.type === 'eXIf' && content) checkUpright(readMetadata(new Map([['eXIf', content]])).orientation);
      continue;
    }
    let checksum = chunk.checksum;
    for (let left = chunk.length; left > 0; ) {
      const piece = Buffer.from(await bytes.some(Math.min(left, PIECE), 'its image data'));
      left -= piece.length;
      checksum = crc32(piece, checksum);
      yield piece;
    }
    await checkChecksum(bytes, 'IDAT', checksum);
  }
}

async function* readPixels(
  bytes: ByteReader,
  first: ChunkHead,
  header: PngHeader,
  colors: PngColors,
  format: Format,
): AsyncGenerator<Samples, void, undefined> {
  const row = bytesOfRows(header) / header.height;
  const most = bandRows(format);
  const inflate = createInflate({ chunkSize: 2 ** 18 });
  let failed: unknown;
  const fed = pipeline(Readable.from(imageData(bytes, first), { objectMode: true, highWaterMark: 4 }), inflate).catch((error) => {
    failed = error;
  });
  let [above, y, filled]: [Uint8Array | undefined, number, number] = [undefined, 0, 0];
  let raw = Buffer.alloc(Math.min(most, header.height) * row);
  try {
    for await (const part of inflate as AsyncIterable<Buffer>) {
      for (let at = 0; at < part.length && y < header.height; ) {
        const copied = part.copy(raw, filled, at);
        at += copied;
        filled += copied;
        if (filled < raw.length) break;
        const { samples, last } = readBand(raw, header, above);
        y += raw.length / row;
        yield colored(samples, header, colors);
        above = last;
        filled = 0;
        if ((header.height - y) * row < raw.length) raw = Buffer.alloc((header.height - y) * row);
      }
    }
  } catch (cause) {
    throw cause instanceof Damaged || cause instanceof Unreadable
      ? cause
      : new Damaged('is damaged: its image data cannot be decompressed', { cause: failed ?? cause });
  } finally {
    inflate.destroy();
    await fed;
  }
  if (y < header.height) throw new Damaged(`is damaged: its image data ends in row ${y} of ${header.height}`);
}
