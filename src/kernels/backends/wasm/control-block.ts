import { CONTROL, controlBytes, DONE_AT, JOB, JOB_AT, JOB_VALUES, OPEN } from './thread-worker.js';

/** A job for the threads of a pool: the index of a program, and the division of its units into shares. */
export interface SharedJob {
  readonly program: number;
  /** address of the program's record */
  readonly task: number;
  readonly scratch: number;
  /** scratch memory per thread */
  readonly scratchBytes: number;
  readonly first: number;
  readonly units: number;
  /** units per share */
  readonly share: number;
}

/**
 * The caller's side of the memory that the threads of a pool share in addition to the wasm memory; see
 * thread-worker.ts.
 */
export class ControlBlock {
  readonly buffer: SharedArrayBuffer;
  readonly cells: Int32Array;
  readonly #job: Float64Array;
  readonly #done: Int32Array;

  /** @param shares maximum number of shares per job */
  constructor(shares: number) {
    this.buffer = new SharedArrayBuffer(controlBytes(shares));
    this.cells = new Int32Array(this.buffer);
    this.#job = new Float64Array(this.buffer, JOB_AT, JOB_VALUES);
    this.#done = new Int32Array(this.buffer, DONE_AT);
  }

  /** Wakes sleeping threads ahead of a job: they take about as long to wake up as the caller needs to describe it. */
  wake(): void {
    if (Atomics.load(this.cells, CONTROL.sleepers) > 0) Atomics.notify(this.cells, CONTROL.ticket);
  }

  /**
   * Opens a job to all threads. Allocates no objects, because a training step calls it dozens of times.
   * @returns the number of its shares
   */
  open(from: SharedJob, ready: number): number {
    const { cells } = this;
    const job = this.#job;
    job[JOB.program] = from.program;
    job[JOB.task] = from.task;
    job[JOB.scratch] = from.scratch;
    job[JOB.scratchBytes] = from.scratchBytes;
    job[JOB.first] = from.first;
    job[JOB.units] = from.units;
    job[JOB.share] = from.share;
    const shares = Math.ceil((from.units - from.first) / from.share);
    this.#done.fill(0, 0, shares);
    Atomics.store(cells, CONTROL.ready, ready);
    Atomics.store(cells, CONTROL.left, shares << 16);
    Atomics.or(cells, CONTROL.state, OPEN);
    Atomics.add(cells, CONTROL.ticket, 1);
    this.wake();
    return shares;
  }

  /**
   * Lets no more threads join; those that have joined finish.
   * @param canceled true if they must take no further shares
   */
  close(units: number, canceled: boolean): void {
    const { cells } = this;
    if (canceled) Atomics.store(cells, CONTROL.left, 0);
    this.ready = units;
    Atomics.and(cells, CONTROL.state, ~OPEN);
  }

  get isLeft(): boolean {
    return Atomics.load(this.cells, CONTROL.state) === 0;
  }

  get hasFailed(): boolean {
    return Atomics.load(this.cells, CONTROL.failed) !== 0;
  }

  /** Number of units whose input is ready. */
  get ready(): number {
    return Atomics.load(this.cells, CONTROL.ready);
  }

  set ready(units: number) {
    Atomics.store(this.cells, CONTROL.ready, units);
    Atomics.notify(this.cells, CONTROL.ready);
  }

  /** The range of shares that are not taken yet: the first one, and the one after the last. */
  get left(): readonly [next: number, end: number] {
    const left = Atomics.load(this.cells, CONTROL.left);
    return [left & 0xffff, left >>> 16];
  }

  /** Takes the last share that is not taken yet. @returns −1 if there is none */
  takeLast(): number {
    for (;;) {
      const left = Atomics.load(this.cells, CONTROL.left);
      const end = left >>> 16;
      if ((left & 0xffff) >= end) return -1;
      if (Atomics.compareExchange(this.cells, CONTROL.left, left, left - 0x10000) === left) return end - 1;
    }
  }

  /** True once for each share that a worker has completed. */
  takeDone(share: number): boolean {
    return Atomics.exchange(this.#done, share, 0) === 1;
  }
}
