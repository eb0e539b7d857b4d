import { catalogue, type FilterOptions, filter, kernel2d, type Tensor } from 'convlab';
import { expect, test } from 'vitest';
import type { Scene } from '../../../playground/src/filter/scenes.js';
import { expectNoFaults, usePlayground } from '../page.js';
import { digestOf, expectResult, expectSumIsPixel, goTo, made, painted, shown } from './filter-page.js';

const playground = usePlayground();

test('the sum that is written out is the pixel, and the picture is the library’s', async () => {
  const sobel = kernel2d([
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ]);
  const blur = kernel2d([
    [1, 2, 1],
    [2, 4, 2],
    [1, 2, 1],
  ]);
  const [SOBEL, BLUR] = ['matrix=-1,0,1;-2,0,2;-1,0,1', 'matrix=1,2,1;2,4,2;1,2,1'];
  const cases: readonly (readonly [hash: string, scene: Scene, kernel: Tensor, options: FilterOptions])[] = [
    [`scene=shapes&kernel=custom&${SOBEL}&output=signed&mode=wrap&at=0,0`, 'shapes', sobel, { output: 'signed', paddingMode: 'wrap' }],
    [
      `scene=shapes&kernel=custom&${SOBEL}&output=abs&flip=1&mode=constant&value=90&at=439,329`,
      'shapes',
      sobel,
      { output: 'abs', flip: true, paddingMode: 'constant', paddingValue: 90 },
    ],
    [
      `scene=shapes&kernel=custom&${BLUR}&sum=1&stride=3&dilation=2&mode=zero&at=0,0`,
      'shapes',
      blur,
      { scale: 'sum', stride: 3, dilation: 2, paddingMode: 'zero' },
    ],
    [`scene=shapes&kernel=custom&${BLUR}&sum=1&padding=valid&linear=1&at=60,40`, 'shapes', blur, { scale: 'sum', padding: 'valid', linear: true }],
    [`scene=glass&kernel=custom&${BLUR}&sum=1&padding=4&mode=replicate&at=62,124`, 'glass', blur, { scale: 'sum', padding: 4, paddingMode: 'replicate' }],
    [
      `scene=glass&kernel=custom&${BLUR}&scale=0.05&bias=12&alpha=ignore&mode=symmetric&at=220,139`,
      'glass',
      blur,
      { scale: 0.05, bias: 12, alpha: 'ignore', paddingMode: 'symmetric' },
    ],
  ];

  const page = await playground.open(`#filter?${cases[0][0]}`);
  for (const [hash, scene, kernel, options] of cases) {
    await goTo(page, `#filter?${hash}`);
    const expected = await filter(painted(scene), kernel, options);
    const opaque = expected.data.every((sample, i) => i % 4 !== 3 || sample === 255);
    // a canvas rounds the colors of what is transparent
    if (opaque) await expect.poll(() => shown(page, 'after'), { message: hash }).toEqual(digestOf(expected));
    const [x, y] = (/at=(\d+),(\d+)/.exec(hash) as RegExpExecArray).slice(1).map(Number);
    for (const [c, name] of (['red', 'green', 'blue'] as const).entries()) {
      await page.getByLabel('Channel').selectOption({ label: name });
      await expect.poll(() => page.getByTestId('in-picture').textContent(), { message: hash }).toBe(String(expected.data[4 * (y * expected.width + x) + c]));
      await expectSumIsPixel(page);
    }
  }
  expectNoFaults(page);
});

test('what is more than one kernel says so; a rule that is broken is reported, and the picture stays', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=canny&at=20,15');
  await page.getByText('Several kernels computed this pixel').waitFor();
  await page.getByLabel('From the catalogue').selectOption('difference-of-gaussians');
  await page.locator('.large-kernel, .kernel-grid').first().waitFor();
  await page.getByLabel('sigma1').fill('5');
  await page.getByText('differenceOfGaussians: sigma2').first().waitFor();
  expect(await page.locator('.frame').count()).toBe(1);
  await page.getByLabel('sigma2').fill('6');
  await expect.poll(() => page.locator('.notice').count()).toBe(0);
  await goTo(page, '#filter?scene=dot&kernel=box&p=9999');
  await expect.poll(() => page.getByLabel('n', { exact: true }).inputValue()).toBe('31');
  await expectResult(page, 'dot', made('box', 31));
  expectNoFaults(page);
});

test('a pixel that more than one kernel made: its samples before and after, whether gray or of color', async () => {
  const before = painted('landscape');
  const at = 180 * before.width + 215;
  const page = await playground.open('#filter?at=215,180&channel=g');
  for (const name of ['canny', 'gradient-direction', 'sobel-edges']) {
    const entry = catalogue[name];
    if (!('apply' in entry)) throw new Error(`${name} is a kernel`);
    const after = await entry.apply(before);
    const sample = after.data[after.channels * at + (after.channels < 3 ? 0 : 1)];
    await page.getByLabel('From the catalogue').selectOption(name);
    await page.getByText(`so there is no single sum. Before: ${before.data[4 * at + 1]}, after: ${sample}.`).waitFor();
  }
  expectNoFaults(page);
});

test('the lecture’s examples step by step: the numbers of the slides, and the one that is misprinted', async () => {
  const page = await playground.open('#filter?scene=dot');
  const map = page.getByRole('group', { name: 'feature map' }).locator('.grid-cell');
  const digits = async () => (await map.allTextContents()).join('');
  await expect.poll(digits).toBe('4');
  for (let i = 1; i < 9; i++) await page.getByRole('button', { name: 'Next' }).click();
  expect(await digits()).toBe('411120212');
  expect(await page.getByTestId('step-sum').textContent()).toBe('= 2');

  await page.getByRole('button', { name: 'slide 7: padding' }).press('Enter');
  await expect.poll(() => map.count()).toBe(25);
  await page.getByRole('button', { name: 'Play' }).press('Enter');
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await expect.poll(async () => (await digits()).length).toBeGreaterThan(2);
  await page.getByRole('button', { name: 'Pause' }).press('Enter');
  await page.evaluate(() => {
    location.hash = '#filter?scene=dot&example=slide7&step=21';
  });
  await page.getByText('The slide prints 1 in the lower left corner').waitFor();
  expect(await page.getByTestId('step-sum').textContent()).toBe('= 0');
  expect(await digits()).toBe('223111434112433123410');

  await page.getByRole('button', { name: 'padded picture, row 2, column 2' }).click();
  await expect.poll(digits).not.toBe('223111434112433123410');
  expect(await page.getByText('The slide prints 1').count()).toBe(0);

  await page.getByRole('button', { name: 'pooling: the maximum of 3 × 3' }).click();
  const kept = page.getByRole('group', { name: 'what is kept' });
  await kept.getByRole('button', { name: 'row 2, column 2' }).click();
  await expect.poll(async () => (await kept.locator('.grid-cell').allTextContents()).join('')).toBe('6537');
  expect(await page.getByTestId('step-sum').textContent()).toBe('= 7');
  expect(await page.locator('[data-winner="true"]').getAttribute('aria-label')).toBe('picture, row 4, column 4: 7');
  expectNoFaults(page);
});
