import { ConvlabError, DataError, show } from '../errors.js';
import { Turns } from '../turns.js';
import type { ImageBytes } from './image-bytes.js';
import { MOST_BYTES } from './limits.js';

/** True if {@link readBytes} creates new memory, which no other code uses. */
export function areCopied(bytes: ImageBytes): boolean {
  return !(bytes instanceof Uint8Array || bytes instanceof ArrayBuffer);
}

/** All bytes, not copied if already in memory. @throws DataError if there are none, or more than `most` */
export async function readBytes(operation: string, bytes: ImageBytes, name: string, most = MOST_BYTES, signal?: AbortSignal): Promise<Buffer> {
  if (bytes instanceof Uint8Array || bytes instanceof ArrayBuffer) {
    checkLength(operation, bytes.byteLength, name, most);
    return bytes instanceof ArrayBuffer ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  if (bytes instanceof Blob) {
    checkLength(operation, bytes.size, name, most);
    return Buffer.from(await bytes.arrayBuffer());
  }
  if (typeof bytes?.[Symbol.asyncIterator] === 'function') return fromStream(operation, signal ? untilAborted(bytes, signal) : bytes, name, most, signal);
  throw new DataError(operation, `${name} must be a Uint8Array, an ArrayBuffer, a Blob or a stream of Uint8Arrays, received ${show(bytes)}${hint(bytes)}`, {
    bytes,
  });
}

/** A hint on how to get the bytes from the value that was passed. */
function hint(bytes: unknown): string {
  if (typeof bytes === 'string') return "; use readImage for a file name, and Buffer.from(text, 'base64') for base64";
  return bytes instanceof Response || bytes instanceof Request ? '; pass its body' : '';
}

/** @throws DataError if a file exceeds the limit */
export function checkLength(operation: string, length: number, name: string, most = MOST_BYTES): void {
  if (length > most && most < MOST_BYTES) throw new DataError(operation, `${name} has ${length} bytes, more than limits.bytes (${most})`, { length });
  if (length > MOST_BYTES) throw new DataError(operation, `${name} must be smaller than 2 GiB, but has ${length} bytes`, { length });
}

async function fromStream(operation: string, stream: AsyncIterable<Uint8Array>, name: string, most: number, signal?: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of stream) {
      if (!(part instanceof Uint8Array)) throw new DataError(operation, `${name} must be a stream of Uint8Arrays, received ${show(part)} in it`, { part });
      length += part.length;
      checkLength(operation, length, name, most);
      parts.push(part);
    }
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof ConvlabError) throw cause;
    throw new DataError(operation, `${name} could not be read to the end: ${(cause as Error).message}`, { name }, { cause });
  }
  const { buffer } = await new Turns(signal).join(parts);
  return Buffer.from(buffer);
}

/** Yields until the signal is aborted, even if the stream never delivers another value. */
async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  const iterator = stream[Symbol.asyncIterator]();
  let aborted = () => {};
  const end = new Promise<never>((_, reject) => {
    aborted = () => reject(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
  });
  end.catch(() => {}); // reported to the caller that awaits it
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await Promise.race([iterator.next(), end]);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', aborted);
    // not awaited, because it may never resolve
    Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
