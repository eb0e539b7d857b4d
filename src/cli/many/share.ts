import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import type { FileJob } from '../filter/filter-files.js';
import { below, isS3 } from '../s3/s3-address.js';
import type { Shard } from './shard.js';

/** The name of a result relative to its folder, the same on every machine. */
export function nameBelow(out: string, { to }: FileJob): string {
  return isS3(to) ? to.slice(below(out, '').length) : relative(out, to).split(sep).join('/');
}

/** The jobs of a shard; all jobs without a shard. */
export function shareOf(jobs: readonly FileJob[], out: string, shard: Shard | undefined): readonly FileJob[] {
  return shard ? jobs.filter((job) => isInShard(nameBelow(out, job), shard)) : jobs;
}

/**
 * True if a name belongs to a shard. The shard depends only on a hash of the name.
 * @param name name of the result, relative to the folder, with `/` as separator
 */
export function isInShard(name: string, { index, count }: Shard): boolean {
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % count === index - 1;
}
