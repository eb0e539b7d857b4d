import { filter, kernel2d } from 'convlab';
import { expect, test } from 'vitest';
import { expectNoFaults, findBarriers, usePlayground } from '../page.js';
import { digestOf, expectResult, expectSumIsPixel, goTo, made, painted, shown } from './filter-page.js';

const playground = usePlayground();

test('a GPU that is lost is reported, and wasm goes on with the same picture', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=sobel-x&backend=webgl2');
  const device = page.locator('.device[data-status="ready"]');
  await expect.poll(() => device.textContent()).toMatch(/^webgl2/);
  await page.locator('.frame').waitFor();
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      WebGL2RenderingContext.prototype.isContextLost = () => true;
    });
  }
  await page.getByLabel('From the catalogue').selectOption('sobel-y');
  await page.getByText('the WebGL context was lost').first().waitFor();
  await expect.poll(() => device.textContent()).toMatch(/^wasm/);
  await expectResult(page, 'dot', made('sobel-y'), { output: 'abs' });
});

test('by mouse: a kernel of the catalogue, its slider, the pixel under the pointer, before and after', async () => {
  const page = await playground.open('#filter?scene=shapes');
  await page.locator('.frame').waitFor();
  expect(await shown(page, 'before')).toEqual(digestOf(painted('shapes')));
  await page.getByLabel('From the catalogue').selectOption('box');
  await page.getByLabel('n', { exact: true }).fill('5');
  await expectResult(page, 'shapes', made('box', 5));
  await page.locator('.frame').hover({ position: { x: 300, y: 120 } });
  const hovered = await expectSumIsPixel(page);
  await page.waitForURL(/at=\d+,\d+/);
  const [x, y] = (/at=(\d+),(\d+)/.exec(page.url()) as RegExpExecArray).slice(1).map(Number);
  const expected = await filter(painted('shapes'), made('box', 5));
  expect(hovered).toBe(expected.data[4 * (y * expected.width + x)]);
  // on another backend the image is uploaded again
  for (const [backend, n] of [
    ['reference', 3],
    ['wasm', 7],
  ] as const) {
    await page.getByLabel('Runs on').selectOption(backend);
    await page.getByLabel('n', { exact: true }).fill(String(n));
    await expectResult(page, 'shapes', made('box', n));
  }

  const frame = (await page.locator('.frame').boundingBox()) as { x: number; y: number; width: number; height: number };
  await page.mouse.move(frame.x + frame.width * 0.35, frame.y + 60);
  await page.mouse.down();
  await page.mouse.move(frame.x + frame.width * 0.8, frame.y + 60, { steps: 3 });
  await page.mouse.up();
  expect(Number(await page.getByRole('slider', { name: 'Before and after' }).inputValue())).toBeCloseTo(80, 0);
  expectNoFaults(page);
});

test('by keyboard: weights cell by cell, a size, a place; the address opens the same view again', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=identity');
  await page.locator('.frame').waitFor();
  await page.getByLabel('weight, row 1, column 1').focus();
  await page.keyboard.type('0.5');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByLabel('From the catalogue').inputValue()).toBe('custom');
  await page.getByRole('button', { name: 'Columns +1' }).press('Enter');
  await page.getByRole('button', { name: 'Rows +1' }).press('Enter');
  await page.getByLabel('weight, row 1, column 2').focus();
  await page.keyboard.type('1/4');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.type('-1');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Tab');
  const kernel = kernel2d([
    [0.5, 0.25],
    [0, -1],
  ]);
  await expectResult(page, 'dot', kernel);
  await page.getByLabel('Bias').press('ArrowRight');
  await page.getByLabel('x', { exact: true }).fill('21');
  await page.getByLabel('y', { exact: true }).fill('16');
  await expectResult(page, 'dot', kernel, { bias: 1 });
  expect(await expectSumIsPixel(page)).toBe(Math.floor(0.5 * 255 + 1 + 0.5));

  await page.waitForURL(/at=21,16/);
  const again = await playground.open(new URL(page.url()).hash);
  await again.locator('.frame').waitFor();
  await expectResult(again, 'dot', kernel, { bias: 1 });
  expect(await expectSumIsPixel(again)).toBe(129);
  expect(await again.getByLabel('weight, row 2, column 2').inputValue()).toBe('-1');
  expectNoFaults(page);
  expectNoFaults(again);
});

test('no barrier for assistive technology, in both themes and languages', async () => {
  const page = await playground.open('#filter?scene=dot&at=2,1&theme=dark&kernel=gaussian&p=4');
  await page.locator('.outcome').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await goTo(page, '#filter?scene=dot&at=0,0&lang=zh&theme=light&mode=wrap&example=slide7&step=3');
  await page.getByText('虚线格在边界之外').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await expect.poll(() => page.locator('section[aria-labelledby="plan-title"]').textContent()).toMatch(/因为[^a-z]+。/);
  expect(await page.locator('.alternatives').textContent()).not.toMatch(/[a-z]{4}/);
});
