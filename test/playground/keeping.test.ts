import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { expectNoFaults, usePlayground } from './page.js';

const playground = usePlayground();

test('a picture that was opened is not in the link, which says so; a .convlab file holds it, and opens it elsewhere', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=box&p=3');
  await page.locator('.frame').waitFor();
  await page.getByText('Share', { exact: true }).click();
  await page.getByText('The link contains everything in this view.').waitFor();
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(9, 7);
    canvas.getContext('2d')?.fillRect(2, 2, 4, 3);
    const transfer = new DataTransfer();
    transfer.items.add(new File([await canvas.convertToBlob()], 'patch.png', { type: 'image/png' }));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer }));
  });
  await page.getByText('9 × 7 becomes 9 × 7').waitFor();
  await page.getByText('stored only in the file: the picture patch.png').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save .convlab' }).click()]);
  expect(download.suggestedFilename()).toBe('filter.convlab');
  const bytes = await readFile(await download.path());
  const { address, parts } = JSON.parse(bytes.toString());
  expect([address, Object.keys(parts)]).toEqual(['#filter?scene=dot&kernel=box&p=3', ['picture']]);

  // in another view, before the one that shows it was loaded
  const other = await playground.open('#add');
  await other.getByText('Share', { exact: true }).click();
  const input = other.locator('input[accept=".convlab"]');
  await input.setInputFiles({ name: 'no.convlab', mimeType: 'application/json', buffer: Buffer.from('{"convlab":1}') });
  await other.getByText('This is not a .convlab file').waitFor();
  expect(new URL(other.url()).hash).toBe('#add');
  await input.setInputFiles({ name: 'filter.convlab', mimeType: 'application/json', buffer: bytes });
  await other.getByText('9 × 7 becomes 9 × 7').waitFor();
  expect(await other.getByLabel('From the catalogue').inputValue()).toBe('box');
  expectNoFaults(page);
  expectNoFaults(other);
});
