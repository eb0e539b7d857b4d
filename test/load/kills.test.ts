import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/index.js';
import { childrenOf, filesOf, manyPictures } from '../cli/killed.js';
import { convlab } from '../faults/process.js';

const COUNT = Number(process.env.PICTURES ?? 1000);
const KILLS = 20;
/** Two processes, each with two pictures in hand. */
const IN_HAND = 4;

let folder: string;
const filter = (out: string, ...flags: string[]) =>
  convlab(['filter', join(folder, 'photos'), '--out', join(folder, out), '--kernel', 'gaussian:2', '--built-in', '--json', ...flags]);
/** Names that were begun, and not finished. */
async function inFlight(out: string): Promise<number> {
  const place = join(folder, out, '.convlab');
  const text = (await Promise.all((await readdir(place).catch(() => [])).map((name) => readFile(join(place, name), 'utf8')))).join('\n');
  const begun = new Set<string>();
  for (const line of text.split('\n')) {
    const [, to, done] = /^{"to":"([^"]+)"(,"done")?.*}$/.exec(line) ?? [];
    if (done) begun.delete(to);
    else if (to) begun.add(to);
  }
  return begun.size;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-kills-'));
  await manyPictures(join(folder, 'photos'), COUNT, 64);
});
afterAll(() => rm(folder, { recursive: true }));

test(`${COUNT} pictures, SIGKILL of the process or of its child at ${KILLS} random moments`, async () => {
  expect((await filter('expected', '--backend', 'wasm').ended).code).toBe(0);
  const expected = await filesOf(join(folder, 'expected'));
  expect(expected.size).toBe(COUNT);
  const random = new Random(22);
  const repeated: number[] = [];
  const last = { filtered: 0, retried: 0, code: -1 as number | null };
  for (let kills = 0; ; ) {
    const running = filter('killed', '--jobs', '2', '--resume');
    const ended = running.ended.then((end) => end);
    while (kills < KILLS) {
      // not before both processes work
      await Promise.race([running.printed('"plan"'), ended]);
      await new Promise((done) => setTimeout(done, random.integer(600)));
      if (running.child.exitCode !== null) break;
      kills++;
      const [child] = childrenOf(running.child.pid);
      if (kills % 3 === 0 && child) process.kill(child, 'SIGKILL');
      else {
        running.child.kill('SIGKILL');
        break;
      }
    }
    const { code, stdout } = await ended;
    if (code !== null) {
      const { summary } = JSON.parse(stdout.trim().split('\n').at(-1) as string);
      Object.assign(last, summary, { code });
      break;
    }
    repeated.push(await inFlight('killed'));
  }
  console.log(`in flight at each kill: ${repeated.join(' ')}; the last run filtered ${last.filtered}`);
  expect(last.code).toBe(0);
  expect(await filesOf(join(folder, 'killed'))).toEqual(expected);
  expect(Math.max(...repeated)).toBeLessThanOrEqual(IN_HAND);
  expect(repeated.length).toBeGreaterThan(KILLS / 2);
});
