import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createImage, Random } from '../src/index.js';
import { writeImage } from '../src/node.js';
import { type RedisServer, startRedis } from '../test/servers/redis.js';

// How much two single-threaded shards, and two queue workers, do in the time of one, on the built command line:
//   npm run build:node && npx tsx scripts/scale-machines.ts [shards|workers] [images]
// Workers need redis-server, and `npm --prefix test/servers install` for BullMQ.

const [what = 'shards', count = '240'] = process.argv.slice(2);
const MAIN = resolve('dist/cli/main.js');
const SIDE = 512;
const ROUNDS = 3;
const RECIPE = ['--kernel', 'gaussian:2', '--kernel', 'sharpen', '--backend', 'wasm', '--threads', '1', '--built-in'];

if (!existsSync(MAIN)) throw new Error('dist/cli/main.js is not there: npm run build:node');
const folder = await mkdtemp(join(tmpdir(), 'convlab-scale-'));
const photos = join(folder, 'photos');
const running: ChildProcess[] = [];

function convlab(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: resolve('test/servers'), stdio: ['ignore', 'ignore', 'inherit'] });
  running.push(child);
  return child;
}
async function done(child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`a process ended with ${code}`);
}
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

/** Several parts of the folder at once. */
async function shards(parts: number, out: string): Promise<number> {
  const part = (i: number) => done(convlab('--quiet', 'filter', photos, '--out', join(folder, out), '--shard', `${i + 1}/${parts}`, ...RECIPE));
  return seconds(() => Promise.all(Array.from({ length: parts }, (_, i) => part(i))));
}

/** Processes that only compress, the same work in all: what this machine gives two processes. */
const DEFLATE = `
  const bytes = Buffer.alloc(2 ** 20).map((_, i) => 40 * Math.random() + (i >> 9));
  for (let i = 0; i < Number(process.argv[1]); i++) require('node:zlib').deflateSync(bytes);
`;
function compressors(number: number): Promise<number> {
  const one = () => done(spawn(process.execPath, ['-e', DEFLATE, `${120 / number}`], { stdio: 'inherit' }));
  return seconds(() => Promise.all(Array.from({ length: number }, one)));
}

/** Workers that are ready, until the last result is there. */
async function workers(number: number, out: string, redis: RedisServer): Promise<number> {
  const server = ['--redis', redis.url, '--queue', out];
  const started = Array.from({ length: number }, () => convlab('--quiet', 'worker', '--threads', '1', ...server));
  await new Promise((ready) => setTimeout(ready, 2000));
  const results = async () => (await readdir(join(folder, out)).catch(() => [])).filter((name) => name.endsWith('.png')).length;
  // adding takes some time before the first job starts
  const adding = done(convlab('--quiet', 'enqueue', photos, '--out', join(folder, out), ...RECIPE, ...server));
  while ((await results()) === 0) await new Promise((next) => setTimeout(next, 5));
  const taken = await seconds(async () => {
    while ((await results()) < Number(count)) await new Promise((next) => setTimeout(next, 20));
  });
  await adding;
  for (const worker of started) worker.kill('SIGTERM');
  await Promise.all(started.map(done));
  return taken;
}

let redis: RedisServer | undefined;
try {
  await mkdir(photos);
  const random = new Random(1);
  const noise = Uint8ClampedArray.from({ length: SIDE * SIDE * 3 }, (_, i) => ((i % (3 * SIDE)) / 6 + random.integer(24)) & 255);
  for (let i = 0; i < Number(count); i++) {
    noise[0] = i;
    await writeImage(join(photos, `${i}.png`), createImage(SIDE, SIDE, 3, noise), { codec: 'built-in' });
  }
  redis = what === 'workers' ? await startRedis() : undefined;
  const times: Record<1 | 2, number[]> = { 1: [], 2: [] };
  const limits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    limits.push((await compressors(1)) / (await compressors(2)));
    for (const number of [1, 2] as const) {
      const out = `${what}-${number}-${round}`;
      times[number].push(redis ? await workers(number, out, redis) : await shards(number, out));
    }
  }
  const [one, two] = [median(times[1]), median(times[2])];
  console.log(`${count} pictures of ${SIDE} × ${SIDE} RGB8, ${what}: one ${one.toFixed(2)} s, two ${two.toFixed(2)} s: ${(one / two).toFixed(2)} ×`);
  console.log(`two processes that only compress: ${median(limits).toFixed(2)} ×`);
} finally {
  for (const child of running) child.kill('SIGKILL');
  await redis?.close();
  await rm(folder, { recursive: true });
}
