import { UnsupportedError } from '../../../errors.js';
import type { Job, ThreadPool } from './pool.js';
import type { ArgumentsOf, Loaded, Programs, SharedProgram } from './programs.js';

/** Geometries whose tables are kept; the one unused for longest goes first. */
const KEPT_GEOMETRIES = 256;
/** Vectors may be read past the last value. */
const SLACK_BYTES = 64;

/** Something that is kept in wasm memory. */
export interface Kept {
  readonly allocations: readonly number[];
}

/** Parts of the scratch area: those that all threads use, those of the first thread, and how far on the next thread's are. */
export interface Scratch {
  readonly common: readonly number[];
  readonly each: readonly number[];
  readonly bytes: number;
}

/**
 * The programs, their memory, and the threads that share both, if any. Only the calling thread allocates. Addresses are in
 * bytes.
 */
export class Machine {
  readonly threads: number;
  /**
   * The same programs for the calling thread alone: in a memory that no other sees, which is copied to and from at twice the
   * speed. This one where there are no threads.
   */
  readonly own: Machine;
  readonly #worthSharing: number;
  readonly #kept = new Map<string, Kept>();
  #loaded: Loaded | undefined;
  #pool: ThreadPool | undefined;
  #scratch = { pointer: 0, bytes: 0 };
  readonly #handedOut = new WeakSet<Uint8ClampedArray>();
  /** a memory that is shared gives another buffer each time it has grown, and the old ones stay */
  readonly #buffers = new WeakSet<ArrayBufferLike>();

  /** @param worthSharing nanoseconds that a job has to take, so that threads share it */
  constructor(loaded: Loaded, pool?: ThreadPool, worthSharing = Number.POSITIVE_INFINITY, own?: Machine) {
    this.own = own ?? this;
    this.#loaded = loaded;
    this.#pool = pool;
    this.#worthSharing = worthSharing;
    this.threads = pool?.threads ?? 1;
  }

  /** @throws UnsupportedError if it was disposed of, or a thread has crashed */
  get run(): Programs {
    return this.#live.programs;
  }

  /** Valid only until the next allocation: growing the memory detaches it, or gives it a longer one beside the old. */
  get bytes(): ArrayBufferLike {
    return this.#live.memory.buffer;
  }

  get #live(): Loaded {
    if (!this.#loaded) throw new UnsupportedError('wasm', 'this backend was disposed of');
    this.#pool?.check();
    return this.#loaded;
  }

  /** Valid as long as {@link bytes}. */
  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.bytes, pointer, length);
  }

  /** True if threads should share a job. @param work as in {@link Job} */
  isWorthSharing(units: number, work: number): boolean {
    return this.#pool !== undefined && work >= this.#worthSharing && units > 1;
  }

  /** See {@link ThreadPool.wake}. */
  wake(): void {
    this.#pool?.wake();
  }

  /**
   * Runs a program over all its units, on all threads where that pays; if units have to be made ready, the caller knows that it does.
   * @param args its arguments, but for `from` and `to`
   * @returns false if the job turned out not to be worth doing
   */
  share<P extends SharedProgram>(program: P, args: ArgumentsOf<P>, job: Job): boolean {
    const { first = 0, step = 1, units } = job;
    if (this.#pool && (job.feed || this.isWorthSharing((units - first) / step, job.work))) return this.#pool.run(program, args, job);
    const run = this.run[program] as (...args: number[]) => void;
    run(...args, first, units);
    return true;
  }

  allocate(bytes: number): number {
    try {
      if (bytes >= 2 ** 30 - SLACK_BYTES) throw new RangeError('one buffer may hold at most 1 GiB');
      // wasm hands addresses over as signed numbers
      return this.run.allocate(bytes + SLACK_BYTES) >>> 0;
    } catch (cause) {
      if (cause instanceof UnsupportedError) throw cause;
      const reason = cause instanceof RangeError ? cause.message : 'the wasm memory is exhausted (4 GiB at most)';
      throw new UnsupportedError('wasm', `cannot allocate ${bytes} bytes: ${reason}`, { bytes }, { cause });
    }
  }

  free(pointer: number): void {
    this.run.free(pointer);
  }

  /** See {@link Backend.allocateBytes}. */
  allocateBytes(length: number): Uint8ClampedArray {
    // memory that is not shared leaves its views when it grows
    const bytes = this.#pool ? this.#shown(length) : new Uint8ClampedArray(length);
    this.#handedOut.add(bytes);
    return bytes;
  }

  #shown(length: number): Uint8ClampedArray {
    const pointer = this.allocate(length);
    this.run.clear(pointer, length);
    this.#buffers.add(this.bytes);
    return new Uint8ClampedArray(this.bytes, pointer, length);
  }

  /** See {@link Backend.freeBytes}. */
  freeBytes(bytes: Uint8ClampedArray): boolean {
    const known = this.#handedOut.delete(bytes);
    if (known && this.#buffers.has(bytes.buffer)) this.free(bytes.byteOffset);
    return known;
  }

  /** Where bytes lie, if they are of an array that {@link allocateBytes} gave, or of a part of one. */
  addressOf(bytes: Uint8ClampedArray): number | undefined {
    return this.#buffers.has(bytes.buffer) ? bytes.byteOffset : undefined;
  }

  /** Copies values to an address. */
  put(values: Int32Array | Float32Array, pointer: number): void {
    new Int32Array(this.bytes, pointer, values.length).set(new Int32Array(values.buffer, values.byteOffset, values.length));
  }

  /** Allocates, and copies values there. */
  store(values: Int32Array | Float32Array): number {
    const pointer = this.allocate(values.byteLength);
    this.put(values, pointer);
    return pointer;
  }

  /** One scratch area serves every call: parts that all threads use, and parts for each of them. It only grows. */
  scratchFor(common: readonly number[], each: readonly number[]): Scratch {
    const [shared, own] = [common.map(roundUp), each.map(roundUp)];
    const [sharedBytes, ownBytes] = [sumOf(shared), sumOf(own)];
    const bytes = sharedBytes + this.threads * ownBytes;
    if (bytes > this.#scratch.bytes) {
      if (this.#scratch.bytes > 0) this.run.free(this.#scratch.pointer);
      this.#scratch = { pointer: 0, bytes: 0 };
      this.#scratch = { pointer: this.allocate(bytes), bytes };
    }
    const { pointer } = this.#scratch;
    return { common: placed(shared, pointer), each: placed(own, pointer + sharedBytes), bytes: ownBytes };
  }

  /** The entry of that key, made if need be; the one unused for longest is dropped when there are too many. */
  keep<T extends Kept>(key: string, make: () => T): T {
    const entry = (this.#kept.get(key) as T | undefined) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    if (this.#kept.size > KEPT_GEOMETRIES) {
      const [oldest, { allocations }] = this.#kept.entries().next().value as [string, Kept];
      this.#kept.delete(oldest);
      for (const pointer of allocations) this.run.free(pointer);
    }
    return entry;
  }

  /** Ends the threads and lets go of the memory. */
  dispose(): void {
    if (this.own !== this) this.own.dispose();
    this.#pool?.stop();
    this.#pool = undefined;
    this.#loaded = undefined;
    this.#kept.clear();
  }
}

function roundUp(bytes: number): number {
  return Math.ceil((bytes + SLACK_BYTES) / 64) * 64;
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Where each of some parts begins, one behind the other. */
function placed(sizes: readonly number[], pointer: number): number[] {
  let next = pointer;
  return sizes.map((size) => {
    next += size;
    return next - size;
  });
}
