import { effect, signal } from '@preact/signals';
import { type BackendChoice, backendChoice } from './choice.js';
import type { TaskArguments, TaskResult, Tasks } from './tasks.js';
import type { Answer, Question } from './worker.js';

/** What the engine runs on, for whoever shows it. */
export type EngineState =
  | { readonly status: 'opening' }
  | { readonly status: 'ready'; readonly name: string; readonly device: string }
  | { readonly status: 'failed'; readonly reason: string };

/** What runs now. */
export const engineState = signal<EngineState>({ status: 'opening' });
/** Why the engine does not run on what was chosen; empty if it does. */
export const engineTrouble = signal('');
/** Counts the backends that were opened: read it in an effect that has to compute again on another one. */
export const engineGeneration = signal(0);

/** An error of the engine, with the name it had there. */
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

/** Opens what was chosen; where that does not run, wasm, and says so. */
async function open(choice: BackendChoice, trouble = ''): Promise<void> {
  engineState.value = { status: 'opening' };
  const { result, error } = await ask({ id: ++lastId, open: choice });
  if (error && choice !== 'wasm') return open('wasm', trouble || error.message);
  engineTrouble.value = trouble;
  engineState.value = error ? { status: 'failed', reason: error.message } : { status: 'ready', ...(result as { name: string; device: string }) };
  engineGeneration.value++;
}

/** Starts the engine, and follows the choice. Called once. */
export function startEngine(): void {
  effect(() => {
    const choice = backendChoice.value;
    opened = opened.then(() => open(choice));
  });
}

/** A result, and how long the task alone took. */
export interface Done<T> {
  readonly value: T;
  readonly milliseconds: number;
  /** what it ran on */
  readonly device: string;
}

/**
 * Has the engine do something. A GPU that is lost meanwhile is replaced by wasm, and the task is done again there.
 * @throws EngineError with what the library complains about
 */
export async function run<K extends keyof Tasks>(task: K, ...args: TaskArguments<K>): Promise<Done<TaskResult<K>>> {
  await opened;
  // a bitmap is handed over, and not copied
  const answer = await ask(
    { id: ++lastId, task, args },
    args.filter((arg: unknown) => arg instanceof ImageBitmap),
  );
  const { error } = answer;
  const state = engineState.peek();
  if (error && state.status === 'ready' && state.name === 'gpu' && error.name === 'UnsupportedError') {
    opened = opened.then(() => open('wasm', error.message));
    return run(task, ...args);
  }
  if (error) throw new EngineError(error.name, error.message);
  return { value: answer.result as TaskResult<K>, milliseconds: answer.milliseconds ?? 0, device: state.status === 'ready' ? state.device : '' };
}
