import { fork } from 'node:child_process';
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
import { inHand, workThrough } from './work-through.js';

/** Options of {@link filterMany}. */
export interface ManyOptions {
  /** processes, each with a backend of its own; this one is among them */
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
  const shared = processes === 1 ? flags : withThreads(flags, threads);
  const starts = Array.from({ length: Math.min(processes, jobs.length) }, (_, i) => (i === 0 ? createWorker(shared) : createProcess(shared)));
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
  const work = workers.flatMap((worker) => inHand(flags.threads, (job: FileJob) => worker.filter(job)));
  await workThrough(jobs, { operation: 'filter', workers: work, terminal, signal, report }).finally(dispose);
}

/** A {@link createWorker} in another process. If the process dies, e.g. out of memory, what it had in hand fails. */
async function createProcess(flags: FilterFlags) {
  let child = start(flags);
  await child.ready.catch((error) => {
    child.end();
    throw error;
  });
  return {
    async filter(job: FileJob): Promise<Report> {
      if (!child.lives()) child = start(flags);
      await child.ready;
      return (await child.ask({ job })) as Report;
    },
    dispose: () => child.end(),
  };
}

function start(flags: FilterFlags) {
  const child = fork(fileURLToPath(new URL(`./filter-process${extname(import.meta.url)}`, import.meta.url)), { serialization: 'advanced' });
  const waiting = new Map<number, { resolve(report: Report | undefined): void; reject(error: Error): void }>();
  let asked = 0;
  const fail = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  child.on('message', (message) => {
    const { id, report, error } = message as Answer;
    if (error) waiting.get(id)?.reject(revive(error));
    else waiting.get(id)?.resolve(report);
    waiting.delete(id);
  });
  child.on('error', fail);
  child.on('exit', (code, signal) => fail(new DataError('filter', `its process ended (${signal ?? code})`)));
  const ask = (what: Question['what']) =>
    new Promise<Report | undefined>((resolve, reject) => {
      waiting.set(asked, { resolve, reject });
      child.send({ id: asked++, what } satisfies Question);
    });
  return { ask, ready: ask({ flags }), lives: () => child.connected, end: () => child.connected && child.disconnect() };
}

const ERROR_CLASSES = [OptionError, ShapeError, DataError, UnsupportedError, ConvlabError];

/** Rebuilds an error of another process with its class. */
function revive({ name, message }: NonNullable<Answer['error']>): Error {
  const kind = ERROR_CLASSES.find((each) => each.name === name) ?? Error;
  return Object.setPrototypeOf(new Error(message), kind.prototype);
}
