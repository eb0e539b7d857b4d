import { OptionError } from '../../errors.js';
import { type OptionRule, rule } from '../../options.js';

/** One of several equal parts of a list of work. */
export interface Shard {
  /** index of the part, from 1 to `count` */
  readonly index: number;
  readonly count: number;
  /** the environment variable it comes from; undefined: a flag */
  readonly from?: string;
}

/** The rule for `--shard`. */
export const SHARD: OptionRule<Shard> = rule('a part of several, such as 3/16', isShard, {
  parse: (text) => {
    const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
    return count === undefined ? undefined : { index: Number(index), count: Number(count) };
  },
});

function isShard(value: unknown): boolean {
  const { index, count } = (value ?? {}) as Shard;
  return Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 1 && index <= count;
}

/** The variable with the number of parts, for schedulers that do not set it or set it for a single run only. */
export const COUNT_VARIABLE = 'CONVLAB_SHARDS';

/**
 * Schedulers that number their tasks: the environment variables with the index, the first index, and the number of
 * tasks.
 */
const SCHEDULERS = [
  { task: 'SLURM_ARRAY_TASK_ID', first: 'SLURM_ARRAY_TASK_MIN', step: 'SLURM_ARRAY_TASK_STEP', count: 'SLURM_ARRAY_TASK_COUNT' },
  { task: 'JOB_COMPLETION_INDEX', count: COUNT_VARIABLE },
  { task: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
] as const;

/**
 * The shard that Slurm, Kubernetes or AWS Batch assigned to this process; undefined if there is none.
 * @throws OptionError if the index is known, but not the number of shards
 */
export function shardOf(environment: Readonly<Record<string, string | undefined>>): Shard | undefined {
  const scheduler = SCHEDULERS.find(({ task }) => environment[task]);
  if (!scheduler) return undefined;
  const { task } = scheduler;
  const number = (name: string | undefined, otherwise?: number) => (name && environment[name] ? Number(environment[name]) : otherwise);
  const count = number(COUNT_VARIABLE) ?? number(scheduler.count);
  if (count === undefined)
    throw new OptionError(
      'filter',
      '--shard',
      `must be set, such as 3/16 or 1/1 for all, or set ${COUNT_VARIABLE}: ${task} gives the part but not the number of parts`,
      undefined,
    );
  // the first task of the whole array is then unknown
  if ('first' in scheduler && number(scheduler.count, count) !== count)
    throw new OptionError(
      'filter',
      '--shard',
      `must be set, because this array has ${environment[scheduler.count]} of the ${count} tasks (${COUNT_VARIABLE})`,
      undefined,
    );
  const first = 'first' in scheduler ? (number(scheduler.first, 0) as number) : 0;
  const step = 'step' in scheduler ? (number(scheduler.step, 1) as number) : 1;
  const shard = { index: (Number(environment[task]) - first) / step + 1, count, from: task };
  if (!isShard(shard))
    throw new OptionError(
      'filter',
      '--shard',
      `must be set, because ${task}=${environment[task]} is not one of ${count} consecutive tasks`,
      `${shard.index}/${count}`,
    );
  return shard;
}
