import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { FAMILIES } from './families/all.js';
import type { Cost } from './process.js';
import { printTable, type Row } from './table.js';
import type { Work } from './works.js';

// Every decoder and parser costs in proportion to its file, or to the pixels that come out, or refuses. Both are measured where all else
// is equal, in one process: what grows with the square of n takes four times what is due from 2n to 8n, in proportion once.
const ROOM = 2.5;
/** Less is noise. */
const LEAST = { seconds: 0.02, memory: 24 * 2 ** 20 };
const LIMIT = 90_000;
/** Measurements of a structure, each of more runs, until its cost is due. What is not in proportion fails all of them. */
const ATTEMPTS = 6;

const folder = mkdtempSync(join(tmpdir(), 'convlab-growth-'));
const table: Row[] = [];
afterAll(() => {
  rmSync(folder, { recursive: true });
  mkdirSync('out', { recursive: true });
  writeFileSync('out/growth.md', printTable(table));
  console.log(printTable(table));
});

let child: ChildProcess | undefined;
afterAll(stop);

function stop(): void {
  child?.kill('SIGKILL');
  child = undefined;
}

async function grow(name: string, work: Work, repeats: number): Promise<Cost[]> {
  const current = child ?? start();
  child = current;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), LIMIT);
  current.send({ name, work, repeats });
  try {
    const [costs] = await Promise.race([
      once(current, 'message', { signal: late.signal }),
      once(current, 'exit', { signal: late.signal }).then(([code, signal]) => {
        throw new Error(`it ended: ${signal ?? code}`);
      }),
    ]);
    return costs as Cost[];
  } catch (error) {
    stop();
    throw new Error(`${name}, ${work}: ${late.signal.aborted ? `no end within ${LIMIT / 1000} s` : (error as Error).message}`);
  } finally {
    clearTimeout(timer);
    late.abort();
  }
}

function start(): ChildProcess {
  return fork(fileURLToPath(new URL('process.ts', import.meta.url)), {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    env: { ...process.env, GROWTH_FILE: join(folder, 'picture') },
  });
}

/** Measures the growth, repeatedly while the cost is more than due: another process may have disturbed the measurement. */
async function check(name: string, work: Work): Promise<readonly Cost[]> {
  let costs = await grow(name, work, 1);
  for (let i = 1; i < ATTEMPTS && !isDue(costs); i++) {
    // in a new process for half of them: the memory of an old one is fragmented
    if (i % 2 === 0) stop();
    costs = await grow(name, work, i + 1);
  }
  table.push({ name, work, costs });
  expect({ name, work, isDue: isDue(costs), costs }).toMatchObject({ isDue: true });
  return costs;
}

function isDue(costs: readonly Cost[]): boolean {
  const [, second, , last] = costs;
  const due = ROOM * Math.max(1, last.size / second.size);
  return last.seconds <= due * Math.max(second.seconds, LEAST.seconds) && last.memory <= due * Math.max(second.memory, LEAST.memory);
}

const filter = process.env.GROWTH;
describe.skipIf(process.platform !== 'linux')('what grows costs in proportion', () => {
  test.each(FAMILIES.filter(({ name }) => !filter || name.includes(filter)).map((each) => [each.name, each] as const))(
    '%s',
    async (name, { work }) => {
      const costs = await check(name, work);
      if (work !== 'picture') return;
      const alone = await check(name, 'builtIn');
      // what is accepted does not depend on sharp
      expect(alone.map(({ outcome }) => outcome)).toEqual(costs.map(({ outcome }) => outcome));
    },
    4 * LIMIT,
  );
});
