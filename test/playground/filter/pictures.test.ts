import { readFile } from 'node:fs/promises';
import { decodeImage } from 'convlab/node';
import { expect, inject, test } from 'vitest';
import { expectNoFaults, usePlayground } from '../page.js';
import { digestOf, expectResult, expectSumIsPixel, made, painted, shown, whitePng } from './filter-page.js';

const playground = usePlayground();

test('the picture that is shown first is the scene that is painted then', async () => {
  const preview = await decodeImage(await (await fetch(new URL('landscape.jpg', inject('playground')))).arrayBuffer());
  const scene = painted('landscape');
  expect([preview.width, preview.height]).toEqual([scene.width, scene.height]);
  const apart =
    Array.from(preview.data).reduce((sum, value, i) => sum + Math.abs(value - scene.data[4 * Math.floor(i / 3) + (i % 3)]), 0) / preview.data.length;
  expect(apart).toBeLessThan(5);
  const page = await playground.open('#filter');
  await page.getByRole('img', { name: 'after', exact: true }).waitFor();
  expect(await page.locator('.preview').count()).toBe(0);
  expectNoFaults(page);
});

test('bad input: text in a cell, a file that is no picture, a picture of 100 megapixels', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=sobel-x');
  await page.locator('.frame').waitFor();
  const cell = page.getByLabel('weight, row 1, column 1');
  await cell.fill('much');
  await cell.blur();
  await page.getByText('Row 1, column 1: “much” is not a number. The kernel keeps -1.').waitFor();
  expect(await cell.getAttribute('aria-invalid')).toBe('true');
  await cell.fill('-1');
  await cell.blur();
  await expect.poll(() => page.locator('.notice').count()).toBe(0);
  await cell.fill('more');
  await cell.blur();
  await page.getByText('“more” is not a number').waitFor();
  await page.getByRole('button', { name: 'Rows +1' }).click();
  await expect.poll(() => page.locator('.notice').count()).toBe(0);
  await page.getByLabel('From the catalogue').selectOption('sobel-x');

  const x = page.getByLabel('x', { exact: true });
  await x.fill('9999');
  await page.getByText(/^x goes from 0 to \d+\.$/).waitFor();
  await x.fill('7');
  await expect.poll(() => page.locator('.notice').count()).toBe(0);
  await page.getByLabel('Divide by the sum').check();
  await page.getByText('The weights sum to 0, so they are not normalized').waitFor();
  await page.getByLabel('Divide by the sum').uncheck();

  const file = page.getByLabel('Open a file');
  await file.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
  await page.getByText('This browser cannot read notes.txt (text/plain)').waitFor();
  await expectResult(page, 'dot', made('sobel-x'), { output: 'abs' });

  await file.setInputFiles({ name: 'vast.png', mimeType: 'image/png', buffer: whitePng(10_000, 10_000) });
  await page.getByText('vast.png has 10000 × 10000 pixels. It was reduced to 2000 × 2000').waitFor({ timeout: 60_000 });
  await page.getByText('2000 × 2000 becomes 2000 × 2000').waitFor();
  // filtered whole, but drawn with as many pixels as a screen has room for
  expect((await shown(page, 'after')).size).toBe('1224 × 1224');
  expectNoFaults(page);
}, 120_000);

test('a camera that is denied is reported, and one that is allowed is filtered', async () => {
  const page = await playground.open('#filter?scene=dot');
  await page.locator('.frame').waitFor();
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.getByText('No picture from the camera: access was denied').waitFor();
  expect(await shown(page, 'before')).toEqual(digestOf(painted('dot')));
  await page.context().grantPermissions(['camera']);
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Hold this picture' }).waitFor();
  const rate = page.locator('.frame-rate');
  await expect.poll(() => rate.textContent()).toMatch(/^[1-9]\d* frames per second · wasm/);
  expect(await page.locator('.caption').textContent()).toContain('1920 × 1080 becomes 1920 × 1080');
  // shown with fewer pixels
  expect((await shown(page, 'before')).size).toBe('1154 × 649');
  await page.getByText('Pause the picture to see the sum of a pixel.').waitFor();
  await page.getByRole('button', { name: 'Hold this picture' }).click();
  await page.getByRole('button', { name: 'Camera' }).waitFor();
  expect(await rate.count()).toBe(0);
  // what is held is filtered on
  await page.getByLabel('From the catalogue').selectOption('sobel-x');
  await page.getByLabel('x', { exact: true }).fill('960');
  await page.getByLabel('y', { exact: true }).fill('540');
  await expectSumIsPixel(page);
  expectNoFaults(page);
});

