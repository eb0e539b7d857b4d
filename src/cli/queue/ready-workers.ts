import type { FilterFlags } from '../filter/filter-flags.js';
import { createWorker, type Worker } from '../filter/filter-one.js';
import { withThreads } from '../flags.js';

/** Maximum number of cached workers, each for different flags. */
const MOST = 4;

interface Ready {
  readonly worker: Promise<Worker>;
  /** images it is processing */
  users: number;
}

/** A cache of workers: one is created for each new set of flags; the least recently used one is disposed. */
export class ReadyWorkers {
  readonly #ready = new Map<string, Ready>();

  /** @param threads threads per worker, unless its flags specify another number */
  constructor(readonly threads: number | undefined) {}

  async use<T>(flags: FilterFlags, work: (worker: Worker) => Promise<T>): Promise<T> {
    const key = JSON.stringify(flags);
    const ready = this.#ready.get(key) ?? { worker: createWorker(withThreads(flags, this.threads)), users: 0 };
    // in order of last use
    this.#ready.delete(key);
    this.#ready.set(key, ready);
    ready.users++;
    try {
      return await work(await ready.worker);
    } catch (error) {
      if (
        await ready.worker.then(
          () => false,
          () => true,
        )
      )
        this.#ready.delete(key);
      throw error;
    } finally {
      ready.users--;
      await this.#dispose(this.#ready.size - MOST);
    }
  }

  async close(): Promise<void> {
    await this.#dispose(this.#ready.size);
  }

  /** Disposes of the oldest idle workers. */
  async #dispose(count: number): Promise<void> {
    for (const [key, { worker, users }] of [...this.#ready].slice(0, Math.max(0, count))) {
      if (users > 0) continue;
      this.#ready.delete(key);
      (await worker.catch(() => undefined))?.dispose();
    }
  }
}
