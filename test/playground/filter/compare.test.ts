import { catalogue, type FilterOptions, filter, IDENTITY, type Image, kernel2d, type Tensor } from 'convlab';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { expectNoFaults, findBarriers, usePlayground } from '../page.js';
import { digestOf, expectResult, expectSumIsPixel, goTo, made, painted, shown } from './filter-page.js';

const playground = usePlayground();

/** What is shown on the side with this name is what the library makes with this kernel. */
async function expectSide(page: Page, name: RegExp, image: Image, kernel: Tensor, options: FilterOptions = {}): Promise<void> {
  const expected = digestOf(await filter(image, kernel, options));
  await expect.poll(() => shown(page, name)).toEqual(expected);
}

test('two kernels on one picture: each side is the library’s, the pixel is of the side that is pointed at', async () => {
  const page = await playground.open('#filter?scene=shapes&kernel=box&p=9');
  await page.getByRole('img', { name: 'after', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Hold this kernel' }).click();
  // changes within a fifth of a second are undone together
  await page.waitForURL(/second=box&p2=9/);
  await page.getByLabel('n', { exact: true }).fill('3');
  const shapes = painted('shapes');
  await expectSide(page, /^left: box 9$/, shapes, made('box', 9));
  await expectSide(page, /^right: box 3$/, shapes, made('box', 3));
  await page.waitForURL(/[&?]p=3/);

  // the card and the sum below follow the side
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  const frame = (await page.locator('.frame').boundingBox()) as { x: number; y: number; width: number; height: number };
  const place = /at=(\d+),(\d+)/;
  for (const [share, n, of] of [
    [0.3, 9, 'second'],
    [0.7, 3, 'first'],
  ] as const) {
    await page.mouse.move(frame.x + share * frame.width, frame.y + 0.4 * frame.height);
    await expect.poll(() => page.getByLabel('Which kernel').inputValue()).toBe(of);
    await expect.poll(() => page.locator('.pixel-panel .outcome').count()).toBe(1);
    await expect.poll(() => page.url().includes('of=second')).toBe(of === 'second');
    const expected = await filter(shapes, made('box', n));
    await expect
      .poll(async () => {
        const [x, y] = (place.exec(page.url()) ?? []).slice(1).map(Number);
        return (await expectSumIsPixel(page)) - expected.data[4 * (y * expected.width + x)];
      })
      .toBe(0);
  }
  // the divider is dragged
  await page.mouse.move(frame.x + frame.width / 2, frame.y + 60);
  await page.mouse.down();
  await page.mouse.move(frame.x + frame.width * 0.2, frame.y + 60, { steps: 3 });
  await page.mouse.up();
  expect(Number(await page.getByRole('slider', { name: 'Left and right' }).inputValue())).toBeCloseTo(20, 0);
  expect(await findBarriers(page)).toEqual([]);

  // undo takes back one thing after the other; what is undone is done again
  await page.keyboard.press('Control+z');
  await expectSide(page, /^right: box 9$/, shapes, made('box', 9));
  await page.keyboard.press('Control+z');
  await expectResult(page, 'shapes', made('box', 9));
  await page.keyboard.press('Control+Shift+z');
  await expectSide(page, /^left: box 9$/, shapes, made('box', 9));
  expectNoFaults(page);
}, 120_000);

test('an address with two kernels, of unequal sizes and one of one’s own; swapped and ended by keyboard, in Chinese', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=identity&second=custom&matrix2=1,0.5;-1,0.25&padding=valid&lang=zh');
  const own = kernel2d([
    [1, 0.5],
    [-1, 0.25],
  ]);
  const dot = painted('dot');
  await expectSide(page, /^左：自定义$/, dot, own, { padding: 'valid' });
  await expectSide(page, /^右：恒等 identity$/, dot, IDENTITY, { padding: 'valid' });
  await page.getByRole('button', { name: '互换' }).press('Enter');
  await expectSide(page, /^右：自定义$/, dot, own, { padding: 'valid' });
  await page.waitForURL(/kernel=custom&.*second=identity/);
  await page.getByRole('button', { name: '结束比较' }).press('Enter');
  await expect.poll(() => shown(page, '之后')).toEqual(digestOf(await filter(dot, own, { padding: 'valid' })));
  expect(await shown(page, '之前')).toEqual(digestOf(dot));
  await page.waitForURL((url) => !url.hash.includes('second'));

  // an operation of several kernels can be the second one too
  const edges = catalogue['sobel-edges'];
  if (!('apply' in edges)) throw new Error('sobel-edges is one kernel');
  await page.getByLabel('第二个卷积核').selectOption('sobel-edges');
  const expected = digestOf((await edges.apply(dot, [], { paddingMode: 'reflect', output: 'clamp' })) as Image);
  await expect.poll(() => shown(page, /^左：Sobel/)).toEqual(expected);
  await goTo(page, '#filter?scene=dot&kernel=identity&lang=zh');
  await expect.poll(() => shown(page, '之前')).toEqual(digestOf(dot));
  expectNoFaults(page);
});
