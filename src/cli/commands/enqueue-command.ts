import type { Command } from 'commander';
import { count, type OptionsOf, option, pickOptions, type Rows, settle } from '../../options.js';
import { WORKER_FLAGS } from '../filter/filter-flags.js';
import { RESULT_FLAGS } from '../filter/picture-flags.js';
import { addFlags, fileFlag, switchFlag } from '../flags.js';
import { QUEUE_FLAGS } from '../queue/queue-flags.js';
import type { Terminal } from '../terminal.js';

const FLAGS = {
  ...QUEUE_FLAGS,
  ...RESULT_FLAGS,
  out: { ...fileFlag('folder', 'folder for the results, which keep the names of their images'), required: true },
  bands: option(count, {
    default: 1,
    help: 'number of jobs for each image that is filtered row by row (--stream, or more than 64 megapixels); one more job joins the results',
  }),
  ...WORKER_FLAGS,
  json: switchFlag('print what was added as JSON, one line per image'),
} satisfies Rows;

interface Flags extends OptionsOf<typeof FLAGS> {
  kernel?: string[];
}

const EXAMPLES = `
Examples:
  convlab enqueue photos --out done --kernel sharpen
  convlab enqueue 's3://in/scans/*.png' --out s3://out/scans --kernel gaussian:2 --redis rediss://user:password@redis.example:6379
  convlab enqueue large.tif --out done --kernel sharpen --bands 8
`;

/** `convlab enqueue`: adds the work of `convlab filter` to a queue, for `convlab worker`. */
export function addEnqueueCommand(program: Command, terminal: Terminal, _: AbortSignal): void {
  const command = program
    .command('enqueue')
    .description('add images to a queue (BullMQ), to be filtered by workers')
    .usage('[options] <in...> --out <folder>')
    .argument('<paths...>', 'images, patterns and folders, as for "convlab filter"; workers must find them under the same paths')
    .option('-k, --kernel <kernel>', 'as for "convlab filter"', (text: string, all: string[] = []) => [...all, text]);
  addFlags(command, FLAGS)
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], { kernel, ...given }: Flags) => {
      if (kernel === undefined && given.pipeline === undefined)
        command.error("error: required option '-k, --kernel <kernel>' not specified, like --kernel sharpen; 'convlab kernels' lists the names");
      const { redis, queue: name, out, format, bands, json } = settle('enqueue', given, FLAGS);
      const [{ findJobs, checkHoldsFloats }, { connect }, { makeJobs }, { addJobs }] = await Promise.all([
        import('../filter/filter-files.js'),
        import('../queue/connect.js'),
        import('../queue/make-jobs.js'),
        import('../queue/add-jobs.js'),
      ]);
      const work = await findJobs(paths, { out, format }, 'enqueue');
      if (given.output === 'float') checkHoldsFloats(work);
      const { connection, Queue, FlowProducer } = await connect('enqueue', redis);
      const [queue, flows] = [new Queue(name, { connection }), new FlowProducer({ connection })];
      // broken connections are restored and pending commands repeated
      for (const each of [queue, flows]) each.on('error', () => {});
      try {
        const flags = { ...pickOptions(given, WORKER_FLAGS), ...(kernel && { kernel }) };
        const added = await addJobs(makeJobs(work, flags, { queue: name, bands }), { queue, flows }, ({ opts, data, children }) => {
          const { jobId } = opts as { jobId: string };
          const { from, to } = (data as { job: { from: string; to: string } }).job;
          if (json) terminal.out(`${JSON.stringify({ id: jobId, input: { path: from }, output: { path: to }, bands: children?.length })}\n`);
        });
        if (json) terminal.out(`${JSON.stringify({ summary: { queue: name, ...added } })}\n`);
        else if (!terminal.quiet)
          terminal.err(`${added.added} of ${added.pictures} images were added to ${name}; ${added.waiting} are waiting, ${added.done} are done\n`);
      } finally {
        await Promise.all([queue.close(), flows.close()]);
        connection.disconnect();
      }
    });
}
