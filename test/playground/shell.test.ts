import { readFileSync } from 'node:fs';
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

test('the first load is under 400 kB compressed, and GPU.js is not in it', async () => {
  const page = await playground.open('');
  await page.locator('.device[data-status="ready"]').waitFor();
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  const folder = inject('playgroundFolder');
  const manifest: Record<string, { file: string; isEntry?: boolean; imports?: string[]; dynamicImports?: string[]; css?: string[] }> = JSON.parse(
    readFileSync(join(folder, '.vite/manifest.json'), 'utf8'),
  );
  const first = Object.values(manifest).find(({ isEntry }) => isEntry);
  const files = [first?.file, ...loaded.map((name) => name.split('/some/where/')[1])].filter((name) => name !== undefined && /\.(js|css|svg|html)$/.test(name));
  expect(files.some((name) => name?.includes('worker'))).toBe(true);
  expect(files.some((name) => name?.includes('gpu-browser'))).toBe(false);
  const bytes = [...new Set(files)].reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name as string))).length, 0);
  expect(bytes).toBeLessThan(400_000);
  expect(bytes).toBeGreaterThan(20_000);
});
