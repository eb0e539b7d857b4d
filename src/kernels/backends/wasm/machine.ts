import { UnsupportedError } from '../../../errors.js';
import { lend, takeBack } from '../../../lent-memory.js';
import { endOfTurn, othersTurn } from '../../../turns.js';
import type { Address, FreshMemory, Views } from './address.js';
import type { Loaded } from './load-programs.js';
import { type Programs, type Tasks, WRITERS } from './programs.generated.js';
import { FRAME_BYTES, TASK_BYTES } from './records.generated.js';
import { Sharing } from './sharing.js';
import type { AnyProgram, SharedProgram, ThreadPool, ThreadScratch, Workload } from './thread-pool.js';
import type { Pause, Steps } from './turns.js';

/** Slack for vectors that are read past the last value. */
const SLACK_BYTES = 64;

/**
 * Offset of scratch memory from the start of a page, equal to that of large arrays in Node: copying takes 25% less time
 * if source and target have the same alignment.
 */
const PAGE_BYTES = 4096;
const PAGE_OFFSET = 16;

/**
 * The scratch area: parts shared by all threads, and parts per thread, as byte offsets from the start of its scratch
 * memory.
 */
export interface Scratch extends ThreadScratch {
  readonly common: readonly FreshMemory[];
  readonly each: readonly number[];
}

export interface MachineSettings {
  /** see {@link Sharing} */
  readonly handOver?: number;
  /** see {@link Machine.own} */
  readonly own?: Machine;
  /** see {@link Machine.bandRows} */
  readonly bandRows?: number;
  /** see {@link Machine.inTurns} */
  readonly inTurns?: boolean;
}

/** The programs, their memory, and the threads that share both, if any. Only the calling thread allocates. */
export class Machine {
  readonly threads: number;
  /**
   * The same programs for the calling thread only, in unshared memory, which is twice as fast to copy. This machine
   * itself if there are no threads.
   */
  readonly own: Machine;
  /** Result rows of an image per band. Default: as many as fit the caches. */
  readonly bandRows: number | undefined;
  /** The caller must not block: jobs run in steps, see {@link perform}. */
  readonly inTurns: boolean;
  /** decides which jobs threads share */
  readonly sharing: Sharing;
  #loaded: Loaded | undefined;
  #pool: ThreadPool | undefined;
  #scratch = { allocation: 0, bytes: 0 };
  /** the record of the running program */
  readonly #task: FreshMemory;
  #views: Views | undefined;
  readonly #handedOut = new WeakSet<Uint8ClampedArray>();
  /** shared memory has a new buffer each time it grows, and the old ones stay valid */
  readonly #buffers = new WeakSet<ArrayBufferLike>();

  constructor(loaded: Loaded, pool?: ThreadPool, { handOver, own, bandRows, inTurns = false }: MachineSettings = {}) {
    this.own = own ?? this;
    this.#loaded = loaded;
    this.#pool = pool;
    this.threads = pool?.threads ?? 1;
    this.bandRows = bandRows;
    this.inTurns = inTurns;
    this.sharing = new Sharing(this.threads, handOver);
    this.#task = this.allocate(TASK_BYTES);
  }

  /** True if a thread has crashed, or the machine was disposed. */
  get lost(): boolean {
    return !this.#loaded || this.#pool?.lost === true;
  }

  /** @throws UnsupportedError if it was disposed, or a thread has crashed */
  get run(): Programs {
    return this.#live.programs;
  }

  /** Valid until the next allocation: growing the memory detaches the buffer, or creates a longer one. */
  get bytes(): ArrayBufferLike {
    return this.#live.memory.buffer;
  }

  get #live(): Loaded {
    if (!this.#loaded) throw new UnsupportedError('wasm', 'the backend was disposed of; create a new one');
    this.#pool?.check();
    return this.#loaded;
  }

  /**
   * Cached views until the memory grows: a training step writes dozens of records, and getting the buffer takes 0.1 µs.
   */
  get views(): Views {
    this.#views ??= { i32: new Int32Array(this.bytes), f32: new Float32Array(this.bytes) };
    return this.#views;
  }

