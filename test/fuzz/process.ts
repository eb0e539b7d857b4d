import { readFileSync, writeFileSync } from 'node:fs';
import { type Outcome, outcomeOf, watchProcess } from './outcome.js';
import { TARGETS, type TargetName } from './targets.js';

/** One input, on its way to the process that takes it. */
export interface Question {
  readonly target: TargetName;
  readonly input: unknown;
}

/** What became of it. */
export interface Answer extends Outcome {
  /** bytes of memory at the most */
  readonly peak: number;
}

// The process that inputs are tried in: they may kill it, and nothing else.
watchProcess();
process.on('message', async ({ target, input }: Question) => {
  resetPeak();
  const outcome = await outcomeOf(() => (TARGETS[target] as (input: unknown) => Promise<unknown>)(input));
  process.send?.({ ...outcome, peak: peak() } satisfies Answer);
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
