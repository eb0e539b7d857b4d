import { stat } from 'node:fs/promises';
import { isS3 } from '../s3/s3-address.js';
import { headObject } from '../s3/s3-objects.js';
import type { BullFlows, BullQueue, NewJob, QueueJob } from './load-bullmq.js';
import type { PictureWork } from './queue-job.js';

/** The outcome of adding jobs. */
export interface Added {
  readonly pictures: number;
  /** new in the queue */
  readonly added: number;
  /** already in the queue, waiting or active */
  readonly waiting: number;
  /** completed, and their results exist */
  readonly done: number;
}

/** Jobs sent to the server in one message. */
const AT_ONCE = 200;

/**
 * Adds jobs that the queue does not contain yet. Failed jobs, and jobs whose results were deleted, start again.
 * @param tell called for each added job
 */
export async function addJobs(
  jobs: AsyncIterable<NewJob>,
  { queue, flows }: { queue: BullQueue; flows: BullFlows },
  tell: (job: NewJob) => void,
): Promise<Added> {
  const counts = { pictures: 0, added: 0, waiting: 0, done: 0 };
  let held: NewJob[] = [];
  const flush = async () => {
    const states = await Promise.all(held.map((job) => stateOf(queue, job)));
    const fresh = held.filter((_, i) => states[i] === 'added');
    if (fresh.length > 0) await flows.addBulk(fresh);
    for (const job of fresh) tell(job);
    for (const state of states) counts[state]++;
    counts.pictures += held.length;
    held = [];
  };
  for await (const job of jobs) if (held.push(job) >= AT_ONCE) await flush();
  await flush();
  return counts;
}

/** The state of a job in the queue. `added`: not in the queue, so it must be added. */
async function stateOf(queue: BullQueue, { opts, data }: NewJob): Promise<'added' | 'waiting' | 'done'> {
  const found = await queue.getJob((opts as { jobId: string }).jobId);
  const state = await found?.getState();
  if (!found || state === 'unknown') return 'added';
  if (state === 'completed' && (await isThere(data as PictureWork, found))) return 'done';
  if (state !== 'completed' && state !== 'failed') return 'waiting';
  // including its parts
  await found.remove();
  return 'added';
}

async function isThere({ job: { to, hash } }: PictureWork, { returnvalue }: QueueJob): Promise<boolean> {
  if (isS3(to)) return (await headObject('enqueue', to))?.hash === hash;
  const { bytes } = (returnvalue ?? {}) as { bytes?: number };
  const found = await stat(to).catch(() => undefined);
  return found?.size === bytes;
}
