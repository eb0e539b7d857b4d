// How soon the playground shows a picture: `npm run build && npx tsx scripts/first-sight.ts [visits]`.
// `convlab serve` serves the built page. Each visit starts with an empty cache, at full speed and at 1.6 Mbit/s with 40 ms of latency, and measures
// milliseconds from the start of the navigation to the picture before filtering, and to the filtered one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import type { Readable } from 'node:stream';
import { type Browser, chromium as playwright } from 'playwright';
import { chromium } from '../test/chromium.js';

const visits = Number(process.argv[2] ?? '7');
/** Bytes per second, as for a slow phone. */
const SLOW = 1.6e6 / 8;
const LATENCY = 40;

/** Looks at every frame whether a picture is on the page. It is a text, because tsx adds calls of its own to functions. */
const LOOK = `
  const seen = (globalThis.seen = {});
  const look = () => {
    if (document.querySelector('.frame canvas') || document.querySelector('.preview')?.complete) seen.before ??= performance.now();
    if (document.querySelector('.frame:not(.frame-waiting) canvas')) seen.filtered ??= performance.now();
    if (seen.filtered === undefined) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
`;

const server = spawn(process.execPath, ['dist/cli/main.js', 'serve', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = (await once(server.stdout as Readable, 'data')) as [Buffer];
const url = /http:\S+/.exec(line.toString())?.[0];
if (!url) throw new Error(`no address in: ${line}`);
const browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] });

console.log(`${cpus()[0].model}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`);
for (const [name, slow] of [
  ['full speed', false],
  ['1.6 Mbit/s', true],
] as const) {
  const times: (readonly [before: number, filtered: number, bytes: number])[] = [];
  for (let i = 0; i < visits; i++) times.push(await visit(browser, `${url}#filter`, slow));
  const median = (at: 0 | 1 | 2) => times.map((each) => each[at]).sort((a, b) => a - b)[Math.floor(visits / 2)];
  const range = (at: 0 | 1) => `${Math.min(...times.map((each) => each[at])).toFixed(0)} to ${Math.max(...times.map((each) => each[at])).toFixed(0)}`;
  console.log(
    `${name}: unfiltered picture ${median(0).toFixed(0)} ms (${range(0)}), filtered ${median(1).toFixed(0)} ms (${range(1)}), ${(median(2) / 1e3).toFixed(0)} kB received`,
  );
}
await browser.close();
server.kill();

async function visit(browser: Browser, address: string, slow: boolean): Promise<readonly [number, number, number]> {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  const limit = slow ? SLOW : -1;
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: slow ? LATENCY : 0, downloadThroughput: limit, uploadThroughput: limit });
  await page.addInitScript(LOOK);
  await page.goto(address);
  await page.waitForFunction(() => (globalThis as unknown as { seen: { filtered?: number } }).seen.filtered !== undefined);
  const { before, filtered } = await page.evaluate(() => (globalThis as unknown as { seen: { before: number; filtered: number } }).seen);
  const received = bytes;
  await context.close();
  return [before, filtered, received];
}
