import { UnsupportedError } from '../../../errors.js';
import { maySleep, startThread, type Thread } from '../../../thread-host.js';
import { endOfTurn, othersTurn } from '../../../turns.js';
import { ControlBlock, type SharedJob } from './control-block.js';
import type { Loaded } from './load-programs.js';
import { type Tasks, WRITERS } from './programs.generated.js';
import { CONTROL, LOOKS, SPIN_MS, WORKER_SOURCE } from './thread-worker.js';
import { type Pause, type Steps, waitFor } from './turns.js';

/**
 * The programs that threads share. All of them take a record, scratch memory, and the units `from` … `to` − 1 to
 * compute.
 */
export type SharedProgram = keyof Tasks;
const SHARED_PROGRAMS = Object.keys(WRITERS) as SharedProgram[];

/** How the units of a program, 0 … units − 1, are distributed. */
export interface Workload {
  /** strips, planes, columns … */
  readonly units: number;
  /** first unit to compute. Default 0 */
  readonly first?: number;
  /** the size of shares is a multiple of it. Default 1 */
  readonly step?: number;
  /** default none */
  readonly scratch?: ThreadScratch;
  /** estimated nanoseconds on one thread */
  readonly work: number;
  /** Use all threads, regardless of the work. Default false */
  readonly all?: boolean;
  /**
   * Prepares the input of more units on the caller while workers compute those that are ready.
   * @returns the number of units that are ready, from the first on, or undefined to cancel the job
   */
  feed?(): number | undefined;
  /**
   * Computes units on the caller in another way, for which their input need not be ready.
   * @returns false to cancel the job
   */
  alone?(from: number, to: number): boolean;
  /** Copies the results of a worker's units while others work. */
  drain?(from: number, to: number): void;
  /** Units copied per turn. Default: those of a share */
  readonly drainStep?: number | undefined;
}

/** Scratch memory of the first thread, and its size in bytes; the other threads' memory follows. */
export interface ThreadScratch {
  readonly address: number;
  readonly bytes: number;
}

/**
 * Shares per thread. More shares even out delays of single threads, but cost more hand-overs, so MANY_SHARES is used
 * only for jobs whose shares take at least LONG_SHARE nanoseconds, and for jobs whose input the caller prepares.
 */
const FEW_SHARES = 4;
const MANY_SHARES = 16;
const LONG_SHARE = 10_000;
/** Milliseconds, much longer than any share takes. */
const PATIENCE_MS = 60_000;
const SLEEP_MS = 100;

/**
 * Threads that share one wasm memory. Idle workers sleep and do not keep the process alive. Either the caller is one of
 * the threads and blocks until a job is done ({@link run}), or it only copies data, in steps ({@link steps}).
 */
export class ThreadPool {
  readonly #control: ControlBlock;
  readonly #sleeps = maySleep();
  /** the latest progress known to the steps */
  #seen = 0;
  #stopped = false;

  private constructor(
    readonly threads: number,
    private readonly loaded: Loaded,
    control: ControlBlock,
    private readonly workers: readonly Thread[],
    private readonly end: { reason?: string },
    private readonly patience: number,
  ) {
    this.#control = control;
    // stops the workers of a pool that was dropped without stop()
    abandoned.register(this, workers, this);
  }

