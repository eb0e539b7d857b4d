import { writeSync } from 'node:fs';
import { outcomeOf, watchProcess } from '../outcome.js';
import { PARSERS } from '../parsers.js';
import { TEXT_TARGETS } from './guided-targets.js';

// what Jazzer loads: it calls `fuzz` with one input after another, and keeps those that reach code, or a comparison, that none has reached before
const name = process.env.FUZZ_TARGET as keyof typeof PARSERS;
const parser = PARSERS[name] as (input: Buffer | string) => Promise<unknown>;
watchProcess();

export async function fuzz(bytes: Buffer): Promise<void> {
  // memory of its own, which nothing fills anew while a decoder still reads it
  const own = Buffer.from(bytes);
  const { failure } = await outcomeOf(() => parser(TEXT_TARGETS.includes(name) ? own.toString('utf8') : own));
  if (failure === undefined) return;
  writeSync(2, `\n${name}: ${failure}\n`);
  throw new Error(failure);
}
