// How long a server's other requests wait while it filters uploads:
//
//   npm --prefix test/servers install && tsx scripts/uploads.ts [uploads] [megapixels]
//
// Runs the Fastify recipe of docs/servers.md in a process of its own, asks its /health every 50 ms, first without other work, then while photographs
// are uploaded, all at once. Prints the delays of both, and the memory of the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { createImage, encodeImage } from '../src/node.js';
import { readGuide } from '../test/docs/guide.js';
import { executable, install, javascript } from '../test/docs/install.js';

const [uploads, megapixels] = [process.argv[2] ?? '50', process.argv[3] ?? '12'].map(Number);

const SERVER = `
import { app } from './fastify-app.js';
app.get('/health', () => 'ok');
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
let most = 0;
setInterval(() => { most = Math.max(most, process.memoryUsage.rss()); }, 20);
process.on('message', () => { process.send(most); process.disconnect(); process.exit(); });
`;

const CLIENT = `
import { readFileSync } from 'node:fs';
const [url, times] = process.argv.slice(2);
const photo = new Blob([readFileSync('upload.jpg')]);
const upload = async () => {
  const body = new FormData();
  body.set('picture', photo, 'photo.jpg');
  const reply = await fetch(url, { method: 'POST', body });
  for await (const _ of reply.body);
  return reply.status;
};
const statuses = await Promise.all(Array.from({ length: Number(times) }, upload));
console.log([...new Set(statuses)].join(', '));
`;

const folder = mkdtempSync(join(tmpdir(), 'convlab-uploads-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
await install(join(folder, 'node_modules'), ['test/servers/node_modules', 'node_modules']);
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
for (const { name, pieces } of readGuide('docs/servers.md').programs) writeFileSync(join(folder, executable(name)), javascript(pieces.join('\n')));
writeFileSync(join(folder, 'server.js'), SERVER);
writeFileSync(join(folder, 'client-of-many.js'), CLIENT);

const server = spawn(process.execPath, ['server.js'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
const [line] = (await once(server.stdout as Readable, 'data')) as [Buffer];
const url = line.toString().trim();

const height = Math.round(Math.sqrt((megapixels * 1e6 * 3) / 4));
const width = Math.round((height * 4) / 3);
const wave = (i: number) => 128 + 90 * Math.sin(i / 97 + Math.floor(i / 3 / width) / 53) + (((i * 1103515245) >> 16) % 24);
const photo = createImage(
  width,
  height,
  3,
  new Uint8ClampedArray(3 * width * height).map((_, i) => wave(i)),
);
const bytes = await encodeImage(photo, 'jpeg');
writeFileSync(join(folder, 'upload.jpg'), bytes);

/** Milliseconds of every answer of /health until the work is done. */
async function health(work: Promise<unknown>): Promise<number[]> {
  const delays: Promise<number>[] = [];
  const ask = async () => {
    const start = performance.now();
    await (await fetch(`${url}/health`)).text();
    return performance.now() - start;
  };
  const timer = setInterval(() => delays.push(ask()), 50);
  await work.finally(() => clearInterval(timer));
  return (await Promise.all(delays)).sort((a, b) => a - b);
}

/** Uploads in a separate process, so that pending photographs do not delay the health checks. */
async function upload(times: number): Promise<string> {
  const client = spawn(process.execPath, ['client-of-many.js', `${url}/sharpen`, `${times}`], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(client.stdout, 'data')) as [Buffer];
  return line.toString().trim();
}

await upload(1);
const idle = await health(after(10_000));
const start = performance.now();
const uploaded = upload(uploads);
const loaded = await health(uploaded);
const seconds = (performance.now() - start) / 1000;
server.send('end');
const [most] = (await once(server, 'message')) as [number];

const say = (delays: readonly number[]) => {
  const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(share * delays.length))].toFixed(1);
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} ms of ${delays.length}`;
};
console.log(`${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}`);
console.log(`${uploads} uploads of ${width} × ${height}, ${(bytes.length / 2 ** 20).toFixed(1)} MiB each: ${seconds.toFixed(1)} s, statuses ${await uploaded}`);
console.log(`/health alone: ${say(idle)}`);
console.log(`/health meanwhile: ${say(loaded)}`);
console.log(`memory of the server: at most ${Math.round(most / 2 ** 20)} MiB`);
