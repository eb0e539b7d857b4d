import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { RowRange } from '../../kernels/backend.js';
import type { FileJob } from '../filter/filter-files.js';
import type { FilterFlags } from '../filter/filter-flags.js';
import { isS3 } from '../s3/s3-address.js';

/** The name of the queue, where none is given. */
export const QUEUE = 'convlab';

/** What a job of a queue holds. Paths are absolute: workers run elsewhere, over the same files. */
export interface PictureWork {
  /** a picture and its result */
  readonly job: FileJob & { readonly hash: string };
  readonly flags: FilterFlags;
}

/** Rows of a picture's result, of a job beneath one that joins them. */
export interface BandWork extends PictureWork {
  readonly rows: RowRange;
  /** from 0 */
  readonly part: number;
}

/** A picture whose result is joined from parts. */
export interface JoinWork extends PictureWork {
  /** rows of each part */
  readonly heights: readonly number[];
}

/** Paths that mean the same wherever a worker runs. */
export function everywhere({ from, to, format }: FileJob, hash: string): PictureWork['job'] {
  return { from: absolute(from), to: absolute(to), format, hash };
}

/** The flags with absolute paths of kernels, pipeline and mask. */
export function flagsEverywhere({ kernel, pipeline, mask, ...flags }: FilterFlags): FilterFlags {
  return {
    ...flags,
    kernel: kernel?.map((text) => (/\.(json|txt|svg|acf)$/i.test(text) ? absolute(text) : text)),
    pipeline: pipeline && absolute(pipeline),
    mask: mask && absolute(mask),
  };
}

function absolute(path: string): string {
  return isS3(path) ? path : resolve(path);
}

/** The id of a job. Jobs with the same image, recipe and result have the same id, so BullMQ does not add them twice. */
export function idOf({ to, hash }: PictureWork['job']): string {
  return createHash('sha256')
    .update(JSON.stringify([hash, to]))
    .digest('hex');
}

/** How a job is kept and tried: three times, and kept for a week if it is done. */
export function optionsOf(jobId: string): object {
  const week = 7 * 24 * 60 * 60;
  return { jobId, attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: { age: week } };
}
