import { LOW_PRIORITY, startThread, type Thread } from '../../thread-host.js';
import { PERFORM_PIXELS_SOURCE, performPixels } from './pixel-performer.js';
import type { PixelTask } from './pixel-step.js';

/** Values per batch below which it is computed faster than it is handed over. */
const FEW_VALUES = 2 ** 14;
/** Milliseconds after which an idle thread is terminated. */
const IDLE = 5_000;

/** The worker's source. It answers each task with the result, or with what went wrong. */
const SOURCE = `'use strict';
${LOW_PRIORITY}
// compilers that keep the names of functions call it
const __name = (named) => named;
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
const perform = ${PERFORM_PIXELS_SOURCE};
port.onmessage = () => {
  port.onmessage = ({ data: task }) => {
    try {
      const result = perform(task);
      port.postMessage(result, [result.buffer]);
    } catch (error) {
      port.postMessage(String(error));
    }
  };
  port.postMessage('ready');
};
`;

/** Before the first call and after a pause there is none; `starting` and `none` make the caller compute. */
let current: PixelThread | 'starting' | 'none' | undefined;

/**
 * Computes a task in a thread, which all callers share. While the thread starts, if none can be started, and if the task
 * is small, this thread computes it.
 */
export async function performAway(task: PixelTask): Promise<Float32Array> {
  if (task.data.length < FEW_VALUES) return performPixels(task);
  if (current === undefined) {
    current = 'starting';
    void PixelThread.start().then((thread) => {
      current = thread ?? 'none';
    });
  }
  return current instanceof PixelThread ? current.perform(task) : performPixels(task);
}

/** A worker that performs tasks in order. */
class PixelThread {
  readonly #jobs: { readonly task: PixelTask; readonly resolve: (data: Float32Array) => void }[] = [];
  #thread: Thread | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** @returns undefined if it cannot be started */
  static async start(): Promise<PixelThread | undefined> {
    const thread = new PixelThread();
    try {
      thread.#thread = await startThread(SOURCE, undefined, {
        onMessage: (answer) => thread.#answered(answer),
        onEnd: () => thread.#end(undefined),
      });
      return thread;
    } catch {
      return undefined;
    }
  }

  perform(task: PixelTask): Promise<Float32Array> {
    clearTimeout(this.#rest);
    const [data, records] = [task.data.slice(), task.records.slice()];
    this.#thread?.keepAlive(true);
    this.#thread?.post({ ...task, data, records }, [data.buffer, records.buffer]);
    return new Promise((resolve) => this.#jobs.push({ task, resolve }));
  }

  #answered(answer: unknown): void {
    if (!(answer instanceof Float32Array)) {
      this.#end('none'); // e.g. a compiler has made the functions depend on others
      return;
    }
    this.#jobs.shift()?.resolve(answer);
    if (this.#jobs.length > 0) return;
    this.#thread?.keepAlive(false);
    this.#rest = setTimeout(() => this.#end(undefined), IDLE);
    (this.#rest as { unref?: () => void }).unref?.();
  }

  /** Stops; what is not done is computed on this thread. @param next what follows: none, or one at the next call */
  #end(next: 'none' | undefined): void {
    clearTimeout(this.#rest);
    if (current === this) current = next;
    this.#thread?.stop();
    for (const { task, resolve } of this.#jobs.splice(0)) resolve(performPixels(task));
  }
}
