import { splitRows } from '../filter/filter-bands.js';
import type { FileJob } from '../filter/filter-files.js';
import type { FilterFlags } from '../filter/filter-flags.js';
import { createWorker, type Worker } from '../filter/filter-one.js';
import { hashJob, hashRecipe } from '../many/recipe.js';
import { version } from '../program-version.js';
import { isS3 } from '../s3/s3-address.js';
import type { NewJob } from './load-bullmq.js';
import { type BandWork, everywhere, flagsEverywhere, idOf, type JoinWork, optionsOf, type PictureWork } from './queue-job.js';

/** Options for creating jobs. */
export interface MakeOptions {
  readonly queue: string;
  /** jobs per image if it is filtered row by row; 1: the image is not split */
  readonly bands: number;
}

/**
 * One job per image. For an image that is filtered row by row and split: a job that joins the parts, with the jobs of
 * the parts as children.
 * @throws OptionError if the flags are inconsistent
 */
export async function* makeJobs(work: readonly FileJob[], asked: FilterFlags, { queue, bands }: MakeOptions): AsyncGenerator<NewJob, void, undefined> {
  // machines have different GPUs, but results must be the same
  const flags: FilterFlags = asked.gpuMode === undefined ? { ...asked, backend: asked.backend ?? 'wasm' } : asked;
  const worker = await createWorker(flags);
  try {
    const recipe = await hashRecipe(flags, version());
    const shared = flagsEverywhere(flags);
    for (const each of work) {
      const picture: PictureWork = { job: everywhere(each, await hashJob(each, recipe)), flags: shared };
      yield (bands > 1 && (await split(worker, picture, { queue, bands }))) || jobOf('filter', queue, picture, idOf(picture.job));
    }
  } finally {
    worker.dispose();
  }
}

function jobOf(name: string, queueName: string, data: PictureWork | BandWork | JoinWork, id: string, children?: NewJob[]): NewJob {
  return { name, queueName, data, opts: optionsOf(id), ...(children && { children }) };
}

/** Undefined if the image is not filtered row by row. Only results and sources that are files can be split. */
async function split(worker: Worker, picture: PictureWork, { queue, bands }: MakeOptions): Promise<NewJob | undefined> {
  const { job, flags } = picture;
  if (isS3(job.from) || isS3(job.to)) return undefined;
  const opened = await worker.rows(job).catch(() => undefined);
  const rows = opened && splitRows(opened, bands);
  if (!rows || rows.length < 2) return undefined;
  const id = idOf(job);
  const byRows = { ...flags, stream: true };
  const parts = rows.map((range, part) => {
    const made = jobOf('band', queue, { job, flags: byRows, rows: range, part } satisfies BandWork, `${id}-${part}`);
    // if a part fails, joining fails too
    return { ...made, opts: { ...made.opts, failParentOnFailure: true } };
  });
  const heights = rows.map(([from, to]) => to - from);
  return jobOf('join', queue, { job, flags: byRows, heights } satisfies JoinWork, id, parts);
}
