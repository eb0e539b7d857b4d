// How long the calling thread is kept while JPEGs of 12 MP are read, filtered and written, and what the process holds meanwhile:
//
//   node --import ./test/image/threads/tsx-in-threads.mjs scripts/event-loop.ts [auto | built-in] [calls] [at once]
//
// Prints the delay of the event loop, here and in a process that does nothing meanwhile: on a busy machine both are late. The CPU time of the calling
// thread between two turns of a timer is what convlab adds, whatever else runs (Linux).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Codec, createImage, filterFile, writeImage } from '../src/node.js';

const [codec = 'auto', calls = '16', atOnce = '1'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'convlab-event-loop-'));
const photo = join(folder, 'photo.jpg');
const [width, height] = [4000, 3000];
const wave = (i: number) => 128 + 90 * Math.sin(i / 97 + Math.floor(i / 3 / width) / 53) + (((i * 1103515245) >> 16) % 24);
await writeImage(
  photo,
  createImage(
    width,
    height,
    3,
    new Uint8ClampedArray(3 * width * height).map((_, i) => wave(i)),
  ),
);

const call = (name: string) => filterFile(photo, join(folder, name), 'disk:12', { codec: codec as Codec });
await call('warm.jpg');

const IDLE = `
  const delay = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', () => { process.send(delay.percentile(99.9)); process.disconnect(); });
`;
const idle = spawn(process.execPath, ['--eval', IDLE], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
await once(idle, 'spawn');

const schedule = `/proc/self/task/${process.pid}/schedstat`;
/** Milliseconds on a processor of this thread. */
const cpu = () => (existsSync(schedule) ? Number(readFileSync(schedule, 'utf8').split(' ')[0]) / 1e6 : Number.NaN);
const turns: number[] = [];
let [before, most] = [cpu(), 0];
const timer = setInterval(() => {
  const now = cpu();
  turns.push(now - before);
  before = now;
  most = Math.max(most, process.memoryUsage.rss());
}, 1);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const start = performance.now();
for (let done = 0; done < Number(calls); done += Number(atOnce)) {
  await Promise.all(Array.from({ length: Number(atOnce) }, (_, i) => call(`${i}.jpg`).then(() => {})));
}
const seconds = (performance.now() - start) / 1000;
delay.disable();
clearInterval(timer);
idle.send('end');
const [elsewhere] = await once(idle, 'message');
turns.sort((a, b) => b - a);
const ms = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1);
console.log(`${codec}, ${calls} calls, ${atOnce} at once: ${seconds.toFixed(1)} s, at most ${Math.round(most / 2 ** 20)} MiB`);
console.log(`delay of the event loop, p99.9 of ${delay.count}: ${ms(delay.percentile(99.9))} ms, at most ${ms(delay.max)} ms; elsewhere ${ms(elsewhere)} ms`);
console.log(`CPU time of a turn, p99.9 of ${turns.length}: ${turns[Math.floor(turns.length / 1000)].toFixed(1)} ms, at most ${turns[0].toFixed(1)} ms`);
rmSync(folder, { recursive: true });
