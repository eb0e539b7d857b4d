import { readSync } from 'node:fs';
import type { Source } from './formats/format.js';

/** Bytes per read; headers are parsed two and four bytes at a time. */
const BLOCK = 65536;

/** An open file, read on demand. */
export class FileSource implements Source {
  #block: Buffer = Buffer.alloc(0);
  #blockAt = 0;

  /** @param fd must stay open while the source is used */
  constructor(
    readonly fd: number,
    readonly length: number,
  ) {}

  /** The whole file, if it is small enough to be read together with its header. */
  get whole(): Buffer | undefined {
    return this.#block.length === this.length && this.length > 0 ? this.#block : undefined;
  }

  subarray(from: number, to: number): Buffer {
    const end = Math.min(to, this.length);
    if (end <= from) return Buffer.alloc(0);
    if (end - from > BLOCK) return this.#read(from, end - from);
    if (from < this.#blockAt || end > this.#blockAt + this.#block.length) {
      this.#block = this.#read(from, Math.min(BLOCK, this.length - from));
      this.#blockAt = from;
    }
    return this.#block.subarray(from - this.#blockAt, end - this.#blockAt);
  }

  /** Fills `target` up to the end of the file. @returns number of bytes read */
  readInto(target: Uint8Array, from: number): number {
    return readSync(this.fd, target, 0, target.length, from);
  }

  #read(from: number, length: number): Buffer {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(this.fd, buffer, 0, length, from));
  }
}
