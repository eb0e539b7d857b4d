import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ConvlabError, DataError } from '../../errors.js';
import { MAX_DEFLATE_RATIO } from '../../image/formats/unpack.js';
import { type IdxArray, idxHeader, parseIdx } from '../idx.js';

/**
 * Reads an IDX file, with or without gzip compression; see {@link parseIdx}.
 * @throws DataError, naming the file, if it cannot be read or is damaged
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { readIdx } from 'convlab/node';
 *
 * await writeFile('labels.idx', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1));
 * console.log((await readIdx('labels.idx')).shape); // → [ 3 ]
 * ```
 */
export async function readIdx(path: string): Promise<IdxArray> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new DataError('readIdx', `${path} cannot be read: ${(cause as Error).message}`, { path }, { cause });
  }
  return parseIdx(await unpackIdx(bytes, path), { name: path });
}

/**
 * Decompresses an IDX file if needed. It never buffers more than the header declares, and rejects headers that declare too
 * much.
 * @param most limit in bytes. Default: the largest size that the compressed bytes can expand to
 */
export async function unpackIdx(bytes: Uint8Array, name: string, most = bytes.length * MAX_DEFLATE_RATIO): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  let out = Buffer.alloc(0);
  let length = 0;
  try {
    // the first chunk contains the whole header, which is at most 1 KiB long
    for await (const chunk of Readable.from([bytes]).pipe(createGunzip({ chunkSize: 1 << 18 })) as AsyncIterable<Buffer>) {
      if (length === 0) {
        const { size } = idxHeader(chunk, { name });
        if (size > most) throw new DataError('parseIdx', `${name} claims to decompress to ${size} bytes, but can have at most ${most}`, { name, size, most });
        out = Buffer.allocUnsafe(size);
      }
      length += chunk.length;
      if (length > out.length) throw new DataError('parseIdx', `${name} decompresses to more than the ${out.length} bytes that its header claims`, { name });
      chunk.copy(out, length - chunk.length);
    }
  } catch (cause) {
    if (cause instanceof ConvlabError) throw cause;
    throw new DataError('parseIdx', `${name} cannot be decompressed: ${(cause as Error).message}`, { name }, { cause });
  }
  return out.subarray(0, length);
}
