import { OptionError } from '../errors.js';
import { checkOptions, count, list, option, pickOptions, type Rows, settle, text } from '../options.js';
import { findJobs } from './filter/filter-files.js';
import { WORKER_FLAGS } from './filter/filter-flags.js';
import { RESULT_FLAGS } from './filter/picture-flags.js';
import type { NewJob } from './queue/load-bullmq.js';
import { makeJobs } from './queue/make-jobs.js';
import { createProcessor as create, type Processor } from './queue/processor.js';
import { QUEUE } from './queue/queue-job.js';

// The module that convlab/queue loads; src/queue.ts contains the types.

const OPTIONS = {
  ...RESULT_FLAGS,
  ...WORKER_FLAGS,
  out: option(text, { required: true }),
  kernel: option(list(text), {}),
  queue: option(text, { default: QUEUE }),
  bands: option(count, { default: 1 }),
} satisfies Rows;

/** Lists the jobs for images. */
export async function listJobs(paths: readonly string[], options: Parameters<typeof settle<typeof OPTIONS>>[1]): Promise<NewJob[]> {
  const { out, format, kernel, queue, bands } = settle('pictureJobs', options, OPTIONS);
  if (kernel === undefined && options.pipeline === undefined) throw new OptionError('pictureJobs', 'kernel', 'or pipeline must be set', undefined);
  const work = await findJobs(paths, { out, format }, 'pictureJobs');
  const flags = { ...pickOptions(options, WORKER_FLAGS), ...(kernel && { kernel: [...kernel] }) };
  const jobs: NewJob[] = [];
  for await (const job of makeJobs(work, flags, { queue, bands })) jobs.push(job);
  return jobs;
}

/** Creates a job processor. */
export function createProcessor(options: { threads?: number }): Processor {
  checkOptions('createProcessor', options, { threads: WORKER_FLAGS.threads });
  return create(options);
}
