import { readFileSync, writeFileSync } from 'node:fs';
import { ConvlabError } from '../../src/errors.js';
import { FAMILIES } from './families/all.js';
import type { Family } from './family.js';
import { WORKS, type Work } from './works.js';

// The process that runs the families: it reports the cost of each of four sizes, of the fastest run each.

/** What one input took. */
export interface Cost {
  readonly n: number;
  /** of the input */
  readonly bytes: number;
  /** what the cost is held against */
  readonly size: number;
  /** seconds of all threads */
  readonly seconds: number;
  /** bytes of memory beyond what was held before */
  readonly memory: number;
  /** `accepted`, or the error of the library that refused it, and what it said */
  readonly outcome: string;
  readonly said?: string;
}

/** Seconds, after which one input is not measured again. */
const ENOUGH = 0.5;

async function measure({ make, size }: Family, work: Work, n: number, repeats: number): Promise<Cost> {
  const perform = WORKS[work] as (input: unknown) => Promise<number>;
  const input = make(n) as Buffer | string | { file: Buffer; beside: Buffer };
  const bytes = typeof input === 'object' && 'file' in input ? input.file.length + input.beside.length : input.length;
  const best = { seconds: Number.POSITIVE_INFINITY, memory: Number.POSITIVE_INFINITY };
  let [outcome, said, made] = ['accepted', undefined as string | undefined, 0];
  for (let i = 0, spent = 0; i < repeats && spent < ENOUGH; i++) {
    globalThis.gc?.();
    writeFileSync('/proc/self/clear_refs', '5');
    const [before, begun] = [memory('VmRSS'), process.cpuUsage()];
    try {
      made = await perform(input);
    } catch (error) {
      if (!(error instanceof ConvlabError)) throw error;
      [outcome, said] = [error.name, error.message.slice(0, 300)];
    }
    const { user, system } = process.cpuUsage(begun);
    best.seconds = Math.min(best.seconds, (user + system) / 1e6);
    best.memory = Math.min(best.memory, memory('VmHWM') - before);
    spent += (user + system) / 1e6;
  }
  return { n, bytes, size: size?.(n) ?? bytes + made, ...best, outcome, said };
}

/** Linux tells the peak since it was last reset. */
function memory(field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${field}:\\s*(\\d+)`).exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
}

process.on('message', async ({ name, work, repeats }: { name: string; work: Work; repeats: number }) => {
  const family = FAMILIES.find((each) => each.name === name) as Family;
  // what is loaded and compiled at the first call is no part of it
  await measure(family, work, Math.ceil(family.n / 2), 1);
  const costs: Cost[] = [];
  for (const factor of [1, 2, 4, 8]) costs.push(await measure(family, work, family.n * factor, repeats));
  process.send?.(costs);
});
process.on('disconnect', () => process.exit());
