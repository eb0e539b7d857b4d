import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { expectNoFaults, usePlayground } from './page.js';

const playground = usePlayground();

test('tabs change the view by mouse and by keyboard; the address follows, and back leads back', async () => {
  const page = await playground.open('');
  await page.getByRole('link', { name: '3D & 1D' }).click();
  await page.locator('main[data-view="volume"]').waitFor();
  expect(new URL(page.url()).hash).toBe('#volume');
  await page.getByRole('link', { name: 'Filter' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('main[data-view="filter"]').waitFor();
  expect(await page.title()).toBe('Filter · convlab');
  await page.goBack();
  await page.locator('main[data-view="volume"]').waitFor();
  expectNoFaults(page);
});

test('language and theme are in the address, and come from the browser where it says nothing', async () => {
  const page = await playground.open('#add', { locale: 'zh-CN', colorScheme: 'dark' });
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(await page.getByRole('link', { name: '滤波' }).count()).toBe(1);
  await page.getByLabel('主题').selectOption('light');
  await page.getByLabel('语言').selectOption('en');
  await page.waitForURL(/lang=en/);
  expect(new URL(page.url()).hash).toBe('#add?lang=en&theme=light');
  await page.reload();
  await page.getByRole('link', { name: 'Filter' }).waitFor();
  expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
  expectNoFaults(page);
});

test('an address that is entered while a change waits to be written is not overwritten by it', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=box');
  const value = page.getByLabel('From the catalogue');
  await expect.poll(() => value.inputValue()).toBe('box');
  await page.evaluate(async () => {
    // comes due just before the timer that writes the change, and so before the browser tells of the address
    const entered = new Promise<void>((done) => {
      setTimeout(() => {
        location.hash = '#filter?scene=dot&kernel=gaussian';
        done();
      }, 200);
    });
    const slider = document.querySelector('input[type="range"]') as HTMLInputElement;
    slider.value = '80';
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await entered;
  });
  await expect.poll(() => value.inputValue()).toBe('gaussian');
  expectNoFaults(page);
});

test('the page says what runs, on how many threads, and what was chosen that does not run', async () => {
  const page = await playground.open('#filter?scene=dot&backend=wasm');
  const device = page.locator('.device[data-status="ready"]');
  await expect.poll(() => device.textContent()).toMatch(/^wasm simd, \d+ threads$/);
  await page.getByLabel('Runs on').selectOption('webgpu');
  await page.getByText('The selected backend does not run here').waitFor();
  expect(await device.textContent()).toMatch(/^wasm simd/);
  await page.getByLabel('Runs on').selectOption('reference');
  await expect.poll(() => device.textContent()).toBe('plain loops, float64');
  expect(await page.getByText('The selected backend does not run here').count()).toBe(0);
  expectNoFaults(page);
});

test('every size of text is one of the scale, but for cells that grow with their grid and for drawings', () => {
  const sheets = readdirSync('playground/src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.css'));
  expect(sheets.length).toBeGreaterThan(8);
  const odd = sheets.flatMap((name) =>
    readFileSync(join('playground/src', name), 'utf8')
      .split('\n')
      .filter((line) => /^\s*font(-size)?:/.test(line))
      // the root's own size, sizes in a drawing's units, and those that follow a cell or the window
      .filter((line) => !/var\(--text-(xs|s|m|l|xl|title)\)|: inherit;|: (16|\d+)px|px var\(--mono\)|clamp\(|min\(/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(odd).toEqual([]);
});

/** What a visit to each view takes, compressed by gzip, in kB; measured, and a tenth more. The digits and the network come on top. */
const MOST = { lecture: 325, filter: 355, network: 296, train: 376, own: 298, volume: 286, add: 280 } as const;

test('each view loads its own code and no other view’s, within its bytes; nothing of GPU.js where there is no GPU', async () => {
  const folder = inject('playgroundFolder');
  const manifest: Record<string, { file: string }> = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8'));
  const codeOf = (view: string) => manifest[`src/${view}/view.tsx`].file;
  const taken: Record<string, { kB: number; requests: number }> = {};
  const context = (await playground.open('#add', { locale: 'en' })).context();
  let asked: string[] = [];
  context.on('request', (request) => asked.push(request.url().split('/some/where/')[1]));
  for (const view of Object.keys(MOST)) {
    const page = await context.newPage();
    asked = [];
    await page.goto(`${inject('playground')}#${view}`);
    await page.locator(`main[data-view="${view}"][aria-busy="false"] h1`).waitFor();
    await page.locator('.device[data-status="ready"]').waitFor();
    await page.waitForLoadState('networkidle');
    await page.close();
    const files = [...new Set(asked)].map((name) => name || 'index.html');
    expect(
      Object.keys(MOST).filter((each) => files.includes(codeOf(each))),
      'views that were loaded',
    ).toEqual([view]);
    expect(files.filter((name) => /gpu/.test(name))).toEqual([]);
    const own = files.filter((name) => /\.(js|css|svg|html|woff2)$/.test(name));
    expect(own.some((name) => name.includes('worker'))).toBe(true);
    const bytes = own.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
    taken[view] = { kB: Math.round(bytes / 1000), requests: files.length };
  }
  for (const [view, { kB, requests }] of Object.entries(taken)) {
    expect(kB, view).toBeLessThanOrEqual(MOST[view as keyof typeof MOST]);
    expect(requests, view).toBeGreaterThan(20);
    expect(requests, view).toBeLessThanOrEqual(42);
  }
});
