import type { Command } from 'commander';
import { count, type OptionsOf, option, type Rows, settle, whole } from '../../options.js';
import { addFlags, BACKEND_FLAGS, switchFlag } from '../flags.js';
import { QUEUE_FLAGS } from '../queue/queue-flags.js';
import type { Terminal } from '../terminal.js';

const FLAGS = {
  ...QUEUE_FLAGS,
  threads: BACKEND_FLAGS.threads,
  jobs: option(count, { help: 'images processed at once: while one is read or written, another is filtered (default: 2, or 1 with --threads 1)' }),
  stalled: option(whole(1, 3600), { default: 30, help: 'seconds after which other workers take over the jobs of a lost worker', placeholder: 'seconds' }),
  json: switchFlag('print what ran as JSON, one line per job'),
} satisfies Rows;

/** `convlab worker`: filters the images of a queue until a signal. */
export function addWorkerCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
  addFlags(program.command('worker').description('filter the images of a queue (BullMQ) until SIGTERM or Ctrl-C; running jobs are completed'), FLAGS)
    .addHelpText('after', '\nExamples:\n  convlab worker --redis redis://redis.example:6379\n  convlab worker --threads 1 --stalled 10 --json\n')
    .action(async (flags: OptionsOf<typeof FLAGS>) => {
      const { runWorker } = await import('../queue/run-worker.js');
      const { threads, jobs = threads === 1 ? 1 : 2, ...settled } = settle('worker', flags, FLAGS);
      await runWorker({ ...settled, threads, jobs, terminal, signal });
    });
}
