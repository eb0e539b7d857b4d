import { othersTurn } from '../../../turns.js';

/** What a non-blocking job waits for: a share completed by a worker, or only a turn of the event loop. */
export type Pause = 'share' | 'turn';
/** A job in steps, each followed by a pause. */
export type Steps<T> = Generator<Pause, T, void>;

/** Runs all steps of a job without pauses. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

interface WaitAsync {
  waitAsync?(cells: Int32Array, at: number, value: number, ms: number): { async: boolean; value: unknown };
}

/** Resolves when a cell has changed and a thread has notified, or after `ms` milliseconds. */
export async function waitFor(cells: Int32Array, at: number, value: number, ms: number): Promise<void> {
  const { waitAsync } = Atomics as WaitAsync;
  if (waitAsync) {
    await waitAsync(cells, at, value, ms).value;
    return;
  }
  for (const end = performance.now() + ms; Atomics.load(cells, at) === value && performance.now() < end; ) await othersTurn();
}
