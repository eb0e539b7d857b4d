import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { beforeAll, expect, test, vi } from 'vitest';
import { digitFromStrokes, type Stroke, strokesCodec } from '../../playground/src/digits/strokes.js';
import { conv, createBackend, decodeCheckpoint, type Module, type Tensor, tensor } from '../../src/node.js';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground();
const PATIENCE = { timeout: 20_000, interval: 200 };
let model: Module;

beforeAll(async () => {
  model = decodeCheckpoint(await readFile('playground/weights/lecture.safetensors')).model.eval();
  await model.to(await createBackend('wasm', { threads: 1 }));
});

const shares = async (x: Tensor) => (await model.run(x)).data.map(Math.exp);
const columns = (page: Page) => page.getByRole('group', { name: 'Probability of each sum' }).getByRole('button');
const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

test('two drawn digits are added, and every sum is as likely as the library’s convolution says', async () => {
  const page = await playground.open('#add?backend=wasm');
  await page.getByText('7 + 4 = 11').waitFor();
  // a nine by mouse in place of the second
  await page.getByRole('button', { name: 'Clear: Second digit' }).click();
  await page.getByText('Draw both digits').waitFor();
  const pad = page.getByRole('img', { name: /^Second digit/ });
  const box = (await pad.boundingBox()) as { x: number; y: number; width: number; height: number };
  const way = [
    [0.62, 0.3],
    [0.5, 0.2],
    [0.36, 0.28],
    [0.38, 0.44],
    [0.52, 0.46],
    [0.62, 0.3],
    [0.6, 0.6],
    [0.56, 0.84],
  ];
  for (const [i, [x, y]] of way.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 4 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
  await page.getByText('7 + 9 = 16').waitFor();
  const seven = await shares(digitFromStrokes(strokesCodec.decode('PPvOpZimd2') as readonly Stroke[], true));
  // the address is written a moment after the last point
  await vi.waitFor(async () => {
    const drawn = strokesCodec.decode(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('b') ?? '') as readonly Stroke[];
    const nine = await shares(digitFromStrokes(drawn, true));
    const { data } = await conv(tensor(seven, [1, 1, 10]), tensor(nine, [1, 1, 10]), { padding: 'full', flip: true });
    expect(await columns(page).evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')))).toEqual(
      Array.from(data, (share, s) => `Sum ${s}: ${percent(share)}`),
    );
    // the page's softmax runs on float32
    expect(Number(await page.locator('.add-written').getAttribute('data-result'))).toBeCloseTo(data[16], 5);
  }, PATIENCE);
  expectNoFaults(page);
});

test('by keyboard: test digits, and the pairs behind a sum; the address gives it back', async () => {
  const page = await playground.open('#add?backend=wasm&aDigit=0&bDigit=1');
  await page.getByText('7 + 2 = 9').waitFor();
  await columns(page).nth(4).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'The probability of the sum 4, written out' }).waitFor();
  expect(await page.locator('.add-written li').count()).toBe(5);
  await page.waitForURL(/sum=4/);
  await page.reload();
  await page.getByRole('heading', { name: 'The probability of the sum 4, written out' }).waitFor();
  await page.getByText('7 + 2 = 9').waitFor();
  await page.getByRole('button', { name: 'Two test digits' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.hash.includes('sum=4'));
  expectNoFaults(page);
});

test('no barrier for assistive technology, in both themes', async () => {
  for (const theme of ['light', 'dark']) {
    const page = await playground.open(`#add?backend=wasm&theme=${theme}`);
    await page.getByText('7 + 4 = 11').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  }
});