  /** Valid as long as {@link bytes}. */
  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.bytes, pointer, length);
  }

  /** See {@link ThreadPool.wake}. */
  wake(): void {
    this.#pool?.wake();
  }

  /**
   * Runs a program on all its units, on all threads if that is faster; with `feed`, always on all threads.
   * @param task its record, written to a fixed address because the machine runs one program at a time
   * @returns false if the job was canceled
   */
  share<P extends SharedProgram>(program: P, task: Tasks[P], workload: Workload): boolean {
    const { first = 0, step = 1, units, scratch } = workload;
    WRITERS[program](this.views, this.#task, task);
    if (this.#pool && (workload.feed || workload.all)) return this.#pool.run(program, this.#task, workload);
    const choice = this.sharing.of(program, (units - first) / step, workload.work);
    if (choice.takesFirst() && this.#pool) this.#pool.run(program, this.#task, workload);
    else (this.run[program] as AnyProgram)(this.#task, scratch?.address ?? 0, first, units);
    choice.took(workload.work);
    return true;
  }

  /** The same in steps, for a caller that must not block; without threads, it computes in turns. */
  *perform<P extends SharedProgram>(program: P, task: Tasks[P], workload: Workload): Steps<boolean> {
    if (!this.inTurns) return this.share(program, task, workload);
    WRITERS[program](this.views, this.#task, task);
    if (this.#pool) return yield* this.#pool.steps(program, this.#task, workload);
    return yield* inTurns(workload, (from, to) => (this.run[program] as AnyProgram)(this.#task, workload.scratch?.address ?? 0, from, to));
  }

  /** Resolves after a pause between steps. */
  pause(pause: Pause): Promise<unknown> {
    return this.#pool ? this.#pool.pause(pause) : othersTurn();
  }

  allocate(bytes: number): FreshMemory {
    try {
      if (bytes >= 2 ** 30 - SLACK_BYTES)
        throw new RangeError('a buffer can hold at most 1 GiB; process less data at a time, or use a backend without this limit');
      // wasm returns addresses as signed numbers
      const address = (this.run.allocate(bytes + SLACK_BYTES) >>> 0) as FreshMemory;
      if (this.#views?.i32.buffer !== this.bytes) this.#views = undefined;
      return address;
    } catch (cause) {
      if (cause instanceof UnsupportedError) throw cause;
      const reason = cause instanceof RangeError ? cause.message : 'the wasm memory is exhausted (4 GiB at most)';
      throw new UnsupportedError('wasm', `cannot allocate ${bytes} bytes: ${reason}`, { bytes }, { cause });
    }
  }

  free(pointer: number): void {
    this.run.free(pointer);
  }

  /** Frees memory. Does nothing after the machine was disposed. */
  giveBack(pointer: number): void {
    this.#loaded?.programs.free(pointer);
  }

  /** See {@link Backend.allocateBytes}. */
  allocateBytes(length: number): Uint8ClampedArray {
    // growing memory that is not shared detaches its views
    const bytes = this.#pool ? this.#shown(length) : new Uint8ClampedArray(length);
    this.#handedOut.add(bytes);
    lend(bytes);
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
    if (known) takeBack(bytes, () => this.#buffers.has(bytes.buffer) && this.giveBack(bytes.byteOffset));
    return known;
  }

  /** The address of an array from {@link allocateBytes}, or of a part of one. */
  addressOf(bytes: ArrayBufferView): Address<'Bytes'> | undefined {
    return this.#buffers.has(bytes.buffer) ? (bytes.byteOffset as Address<'Bytes'>) : undefined;
  }

  /** Copies values to an address. */
  put(values: Int32Array | Float32Array, pointer: number): void {
    new Int32Array(this.bytes, pointer, values.length).set(new Int32Array(values.buffer, values.byteOffset, values.length));
  }

  /**
   * The scratch area for a call; all calls use the same one, which only grows.
   * @param common bytes of each part that all threads share
   * @param each bytes of each part per thread, after the frame for the records of inner functions
   */
  scratchFor(common: readonly number[], each: readonly number[]): Scratch {
    const [shared, own] = [common.map(roundUp), each.map(roundUp)];
    const [sharedBytes, ownBytes] = [sumOf(shared), FRAME_BYTES + sumOf(own)];
    const bytes = sharedBytes + this.threads * ownBytes;
    if (bytes > this.#scratch.bytes) {
      if (this.#scratch.bytes > 0) this.run.free(this.#scratch.allocation);
      this.#scratch = { allocation: 0, bytes: 0 };
      this.#scratch = { allocation: this.allocate(bytes + PAGE_BYTES), bytes };
    }
    const pointer = Math.ceil((this.#scratch.allocation - PAGE_OFFSET) / PAGE_BYTES) * PAGE_BYTES + PAGE_OFFSET;
    return { common: offsetsFrom(pointer, shared) as FreshMemory[], each: offsetsFrom(FRAME_BYTES, own), address: pointer + sharedBytes, bytes: ownBytes };
  }

  /** Ends the threads and releases the memory. */
  dispose(): void {
    if (this.own !== this) this.own.dispose();
    this.#pool?.stop();
    this.#pool = undefined;
    this.#loaded = undefined;
    this.#views = undefined;
  }
}

/** Runs a job on the calling thread, share by share. */
function* inTurns({ units, first = 0, step = 1, feed, drain }: Workload, run: (from: number, to: number) => void): Steps<boolean> {
  for (let [from, ready, turn] = [first, feed ? first : units, endOfTurn()]; from < units; ) {
    const to = Math.min(units, from + step);
    if (ready < to) {
      const next = feed?.();
      if (next === undefined) return false;
      ready = next;
    } else {
      run(from, to);
      drain?.(from, to);
      from = to;
    }
    if (performance.now() < turn) continue;
    yield 'turn';
    turn = endOfTurn();
  }
  return true;
}

function roundUp(bytes: number): number {
  return Math.ceil((bytes + SLACK_BYTES) / 64) * 64;
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The offsets of consecutive parts of these sizes. */
function offsetsFrom(start: number, sizes: readonly number[]): number[] {
  let next = start;
  return sizes.map((size) => {
    next += size;
    return next - size;
  });
}
