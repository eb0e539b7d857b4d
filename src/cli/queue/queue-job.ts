import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { RowRange } from '../../kernels/backend.js';
import type { FileJob } from '../filter/filter-files.js';
import type { FilterFlags } from '../filter/filter-flags.js';
import { isS3 } from '../s3/s3-address.js';

/** The default name of the queue. */
export const QUEUE = 'convlab';

/**
 * The data of a queue's job. Paths are absolute because workers run in other folders or on other machines with the same
 * files.
 */
export interface PictureWork {
  /** an image and its result */
  readonly job: FileJob & { readonly hash: string };
  readonly flags: FilterFlags;
}

/** Some rows of a result: a child of the job that joins them. */
export interface BandWork extends PictureWork {
  readonly rows: RowRange;
  /** index of the part, from 0 */
  readonly part: number;
}

/** An image whose result is joined from parts. */
export interface JoinWork extends PictureWork {
  /** rows of each part */
  readonly heights: readonly number[];
}

/** Paths that are valid in every worker. */
export function everywhere({ from, to, format }: FileJob, hash: string): PictureWork['job'] {
  return { from: absolute(from), to: absolute(to), format, hash };
}

/** The flags, with the paths of kernels, pipeline and mask made absolute. */
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

/** Retry and retention options of a job: three attempts; completed jobs are kept for a week. */
export function optionsOf(jobId: string): object {
  const week = 7 * 24 * 60 * 60;
  return { jobId, attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: { age: week } };
}
