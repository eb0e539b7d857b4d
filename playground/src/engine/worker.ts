// The engine: a worker that holds a backend, so that no convolution of the page runs on its main thread.
import type { Backend, Image } from 'convlab';
import type { Picture } from '../filter/pictures.js';
import type { BackendChoice } from './choice.js';
import { openBackend } from './open-backend.js';
import { type Tasks, tasks } from './tasks.js';

/** A request to the engine. */
export type Question =
  | { readonly id: number; readonly open: BackendChoice }
  | { readonly id: number; readonly task: keyof Tasks; readonly args: readonly unknown[] };

/** The answer of the engine. `milliseconds` is the duration of the task without message transfer. */
export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly milliseconds?: number;
  readonly error?: { readonly name: string; readonly message: string };
}

let backend: Backend | undefined;
// in order, so that a backend is not disposed of while it computes
let queue: Promise<unknown> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  if ('task' in data && data.task === 'paint') void answer(data);
  else queue = queue.then(() => answer(data));
});

async function answer(question: Question): Promise<void> {
  const { id } = question;
  try {
    if ('open' in question) {
      const next = await openBackend(question.open);
      backend?.dispose();
      backend = next;
      return postMessage({ id, result: { name: next.name, device: next.device } } satisfies Answer);
    }
    if (!backend && question.task !== 'paint') throw new Error('no backend is open');
    const start = performance.now();
    const task = tasks[question.task] as (backend: Backend | undefined, ...args: readonly unknown[]) => Promise<unknown>;
    const result = await task(backend, ...question.args);
    const milliseconds = performance.now() - start;
    const transfer = isPicture(result) ? [result.shown] : isImage(result) ? [result.data.buffer as ArrayBuffer] : [];
    postMessage({ id, result, milliseconds } satisfies Answer, { transfer });
  } catch (error) {
    const { name, message } = error as Error;
    postMessage({ id, error: { name, message } } satisfies Answer);
  }
}

/** Samples are transferred, not copied. */
function isImage(result: unknown): result is Image {
  return typeof result === 'object' && result !== null && 'channels' in result && 'data' in result;
}

/** Bitmaps are transferred too. */
function isPicture(result: unknown): result is Picture {
  return typeof result === 'object' && result !== null && 'shown' in result;
}
