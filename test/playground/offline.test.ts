import { expect, inject, test } from 'vitest';
import { expectNoFaults, usePlayground } from './page.js';

const playground = usePlayground();

test('every view opens without a network once the page has been open', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=box', { serviceWorkers: 'allow' });
  const files = await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const [name] = await caches.keys();
    return (await (await caches.open(name)).keys()).map(({ url }) => url);
  });
  for (const file of ['', 'digits-train.bin', 'digits-test.bin', 'icon.svg']) expect(files).toContain(inject('playground') + file);
  await page.context().setOffline(true);
  await page.reload();
  for (const view of ['lecture', 'network', 'train', 'own', 'volume', 'add', 'filter']) {
    await page.evaluate((hash) => location.assign(hash), `#${view}`);
    await page.locator(`main[data-view="${view}"][aria-busy="false"] h1`).waitFor();
  }
  await page.getByText(/\d becomes \d/).waitFor();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expectNoFaults(page);
});
