import { UnsupportedError } from '../../../errors.js';
import { maySleep, startThread, type Thread } from './host.js';
import { type Loaded, SHARED_PROGRAMS, type SharedProgram } from './programs.js';
import { ARGUMENTS_AT, CONTROL, controlBytes, DONE_AT, JOB_AT, LOOKS, OPEN, SPIN_MS, WORKER_SOURCE } from './worker.js';

/** How the units of a program, 0 … units − 1, are shared out. */
export interface Job {
  /** strips, planes, columns … */
  readonly units: number;
  /** only the units from this one on. Default 0 */
  readonly first?: number;
  /** shares are multiples of it. Default 1 */
  readonly step?: number;
  /** the first argument is scratch memory, so many bytes for each thread. Default 0: all get the same argument */
  readonly scratch?: number;
  /** about how many nanoseconds it takes on one thread */
  readonly work: number;
  /**
   * The caller makes ready what units need while others work on those that are.
   * @returns so many units, from the first on, or undefined: the job is not worth doing
   */
  feed?(): number | undefined;
  /**
   * The caller does units in its own way, for which they need not be ready.
   * @returns false: the job is not worth doing
   */
  alone?(from: number, to: number): boolean;
  /** The caller takes away what a worker gave, while others work. */
  drain?(from: number, to: number): void;
}

/**
 * Shares a thread takes of a job, if all take equally many: more even out what slows one of them down, and cost more hand-overs,
 * so that many are for jobs of long shares only, in nanoseconds, and for those of which the caller hands over what workers need.
 */
const FEW_SHARES = 4;
const MANY_SHARES = 16;
const LONG_SHARE = 10_000;
/** Much longer than any share takes. */
const PATIENCE_MS = 60_000;
const SLEEP_MS = 100;

/** Threads over one wasm memory; the caller is one of them. Idle ones sleep, and keep no process alive. */
export class ThreadPool {
  readonly #cells: Int32Array;
  readonly #job: Float64Array;
  readonly #done: Int32Array;
  /** the arguments of the job that is being done, `from` and `to` at its end */
  readonly #call: number[] = [];
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
    this.#job = new Float64Array(control, JOB_AT, (DONE_AT - JOB_AT) / 8);
    this.#done = new Int32Array(control, DONE_AT);
    // a pool that nobody holds any more, and nobody stopped
    abandoned.register(this, workers, this);
  }

  /**
   * Starts `threads` − 1 workers.
   * @param loaded with shared memory
   * @param patience milliseconds after which the caller gives up on a thread that does not finish its share
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

  /** @throws UnsupportedError if a worker has crashed: nothing can be done with the pool and its memory then */
  check(): void {
    if (this.end.reason !== undefined) throw new UnsupportedError('wasm', `a thread of this backend has crashed: ${this.end.reason}; create another backend`);
  }

  /** Has sleeping threads look for a job that is about to come: they take as long to wake up as it does to be described. */
  wake(): void {
    if (Atomics.load(this.#cells, CONTROL.sleepers) > 0) Atomics.notify(this.#cells, CONTROL.ticket);
  }

  /**
   * Runs a program on all threads and returns when all of it is done.
   * @param args its arguments, but for `from` and `to`
   * @returns false if the job turned out not to be worth doing
   * @throws UnsupportedError if a worker crashed
   */
  run(program: SharedProgram, args: readonly number[], job: Job): boolean {
    const { units, first = 0, step = 1, scratch = 0 } = job;
    const cells = this.#cells;
    const each = job.feed ? MANY_SHARES : Math.max(FEW_SHARES, Math.min(MANY_SHARES, Math.floor(job.work / this.threads / LONG_SHARE)));
    const share = step * Math.max(1, Math.ceil((units - first) / (step * each * this.threads)));
    const shares = Math.ceil((units - first) / share);
    this.#describe(SHARED_PROGRAMS.indexOf(program), first, units, share, scratch, args);
    this.#done.fill(0, 0, shares);
    Atomics.store(cells, CONTROL.ready, job.feed ? first : units);
    Atomics.store(cells, CONTROL.left, shares << 16);
    Atomics.or(cells, CONTROL.state, OPEN);
    Atomics.add(cells, CONTROL.ticket, 1);
    this.wake();
    let worthIt = false;
    try {
      worthIt = job.feed ? this.#feed(job, share, shares, program) : this.#work(program, first, units, share);
    } finally {
      if (!worthIt) Atomics.store(cells, CONTROL.left, 0);
      Atomics.store(cells, CONTROL.ready, units);
      Atomics.and(cells, CONTROL.state, ~OPEN);
      this.#waitForAll();
    }
    if (Atomics.load(cells, CONTROL.failed) !== 0) this.end.reason ??= `${program} failed on it`;
    this.check();
    if (worthIt) this.#drain(job, share, shares);
    return worthIt;
  }

  /** What a training step calls dozens of times leaves no garbage behind. */
  #describe(program: number, first: number, units: number, share: number, scratch: number, args: readonly number[]): void {
    const [job, call] = [this.#job, this.#call];
    job[0] = program;
    job[1] = first;
    job[2] = units;
    job[3] = share;
    job[4] = scratch;
    job[5] = args.length;
    call.length = args.length + 2;
    for (let i = 0; i < args.length; i++) call[i] = job[ARGUMENTS_AT + i] = args[i];
  }

  /** Units `from` … `to` − 1 of the job. */
  #do(program: SharedProgram, from: number, to: number): void {
    const call = this.#call;
    call[call.length - 2] = from;
    call[call.length - 1] = to;
    (this.loaded.programs[program] as (...args: number[]) => void)(...call);
  }

  /** What the caller does of a job whose units are ready. */
  #work(program: SharedProgram, first: number, units: number, share: number): true {
    for (let index = this.#takeLast(); index >= 0; index = this.#takeLast()) {
      this.#do(program, first + index * share, Math.min(units, first + (index + 1) * share));
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

  /** What the caller does of a job whose units it makes ready. @returns false if the job is not worth doing */
  #feed(job: Job, share: number, shares: number, program: SharedProgram): boolean {
    const { units, first = 0, feed, alone, drain } = job;
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
      // so much that no worker has to wait while the caller does a share of its own
      if (!fed(alone ? Math.min(end, next + this.threads) : shares)) return false;
      if (next >= end) break;
      const index = this.#takeLast();
      if (index < 0) continue;
      const [from, to] = [endOf(index), endOf(index + 1)];
      if (alone) {
        if (!alone(from, to)) return false;
      } else {
        this.#do(program, from, to);
        drain?.(from, to);
      }
    }
    this.#drain(job, share, shares);
    return true;
  }

  /** What workers have done by now. */
  #drain({ drain, first = 0, units }: Job, share: number, shares: number): void {
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
