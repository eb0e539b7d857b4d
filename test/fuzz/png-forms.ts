import { deflateSync, inflateSync } from 'node:zlib';
import { chunk } from '../image/writers/png.js';

/** The first byte of image data that is packed; a scanline begins with 0 to 4. */
const ZLIB = 0x78;

interface Chunk {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * A PNG with true checksums (other files stay as they are), whose image data is packed if it was not. A fuzzer that changes bytes finds neither a checksum nor
 * zlib's codes, and so would get no further than to them.
 */
export function soundPng(bytes: Buffer): Buffer {
  return changed(bytes, (data) => (data[0] === ZLIB ? undefined : deflateSync(data, { level: 1 })));
}

/** The inverse: image data as scanlines. */
export function plainPng(bytes: Buffer): Buffer {
  return changed(bytes, (data) => {
    try {
      return inflateSync(data, { maxOutputLength: 2 ** 12 });
    } catch {
      return undefined;
    }
  });
}

/** @param change of the image data; undefined leaves the chunks as they are */
function changed(bytes: Buffer, change: (data: Buffer) => Buffer | undefined): Buffer {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') return bytes;
  const { chunks, rest } = chunksOf(bytes);
  const first = chunks.findIndex(({ type }) => type === 'IDAT');
  const data = change(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ content }) => content)));
  const all =
    first < 0 || data === undefined ? chunks : chunks.flatMap((each, i) => (each.type !== 'IDAT' ? [each] : i === first ? [{ ...each, content: data }] : []));
  return Buffer.concat([bytes.subarray(0, 8), ...all.map(({ type, content }) => chunk(type, content)), rest]);
}

/** Whole chunks, and what follows them. */
function chunksOf(bytes: Buffer): { readonly chunks: readonly Chunk[]; readonly rest: Buffer } {
  const chunks: Chunk[] = [];
  let at = 8;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), content: bytes.subarray(at + 8, end - 4) });
    at = end;
  }
  return { chunks, rest: bytes.subarray(Math.min(at, bytes.length)) };
}
