import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/index.js';
import { childrenOf, filesOf, manyPictures } from '../cli/killed.js';
import type { Running } from '../faults/process.js';
import { convlab, linesOf } from './queue-process.js';
import { NO_REDIS, startRedis } from './redis.js';

// FULL=1, which is npm run test:kills: minutes. In CI, the same at fewer moments.
const [COUNT, KILLS] = process.env.FULL ? [1000, 20] : [120, 4];
/** Images that a process has in hand at once. */
const IN_HAND = 2;
const RECIPE = ['--kernel', 'gaussian:2', '--built-in', '--json'];

let folder: string;
let expected: Map<string, string>;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-kills-'));
  await manyPictures(at('photos'), COUNT, 64);
  expect((await convlab('filter', at('photos'), '--out', at('expected'), '--backend', 'wasm', ...RECIPE).ended).code).toBe(0);
  expected = await filesOf(at('expected'));
  expect(expected.size).toBe(COUNT);
});
afterAll(() => rm(folder, { recursive: true }));

/** How many results are there at each kill, spread over the whole run. */
function moments(random: Random): number[] {
  return Array.from({ length: KILLS }, () => 1 + random.integer(COUNT - 1)).sort((a, b) => a - b);
}
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
/** Resolves when so many results are there, and a random moment later. */
async function until(out: string, count: number, random: Random, alive: () => boolean): Promise<void> {
  const results = async () => (await readdir(at(out)).catch(() => [])).filter((name) => /^\d+\.png$/.test(name)).length;
  while ((await results()) < count && alive()) await pause(5);
  await pause(random.integer(30));
}
const runs = ({ child }: Running) => child.exitCode === null && child.signalCode === null;
const countOf = (stdout: string, field: string) => linesOf(stdout).filter((line) => field in line).length;

/** Names that a journal has as begun and not as done, and how many it has as done. */
async function journalOf(out: string): Promise<{ begun: number; done: number }> {
  const place = join(at(out), '.convlab');
  const names = await readdir(place).catch(() => []);
  const [begun, done] = [new Set<string>(), new Set<string>()];
  for (const name of names) {
    for (const line of (await readFile(join(place, name), 'utf8')).split('\n')) {
      const [, to, isDone] = /^{"to":"([^"]+)"(,"done".*})?/.exec(line) ?? [];
      if (to === undefined) continue;
      if (isDone) done.add(to);
      (isDone ? begun.delete.bind(begun) : begun.add.bind(begun))(to);
    }
  }
  return { begun: begun.size, done: done.size };
}

test(`filter --jobs --resume: SIGKILL of the parent or of a child at ${KILLS} moments of ${COUNT} pictures`, async () => {
  const random = new Random(22);
  const repeated: number[] = [];
  const kinds = { parent: 0, child: 0 };
  const left = moments(random);
  let done = 0;
  for (;;) {
    const running = convlab('filter', at('photos'), '--out', at('resumed'), '--jobs', '2', '--resume', ...RECIPE);
    while (left.length > 0) {
      await until('resumed', left[0], random, () => runs(running));
      if (!runs(running)) break;
      left.shift();
      const [child] = childrenOf(running.child.pid);
      if (left.length % 2 === 0 && child) {
        kinds.child++;
        process.kill(child, 'SIGKILL');
      } else {
        kinds.parent++;
        running.child.kill('SIGKILL');
        break;
      }
    }
    const { code, signal, stdout } = await running.ended;
    // what an earlier run has finished is not done again
    if (signal === null || countOf(stdout, 'device') > 0) expect(countOf(stdout, 'kept')).toBeGreaterThanOrEqual(done);
    if (signal === null) {
      expect(code).toBe(0);
      break;
    }
    const journal = await journalOf('resumed');
    repeated.push(journal.begun);
    done = journal.done;
  }
  console.log(`parent ${kinds.parent}, child ${kinds.child}; begun and not done when a parent was killed: ${repeated.join(' ')}`);
  expect(kinds.parent + kinds.child).toBeGreaterThanOrEqual(KILLS - 1);
  expect(await filesOf(at('resumed'))).toEqual(expected);
  // two processes
  expect(Math.max(...repeated)).toBeLessThanOrEqual(2 * IN_HAND);
});

test.skipIf(NO_REDIS)(`a queue: SIGKILL of enqueue, a worker or Redis at ${KILLS} moments of ${COUNT} pictures`, async () => {
  const random = new Random(23);
  const redis = await startRedis();
  const server = ['--redis', redis.url];
  const enqueue = () => convlab('enqueue', at('photos'), '--out', at('queued'), '--backend', 'wasm', ...RECIPE, ...server);
  const start = () => convlab('worker', '--threads', '1', '--jobs', `${IN_HAND}`, '--stalled', '3', '--json', ...server);
  const ended: Running[] = [];
  const kinds = { enqueue: 1, worker: 0, redis: 0 };
  // killed while it adds, and begun anew
  const adding = enqueue();
  await pause(1000 + random.integer(1500));
  adding.child.kill('SIGKILL');
  const again = enqueue();
  const workers = [start(), start()];
  let inHand = 0;
  const handsOf = (worker: Running) => countOf(worker.stdout(), 'begun') - countOf(worker.stdout(), 'done') - countOf(worker.stdout(), 'failed');
  for (const [i, count] of moments(random).entries()) {
    await until('queued', count, random, () => true);
    if (i % 2 === 0) {
      kinds.redis++;
      inHand += workers.reduce((sum, worker) => sum + handsOf(worker), 0);
      await redis.restart();
    } else {
      kinds.worker++;
      const victim = random.integer(2);
      workers[victim].child.kill('SIGKILL');
      await workers[victim].ended;
      inHand += handsOf(workers[victim]);
      ended.push(workers[victim]);
      workers[victim] = start();
    }
  }
  expect(await again.ended).toMatchObject({ code: 0 });
  // completed jobs are not added again; polls the queue until all are complete
  for (let done = 0; done < COUNT; await pause(200)) {
    const { stdout } = await enqueue().ended;
    done = Number(/"done":(\d+)}}\n$/.exec(stdout)?.[1]);
  }
  for (const worker of workers) worker.child.kill('SIGTERM');
  for (const worker of workers) expect(await worker.ended).toMatchObject({ code: 0, signal: null });
  const outputs = [...ended, ...workers].map((worker) => worker.stdout());
  const begun = outputs.reduce((sum, stdout) => sum + countOf(stdout, 'begun'), 0);
  console.log(`enqueue ${kinds.enqueue}, worker ${kinds.worker}, Redis ${kinds.redis}; begun ${begun}, in hand at the kills ${inHand}`);
  expect(outputs.reduce((sum, stdout) => sum + countOf(stdout, 'failed'), 0)).toBe(0);
  expect(await filesOf(at('queued'))).toEqual(expected);
  expect(begun).toBeGreaterThanOrEqual(COUNT);
  expect(begun - COUNT).toBeLessThanOrEqual(inHand);
  await redis.close();
});
