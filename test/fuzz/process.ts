import { readFileSync, writeFileSync } from 'node:fs';
import { ConvlabError } from '../../src/errors.js';
import { TARGETS, type TargetName } from './targets.js';

/** One input, on its way to the process that takes it. */
export interface Question {
  readonly target: TargetName;
  readonly input: unknown;
}

/** What became of it. */
export interface Answer {
  /** the library's error that it ended in, or how a command failed; none: a result */
  readonly refused?: string;
  /** what should not have happened */
  readonly failure?: string;
  /** bytes of memory at the most */
  readonly peak: number;
}

// The process that inputs are tried in: they may kill it, and nothing else.
const prototypes = [Object, Array, Function, String, Number, Map].map(({ prototype }) => prototype);
const keys = () => prototypes.map((prototype) => Reflect.ownKeys(prototype).length).join();
const clean = keys();
let mishaps: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (error) => mishaps.push(`${event}: ${error?.stack ?? error}`));
for (const stream of [process.stdout, process.stderr]) {
  stream.write = ((text: unknown) => mishaps.push(`printed ${String(text).slice(0, 200)}`) > 0) as typeof stream.write;
}

process.on('message', async ({ target, input }: Question) => {
  mishaps = [];
  resetPeak();
  let refused: string | undefined;
  try {
    refused = (await (TARGETS[target] as (input: unknown) => Promise<string | undefined>)(input)) ?? undefined;
  } catch (error) {
    if (error instanceof ConvlabError) refused = error.name;
    else mishaps.push(error instanceof Error ? String(error.stack) : `threw ${String(error)}`);
  }
  // unhandled rejections are reported after the current tasks
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  if (keys() !== clean || 'polluted' in {}) mishaps.push('a prototype was changed');
  process.send?.({ refused, failure: mishaps[0], peak: peak() } satisfies Answer);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

/** On Linux the greatest size is known for each input alone; elsewhere it is that of the process so far. */
function resetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

function peak(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
}
