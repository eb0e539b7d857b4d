import { Damaged } from '../formats/format.js';

const EMPTY = Buffer.alloc(0);

/** Reads a given number of bytes from a stream. */
export class ByteReader {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Buffer = EMPTY;
  /** number of bytes read */
  #at = 0;

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, valid until the next call. @throws Damaged if the stream ends earlier */
  async read(length: number, what: string): Promise<Buffer> {
    if (this.#rest.length < length) {
      const parts = [this.#rest];
      for (let held = this.#rest.length; held < length; ) {
        const part = await this.#next();
        if (!part) throw new Damaged(`is truncated: ${what} should end at byte ${this.#at + length}, but the file has ${this.#at + held} bytes`);
        parts.push(part);
        held += part.length;
      }
      this.#rest = Buffer.concat(parts);
    }
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    this.#at += length;
    return bytes;
  }

  /** Peeks at the next bytes, at most `length`; fewer at the end of the stream. */
  async peek(length: number): Promise<Buffer> {
    while (this.#rest.length < length) {
      const part = await this.#next();
      if (!part) break;
      this.#rest = Buffer.concat([this.#rest, part]);
    }
    return this.#rest.subarray(0, length);
  }

  /** The available bytes, at least one and at most `length`. @throws Damaged if the stream has ended */
  async some(length: number, what: string): Promise<Buffer> {
    if (this.#rest.length === 0) this.#rest = (await this.#next()) ?? EMPTY;
    return this.read(this.#rest.length === 0 ? length : Math.min(length, this.#rest.length), what);
  }

  async skip(length: number, what: string): Promise<void> {
    for (let left = length; left > 0; ) left -= (await this.some(left, what)).length;
  }

  /** Closes the stream, even if it has not been read completely. */
  async close(): Promise<void> {
    await this.#parts.return?.();
  }

  async #next(): Promise<Buffer | undefined> {
    for (;;) {
      const { done, value } = await this.#parts.next();
      if (done) return undefined;
      if (value.length > 0) return Buffer.from(value.buffer, value.byteOffset, value.length);
    }
  }
}
