import type { Memory } from './memory.js';
import { sizeClass } from './memory.js';
import type { Room } from './room.js';

/** A chunk of a device buffer. It outlives its contents, so the order of calls, and therefore hazards, refer to the chunk. */
export interface Chunk {
  readonly memory: Memory;
  /** offset in floats */
  readonly offset: number;
  readonly bytes: number;
  /** True if it was never written, so it contains zeros. */
  clean: boolean;
  /** The latest batch of calls that uses it. */
  batch: number;
}

/** Most chunks are parts of pages, so that a launch binds few buffers. Larger chunks have their own buffers. */
const PAGE = 2 ** 24;
const LARGE = 2 ** 22;
/** Chunks are aligned to cache lines. */
const ALIGNMENT = 256;

/** Device memory by size class. */
export class Arena {
  readonly #free = new Map<number, Chunk[]>();
  #page: Memory | undefined;
  #used = 0;

  constructor(readonly room: Room) {}

  /** @param length in floats */
  take(length: number): Chunk {
    const bytes = Math.max(ALIGNMENT, sizeClass(4 * length));
    const free = this.#free.get(bytes)?.pop();
    if (free) return free;
    if (bytes > LARGE) return { memory: this.room.buffer(bytes), offset: 0, bytes, clean: false, batch: -1 };
    if (!this.#page || this.#used + bytes > PAGE) {
      this.#page = this.room.buffer(PAGE);
      this.#used = 0;
    }
    const chunk = { memory: this.#page, offset: this.#used / 4, bytes, clean: true, batch: -1 };
    this.#used += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return chunk;
  }

  giveBack(chunk: Chunk): void {
    if (chunk.bytes > LARGE) {
      this.room.giveBack(chunk.memory);
      return;
    }
    const list = this.#free.get(chunk.bytes) ?? [];
    this.#free.set(chunk.bytes, list);
    list.push(chunk);
  }
}
