import { availableParallelism } from 'node:os';
import { clearTimeout, setTimeout } from 'node:timers';
import { Worker } from 'node:worker_threads';
import { Gate } from '../../../gate.js';
import type { Turns } from '../../../turns.js';
import { Damaged, Unreadable } from '../format.js';
import { type CodecAnswer, type CodecResult, type CodecTask, perform } from './codec-task.js';
import { memoryOfTask } from './hand-over.js';

/** Maximum working memory of all codecs in bytes, excluding files and images; each codec needs up to about this much per pixel. */
const MOST_BYTES = 2 ** 30;
const PIXEL_BYTES = 40;
const MOST_THREADS = 4;
/** Milliseconds after which an idle thread is terminated. */
const IDLE = 5_000;

const threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()));
const gate = new Gate(MOST_BYTES);
const idle: CodecThread[] = [];
let impossible = false;

/** True if threads cannot be started: the program is a single file, or is not permitted to start them. */
export function noThreads(): boolean {
  return impossible;
}

/**
 * Performs a task on a separate thread, or on this one if none can be started.
 * @param pixels number of pixels of the image
 * @param task its arrays must fill their buffers, which are transferred
 * @throws Damaged, Unreadable, the signal's reason, or the error thrown by the codec
 */
export function performAway(task: CodecTask, pixels: number, turns: Turns): Promise<CodecResult> {
  const run = async () => {
    const thread = idle.pop() ?? (impossible ? undefined : await CodecThread.start());
    impossible ||= thread === undefined;
    return thread ? thread.perform(task, turns.signal) : perform(task, turns);
  };
  // charges each task so much that at most as many run as there are threads
  return gate.pass(Math.max(MOST_BYTES / threads, pixels * PIXEL_BYTES), run, turns.signal);
}

/** A worker that does one task at a time. */
class CodecThread {
  #settle: ((answer: CodecAnswer) => void) | undefined;
  #rest: NodeJS.Timeout | undefined;
  #ended = false;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (answer: CodecAnswer) => this.#settle?.(answer));
    worker.on('error', (error: Error) => this.#lose(error.message));
    worker.on('exit', () => this.#lose('it has ended'));
    worker.unref();
  }

  /** @returns undefined if it cannot be started */
  static start(): Promise<CodecThread | undefined> {
    return new Promise((resolve) => {
      try {
        const worker = new Worker(new URL('./codec-thread.js', import.meta.url), { name: 'convlab codec' });
        worker.once('message', () => resolve(new CodecThread(worker)));
        worker.once('error', () => resolve(undefined));
        worker.once('exit', () => resolve(undefined));
      } catch {
        resolve(undefined); // not permitted
      }
    });
  }

  async perform(task: CodecTask, signal: AbortSignal | undefined): Promise<CodecResult> {
    clearTimeout(this.#rest);
    // the only way to stop a running codec
    const stop = () => void this.worker.terminate();
    this.worker.ref();
    signal?.addEventListener('abort', stop, { once: true });
    const { result, error, kind } = await new Promise<CodecAnswer>((resolve) => {
      this.#settle = resolve;
      this.worker.postMessage(task, memoryOfTask(task));
      if (signal?.aborted) stop();
    });
    signal?.removeEventListener('abort', stop);
    this.#settle = undefined;
    this.worker.unref();
    signal?.throwIfAborted();
    if (!this.#ended) this.#becomeIdle();
    if (error === undefined) return result;
    const { message, cause } = error as Error;
    throw kind === 'damaged' ? new Damaged(message, { cause }) : kind === 'unreadable' ? new Unreadable(message, { cause }) : error;
  }

  #becomeIdle(): void {
    idle.push(this);
    this.#rest = setTimeout(() => {
      this.#leave();
      void this.worker.terminate();
    }, IDLE).unref();
  }

  #leave(): void {
    const at = idle.indexOf(this);
    if (at !== -1) idle.splice(at, 1);
  }

  #lose(reason: string): void {
    this.#ended = true;
    this.#leave();
    this.#settle?.({ error: new Error(`could not be encoded or decoded: its thread failed: ${reason}`), kind: 'unreadable' });
  }
}
