/** A queue job in the form of BullMQ's `FlowProducer.addBulk`; jobs without `children` also fit `Queue.addBulk`. */
export interface PictureJob {
  /** `filter`, or `join` with children named `band`. */
  name: string;
  queueName: string;
  data: object;
  /** `jobId` is derived from the contents of the image, the filter and the name of the result; `attempts` is 3. */
  opts: { jobId: string; attempts: number };
  children?: PictureJob[];
}

/** Options of {@link pictureJobs}: the flags of `convlab filter` in camel case, such as `paddingMode`. */
export interface PictureJobsOptions {
  /** Folder for the results, or `s3://bucket/prefix`. */
  readonly out: string;
  /** Kernels in the form of `--kernel`: names, parameters or files. Required unless `pipeline` is set. */
  readonly kernel?: readonly string[];
  /** Path of a pipeline saved as JSON. */
  readonly pipeline?: string;
  /** Format of the results. Default: from the file extension of each image. */
  readonly format?: string;
  /** Name of the queue. Default: `'convlab'`. */
  readonly queue?: string;
  /** Number of jobs per image that is filtered row by row. Default: 1. */
  readonly bands?: number;
  readonly [flag: string]: unknown;
}

/** The members of BullMQ's `Job` that a {@link PictureProcessor} uses. */
export interface PictureQueueJob {
  readonly id?: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: BullMQ declares it as any, and jobs of every type must be assignable
  readonly data: any;
  /** Reports the progress of an image that is processed row by row. @param progress percent */
  updateProgress(progress: number): Promise<void>;
}

/** Processes the jobs of {@link pictureJobs}; pass it to BullMQ's `Worker`. Backends are created once and reused. */
export interface PictureProcessor {
  /** @returns a description of the work done, which BullMQ stores as the result of the job */
  (job: PictureQueueJob): Promise<object>;
  /** Frees the backends. Call it after the `close` method of the worker. */
  close(): Promise<void>;
}

/** Loads a bundled module of the command line by a path that the compiler does not resolve. */
async function load<T>(name: string): Promise<T> {
  return import(/* @vite-ignore */ new URL(`./cli/${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href);
}

/**
 * Creates the jobs of `convlab enqueue` for images, patterns and folders. Relative paths are made absolute, so workers need the files under the same
 * paths, or `s3://` addresses.
 * @throws OptionError or DataError in the same cases as `convlab filter`, before any job is created
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
 * Creates a processor for BullMQ's `Worker`. Results are written atomically, so a job may run twice. Errors in options fail a job permanently; other
 * errors are retried according to the options of the job.
 * @param options.threads number of threads per image. Default: the value of the job, or the default of the wasm backend
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
