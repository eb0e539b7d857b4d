import { UnsupportedError } from '../../../errors.js';
import type { Loaded } from './load-programs.js';
import { type Tasks, WRITERS } from './programs.generated.js';
import { maySleep, startThread, type Thread } from './thread-host.js';
import { CONTROL, controlBytes, DONE_AT, JOB, JOB_AT, JOB_VALUES, LOOKS, OPEN, SPIN_MS, WORKER_SOURCE } from './thread-worker.js';

/** The programs that threads share: all take a record, scratch memory, and the units `from` … `to` − 1 that they are to do. */
export type SharedProgram = keyof Tasks;
const SHARED_PROGRAMS = Object.keys(WRITERS) as SharedProgram[];

/** How the units of a program, 0 … units − 1, are shared out. */
export interface Workload {
  /** strips, planes, columns … */
  readonly units: number;
  /** only the units from this one on. Default 0 */
  readonly first?: number;
  /** shares are multiples of it. Default 1 */
  readonly step?: number;
  /** default none */
  readonly scratch?: ThreadScratch;
  /** estimated nanoseconds on one thread */
  readonly work: number;
  /** All threads take part, whatever the work. Default false */
  readonly all?: boolean;
  /**
   * Prepares the input of more units on the caller while workers compute those that are ready.
   * @returns the number of units that are ready, from the first on, or undefined to cancel the job
   */
  feed?(): number | undefined;
  /**
   * Computes units on the caller in another way, for which they need not be ready.
   * @returns false to cancel the job
   */
  alone?(from: number, to: number): boolean;
  /** Takes the results of units from a worker while others work. */
  drain?(from: number, to: number): void;
}

/** Scratch memory of the first thread, and how many bytes each thread has: they lie one behind the other. */
export interface ThreadScratch {
  readonly address: number;
  readonly bytes: number;
}

/**
 * Shares per thread. More shares even out delays of single threads, but cost more hand-overs, so MANY_SHARES are for jobs whose
 * shares take at least LONG_SHARE nanoseconds, and for those whose input the caller prepares.
 */
const FEW_SHARES = 4;
const MANY_SHARES = 16;
const LONG_SHARE = 10_000;
/** Much longer than any share takes. */
const PATIENCE_MS = 60_000;
const SLEEP_MS = 100;

/** Threads over one wasm memory; the caller is one of them. Idle workers sleep and do not keep the process alive. */
export class ThreadPool {
  readonly #cells: Int32Array;
  readonly #job: Float64Array;
  readonly #done: Int32Array;
  readonly #sleeps = maySleep();

  private constructor(
    readonly threads: number,
    private readonly loaded: Loaded,
    control: SharedArrayBuffer,
    private readonly workers: readonly Thread[],
    private readonly end: { reason?: string },
    private readonly patience: number,
  ) {
    this.#cells = new Int32Array(control);
    this.#job = new Float64Array(control, JOB_AT, JOB_VALUES);
    this.#done = new Int32Array(control, DONE_AT);
    // stops the workers of a pool that was dropped without stop()
    abandoned.register(this, workers, this);
  }

