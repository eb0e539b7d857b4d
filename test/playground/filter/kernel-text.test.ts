import { formatKernel, kernel2d } from 'convlab';
import { expect, test } from 'vitest';
import { expectNoFaults, usePlayground } from '../page.js';

const playground = usePlayground();

test('the kernel is copied as JSON, as code and as SVG, and a text that is pasted becomes the kernel', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=custom&matrix=0,1;2,3&mode=replicate&scale=0.5');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('.frame').waitFor();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const kernel = kernel2d([
    [0, 1],
    [2, 3],
  ]);
  for (const [name, format] of [
    ['Copy as JSON', 'json'],
    ['Copy as feConvolveMatrix', 'svg'],
  ] as const) {
    await page.getByRole('button', { name }).click();
    await expect.poll(clipboard).toBe(formatKernel({ kernel, scale: 0.5, paddingMode: 'replicate' }, format));
  }
  await page.getByRole('button', { name: 'Copy as code' }).click();
  await expect.poll(clipboard).toContain("filter(photo, kernel, { paddingMode: 'replicate', scale: 0.5 })");
  await page.locator('.filter-side').getByLabel('Beyond the border').selectOption('reflect');
  await page.getByRole('button', { name: 'Copy as feConvolveMatrix' }).click();
  await page.getByText('the svg format cannot store paddingMode').waitFor();

  await page.evaluate(() => navigator.clipboard.writeText('3x3: 0,-1,0 -1,5,-1 0,-1,0'));
  await page.getByLabel('weight, row 1, column 1').focus();
  await page.keyboard.press('Control+V');
  await expect.poll(() => page.getByLabel('weight, row 2, column 2').inputValue()).toBe('5');
  await page.evaluate(() => navigator.clipboard.writeText('1 2; 3'));
  await page.getByLabel('weight, row 1, column 1').focus();
  await page.keyboard.press('Control+V');
  await page.getByText('The pasted text is not a kernel').waitFor();
  expect(await page.getByLabel('weight, row 2, column 2').inputValue()).toBe('5');
  expectNoFaults(page);
});
