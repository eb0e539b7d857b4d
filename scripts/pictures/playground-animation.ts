// npm run docs:playground-animation: docs/playground.webp, the page as it is used: a window slides in the lecture, a divider goes over two
// kernels, a network trains.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import sharp from 'sharp';
import { build, preview } from 'vite';
import { decodeImage, writeAnimation } from '../../src/node.js';
import { chromium as executablePath } from '../../test/chromium.js';

const FILE = 'docs/playground.webp';
const WINDOW = { width: 1120, height: 700 };
const WIDTH = 720;
const MOST_BYTES = 600_000;

const folder = mkdtempSync(join(tmpdir(), 'convlab-animation-'));
const config = { root: 'playground', configFile: 'playground/vite.config.ts', logLevel: 'error' as const, build: { outDir: folder } };
await build(config);
const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
const { port } = server.httpServer.address() as AddressInfo;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: WINDOW, reducedMotion: 'reduce', locale: 'en' });
const frames: { image: Awaited<ReturnType<typeof decodeImage>>; delay: number }[] = [];

async function frame(delay: number): Promise<void> {
  const png = await sharp(await page.screenshot())
    .resize(WIDTH)
    .png()
    .toBuffer();
  frames.push({ image: await decodeImage(png), delay });
}

async function go(hash: string, ready: (page: Page) => Promise<unknown>): Promise<void> {
  await page.goto(`http://127.0.0.1:${port}/#${hash}`);
  await page.reload();
  await page.locator('main[aria-busy="false"]').waitFor();
  await ready(page);
  await page.waitForTimeout(300);
}

await go('lecture?chapter=feature-map&step=2&theme=light&lang=en', (p) => p.locator('[data-cell="map/2,2"]').waitFor());
for (let i = 0; i < 9; i++) {
  await page.locator(`[data-cell="map/${Math.floor(i / 3)},${i % 3}"]`).click();
  await frame(i === 8 ? 900 : 380);
}
await go('filter?scene=photo&kernel=emboss&second=sobel-x&split=15&hide=title&lang=en', (p) => p.getByText('becomes').waitFor());
const slider = page.getByRole('slider', { name: 'Left and right' });
for (const share of [15, 25, 35, 45, 55, 65, 75, 85, 75, 60, 50]) {
  await slider.fill(String(share));
  await page.waitForTimeout(120);
  await frame(share === 50 ? 900 : 160);
}
await go('train?hide=title&lang=en&backend=wasm', (p) => p.getByText(/parameters; /).waitFor());
await page.locator('.train-run').click();
for (let i = 0; i < 10; i++) {
  await page.waitForTimeout(900);
  await frame(i === 9 ? 1400 : 240);
}
await browser.close();
await server.close();
rmSync(folder, { recursive: true });

await writeAnimation(FILE, { frames, repeats: Number.POSITIVE_INFINITY }, { quality: 60 });
const { size } = statSync(FILE);
console.log(`${FILE}: ${frames.length} frames, ${Math.round(size / 1000)} kB`);
if (size > MOST_BYTES) throw new Error(`${FILE} has ${size} bytes; at most ${MOST_BYTES} are put into the README`);