  /**
   * Starts `threads` − 1 workers.
   * @param loaded with shared memory
   * @param patience milliseconds until the caller gives up on a thread that does not finish its share
   * @throws Error if one does not start
   */
  static async start(loaded: Loaded, threads: number, patience = PATIENCE_MS): Promise<ThreadPool> {
    const control = new SharedArrayBuffer(controlBytes(MANY_SHARES * threads));
    const end: { reason?: string } = {};
    const { module, memory } = loaded;
    const starting = Array.from({ length: threads - 1 }, (_, i) =>
      startThread(WORKER_SOURCE, { module, memory, control, names: SHARED_PROGRAMS, thread: i + 1 }, (reason) => {
        end.reason ??= reason;
      }),
    );
    const results = await Promise.allSettled(starting);
    const workers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      for (const worker of workers) worker.stop();
      throw failed.reason;
    }
    return new ThreadPool(threads, loaded, control, workers, end, patience);
  }

  /** A worker has crashed. */
  get lost(): boolean {
    return this.end.reason !== undefined;
  }

  /** @throws UnsupportedError if a worker has crashed: the pool and its memory cannot be used any more */
  check(): void {
    if (this.end.reason !== undefined) throw new UnsupportedError('wasm', `a thread of this backend has crashed: ${this.end.reason}; create another backend`);
  }

  /** Wakes sleeping threads ahead of a job: they take about as long to wake up as the caller needs to describe it. */
  wake(): void {
    if (Atomics.load(this.#cells, CONTROL.sleepers) > 0) Atomics.notify(this.#cells, CONTROL.ticket);
  }

  /**
   * Runs a program on all threads and returns when all of it is done.
   * @param task address of its record, which no thread changes meanwhile
   * @returns false if the job was canceled
   * @throws UnsupportedError if a worker crashed
   */
  run(program: SharedProgram, task: number, workload: Workload): boolean {
    const { units, first = 0, step = 1 } = workload;
    const cells = this.#cells;
    const each = workload.feed ? MANY_SHARES : Math.max(FEW_SHARES, Math.min(MANY_SHARES, Math.floor(workload.work / this.threads / LONG_SHARE)));
    const share = step * Math.max(1, Math.ceil((units - first) / (step * each * this.threads)));
    const shares = Math.ceil((units - first) / share);
    this.#describe(program, task, workload, share);
    this.#done.fill(0, 0, shares);
    Atomics.store(cells, CONTROL.ready, workload.feed ? first : units);
    Atomics.store(cells, CONTROL.left, shares << 16);
    Atomics.or(cells, CONTROL.state, OPEN);
    Atomics.add(cells, CONTROL.ticket, 1);
    this.wake();
    let worthIt = false;
    try {
      worthIt = workload.feed ? this.#feed(workload, share, shares) : this.#work(first, units, share);
    } finally {
      if (!worthIt) Atomics.store(cells, CONTROL.left, 0);
      Atomics.store(cells, CONTROL.ready, units);
      Atomics.and(cells, CONTROL.state, ~OPEN);
      this.#waitForAll();
    }
    if (Atomics.load(cells, CONTROL.failed) !== 0) this.end.reason ??= `${program} failed on it`;
    this.check();
    if (worthIt) this.#drain(workload, share, shares);
    return worthIt;
  }

  /** Without garbage: a training step calls this dozens of times. */
  #describe(program: SharedProgram, task: number, { first = 0, units, scratch }: Workload, share: number): void {
    const job = this.#job;
    job[JOB.program] = SHARED_PROGRAMS.indexOf(program);
    job[JOB.task] = task;
    job[JOB.scratch] = scratch?.address ?? 0;
    job[JOB.scratchBytes] = scratch?.bytes ?? 0;
    job[JOB.first] = first;
    job[JOB.units] = units;
    job[JOB.share] = share;
  }

  /** Units `from` … `to` − 1 of the job, on the caller. */
  #do(from: number, to: number): void {
    const job = this.#job;
    const run = this.loaded.programs[SHARED_PROGRAMS[job[JOB.program]]] as AnyProgram;
    run(job[JOB.task], job[JOB.scratch], from, to);
  }

  /** The caller's part of a job whose units are ready. */
  #work(first: number, units: number, share: number): true {
    for (let index = this.#takeLast(); index >= 0; index = this.#takeLast()) {
      this.#do(first + index * share, Math.min(units, first + (index + 1) * share));
    }
    return true;
  }

  /** Takes the last share that nobody has taken. @returns −1: there is none */
  #takeLast(): number {
    for (;;) {
      const left = Atomics.load(this.#cells, CONTROL.left);
      const end = left >>> 16;
      if ((left & 0xffff) >= end) return -1;
      if (Atomics.compareExchange(this.#cells, CONTROL.left, left, left - 0x10000) === left) return end - 1;
    }
  }

  /** The caller's part of a job whose units it makes ready. @returns false if the job was canceled */
  #feed(workload: Workload, share: number, shares: number): boolean {
    const { units, first = 0, feed, alone, drain } = workload;
    const cells = this.#cells;
    const endOf = (index: number) => Math.min(units, first + index * share);
    const fed = (index: number) => {
      for (let ready: number | undefined = Atomics.load(cells, CONTROL.ready); ready < endOf(index); Atomics.store(cells, CONTROL.ready, ready)) {
        ready = feed?.();
        if (ready === undefined) return false;
      }
      return true;
    };
    for (;;) {
      const left = Atomics.load(cells, CONTROL.left);
      const [next, end] = [left & 0xffff, left >>> 16];
      // enough that no worker has to wait while the caller computes a share of its own
      if (!fed(alone ? Math.min(end, next + this.threads) : shares)) return false;
      if (next >= end) break;
      const index = this.#takeLast();
      if (index < 0) continue;
      const [from, to] = [endOf(index), endOf(index + 1)];
      if (alone) {
        if (!alone(from, to)) return false;
      } else {
        this.#do(from, to);
        drain?.(from, to);
      }
    }
    this.#drain(workload, share, shares);
    return true;
  }

  /** Takes what workers have done by now. */
  #drain({ drain, first = 0, units }: Workload, share: number, shares: number): void {
    for (let i = 0; drain && i < shares; i++) {
      if (Atomics.exchange(this.#done, i, 0) === 1) drain(first + i * share, Math.min(units, first + (i + 1) * share));
    }
  }

  stop(): void {
    abandoned.unregister(this);
    for (const worker of this.workers) worker.stop();
  }

  #waitForAll(): void {
    const cells = this.#cells;
    for (const sleepy = performance.now() + SPIN_MS; performance.now() < sleepy; ) {
      for (let i = 0; i < LOOKS; i++) if (Atomics.load(cells, CONTROL.state) === 0) return;
    }
    for (let waited = 0, left = Atomics.load(cells, CONTROL.state); left !== 0; left = Atomics.load(cells, CONTROL.state)) {
      if (waited > this.patience) {
        this.end.reason ??= 'it does not answer';
        return;
      }
      const before = performance.now();
      if (this.#sleeps) Atomics.wait(cells, CONTROL.state, left, SLEEP_MS);
      // the machine may have been suspended meanwhile, and the workers with it
      waited += Math.min(performance.now() - before, 2 * SLEEP_MS);
    }
  }
}

const abandoned = new FinalizationRegistry((workers: readonly Thread[]) => {
  for (const worker of workers) worker.stop();
});

/** Any shared program: the record fits where it came from one description with the program. */
export type AnyProgram = (task: number, scratch: number, from: number, to: number) => void;
