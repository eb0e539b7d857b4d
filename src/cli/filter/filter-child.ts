import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConvlabError, DataError, OptionError, ShapeError, UnsupportedError } from '../../errors.js';
import { removeUnfinished } from '../../image/replace-file.js';
import type { FileJob } from './filter-files.js';
import type { FilterFlags } from './filter-flags.js';
import type { Report } from './filter-one.js';
import type { Answer, Question } from './filter-process.js';

/** The process ended while it was processing images. */
class ProcessEnded extends DataError {}

/**
 * A worker in another process. If that process dies, e.g. out of memory, each image in progress is retried once, alone
 * in a new process, so that the image that caused the crash does not affect others.
 */
export async function createChild(flags: FilterFlags) {
  let child = start(flags);
  let alone: Promise<unknown> = Promise.resolve();
  await child.ready.catch((error) => {
    child.end();
    if (!(error instanceof ProcessEnded)) throw error;
    child = start(flags);
    return child.ready;
  });
  const again = async (job: FileJob): Promise<Report> => {
    await removeUnfinished(job.to); // by the process that died
    const other = start(flags);
    try {
      await other.ready;
      return { ...((await other.ask({ job })) as Report), retried: true };
    } finally {
      other.end();
    }
  };
  return {
    async filter(job: FileJob): Promise<Report> {
      if (!child.lives()) child = start(flags);
      try {
        await child.ready;
        return (await child.ask({ job })) as Report;
      } catch (error) {
        if (!(error instanceof ProcessEnded)) throw error;
        const retried = alone.then(() => again(job));
        alone = retried.catch(() => {});
        return retried;
      }
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
  child.on('error', ({ message }) => fail(new ProcessEnded('filter', `its process is not reachable: ${message}`)));
  child.on('exit', (code, signal) => fail(new ProcessEnded('filter', `its process ended (${signal ?? code})`)));
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
