import type { FileJob } from './filter-files.js';
import type { FilterFlags } from './filter-flags.js';
import { createWorker, type Report, type Worker } from './filter-one.js';

/** Messages to a process: first the flags, then jobs. */
export interface Question {
  readonly id: number;
  readonly what: { readonly flags: FilterFlags } | { readonly job: FileJob };
}
/** Its answer to each message; empty for the flags, when it is ready. */
export interface Answer {
  readonly id: number;
  readonly report?: Report;
  readonly error?: { readonly name: string; readonly message: string };
}

// A process of `convlab filter --jobs`: filters images and returns reports until the parent ends.
let worker: Worker;
process.on('message', async ({ id, what }: Question) => {
  try {
    if ('flags' in what) worker = await createWorker(what.flags);
    const report = 'job' in what ? await worker.filter(what.job) : undefined;
    process.send?.({ id, report } satisfies Answer);
  } catch (error) {
    const { name, message } = error as Error;
    process.send?.({ id, error: { name, message } } satisfies Answer);
  }
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal: finish this image; the parent sends no more
process.on('SIGINT', () => {});
