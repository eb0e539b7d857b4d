import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { expect, inject, test } from 'vitest';
import { moved } from '../../playground/src/digits/moved.js';
import { paintScene } from '../../playground/src/filter/scenes.js';
import { createBackend, decodeCheckpoint, filter, sharpen } from '../../src/node.js';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground();
const LOW = { viewport: { width: 1280, height: 720 } };

/** Whether the middle of an element is seen without scrolling. */
function isSeen(page: Page, selector: string): Promise<boolean> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const { top, bottom, left, right } = element.getBoundingClientRect();
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      return x > 0 && y > 0 && x < innerWidth && y < innerHeight;
    });
}

test('a link to an example opens with the example in sight; a tab opens a view at its top', async () => {
  for (const [hash, selector] of [
    ['#filter?example=slide7&step=21', '.grid-cell[data-marked="true"]'],
    ['#volume?signal=step&w=-1,1&padding=valid&row=7', '[data-panel="signal"] .vol-matrix'],
    ['#filter?panel=plan', '[data-panel="plan"] h2'],
  ]) {
    const page = await playground.open(hash);
    await page.locator(selector).first().waitFor();
    await expect.poll(() => isSeen(page, selector), { message: hash }).toBe(true);
    await page.getByRole('link', { name: 'Add' }).click();
    await page.locator('main[data-view="add"][aria-busy="false"]').waitFor();
    expect(await page.evaluate(() => scrollY), hash).toBe(0);
    expectNoFaults(page);
  }
});

test('a link at the foot of a chapter opens a view at its top, another chapter begins with its title', async () => {
  const page = await playground.open('#lecture?chapter=your-net&lang=en', { viewport: { width: 1024, height: 600 } });
  const foot = async () => {
    await page.locator('.lec-more a').last().waitFor();
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
  };
  await foot();
  await page.keyboard.press('ArrowLeft');
  await page.locator('.lec-panel[data-chapter="template-matching"]').waitFor();
  await expect.poll(() => isSeen(page, 'main h1')).toBe(true);
  await foot();
  await page.locator('.lec-more a').last().click();
  await page.locator('main[data-view="filter"][aria-busy="false"]').waitFor();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  expectNoFaults(page);
});

test('the sum stands beside the pixel that is pointed at, inside the window, and is the pixel', async () => {
  const page = await playground.open('#filter?scene=shapes', LOW);
  await page.locator('.caption').waitFor();
  await page.locator('.frame').hover({ position: { x: 300, y: 120 } });
  const card = page.getByTestId('pixel-card');
  await card.locator('.pixel-card-sum').waitFor();
  await page.waitForURL(/at=\d+,\d+/);
  const [x, y] = (/at=(\d+),(\d+)/.exec(page.url()) as RegExpExecArray).slice(1).map(Number);
  const { data, width } = await filter(paintScene('shapes'), sharpen());
  await expect.poll(() => card.locator('.pixel-card-sum').textContent()).toMatch(new RegExp(`(= |→ )${data[4 * (y * width + x)]}$`));
  expect(await isSeen(page, '.pixel-card')).toBe(true);
  // it is beside the window, not over it
  const [window, box] = [await page.locator('.window').boundingBox(), await card.boundingBox()];
  if (!window || !box) throw new Error('nothing is shown');
  expect(box.x > window.x + window.width || box.x + box.width < window.x).toBe(true);
  // at every place of the picture it is next to the window, in the middle of the picture's height as at its edges
  const frame = await page.locator('.frame').boundingBox();
  if (!frame) throw new Error('there is no picture');
  for (const [across, down] of [
    [0.05, 0.3],
    [0.5, 0.5],
    [0.95, 0.7],
  ]) {
    await page.mouse.move(frame.x + frame.width * across, frame.y + frame.height * down);
    const gap = async () => {
      const [spot, beside] = [await page.locator('.window').boundingBox(), await card.boundingBox()];
      if (!spot || !beside) return Number.POSITIVE_INFINITY;
      return Math.max(beside.x - spot.x - spot.width, spot.x - beside.x - beside.width);
    };
    await expect.poll(gap).toBeLessThan(30);
    expect(await page.locator('.pixel-card').evaluate((it) => it.getBoundingClientRect().bottom <= innerHeight)).toBe(true);
  }
  await page.mouse.move(5, 300);
  await expect.poll(() => card.count()).toBe(0);
  // and at once where the address names the pixel
  const linked = await playground.open('#filter?scene=dot&at=20,15', { viewport: { width: 390, height: 844 } });
  await linked.getByTestId('pixel-card').waitFor();
  expect(await isSeen(linked, '.pixel-card')).toBe(true);
  expectNoFaults(page);
});

