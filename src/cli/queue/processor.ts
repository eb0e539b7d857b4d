import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OptionError, UnsupportedError } from '../../errors.js';
import { removeUnfinished } from '../../image/replace-file.js';
import { makeFolder } from '../../image/whole-file.js';
import { checkOptions, list, text } from '../../options.js';
import { filterBand, streamBands } from '../filter/filter-bands.js';
import { WORKER_FLAGS } from '../filter/filter-flags.js';
import type { Worker } from '../filter/filter-one.js';
import { writeResult } from '../filter/filter-rows.js';
import { isS3 } from '../s3/s3-address.js';
import type { QueueJob } from './load-bullmq.js';
import { Parts } from './parts.js';
import { type BandWork, idOf, type JoinWork, type PictureWork } from './queue-job.js';
import { ReadyWorkers } from './ready-workers.js';

/** Minimum milliseconds between two progress reports; each report is a message to Redis. */
const BETWEEN_REPORTS = 1000;
const FLAGS = { ...WORKER_FLAGS, kernel: { ...list(text) } };

/** Processes the jobs of a queue. */
export interface Processor {
  (job: QueueJob<PictureWork>): Promise<object>;
  /** Disposes of the cached workers. */
  close(): Promise<void>;
}

/** @param threads threads per image, unless its flags specify another number */
export function createProcessor({ threads }: { threads?: number } = {}): Processor {
  const ready = new ReadyWorkers(threads);
  const processor = async (job: QueueJob<PictureWork>): Promise<object> => {
    try {
      const { flags } = checked(job.data);
      return await ready.use(flags, (worker) => work(worker, job));
    } catch (error) {
      // BullMQ does not retry a job whose error has this name; invalid options stay invalid
      if (error instanceof OptionError || error instanceof UnsupportedError) throw Object.assign(new Error(error.message), { name: 'UnrecoverableError' });
      throw error;
    }
  };
  return Object.assign(processor, { close: () => ready.close() });
}

async function work(worker: Worker, job: QueueJob<PictureWork>): Promise<object> {
  const { from, to } = job.data.job;
  // the previous worker has ended or timed out
  if (!isS3(to) && ((job.stalledCounter ?? 0) > 0 || (job.attemptsMade ?? 0) > 0)) await removeUnfinished(to);
  switch (job.name) {
    case 'filter':
      return filterPicture(worker, job);
    case 'band':
      return filterPart(worker, job as QueueJob<BandWork>);
    case 'join':
      return joinParts(worker, job as QueueJob<JoinWork>);
    default:
      throw new OptionError('worker', 'job', `must be named 'filter', 'band' or 'join' (from ${from})`, job.name);
  }
}

/** @throws OptionError unless the job was added by this version of convlab */
function checked(data: PictureWork): PictureWork {
  const { job, flags } = data ?? {};
  if (typeof job?.from !== 'string' || typeof job.to !== 'string' || job.from === '-' || job.to === '-')
    throw new OptionError('worker', 'job', 'must name an image and its result', job);
  checkOptions('worker', flags, FLAGS, 'flags');
  return data;
}

async function filterPicture(worker: Worker, told: QueueJob<PictureWork>): Promise<object> {
  const { job } = told.data;
  if (!isS3(job.to)) await makeFolder('filter', dirname(job.to));
  const { input, output, lost, device, milliseconds } = await worker.filter(job, reporter(told));
  return { input, output, lost, device, milliseconds, bytes: await sizeOf(job.to) };
}

async function filterPart(worker: Worker, { data: { job, rows, part } }: QueueJob<BandWork>): Promise<object> {
  const opened = await openRows(worker, job);
  await new Parts(job.to, idOf(job)).write(part, await filterBand(opened, rows));
  return { rows };
}

async function joinParts(worker: Worker, told: QueueJob<JoinWork>): Promise<object> {
  const { job, flags, heights } = told.data;
  const parts = new Parts(job.to, idOf(job));
  const there = await sizeOf(job.to);
  if (there === undefined || !(await parts.wereJoined())) {
    const opened = await openRows(worker, job);
    const report = reporter(told);
    const { height } = opened.result;
    const counted = async function* () {
      let rows = 0;
      for await (const band of parts.rows(heights, opened.result, streamBands(opened))) {
        yield band;
        rows += band.length / (opened.result.width * opened.result.channels);
        report(rows / height);
      }
    };
    await writeResult(opened, counted(), job, flags);
  }
  await parts.remove();
  return { output: { path: job.to }, parts: heights.length, bytes: await sizeOf(job.to) };
}

async function openRows(worker: Worker, job: PictureWork['job']) {
  const opened = await worker.rows({ ...job });
  if (opened) return opened;
  throw new UnsupportedError('worker', `${job.from} was replaced by another image while it was filtered in parts`);
}

/** The length of a result in bytes; undefined if it does not exist, or is an S3 object, which is always complete. */
async function sizeOf(path: string): Promise<number | undefined> {
  return isS3(path) ? undefined : (await stat(path).catch(() => undefined))?.size;
}

/** Reports the completed percentage to BullMQ at limited frequency. A lost message is not an error. */
function reporter(job: QueueJob): (share: number) => void {
  let last = performance.now();
  return (share) => {
    if (performance.now() - last < BETWEEN_REPORTS) return;
    last = performance.now();
    job.updateProgress(Math.floor(100 * share)).catch(() => {});
  };
}
