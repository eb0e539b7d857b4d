import threads, { type Worker } from 'node:worker_threads';
import { type Backend, createBackend, type Random } from '../../../src/index.js';
import { createWasmBackend } from '../../../src/kernels/backends/wasm/wasm.js';

/** Workers of this process that run: those of backends, and those of codecs. */
export class Threads {
  readonly #alive = new Set<Worker>();
  #killed = 0;
  /** when one was last killed */
  lastKill = Number.NEGATIVE_INFINITY;

  constructor() {
    const alive = this.#alive;
    threads.Worker = class extends threads.Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        alive.add(this);
        this.once('exit', () => alive.delete(this));
      }
    };
  }

  get killed(): number {
    return this.#killed;
  }

  get running(): number {
    return this.#alive.size;
  }

  async kill(random: Random): Promise<void> {
    const list = [...this.#alive];
    if (list.length === 0) return;
    this.lastKill = performance.now();
    this.#killed++;
    await list[random.integer(list.length)].terminate();
    this.lastKill = performance.now();
  }
}

/** What a crashed thread, and only that, leaves behind. */
const CRASHED = /a thread of this backend crashed|its thread (has )?failed/;

/** A backend of its kind, replaced where one of its threads was killed. */
export class Slot {
  #backend: Promise<Backend | undefined>;
  /** when each was created */
  readonly #since = new WeakMap<Backend, number>();

  constructor(
    readonly name: string,
    private readonly create: () => Promise<Backend> | undefined,
    private readonly threads: Threads,
  ) {
    this.#backend = this.#open();
  }

  /** undefined: the default one */
  get backend(): Promise<Backend | undefined> {
    return this.#backend;
  }

  /**
   * Whether an error comes of a killed thread; then the next call gets another backend. The default one is replaced by itself: it only
   * fails calls during which the thread is killed.
   * @param used the backend of the call
   * @param begun when it began
   */
  async excuses(error: unknown, used: Backend | undefined, begun: number): Promise<boolean> {
    const { message } = error as Error;
    const latest = this.#backend;
    const current = used === (await latest);
    // others that use it fail once it is replaced
    if (!current && /was disposed of/.test(message)) return true;
    const since = (used && this.#since.get(used)) ?? begun;
    if (!CRASHED.test(message) || this.threads.lastKill < since) return false;
    if (used && current && this.#backend === latest) {
      this.#backend = this.#open();
      used.dispose();
    }
    return true;
  }

  async dispose(): Promise<void> {
    (await this.#backend)?.dispose();
  }

  async #open(): Promise<Backend | undefined> {
    const begun = performance.now();
    try {
      const backend = await this.create();
      if (backend) this.#since.set(backend, begun);
      return backend;
    } catch (error) {
      if (!/could not be started/.test((error as Error).message) || this.threads.lastKill < begun) throw error;
      return this.#open();
    }
  }
}

/** One of each kind. The same bits are expected of all that run on wasm. */
export function slots(threads: Threads): readonly Slot[] {
  return [
    new Slot('wasm, 1 thread', () => createBackend('wasm', { threads: 1 }), threads),
    new Slot('wasm, 2 threads', () => createWasmBackend(2, { handOver: 0 }), threads),
    new Slot('wasm, 3 threads', () => createWasmBackend(3, { handOver: 0 }), threads),
    new Slot('wasm in the background', () => createWasmBackend(2, { longestBlock: 0 }), threads),
    new Slot('the default', () => undefined, threads),
  ];
}
