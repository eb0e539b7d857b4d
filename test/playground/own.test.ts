import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, onTestFinished, test } from 'vitest';
import { convlab } from '../cli/convlab.js';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground(['--use-fake-ui-for-media-stream']);

/** A colored square as a PNG. */
function square(page: Page, color: string): Promise<Buffer> {
  return page
    .evaluate(async (fill) => {
      const canvas = new OffscreenCanvas(48, 48);
      const context = canvas.getContext('2d');
      if (context) context.fillStyle = fill;
      context?.fillRect(0, 0, 48, 48);
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    }, color)
    .then((bytes) => Buffer.from(bytes));
}

test('classes from files are learned, asked by drawing, saved, and read by the command line with the same answer', async () => {
  const page = await playground.open('#own');
  expect(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled()).toBe(true);
  await page.getByText('Every class needs at least two pictures.').waitFor();
  await page.getByLabel('Name of class 1').fill('red');
  await page.getByLabel('Name of class 2').fill('blue');
  for (const name of ['red', 'blue']) {
    const shades = name === 'red' ? ['#f00', '#d11', '#e20', '#c00', '#f31', '#b10'] : ['#00f', '#11d', '#02e', '#00c', '#13f', '#01b'];
    const files = await Promise.all(shades.map(async (shade, i) => ({ name: `${i}.png`, mimeType: 'image/png', buffer: await square(page, shade) })));
    const damaged = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') };
    await page.getByLabel(`Files …: ${name}`).setInputFiles(name === 'red' ? [...files, damaged] : files);
    await page.getByRole('region', { name }).getByText('6 pictures').waitFor();
    if (name === 'red') await page.getByText('Files that are not pictures (1): notes.txt').waitFor();
  }
  await page.getByRole('button', { name: 'Remove picture 6 of blue' }).click();
  await page.getByRole('region', { name: 'blue' }).getByText('5 pictures').waitFor();

  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText('epoch 30, step').waitFor();
  await page.getByText('2 held-out pictures: 100.0% correct.').waitFor();
  expect(await page.locator('.train-confusion td[data-right="true"]').allInnerTexts()).toEqual(['1', '1']);

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save safetensors' }).click()]);
  const folder = await mkdtemp(join(tmpdir(), 'convlab-own-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [model, picture] = [join(folder, 'classes.safetensors'), join(folder, 'square.png')];
  await writeFile(model, await readFile(await download.path()));
  const bytes = await square(page, '#a20');
  await writeFile(picture, bytes);
  const { stdout } = await convlab(['predict', '--model', model, picture, '--json']);
  const inNode = JSON.parse(stdout) as { readonly class: string; readonly probabilities: readonly number[] };
  expect(inNode.class).toBe('red');

  // the same file asked in a page that has learned nothing
  const other = await playground.open('#own', { locale: 'zh-CN', colorScheme: 'dark' });
  await other.locator('input[accept=".safetensors"]').setInputFiles(model);
  await other.getByText('画点什么、打开文件或摄像头。').waitFor();
  await other.getByLabel('一个文件……').setInputFiles({ name: 'square.png', mimeType: 'image/png', buffer: bytes });
  await other.locator('.own-says').getByText(/^red/).waitFor();
  const said = await other.locator('.own-answers .bars-value').allInnerTexts();
  expect(said).toEqual(inNode.probabilities.map((p) => `${(100 * p).toFixed(1)}%`));
  expect(await findBarriers(other)).toEqual([]);
  expectNoFaults(page);
  expectNoFaults(other);
});

test('the example is learned and reads a drawing; the camera fills a class while its button is held, by keyboard too', async () => {
  const page = await playground.open('#own', { permissions: ['camera'] });
  await page.getByRole('button', { name: 'Example: digits 3, 5 and 8' }).click();
  await page.getByText('40 pictures').nth(2).waitFor();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/^epoch [1-9]/).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Continue training' }).click();
  await page.getByText(/^epoch [234]\d,/).waitFor();
  await page.locator('.pad svg').scrollIntoViewIfNeeded();
  const pad = await page.locator('.pad svg').boundingBox();
  const to = async (x: number, y: number) => page.mouse.move((pad?.x ?? 0) + x * (pad?.width ?? 0), (pad?.y ?? 0) + y * (pad?.height ?? 0), { steps: 5 });
  await to(0.3, 0.25);
  await page.mouse.down();
  for (const [x, y] of [
    [0.5, 0.15],
    [0.7, 0.3],
    [0.5, 0.48],
    [0.72, 0.65],
    [0.5, 0.85],
    [0.28, 0.75],
  ]) {
    await to(x, y);
  }
  await page.mouse.up();
  await page.locator('.own-says').getByText(/^3,/).waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await page.getByRole('button', { name: 'Camera' }).click();
  const hold = page.getByRole('button', { name: 'Hold to add: 5' });
  await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>('.own-hold')?.disabled);
  await hold.hover();
  await page.mouse.down();
  await page
    .getByRole('region', { name: '5' })
    .getByText(/4[2-9] pictures/)
    .waitFor();
  await page.mouse.up();
  const before = Number.parseInt(await page.getByRole('region', { name: '5' }).locator('.own-count').innerText(), 10);
  await hold.press('Enter');
  expect(await page.getByRole('region', { name: '5' }).locator('.own-count').innerText()).toBe(`${before + 1} pictures`);
  await page.getByRole('link', { name: 'Filter' }).click();
  await page.locator('main[data-view="filter"]').waitFor();
  expectNoFaults(page);
});
