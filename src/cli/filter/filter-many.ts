import { availableParallelism } from 'node:os';
import { withThreads } from '../flags.js';
import type { Terminal } from '../terminal.js';
import { createChild } from './filter-child.js';
import type { FileJob } from './filter-files.js';
import type { FilterFlags } from './filter-flags.js';
import { createWorker, type Report } from './filter-one.js';
import { inHand, workThrough } from './work-through.js';

/** An image whose processing has started. */
interface Begun {
  readonly job: FileJob;
  finish(): Promise<void>;
}

/** Options of {@link filterMany}. */
export interface ManyOptions {
  /** number of processes, including this one, each with its own backend */
  readonly processes: number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /**
   * called before an image is started. It may return another job to process instead, and a function that is called when
   * the result is complete
   */
  begin?(job: FileJob): Promise<Begun>;
  report(report: Report): void;
  fail?(job: FileJob, error: Error): void;
}

/**
 * Filters many images; a failure does not stop the others.
 * @throws DataError at the end, which lists the failures; the OptionError itself if all failed with the same one
 */
export async function filterMany(jobs: readonly FileJob[], flags: FilterFlags, options: ManyOptions): Promise<void> {
  const { processes, terminal, signal, begin, report, fail } = options;
  // divides the cores among the processes
  const threads = Math.max(1, Math.min(4, Math.floor(availableParallelism() / processes)));
  const shared = processes === 1 ? flags : withThreads(flags, threads);
  const starts = Array.from({ length: Math.min(processes, jobs.length) }, (_, i) => (i === 0 ? createWorker(shared) : createChild(shared)));
  const started = await Promise.allSettled(starts);
  const workers = started.flatMap((start) => (start.status === 'fulfilled' ? start.value : []));
  const dispose = () => {
    for (const worker of workers) worker.dispose();
  };
  const broken = started.find((start) => start.status === 'rejected');
  if (broken) {
    dispose();
    throw broken.reason;
  }
  const filter = (worker: (typeof workers)[number]) => async (job: FileJob) => {
    const begun = await begin?.(job);
    const done = await worker.filter(begun?.job ?? job);
    await begun?.finish();
    return done;
  };
  const work = workers.flatMap((worker) => inHand(flags.threads, filter(worker)));
  await workThrough(jobs, { operation: 'filter', workers: work, terminal, signal, report, fail }).finally(dispose);
}