test('a map of the network that is clicked unfolds beside it: slices, bias and the number of the library', async () => {
  const page = await playground.open('#network?backend=wasm', { viewport: { width: 1280, height: 800 } });
  const map = page.getByRole('button', { name: 'conv2: map 4 of 8' });
  await map
    .locator('canvas')
    .first()
    .click({ position: { x: 20, y: 20 } });
  const card = page.locator('.net-card');
  await card.waitFor();
  expect(await isSeen(page, '.net-card-sum')).toBe(true);
  const numbers = (text: string | null) => Number((text ?? '').replace('−', '-').replace('= ', ''));
  const slices = (await card.locator('.net-card-number').allTextContents()).map(numbers);
  expect(slices).toHaveLength(4);
  const bias = Number(/\+ \(?([−\d.]+)/.exec((await card.locator('.net-card-sum').textContent()) ?? '')?.[1].replace('−', '-'));
  const said = numbers(await card.getByTestId('card-result').textContent());
  expect(slices.reduce((a, b) => a + b, bias)).toBeCloseTo(said, 1);
  expect(said).toBeCloseTo(Number(await page.locator('.net-written').getAttribute('data-result')), 3);
  await page.getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => card.count()).toBe(0);
  // by keyboard, and counted from one, as the rows are
  await page.getByRole('button', { name: 'fc2: 10 neurons' }).press('Enter');
  await expect.poll(() => card.locator('#net-card').textContent()).toBe('fc2 · 1');
  expect(await page.locator('.net-zoom output').allTextContents()).toEqual(['1']);
  expectNoFaults(page);
});

test('nine columns of weights are seen whole, a ninth as 1/9, and a weight that was only looked at stays', async () => {
  const page = await playground.open('#filter?kernel=motion-diagonal&scene=dot', LOW);
  const grid = page.locator('.kernel-grid');
  await grid.waitFor();
  expect(await grid.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
  const weights = await grid
    .locator('input')
    .evaluateAll((inputs) => (inputs as HTMLInputElement[]).map(({ value, scrollWidth, clientWidth }) => ({ value, hidden: scrollWidth - clientWidth })));
  expect(weights.filter(({ value }) => value === '1/9')).toHaveLength(9);
  expect(Math.max(...weights.map(({ hidden }) => hidden))).toBeLessThanOrEqual(0);
  const first = grid.locator('input').first();
  await first.focus();
  await first.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.getByLabel('From the catalogue').inputValue()).toBe('motion-diagonal');
});

test('Ctrl+Z and Back take a change back, Ctrl+Shift+Z takes it again; in a text they are the text’s', async () => {
  const page = await playground.open('#filter?scene=dot&kernel=box');
  const kernel = page.getByLabel('From the catalogue');
  expect(await page.getByRole('button', { name: 'Undo' }).first().isDisabled()).toBe(true);
  await kernel.selectOption('gaussian');
  await page.waitForURL(/kernel=gaussian/);
  await kernel.selectOption('sobel-x');
  await page.waitForURL(/kernel=sobel-x/);
  await page.keyboard.press('Control+z');
  await expect.poll(() => kernel.inputValue()).toBe('gaussian');
  await page.goBack();
  await expect.poll(() => kernel.inputValue()).toBe('box');
  // there is nothing before it: the page stays
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => kernel.inputValue()).toBe('gaussian');
  const weight = page.getByLabel('weight, row 1, column 1');
  await weight.focus();
  await page.keyboard.type('3');
  await page.keyboard.press('Control+z');
  expect(await kernel.inputValue()).toBe('gaussian');
  expect(new URL(page.url()).origin).toBe(new URL(inject('playground')).origin);
  expectNoFaults(page);
});

