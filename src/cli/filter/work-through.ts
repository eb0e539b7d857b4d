import { dirname } from 'node:path';
import { DataError, OptionError } from '../../errors.js';
import { makeFolder } from '../../image/whole-file.js';
import { progress } from '../progress.js';
import { isS3 } from '../s3/s3-address.js';
import type { Terminal } from '../terminal.js';
import type { FileJob } from './filter-files.js';

/** An image that failed. */
interface Failure {
  readonly job: FileJob;
  readonly error: Error;
}

/** Options for processing many images. */
export interface Work<R> {
  /** the command's name in errors */
  readonly operation: string;
  /** each processes one image after the other; all run in parallel */
  readonly workers: readonly ((job: FileJob) => Promise<R>)[];
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  report(report: R): void;
  /** called immediately for each failure */
  fail?(job: FileJob, error: Error): void;
}

/** Images in progress per process: while sharp decodes or encodes one on other threads, another is filtered. */
const IN_HAND = 2;

/** One worker per image in progress; a single one if the process uses one thread. */
export function inHand<W>(threads: number | undefined, worker: W): W[] {
  return Array<W>(threads === 1 ? 1 : IN_HAND).fill(worker);
}

/**
 * Processes many images with a progress bar; a failure does not stop the others.
 * @throws DataError at the end, which lists the failures; the OptionError itself if all failed with the same one
 */
export async function workThrough<R>(jobs: readonly FileJob[], { operation, workers, terminal, signal, report, fail }: Work<R>): Promise<void> {
  for (const folder of new Set(jobs.flatMap(({ to }) => (isS3(to) ? [] : dirname(to))))) await makeFolder(operation, folder);
  const bar = progress(terminal, jobs.length, 'pictures');
  const failures: Failure[] = [];
  let [next, done] = [0, 0];
  // reports appear in the order of the images
  const finished = new Map<number, R | undefined>();
  let reported = 0;
  const finish = (index: number, result?: R) => {
    finished.set(index, result);
    if (process.stderr.isTTY && !terminal.quiet) process.stderr.write('\r\x1b[K'); // clears the bar, which is redrawn below
    for (; finished.has(reported); reported++) {
      const ready = finished.get(reported);
      if (ready !== undefined) report(ready);
      finished.delete(reported);
    }
    bar.update(++done);
  };
  try {
    await Promise.all(
      workers.map(async (work) => {
        while (next < jobs.length && !signal.aborted) {
          const index = next++;
          const job = jobs[index];
          await work(job).then(
            (result) => finish(index, result),
            (error: Error) => {
              failures.push({ job, error });
              fail?.(job, error);
              finish(index);
            },
          );
        }
      }),
    );
  } finally {
    bar.stop();
  }
  if (failures.length === 0) return;
  const [{ error: first }] = failures;
  if (failures.length === jobs.length && first instanceof OptionError && failures.every(({ error }) => error.message === first.message)) throw first;
  const list = failures.sort((a, b) => jobs.indexOf(a.job) - jobs.indexOf(b.job)).map(({ job, error }) => `  ${job.from}: ${error.message}`);
  throw new DataError(operation, `${failures.length} of ${jobs.length} images failed:\n${list.join('\n')}`, { failed: failures.length });
}