test('a picture that is dropped, one that is pasted, and one that is downloaded', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=identity');
  await page.locator('.frame').waitFor();
  const png = whitePng(24, 16).toString('base64');
  const transfer = await page.evaluateHandle((data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const made = new DataTransfer();
    made.items.add(new File([bytes], 'white.png', { type: 'image/png' }));
    return made;
  }, png);
  await page.dispatchEvent('.filter-view', 'drop', { dataTransfer: transfer });
  await page.getByText('white.png, 24 × 16 pixels.').waitFor();
  await expect.poll(async () => (await shown(page, 'after')).size).toBe('24 × 16');
  await page.evaluate(async (data) => {
    const pasted = new DataTransfer();
    pasted.items.add(new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], 'small.png', { type: 'image/png' }));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData: pasted }));
  }, whitePng(9, 7).toString('base64'));
  await expect.poll(async () => (await shown(page, 'after')).size).toBe('9 × 7');
  await page.dispatchEvent('.filter-view', 'drop', { dataTransfer: transfer });
  await expect.poll(async () => (await shown(page, 'after')).size).toBe('24 × 16');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the picture' }).click()]);
  expect(download.suggestedFilename()).toBe('convlab-identity.png');
  const saved = await decodeImage(await readFile(await download.path()));
  expect({ ...saved, data: undefined }).toMatchObject({ width: 24, height: 16 });
  expect(saved.data.every((sample) => sample === 255)).toBe(true);
  expectNoFaults(page);
});

test('a result that arrives after its picture was replaced is not shown', async () => {
  const page = await playground.open('#add');
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    const held: (() => void)[] = [];
    // the first request to filter waits; the engine answers all others
    Worker.prototype.postMessage = function (this: Worker, ...args: [message: unknown, transfer?: StructuredSerializeOptions]) {
      const isFirst = (args[0] as { task?: string }).task === 'filter' && held.length === 0;
      if (isFirst) held.push(() => postMessage.apply(this, args));
      else postMessage.apply(this, args);
    } as typeof postMessage;
    Object.assign(globalThis, { release: () => held[0]?.() });
    location.assign('#filter?scene=dot');
  });
  const waiting = page.locator('.frame-waiting');
  await waiting.waitFor();
  await expect.poll(() => shown(page, 'before')).toEqual(digestOf(painted('dot')));
  await page.getByRole('button', { name: 'Shapes' }).click();
  await expect.poll(() => shown(page, 'before')).toEqual(digestOf(painted('shapes')));
  await page.evaluate(() => (globalThis as unknown as { release(): void }).release());
  await expectResult(page, 'shapes', made('sharpen'));
  expectNoFaults(page);
});

test('the photograph that comes with the page is filtered, and its license is shown', async () => {
  const page = await playground.open('#filter?scene=photo&kernel=identity');
  await page.getByText('640 × 480 becomes 640 × 480').waitFor();
  await page.getByText('Karl Blossfeldt, Allium, 1928; Getty’s Open Content Program, CC0 1.0.').waitFor();
  await expect.poll(async () => (await shown(page, 'after')).sha256).toBe((await shown(page, 'before')).sha256);
  await page.getByRole('button', { name: 'One dot' }).click();
  await page.getByText('41 × 31 becomes 41 × 31').waitFor();
  expect(await page.getByText('Blossfeldt').count()).toBe(0);
  await page.getByRole('button', { name: 'Photograph' }).click();
  await page.getByText('640 × 480 becomes').waitFor();
  // Latin letters are set in the font that comes with the page
  expect(await page.evaluate(() => [...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family.replaceAll('"', '')))).toEqual([
    'Inter',
  ]);
  expectNoFaults(page);
});