  /**
   * @param loaded with shared memory
   * @param threads number of computing threads
   * @param withCaller the caller is one of them, so there is one worker fewer. Default true
   * @param patience milliseconds until the caller gives up on a thread that does not finish its share
   * @throws Error if a worker does not start
   */
  static async start(loaded: Loaded, threads: number, { patience = PATIENCE_MS, withCaller = true } = {}): Promise<ThreadPool> {
    const control = new ControlBlock(MANY_SHARES * threads);
    const end: { reason?: string } = {};
    const { module, memory } = loaded;
    const first = withCaller ? 1 : 0;
    const starting = Array.from({ length: threads - first }, (_, i) =>
      startThread(
        WORKER_SOURCE,
        { module, memory, control: control.buffer, names: SHARED_PROGRAMS, thread: i + first, background: !withCaller },
        {
          onEnd: (reason) => {
            end.reason ??= reason;
          },
        },
      ),
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

  /** True if a worker has crashed. */
  get lost(): boolean {
    return this.end.reason !== undefined;
  }

  /** @throws UnsupportedError if a worker has crashed; then the pool and its memory can no longer be used */
  check(): void {
    if (this.#stopped) throw new UnsupportedError('wasm', 'the backend was disposed of; create a new one');
    if (this.end.reason !== undefined) throw new UnsupportedError('wasm', `a thread of this backend crashed: ${this.end.reason}; create a new backend`);
  }

  /** See {@link ControlBlock.wake}. */
  wake(): void {
    this.#control.wake();
  }

  /**
   * Runs a program on all threads and returns when it is complete.
   * @param task address of its record, which must not change until the task is done
   * @returns false if the job was canceled
   * @throws UnsupportedError if a worker crashed
   */
  run(program: SharedProgram, task: number, workload: Workload): boolean {
    const { units, feed } = workload;
    const job = this.#jobOf(program, task, workload);
    const shares = this.#control.open(job, feed ? job.first : units);
    let worthIt = false;
    try {
      worthIt = feed ? this.#feed(workload, job, shares) : this.#work(job);
    } finally {
      this.#control.close(units, !worthIt);
      this.#waitForAll();
    }
    this.#checkAfter(program);
    if (worthIt) this.#drain(workload, job, shares);
    return worthIt;
  }

  /**
   * The same on the workers only; the caller feeds and drains between pauses.
   * @param workload without `alone`
   */
  *steps(program: SharedProgram, task: number, workload: Workload): Steps<boolean> {
    const { units, feed } = workload;
    const job = this.#jobOf(program, task, workload);
    const control = this.#control;
    const shares = control.open(job, feed ? job.first : units);
    let [worthIt, drained, moved] = [false, 0, performance.now()];
    try {
      for (let turn = endOfTurn(); drained < shares; ) {
        this.#checkAfter(program);
        this.#look();
        const done = yield* this.#drainInTurns(workload, job, shares);
        drained += done;
        if (done > 0) moved = performance.now();
        else if (control.ready === units && performance.now() - moved > this.patience) this.end.reason ??= 'it does not respond';
        if (feed && control.ready < units) {
          const ready = feed();
          if (ready === undefined) return false;
          control.ready = ready;
        } else if (done === 0) {
          yield 'share';
          turn = endOfTurn();
        }
        if (performance.now() > turn) {
          yield 'turn';
          turn = endOfTurn();
        }
      }
      worthIt = true;
    } finally {
      control.close(units, !worthIt);
      for (this.#look(); !control.isLeft && this.end.reason === undefined && !this.#stopped; this.#look()) yield 'share';
    }
    this.#checkAfter(program);
    return worthIt;
  }

  /** Resolves after the pause. A pause for a share ends when a worker has completed another one, or after a timeout. */
  pause(pause: Pause): Promise<unknown> {
    if (pause === 'turn') return othersTurn();
    const { cells } = this.#control;
    for (const worker of this.workers) worker.keepAlive(true);
    return waitFor(cells, CONTROL.progress, this.#seen, SLEEP_MS).finally(() => {
      for (const worker of this.workers) worker.keepAlive(false);
    });
  }

  /** Divides the units into shares, see FEW_SHARES. */
  #jobOf(program: SharedProgram, task: number, { units, first = 0, step = 1, scratch, work, feed }: Workload): SharedJob {
    const each = feed ? MANY_SHARES : Math.max(FEW_SHARES, Math.min(MANY_SHARES, Math.floor(work / this.threads / LONG_SHARE)));
    const share = step * Math.max(1, Math.ceil((units - first) / (step * each * this.threads)));
    return { program: SHARED_PROGRAMS.indexOf(program), task, scratch: scratch?.address ?? 0, scratchBytes: scratch?.bytes ?? 0, first, units, share };
  }

  #checkAfter(program: SharedProgram): void {
    if (this.#control.hasFailed) this.end.reason ??= `${program} failed on it`;
    this.check();
  }

  /** Progress after this call ends a pause. */
  #look(): void {
    this.#seen = Atomics.load(this.#control.cells, CONTROL.progress);
  }

  /** Computes units of the job on the caller. */
  #do({ program, task, scratch }: SharedJob, from: number, to: number): void {
    const run = this.loaded.programs[SHARED_PROGRAMS[program]] as AnyProgram;
    run(task, scratch, from, to);
  }

