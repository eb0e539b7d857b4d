import { ConvlabError, DataError, show } from '../errors.js';
import type { ImageBytes } from './image-bytes.js';

/** Larger files are not read: Node reads no larger ones into one buffer. */
export const MOST_BYTES = 2 ** 31 - 1;

/** All bytes, not copied if they are there. @throws DataError if it holds none, or more than {@link MOST_BYTES} */
export async function readBytes(operation: string, bytes: ImageBytes, name: string): Promise<Buffer> {
  if (bytes instanceof Uint8Array) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes instanceof ArrayBuffer) return Buffer.from(bytes);
  if (bytes instanceof Blob) {
    checkLength(operation, bytes.size, name);
    return Buffer.from(await bytes.arrayBuffer());
  }
  if (typeof bytes?.[Symbol.asyncIterator] === 'function') return fromStream(operation, bytes, name);
  throw new DataError(operation, `${name} must be a Uint8Array, an ArrayBuffer, a Blob or a stream of Uint8Arrays, received ${show(bytes)}`, { bytes });
}

/** @throws DataError if a file is longer than what is read */
export function checkLength(operation: string, length: number, name: string): void {
  if (length > MOST_BYTES) throw new DataError(operation, `${name} has ${length} bytes; files of less than 2 GiB are read`, { length });
}

async function fromStream(operation: string, stream: AsyncIterable<Uint8Array>, name: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of stream) {
      if (!(part instanceof Uint8Array)) throw new DataError(operation, `${name} must be a stream of Uint8Arrays, received ${show(part)} from it`, { part });
      length += part.length;
      checkLength(operation, length, name);
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof ConvlabError) throw cause;
    throw new DataError(operation, `${name} cannot be read to its end: ${(cause as Error).message}`, { name }, { cause });
  }
  return Buffer.concat(parts, length);
}
