import type { FileJob } from './filter-files.js';
import type { FilterFlags } from './filter-flags.js';
import { createWorker, type Report, type Worker } from './filter-one.js';

/** What a process is asked: first the flags, then one job after the other. */
export type Question = { readonly flags: FilterFlags } | { readonly job: FileJob };
/** What it answers to each; to the flags, nothing but that it is ready. */
export interface Answer {
  readonly report?: Report;
  readonly error?: { readonly name: string; readonly message: string };
}

// One process of `convlab filter --jobs`: a picture in, a report out, until the parent ends.
let worker: Worker;
process.on('message', async (question: Question) => {
  try {
    if ('flags' in question) worker = await createWorker(question.flags);
    const report = 'job' in question ? await worker.filter(question.job) : undefined;
    process.send?.({ report } satisfies Answer);
  } catch (error) {
    const { name, message } = error as Error;
    process.send?.({ error: { name, message } } satisfies Answer);
  }
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal: this picture is finished, the parent gives no more
process.on('SIGINT', () => {});