test('one panel over the whole window, with keys, and the way back', async () => {
  const page = await playground.open('#filter', LOW);
  await page.evaluate(() => {
    location.hash = '#filter?example=slide5&panel=steps&present=1';
  });
  const steps = page.locator('[data-panel="steps"]');
  await expect.poll(() => page.locator('.header').isVisible()).toBe(false);
  await expect.poll(async () => (await steps.boundingBox())?.width).toBe(1280);
  await steps.locator('.walk').waitFor();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => steps.getByText('position 2 of 9').count()).toBe(1);
  await page.keyboard.press('PageDown');
  await expect.poll(() => steps.getByText('position 3 of 9').count()).toBe(1);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => steps.getByTestId('step-sum').textContent()).toBe('= 1');
  await page.keyboard.press('Escape');
  await page.locator('.header').waitFor();
  // the address is written a moment later
  await page.waitForURL((url) => !url.hash.includes('present'));
  expectNoFaults(page);
});

test('on a phone the header is one line, and its button shows the rest', async () => {
  const page = await playground.open('#volume', { viewport: { width: 390, height: 844 } });
  const height = async () => (await page.locator('.header').boundingBox())?.height ?? 0;
  expect(await height()).toBeLessThan(64);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Theme').selectOption('dark');
  expect(await height()).toBeGreaterThan(100);
  expect(await findBarriers(page)).toEqual([]);
});

test('the lecture’s network brings its training along', async () => {
  const page = await playground.open('#train?backend=wasm&layers=c2x3,m4&batch=8');
  await page.getByRole('button', { name: 'The lecture’s network' }).click();
  await page.waitForURL(/optimizer=sgd/);
  for (const [label, value] of [
    ['Optimizer', 'sgd'],
    ['Learning rate', '0.001'],
    ['Momentum', '0.9'],
    ['Batch', '64'],
  ]) {
    expect(await page.getByLabel(label, { exact: true }).inputValue(), label).toBe(value);
  }
});

test('a digit that is moved is held against 1,000 that are moved alike; one that is cleared leaves no map of evidence', async () => {
  const page = await playground.open('#network?backend=wasm&dx=8');
  const others = page.getByTestId('others');
  await expect.poll(() => others.textContent()).toMatch(/%/);
  const { model } = decodeCheckpoint(await readFile('playground/weights/lecture.safetensors'));
  await model.eval().to(await createBackend('wasm', { threads: 1 }));
  const file = await (await fetch(`${inject('playground')}digits-test.bin`)).arrayBuffer();
  const { parseIdx } = await import('../../src/node.js');
  const { gunzipSync } = await import('node:zlib');
  const bytes = Buffer.from(file);
  const { data } = parseIdx(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes, { name: 'digits' });
  let right = 0;
  const x = new Float32Array(1000 * 784);
  for (let i = 0; i < 1000; i++) {
    const still = Float32Array.from(data.subarray(i * 785 + 1, (i + 1) * 785), (byte) => byte / 255);
    x.set(moved({ shape: [1, 1, 28, 28], data: still }, { dx: 8, dy: 0, degrees: 0 }).data, i * 784);
  }
  const { data: scores } = await model.run({ shape: [1000, 1, 28, 28], data: x });
  for (let i = 0; i < 1000; i++) {
    const own = scores.subarray(i * 10, (i + 1) * 10);
    if (own.indexOf(Math.max(...own)) === data[i * 785]) right++;
  }
  expect(await others.textContent()).toBe(`Of 1,000 test digits moved the same way, ${(right / 10).toFixed(1)}% are recognized.`);
  expect(right).toBeLessThan(800);
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.locator('.net-nothing').waitFor();
  expect(await page.locator('.net-overlay canvas').count()).toBe(0);
  expectNoFaults(page);
});

test('a strip of a picture is as high as a hand, and is scrolled', async () => {
  const page = await playground.open('#filter?scene=dot');
  await page.locator('.frame').waitFor();
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(2000, 20);
    canvas.getContext('2d')?.fillRect(0, 0, 900, 20);
    const transfer = new DataTransfer();
    transfer.items.add(new File([await canvas.convertToBlob()], 'strip.png', { type: 'image/png' }));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer }));
  });
  await page.getByText('2000 × 20 becomes').waitFor();
  expect((await page.locator('.frame').boundingBox())?.height).toBeGreaterThan(90);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
