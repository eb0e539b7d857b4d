// How long the playground keeps its main thread busy: `npx tsx scripts/playground-tasks.ts [part of a name]`.
// For each thing that a visitor does it prints the longest task of the main thread, as time of the processor and as time on the
// wall: the second grows with whatever else the machine does, the first hardly. Both come out of a trace of Chromium.
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImage } from 'convlab';
import { writeImage } from 'convlab/node';
import { type Locator, type Page, chromium as playwright } from 'playwright';
import { build, preview } from 'vite';
import { chromium } from '../test/chromium.js';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** microseconds on the wall, and of the thread */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const folder = await mkdtemp(join(tmpdir(), 'convlab-tasks-'));
const config = { root: 'playground', configFile: 'playground/vite.config.ts', logLevel: 'error' as const, build: { outDir: join(folder, 'page') } };
await build(config);
const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
const [url] = server.resolvedUrls?.local ?? [];
const browser = await playwright.launch({
  executablePath: chromium,
  args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
const photo = join(folder, 'photo.png');
await writeImage(photo, fourMegapixels());

const [wanted = ''] = process.argv.slice(2);
for (const [name, hash, ready, act] of [
  ['filter: a slider', '#filter?kernel=gaussian&p=2', '.frame', (page) => sweep(page, page.getByLabel('sigma', { exact: true }), 0.5, 4)],
  ['filter: the pointer', '#filter?kernel=gaussian&p=2', '.frame', (page) => wander(page, page.locator('.frame'), false)],
  ['filter, 4 MP: it is opened', '#filter?kernel=gaussian&p=2', '.frame', openPhoto],
  ['filter, 4 MP: a slider', '#filter?kernel=gaussian&p=2', '.frame', (page) => sweep(page, page.getByLabel('sigma', { exact: true }), 0.5, 4)],
  ['filter: the camera', '#filter?kernel=gaussian&p=2', '.frame', watchCamera],
  ['network: a digit is dragged', '#network', '.net-written', (page) => wander(page, page.locator('.net-movable'), true)],
  ['network: a digit is drawn', '#network', '.net-written', (page) => wander(page, page.locator('.pad svg'), true)],
  ['train: ten seconds', '#train', '.train-charts', train],
  ['volume: a slice', '#volume', '.vol-slices canvas', (page) => sweep(page, page.getByLabel('z', { exact: true }), 4, 34)],
  ['add: a digit is drawn', '#add', '.bars', (page) => wander(page, page.locator('.pad svg').first(), true)],
] as readonly (readonly [name: string, hash: string, ready: string, act: (page: Page) => Promise<void>])[]) {
  if (name.includes(wanted)) await measure(name, hash, ready, act, name === 'filter, 4 MP: a slider');
}
await browser.close();
await server.close();
await rm(folder, { recursive: true });

async function measure(name: string, hash: string, ready: string, act: (page: Page) => Promise<void>, opened: boolean): Promise<void> {
  const page = await browser.newPage({ locale: 'en', viewport: { width: 1280, height: 900 } });
  await page.goto(url + hash);
  await page.locator(ready).first().waitFor();
  if (opened) await openPhoto(page);
  // what the first view still has to do is not what is measured
  await page.waitForTimeout(1500);
  await browser.startTracing(page, { categories: ['-*', 'toplevel', '__metadata'] });
  await act(page);
  await page.waitForTimeout(300);
  const { traceEvents: events } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
  await page.close();
  const place = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mains = new Set(events.filter((each) => each.name === 'thread_name' && each.args?.name === 'CrRendererMain').map(place));
  const tasks = events.filter((each) => each.name.endsWith('RunTask') && mains.has(place(each)));
  const longest = (of: 'dur' | 'tdur') => `${(Math.max(0, ...tasks.map((each) => each[of] ?? 0)) / 1000).toFixed(0)} ms`.padStart(7);
  console.log(name.padEnd(30), 'processor', longest('tdur'), ' wall', longest('dur'), `  load ${loadavg()[0].toFixed(1)}`);
}

async function openPhoto(page: Page): Promise<void> {
  await page.locator('[data-panel="picture"] input[type="file"]').setInputFiles(photo);
  await page.getByText('2000 × 2000 becomes').waitFor();
}

async function watchCamera(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.locator('.frame-rate').waitFor();
  await page.waitForTimeout(4000);
}

/** Moves a slider from one value to another, 25 times a second. */
async function sweep(page: Page, slider: Locator, from: number, to: number): Promise<void> {
  for (let i = 0; i <= 40; i++) {
    await slider.fill(String(Math.round(10 * (from + ((to - from) * i) / 40)) / 10));
    await page.waitForTimeout(40);
  }
}

/** Moves the pointer over something, 40 times a second. */
async function wander(page: Page, over: Locator, pressed: boolean): Promise<void> {
  const box = await over.boundingBox();
  if (!box) throw new Error('it is not on the page');
  const move = (t: number) => page.mouse.move(box.x + box.width * (0.5 + 0.3 * Math.sin(t)), box.y + box.height * (0.5 + 0.3 * Math.cos(1.3 * t)));
  await move(0);
  if (pressed) await page.mouse.down();
  for (let i = 0; i < 80; i++) {
    await move(i / 8);
    await page.waitForTimeout(25);
  }
  await page.mouse.up();
}

async function train(page: Page): Promise<void> {
  await page.locator('.train-run').click();
  await page.waitForTimeout(10_000);
  await page.locator('.train-run').click();
}

/** Gradients, waves and noise. */
function fourMegapixels() {
  const data = new Uint8ClampedArray(2000 * 2000 * 4);
  for (let i = 0; i < 2000 * 2000; i++) {
    const [x, y] = [i % 2000, Math.floor(i / 2000)];
    data.set([x / 8, 128 + 100 * Math.sin(x / 37) * Math.cos(y / 53), (Math.imul(i, 2654435761) >>> 24) & 255, 255], 4 * i);
  }
  return createImage(2000, 2000, 4, data);
}
