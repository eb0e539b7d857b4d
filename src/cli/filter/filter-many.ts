import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConvlabError, DataError, OptionError, ShapeError, UnsupportedError } from '../../errors.js';
import { withThreads } from '../flags.js';
import type { Terminal } from '../terminal.js';
import type { FileJob } from './filter-files.js';
import type { FilterFlags } from './filter-flags.js';
import { createWorker, type Report } from './filter-one.js';
import type { Answer, Question } from './filter-process.js';
import { workThrough } from './work-through.js';

/** Options of {@link filterMany}. */
export interface ManyOptions {
  /** processes, each with a backend of its own; one works in this process */
  readonly processes: number;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  report(report: Report): void;
}

/**
 * Filters many pictures; a failure does not stop the others.
 * @throws DataError at the end, which lists the failures; the OptionError itself if all failed by the same one
 */
export async function filterMany(jobs: readonly FileJob[], flags: FilterFlags, { processes, terminal, signal, report }: ManyOptions): Promise<void> {
  // the cores are shared out among the processes
  const threads = Math.max(1, Math.min(4, Math.floor(availableParallelism() / processes)));
  const starts = Array.from({ length: Math.min(processes, jobs.length) }, () =>
    processes === 1 ? createWorker(flags) : createProcess(withThreads(flags, threads)),
  );
  const started = await Promise.allSettled(starts);
  const workers = started.flatMap((start) => (start.status === 'fulfilled' ? start.value : []));
  const dispose = () => {
    for (const worker of workers) worker.dispose();
  };
  const broken = started.find((start) => start.status === 'rejected');
  if (broken) {
    dispose();
    throw broken.reason;
  }
  const work = workers.map((worker) => (job: FileJob) => worker.filter(job));
  await workThrough(jobs, { operation: 'filter', workers: work, terminal, signal, report }).finally(dispose);
}

/** A {@link createWorker} in another process. If the process dies, e.g. out of memory, one picture fails. */
async function createProcess(flags: FilterFlags) {
  const start = async () => {
    const child = fork(fileURLToPath(new URL(`./filter-process${extname(import.meta.url)}`, import.meta.url)), { serialization: 'advanced' });
    try {
      await ask(child, { flags });
    } catch (error) {
      if (child.connected) child.disconnect();
      throw error;
    }
    return child;
  };
  let child = await start();
  return {
    async filter(job: FileJob): Promise<Report> {
      if (!child.connected) child = await start();
      return (await ask(child, { job })) as Report;
    },
    dispose: () => child.connected && child.disconnect(),
  };
}

function ask(child: ChildProcess, question: Question): Promise<Report | undefined> {
  return new Promise<Answer>((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Answer));
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new DataError('filter', `its process ended (${signal ?? code})`)));
    child.send(question);
  })
    .finally(() => child.removeAllListeners())
    .then(({ report, error }) => {
      if (error) throw revive(error);
      return report;
    });
}

const ERROR_CLASSES = [OptionError, ShapeError, DataError, UnsupportedError, ConvlabError];

/** Rebuilds an error of another process with its class. */
function revive({ name, message }: NonNullable<Answer['error']>): Error {
  const kind = ERROR_CLASSES.find((each) => each.name === name) ?? Error;
  return Object.setPrototypeOf(new Error(message), kind.prototype);
}
