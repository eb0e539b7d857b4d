import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConvlabError, DataError, OptionError, ShapeError, UnsupportedError } from '../../errors.js';
import { makeFolder } from '../../image/whole-file.js';
import { progress } from '../progress.js';
import type { Terminal } from '../terminal.js';
import type { FileJob } from './filter-files.js';
import type { FilterFlags } from './filter-flags.js';
import { createWorker, type Report } from './filter-one.js';
import type { Answer, Question } from './filter-process.js';

/** A picture that failed. */
interface Failure {
  readonly job: FileJob;
  readonly error: Error;
}

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
  const starts = Array.from({ length: Math.min(processes, jobs.length) }, () =>
    processes === 1 ? createWorker(flags) : createProcess({ ...flags, threads: threadsOf(flags, processes) }),
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
  for (const folder of new Set(jobs.map(({ to }) => dirname(to)))) await makeFolder('filter', folder);
  const bar = progress(terminal, jobs.length, 'pictures');
  const failures: Failure[] = [];
  let [next, done] = [0, 0];
  try {
    await Promise.all(
      workers.map(async (worker) => {
        while (next < jobs.length && !signal.aborted) {
          const job = jobs[next++];
          const print = (done: Report) => {
            if (process.stderr.isTTY) process.stderr.write('\r\x1b[K'); // clears the bar, which is redrawn below
            report(done);
          };
          await worker.filter(job).then(print, (error: Error) => failures.push({ job, error }));
          bar.update(++done);
        }
      }),
    );
  } finally {
    bar.stop();
    dispose();
  }
  if (failures.length === 0) return;
  const [{ error: first }] = failures;
  if (failures.length === jobs.length && first instanceof OptionError && failures.every(({ error }) => error.message === first.message)) throw first;
  const list = failures.sort((a, b) => jobs.indexOf(a.job) - jobs.indexOf(b.job)).map(({ job, error }) => `  ${job.from}: ${error.message}`);
  throw new DataError('filter', `${failures.length} of ${jobs.length} pictures failed:\n${list.join('\n')}`, { failed: failures.length });
}

/** The cores are shared out among the processes, unless it was said otherwise. */
function threadsOf({ backend = 'auto', threads }: FilterFlags, processes: number): number | undefined {
  const shares = threads === undefined && (backend === 'auto' || backend === 'wasm');
  return shares ? Math.max(1, Math.min(4, Math.floor(availableParallelism() / processes))) : threads;
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
