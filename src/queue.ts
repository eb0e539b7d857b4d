/** A job of a queue, as BullMQ's `FlowProducer.addBulk` takes it; without `children`, `Queue.addBulk` does too. */
export interface PictureJob {
  /** `filter`, or `join` over its children, `band` each */
  name: string;
  queueName: string;
  data: object;
  /** `jobId` follows from the picture's contents, the filter and the result's name; three attempts */
  opts: { jobId: string; attempts: number };
  children?: PictureJob[];
}

/** Options of {@link pictureJobs}: those of `convlab filter`, `--padding-mode` as `paddingMode`. */
export interface PictureJobsOptions {
  /** The folder, or `s3://bucket/prefix`, of the results. */
  readonly out: string;
  /** Names, parameters and files, as `--kernel` takes them. Default: `pipeline` must be given. */
  readonly kernel?: readonly string[];
  /** A pipeline that was saved as JSON: its file. */
  readonly pipeline?: string;
  /** Of the results. Default: as their pictures' names say. */
  readonly format?: string;
  /** The name of the queue. Default `'convlab'`. */
  readonly queue?: string;
  /** Jobs that share each picture that passes by rows. Default 1. */
  readonly bands?: number;
  readonly [flag: string]: unknown;
}

/** As much of BullMQ's `Job` as a {@link PictureProcessor} needs. */
export interface PictureQueueJob {
  readonly id?: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: BullMQ's own type of it, which a job of any type must be assignable to
  readonly data: any;
  /** Reports the progress of an image that is processed row by row. @param progress percent */
  updateProgress(progress: number): Promise<void>;
}

/** Does the jobs of {@link pictureJobs}: what a `Worker` of BullMQ takes. Backends are started once and kept. */
export interface PictureProcessor {
  /** @returns what ran, which BullMQ keeps as the job's result */
  (job: PictureQueueJob): Promise<object>;
  /** Frees what is kept. Call it after the worker's own `close`. */
  close(): Promise<void>;
}

/** The modules of the command line, which are bundled: no path that a compiler follows. */
async function load<T>(name: string): Promise<T> {
  return import(/* @vite-ignore */ new URL(`./cli/${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href);
}

/**
 * Jobs for pictures, patterns and folders, as `convlab enqueue` makes them. Paths become absolute: workers need the same files at the same places, or
 * `s3://` addresses.
 * @throws OptionError or DataError as `convlab filter` does, before a job is made
 * @example
 * ```ts
 * import { pictureJobs } from 'convlab/queue';
 *
 * const jobs = await pictureJobs(['photo.jpg'], { out: 'done', kernel: ['gaussian:2'] });
 * console.log(jobs.length, jobs[0].name, jobs[0].queueName); // → 1 filter convlab
 * // await new FlowProducer({ connection }).addBulk(jobs);
 * ```
 */
export async function pictureJobs(paths: readonly string[], options: PictureJobsOptions): Promise<PictureJob[]> {
  const { listJobs } = await load<{ listJobs(paths: readonly string[], options: PictureJobsOptions): Promise<PictureJob[]> }>('queue-entry');
  return listJobs(paths, options);
}

/**
 * A processor for BullMQ's `Worker`. Results are written atomically, so a job may be done twice. Errors of options fail a job for good; others are
 * tried again, as the job's options say.
 * @param options.threads of each picture. Default: as its job says, else as many as wasm takes by itself
 * @example
 * ```ts
 * import { createProcessor } from 'convlab/queue';
 *
 * const processor = createProcessor({ threads: 1 });
 * // const worker = new Worker('convlab', processor, { connection, concurrency: 2 });
 * // at the end: await worker.close();
 * await processor.close();
 * ```
 */
export function createProcessor(options: { threads?: number } = {}): PictureProcessor {
  const loaded = load<{ createProcessor(options: { threads?: number }): PictureProcessor }>('queue-entry').then((module) => module.createProcessor(options));
  loaded.catch(() => {});
  return Object.assign(async (job: PictureQueueJob) => (await loaded)(job), { close: async () => (await loaded).close() });
}
