import type { Control } from '../../../control.js';
import { obstacle } from '../../../thread-host.js';
import { loadPrograms } from './load-programs.js';
import { Machine } from './machine.js';
import { ThreadPool } from './thread-pool.js';
import type { Steps } from './turns.js';

/** Predicted nanoseconds; about 8 milliseconds on a machine half as fast. */
const LONGEST_BLOCK = 4e6;

/**
 * Jobs that do not block their caller. Workers compute them in separate memory, so that other calls can continue; the
 * caller copies data for a few milliseconds at a time. Jobs run in the order of the calls. Without workers, the caller
 * computes too, for a few milliseconds at a time.
 */
export class Background {
  #machine: Promise<Machine> | undefined;
  #started: Machine | undefined;
  /** resolves when all jobs so far have ended */
  #jobs: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /**
   * @param longest maximum nanoseconds, predicted for one thread of a fast machine, for which a job may block the
   * caller
   * @param bandRows as for {@link Machine}
   */
  constructor(
    readonly threads: number,
    private readonly longest = LONGEST_BLOCK,
    private readonly bandRows?: number,
  ) {}

  /** @param work predicted nanoseconds on one thread */
  isFor(work: number): boolean {
    return work > this.longest * this.threads;
  }

  /**
   * @param steps steps of the job on the given machine
   * @param control its signal cancels the job; data written so far remains
   * @throws the signal's reason
   */
  run<T>(steps: (machine: Machine) => Steps<T>, { signal }: Control = {}): Promise<T> {
    return this.#next(async (machine) => {
      signal?.throwIfAborted();
      const job = steps(machine);
      let ends = false;
      for (let step = job.next(); ; ) {
        if (step.done) return step.value;
        await machine.pause(step.value);
        // a canceled job takes further steps until its workers have left it
        if (ends || !signal?.aborted) step = job.next();
        else {
          ends = true;
          step = job.throw(signal.reason);
        }
      }
    });
  }

  /** Runs a function once all jobs so far have ended. */
  after(work: () => void): void {
    this.#jobs = this.#jobs.then(work).catch(() => {});
  }

  dispose(): void {
    this.#disposed = true;
    this.#machine?.then(
      (machine) => machine.dispose(),
      () => {},
    );
  }

  #next<T>(work: (machine: Machine) => Promise<T>): Promise<T> {
    const job = this.#jobs.then(async () => work(await this.#current()));
    this.#jobs = job.catch(() => {});
    return job;
  }

  /** The machine for the next job. One that has crashed is replaced, so only the job that ran on it fails. */
  #current(): Promise<Machine> {
    if (this.#started?.lost && !this.#disposed) {
      this.#started.dispose();
      this.#started = this.#machine = undefined;
    }
    this.#machine ??= this.#start();
    return this.#machine;
  }

  async #start(): Promise<Machine> {
    try {
      const shared = obstacle() === undefined;
      const loaded = await loadPrograms(shared);
      const pool = shared ? await ThreadPool.start(loaded, this.threads, { withCaller: false }).catch(() => undefined) : undefined;
      const machine = new Machine(loaded, pool, { handOver: 0, bandRows: this.bandRows, inTurns: true });
      if (this.#disposed) machine.dispose();
      this.#started = machine;
      return machine;
    } catch (error) {
      this.#machine = undefined; // retries at the next call
      throw error;
    }
  }
}
