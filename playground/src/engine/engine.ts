import { effect, signal } from '@preact/signals';
import { complaintIn } from '../shell/complaints.js';
import { type BackendChoice, backendChoice } from './choice.js';
import type { TaskArguments, TaskResult, Tasks } from './tasks.js';
import type { Answer, Question } from './worker.js';

/** The engine's backend, for display. */
export type EngineState =
  | { readonly status: 'opening' }
  | { readonly status: 'ready'; readonly name: string; readonly device: string }
  | { readonly status: 'failed'; readonly reason: string };

/** The current backend. */
export const engineState = signal<EngineState>({ status: 'opening' });
/** Why the engine does not run on the chosen backend; empty if it does. */
export const engineTrouble = signal('');
/** Number of backends opened so far. An effect that reads it runs again on a new backend. */
export const engineGeneration = signal(0);

/** An error of the engine, with its original name. */
class EngineError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

const waiting = new Map<number, (answer: Answer) => void>();
let worker: Worker | undefined;
let lastId = 0;
let opened: Promise<void> = Promise.resolve();

function ask(question: Question, transfer: Transferable[] = []): Promise<Answer> {
  worker ??= startWorker();
  const to = worker;
  return new Promise((resolve) => {
    waiting.set(question.id, resolve);
    to.postMessage(question, transfer);
  });
}

function startWorker(): Worker {
  const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  started.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  });
  started.addEventListener('error', ({ message }) => {
    const reason = message || 'the worker could not be loaded';
    engineState.value = { status: 'failed', reason };
    for (const [id, resolve] of waiting) resolve({ id, error: { name: 'Error', message: reason } });
    waiting.clear();
    worker = undefined;
  });
  return started;
}

/** Opens the chosen backend, or wasm with a message if that does not run. */
async function open(choice: BackendChoice, trouble = ''): Promise<void> {
  engineState.value = { status: 'opening' };
  const { result, error } = await ask({ id: ++lastId, open: choice });
  if (error && choice !== 'wasm') return open('wasm', trouble || error.message);
  engineTrouble.value = complaintIn(trouble);
  engineState.value = error ? { status: 'failed', reason: complaintIn(error.message) } : { status: 'ready', ...(result as { name: string; device: string }) };
  engineGeneration.value++;
}

/** Bitmaps and frames are transferred, not copied. */
function isHandedOver(arg: unknown): arg is ImageBitmap | VideoFrame {
  return arg instanceof ImageBitmap || (typeof VideoFrame !== 'undefined' && arg instanceof VideoFrame);
}

/** Starts the engine and follows the user's choice. Called once. */
export function startEngine(): void {
  effect(() => {
    const choice = backendChoice.value;
    opened = opened.then(() => open(choice));
  });
}

/** A result, with the duration of the task alone. */
export interface Done<T> {
  readonly value: T;
  readonly milliseconds: number;
  /** the device that ran it */
  readonly device: string;
}

/**
 * Runs a task in the engine. If the GPU is lost meanwhile, wasm replaces it and the task runs again, unless it took a bitmap or a frame.
 * @throws EngineError with the library's message
 */
export async function run<K extends keyof Tasks>(task: K, ...args: TaskArguments<K>): Promise<Done<TaskResult<K>>> {
  // a scene needs no backend: the image is shown while the backend is opened
  if (task !== 'paint') await opened;
  const answer = await ask({ id: ++lastId, task, args }, args.filter(isHandedOver));
  const { error } = answer;
  const state = engineState.peek();
  if (error && state.status === 'ready' && state.name === 'gpu' && error.name === 'UnsupportedError') {
    opened = opened.then(() => open('wasm', error.message));
    // transferred buffers are detached
    if (!args.some(isHandedOver)) return run(task, ...args);
  }
  if (error) throw new EngineError(error.name, complaintIn(error.message));
  return { value: answer.result as TaskResult<K>, milliseconds: answer.milliseconds ?? 0, device: state.status === 'ready' ? state.device : '' };
}
