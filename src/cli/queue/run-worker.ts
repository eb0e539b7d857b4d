import { once } from 'node:events';
import type { Terminal } from '../terminal.js';
import { connect } from './connect.js';
import type { QueueJob } from './load-bullmq.js';
import { createProcessor } from './processor.js';
import type { PictureWork } from './queue-job.js';

/** Options of {@link runWorker}. */
export interface WorkerOptions {
  readonly redis?: string;
  readonly queue: string;
  readonly threads?: number;
  /** processed concurrently */
  readonly jobs: number;
  /** seconds after which other workers take over the jobs of a lost worker */
  readonly stalled: number;
  readonly json?: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** How often a job is taken over at most, so that an image that crashes every worker does not circulate forever. */
const MOST_STALLED = 5;

/**
 * Processes the jobs of a queue until the signal or SIGTERM, then completes the active jobs.
 * @throws as `connect` does
 */
export async function runWorker({ redis, queue, threads, jobs, stalled, json, terminal, signal }: WorkerOptions): Promise<void> {
  const { connection, Worker } = await connect('worker', redis);
  const ended = new AbortController();
  const end = () => ended.abort();
  // not `once`: without a remaining listener, the handler that removes temporary files would end the process
  process.on('SIGTERM', end);
  signal.addEventListener('abort', end);
  const processor = createProcessor({ threads });
  const worker = new Worker(queue, processor, {
    connection,
    concurrency: jobs,
    lockDuration: 1000 * stalled,
    stalledInterval: 1000 * stalled,
    maxStalledCount: MOST_STALLED,
    autorun: false,
  });
  const say = (line: string) => json || terminal.quiet || terminal.err(`${line}\n`);
  const tell = (what: object) => json && terminal.out(`${JSON.stringify(what)}\n`);
  const placeOf = ({ data }: QueueJob<PictureWork>) => data?.job?.to ?? '?';
  let finished = 0;
  worker.on('active', (job: QueueJob<PictureWork>) => tell({ begun: job.id, name: job.name, output: { path: placeOf(job) } }));
  worker.on('completed', (job: QueueJob<PictureWork>, result: object) => {
    finished++;
    tell({ done: job.id, name: job.name, ...result });
    say(`${placeOf(job)}: ${job.name}`);
  });
  worker.on('failed', (job: QueueJob<PictureWork> | undefined, error: Error) => {
    tell({ failed: job?.id, name: job?.name, error: { name: error.name, message: error.message } });
    say(`${job ? placeOf(job) : 'a job'}: failed: ${error.message}`);
  });
  let complaint = '';
  worker.on('error', ({ message }: Error) => {
    // reports once while reconnecting to a server that is down
    if (message !== complaint) terminal.err(`queue ${queue}: ${message}\n`);
    complaint = message;
  });
  say(`queue ${queue}: ready for images`);
  const running = worker.run().catch((error) => (ended.signal.aborted ? undefined : Promise.reject(error)));
  try {
    if (!ended.signal.aborted) await Promise.race([once(ended.signal, 'abort'), running]);
    say(`queue ${queue}: finishing the running jobs`);
    await worker.close();
    await running;
    say(`queue ${queue}: ended after ${finished} jobs`);
  } finally {
    process.removeListener('SIGTERM', end);
    await processor.close();
    connection.disconnect();
  }
}