  /** The caller's part of a job with prepared units. */
  #work(job: SharedJob): true {
    const { first, units, share } = job;
    for (let index = this.#control.takeLast(); index >= 0; index = this.#control.takeLast()) {
      this.#do(job, first + index * share, Math.min(units, first + (index + 1) * share));
    }
    return true;
  }

  /** The caller's part of a job whose units it prepares. @returns false if the job was canceled */
  #feed(workload: Workload, job: SharedJob, shares: number): boolean {
    const { feed, alone, drain } = workload;
    const { first, units, share } = job;
    const control = this.#control;
    const endOf = (index: number) => Math.min(units, first + index * share);
    const fed = (index: number) => {
      while (control.ready < endOf(index)) {
        const ready = feed?.();
        if (ready === undefined) return false;
        control.ready = ready;
      }
      return true;
    };
    for (;;) {
      const [next, end] = control.left;
      // enough that no worker must wait while the caller computes a share
      if (!fed(alone ? Math.min(end, next + this.threads) : shares)) return false;
      if (next >= end) break;
      const index = control.takeLast();
      if (index < 0) continue;
      const [from, to] = [endOf(index), endOf(index + 1)];
      if (alone) {
        if (!alone(from, to)) return false;
      } else {
        this.#do(job, from, to);
        drain?.(from, to);
      }
    }
    this.#drain(workload, job, shares);
    return true;
  }

  /** Copies the results that workers have completed so far. @returns the number of shares */
  #drain({ drain }: Workload, { first, units, share }: SharedJob, shares: number): number {
    let count = 0;
    for (let i = 0; i < shares; i++) {
      if (!this.#control.takeDone(i)) continue;
      count++;
      drain?.(first + i * share, Math.min(units, first + (i + 1) * share));
    }
    return count;
  }

  /**
   * The same for a caller that must not block, because copying results to new memory takes several times as long as
   * computing them.
   */
  *#drainInTurns({ drain, drainStep = Number.POSITIVE_INFINITY }: Workload, { first, units, share }: SharedJob, shares: number): Steps<number> {
    let count = 0;
    let turn = endOfTurn();
    for (let i = 0; i < shares; i++) {
      if (!this.#control.takeDone(i)) continue;
      count++;
      const end = Math.min(units, first + (i + 1) * share);
      for (let from = first + i * share; drain && from < end; from += drainStep) {
        drain(from, Math.min(end, from + drainStep));
        if (performance.now() < turn) continue;
        yield 'turn';
        turn = endOfTurn();
      }
    }
    return count;
  }

  stop(): void {
    // jobs of a crashed pool end with that reason
    this.#stopped ||= !this.lost;
    abandoned.unregister(this);
    for (const worker of this.workers) worker.stop();
  }

  #waitForAll(): void {
    const { cells } = this.#control;
    for (const sleepy = performance.now() + SPIN_MS; performance.now() < sleepy; ) {
      for (let i = 0; i < LOOKS; i++) if (Atomics.load(cells, CONTROL.state) === 0) return;
    }
    for (let waited = 0, left = Atomics.load(cells, CONTROL.state); left !== 0; left = Atomics.load(cells, CONTROL.state)) {
      if (waited > this.patience) {
        this.end.reason ??= 'it does not respond';
        return;
      }
      const before = performance.now();
      if (this.#sleeps) Atomics.wait(cells, CONTROL.state, left, SLEEP_MS);
      // the machine, including the workers, may have been suspended in the meantime
      waited += Math.min(performance.now() - before, 2 * SLEEP_MS);
    }
  }
}

const abandoned = new FinalizationRegistry((workers: readonly Thread[]) => {
  for (const worker of workers) worker.stop();
});

/** Any shared program, with the types of records erased; a record and its program come from the same description. */
export type AnyProgram = (task: number, scratch: number, from: number, to: number) => void;
