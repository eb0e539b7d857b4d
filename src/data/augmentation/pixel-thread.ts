import { startThread, type Thread } from '../../thread-host.js';
import { PERFORM_PIXELS_SOURCE, performPixels } from './pixel-performer.js';
import type { PixelTask } from './pixel-step.js';

/** Approximate nanoseconds of the caller's time to hand over a task and receive its result: for the messages, and per value. */
const HAND_OVER = { messages: 100_000, value: 2 };
/** Milliseconds after which an idle thread is terminated. */
const IDLE = 5_000;

/** The worker's source. It answers each task with the result or an error message. */
const SOURCE = `'use strict';
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

/** Undefined before the first call and after an idle thread was stopped; with `starting` and `none`, the caller computes. */
let current: PixelThread | 'starting' | 'none' | undefined;

/**
 * Computes a task in a thread that all callers share. The calling thread computes it while the other one starts, if none
 * can be started, or if handing it over would take about as long.
 */
export async function performAway(task: PixelTask): Promise<Float32Array> {
  if (task.work < 2 * (HAND_OVER.messages + task.data.length * HAND_OVER.value)) return performPixels(task);
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

  /** Stops the worker; unfinished tasks are computed on this thread. @param next `none`, or undefined to start a new one at the next call */
  #end(next: 'none' | undefined): void {
    clearTimeout(this.#rest);
    if (current === this) current = next;
    this.#thread?.stop();
    for (const { task, resolve } of this.#jobs.splice(0)) resolve(performPixels(task));
  }
}
