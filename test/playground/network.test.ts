import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { moved } from '../../playground/src/digits/moved.js';
import { digitFromStrokes, type Stroke, strokesCodec } from '../../playground/src/digits/strokes.js';
import { layersOf } from '../../playground/src/network/describe.js';
import { short } from '../../playground/src/parts/numbers.js';
import { createBackend, decodeCheckpoint, gradCam, type Module, mnist, retrieveFeatures, type Tensor } from '../../src/node.js';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground();
const PATIENCE = { timeout: 20_000, interval: 200 };
let model: Module;
/** The first test digit that the page brings along: the first of the set. */
let seven: Tensor;

beforeAll(async () => {
  const bytes = await readFile('playground/weights/lecture.safetensors');
  model = decodeCheckpoint(bytes).model.eval();
  await model.to(await createBackend('wasm', { threads: 1 }));
  const { x } = (await mnist({ train: false })).at(0) as { x: Tensor };
  seven = { shape: [1, ...x.shape], data: x.data };
});

const probabilities = async (x: Tensor) => Array.from((await model.run(x)).data, (value) => `${(100 * Math.exp(value)).toFixed(1)}%`);
const bars = (page: Page) => page.getByRole('list', { name: 'Probabilities' }).locator('.bars-value').allTextContents();
/** The browser may add and multiply in one rounding where Node does it in two. */
const DIGITS = 5;
/** The number that is written out, as the page has it. */
const resultOf = async (written: Locator) => Number(await written.getAttribute('data-result'));
const says = (page: Page) => page.locator('.net-says');
/** The same page in another state, as a teacher's link makes it. */
const goTo = (page: Page, hash: string) =>
  page.evaluate((to) => {
    location.hash = to;
  }, hash);
const state = (page: Page) => new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? '');

test('a digit is drawn by mouse, told, and what the library says of those strokes is on the screen', async () => {
  const page = await playground.open('#network?backend=wasm');
  await says(page).filter({ hasText: 'The network says 3' }).waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await says(page).filter({ hasText: 'Nothing is drawn yet' }).waitFor();
  const pad = page.getByRole('img', { name: /Drawing pad/ });
  const box = (await pad.boundingBox()) as { x: number; y: number; width: number; height: number };
  const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...at(0.52, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.5, 0.5), { steps: 5 });
  await page.mouse.move(...at(0.48, 0.82), { steps: 5 });
  await page.mouse.up();
  await says(page).filter({ hasText: 'The network says 1' }).waitFor();
  // the address is written a moment after the last point
  await vi.waitFor(async () => {
    const strokes = strokesCodec.decode(state(page).get('strokes') ?? '') as readonly Stroke[];
    expect(strokes).toHaveLength(1);
    expect(await bars(page)).toEqual(await probabilities(digitFromStrokes(strokes, true)));
  }, PATIENCE);
  expectNoFaults(page);
});

test('where nothing is drawn, what is written out is what the network makes of that, and not of the digit before', async () => {
  const page = await playground.open('#network?backend=wasm&layer=conv1&map=2');
  const written = page.locator('.net-written');
  await written.waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await says(page).filter({ hasText: 'Nothing is drawn yet' }).waitFor();
  const nothing: Tensor = { shape: [1, 1, 28, 28], data: new Float32Array(28 * 28) };
  const features = await retrieveFeatures(model, nothing);
  await expect.poll(() => resultOf(written), PATIENCE).toBeCloseTo((features.get('conv1') as Tensor).data[2 * 28 * 28 + 5 * 28 + 7], DIGITS);
  expectNoFaults(page);
});

test('on a phone a finger draws, the page stays where it is, and nothing sticks out', async () => {
  const page = await playground.open('#network?backend=wasm', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await says(page).filter({ hasText: 'The network says 3' }).waitFor();
  await page.getByRole('button', { name: 'Clear' }).tap();
  const pad = page.getByRole('img', { name: /Drawing pad/ });
  await pad.scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => scrollY);
  const box = (await pad.boundingBox()) as { x: number; y: number; width: number; height: number };
  const client = await page.context().newCDPSession(page);
  for (let i = 0; i <= 8; i++) {
    const touchPoints = [{ x: box.x + 0.5 * box.width, y: box.y + (0.15 + 0.085 * i) * box.height }];
    await client.send('Input.dispatchTouchEvent', { type: i === 0 ? 'touchStart' : 'touchMove', touchPoints });
  }
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await says(page).filter({ hasText: 'The network says 1' }).waitFor();
  expect(await page.evaluate(() => scrollY)).toBe(before);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  // the row of layers scrolls to the one that is chosen
  await page.locator('.net-zoom').getByLabel('Layer').selectOption('fc2');
  await expect.poll(() => page.locator('.net-stage[data-chosen="true"]').evaluate((stage) => stage.getBoundingClientRect().right - innerWidth)).toBeLessThan(0);
  expectNoFaults(page);
});

test('a test digit is moved and turned by keys and by dragging, and the probabilities are the library’s', async () => {
  const page = await playground.open('#network?backend=wasm');
  await page.getByRole('button', { name: 'Another test digit' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Test digit 0: a 7').waitFor();
  await expect.poll(() => bars(page)).toEqual(await probabilities(seven));
  await page.getByRole('button', { name: /28 × 28 cells/ }).focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowLeft']) await page.keyboard.press(key);
  await page.waitForURL(/angle=15/);
  expect([state(page).get('dx'), state(page).get('dy')]).toEqual(['2', '-1']);
  await expect.poll(() => bars(page)).toEqual(await probabilities(moved(seven, { dx: 2, dy: -1, degrees: 15 })));
  await page.keyboard.press('0');
  await expect.poll(() => bars(page)).toEqual(await probabilities(seven));

  // and by dragging
  const target = page.getByRole('button', { name: /28 × 28 cells/ });
  const box = (await target.boundingBox()) as { x: number; y: number; width: number; height: number };
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + (3 * box.width) / 28, box.y + box.height / 2 - (2 * box.height) / 28, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/dx=3/);
  expect(state(page).get('dy')).toBe('-2');
  await expect.poll(() => bars(page)).toEqual(await probabilities(moved(seven, { dx: 3, dy: -2, degrees: 0 })));

  // and turned at its corner, by a quarter to the left
  const knob = (await page.locator('.net-knob').boundingBox()) as { x: number; y: number; width: number; height: number };
  const [middleX, middleY] = [box.x + box.width / 2, box.y + box.height / 2];
  const [atX, atY] = [knob.x + knob.width / 2 - middleX, knob.y + knob.height / 2 - middleY];
  await page.mouse.move(middleX + atX, middleY + atY);
  await page.mouse.down();
  await page.mouse.move(middleX + atY, middleY - atX, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => page.getByLabel('Rotation').inputValue()).toBe('90');
  await expect.poll(() => bars(page)).toEqual(await probabilities(moved(seven, { dx: 3, dy: -2, degrees: 90 })));
  expectNoFaults(page);
});

describe('from the overview to the arithmetic', () => {
  let page: Page;
  beforeAll(async () => {
    page = await playground.open('#network?backend=wasm');
  });

  test('every kind of layer is written out, and comes to the library’s number', async () => {
    await goTo(page, '#network?backend=wasm&digit=0&map=3&y=4&x=5');
    const features = await retrieveFeatures(model, seven);
    for (const { name, shape } of layersOf(model)) {
      await page.locator('.net-zoom').getByLabel('Layer').selectOption(name);
      const map = page.locator('.net-zoom').getByLabel(/^(Map|Neuron)$/);
      await map.fill('3');
      const [, rows, columns] = shape;
      const [y, x] = [Math.min(4, rows - 1), Math.min(5, columns - 1)];
      const value = (features.get(name) as Tensor).data[(3 * rows + y) * columns + x];
      const written = page.locator(`.net-zoom[data-layer="${name}"] .net-written`);
      await expect.poll(() => resultOf(written), { message: name }).toBeCloseTo(value, DIGITS);
      expect(await written.locator('.sum strong').allTextContents(), name).toContain(`= ${short(await resultOf(written), 6)}`);
    }
    expectNoFaults(page);
  });

  test('the slices of a kernel add up to what the library computed', async () => {
    await goTo(page, '#network?backend=wasm&digit=0&layer=conv2&map=6&y=7&x=7');
    const value = (await retrieveFeatures(model, seven)).get('conv2')?.data[(6 * 14 + 7) * 14 + 7] as number;
    const bias = (await model.stateDict()).get('conv2.bias')?.data[6] as number;
    await expect.poll(() => resultOf(page.locator('.net-written'))).toBeCloseTo(value, DIGITS);
    const sums = (await page.locator('.net-slice').allTextContents()).map((text) => Number(text.replace(/^.*: /, '').replace('−', '-')));
    expect(sums).toHaveLength(4);
    expect(sums.reduce((a, b) => a + b, bias)).toBeCloseTo(value, 2);
  });

  test('by mouse: a map, then a cell of it; links lead to what it is made of', async () => {
    await goTo(page, '#network?backend=wasm&digit=0');
    await page.getByRole('button', { name: 'conv2: map 5 of 8' }).click();
    await page.getByRole('heading', { name: 'conv2, map 5: one cell written out' }).waitFor();
    await expect.poll(() => page.locator('.net-links path').count()).toBe(4);
    const map = page.getByRole('img', { name: 'This map: point at a cell' });
    const box = (await map.boundingBox()) as { width: number; height: number };
    await map.click({ position: { x: (2.5 * box.width) / 14, y: (9.5 * box.height) / 14 } });
    await page.waitForURL(/y=9/);
    expect([state(page).get('layer'), state(page).get('map'), state(page).get('x')]).toEqual([null, '4', '2']); // conv2 is the default
    const value = (await retrieveFeatures(model, seven)).get('conv2')?.data[(4 * 14 + 9) * 14 + 2] as number;
    await expect.poll(() => resultOf(page.locator('.net-written'))).toBeCloseTo(value, DIGITS);
  });

  test('by keyboard: a volume leads to its layer', async () => {
    await goTo(page, '#network?backend=wasm');
    await page.getByRole('button', { name: 'conv1 4 @ 28×28' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'conv1, map 1: one cell written out' }).waitFor();
    await page.getByText('207,258 parameters; 97.1% of them in fc1').waitFor();
    await page.getByRole('button', { name: 'conv1: map 3 of 4' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: 'conv1, map 3: one cell written out' }).waitFor();
  });
});

test('Grad-CAM is the library’s, for the class that was chosen', async () => {
  const page = await playground.open('#network?backend=wasm&digit=0&camLayer=conv2&class=9');
  const { data } = await gradCam(model, seven, { layer: 'conv2', classes: [9], scores: 'fc2' });
  const legend = page.getByRole('region', { name: 'Evidence for a digit' }).locator('.legend span');
  await expect.poll(() => legend.allTextContents()).toEqual([short(Math.min(...data), 3), short(Math.max(...data), 3)]);
  await page.getByLabel('Method').selectOption('occlusion');
  await page.getByText('How far the score falls').waitFor();
  expectNoFaults(page);
});

test('the address holds the state, and gives it back', async () => {
  const hash = '#network?backend=wasm&digit=3&dx=-2.5&dy=1&angle=-40&layer=pool&map=1&y=2&x=9&evidence=saliency&class=4';
  const page = await playground.open(hash);
  await page.getByRole('heading', { name: 'pool, map 2: one cell written out' }).waitFor();
  const said = await page.evaluate(() => location.hash);
  expect(new Set(said.slice(9).split('&'))).toEqual(new Set(hash.slice(9).split('&')));
  await page.evaluate(() => {
    location.hash = '#network?backend=wasm&layer=fc2&map=7';
  });
  await page.getByRole('heading', { name: 'fc2, neuron 8: written out' }).waitFor();
  expect(await page.getByLabel('Rotation').inputValue()).toBe('0');
});

test('a file that is no network is refused in words, and the network stays', async () => {
  const page = await playground.open('#network?backend=wasm');
  await says(page).filter({ hasText: 'says 3' }).waitFor();
  const file = page.getByLabel('Load a network …');
  await file.setInputFiles({ name: 'holiday.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 3, 4, 5]) });
  await page.getByRole('alert').filter({ hasText: 'holiday.jpg could not be read, and the network is unchanged' }).waitFor();
  expect(await says(page).textContent()).toMatch(/says 3/);
  await file.setInputFiles('playground/weights/lecture.safetensors');
  await page.getByText('Network from lecture.safetensors').waitFor();
  await says(page).filter({ hasText: 'says 3' }).waitFor();
});

test('no barrier for assistive technology, in both themes', async () => {
  for (const theme of ['light', 'dark']) {
    const page = await playground.open(`#network?backend=wasm&theme=${theme}`);
    await page.locator('.net-written').waitFor();
    expect(await findBarriers(page)).toEqual([]);
  }
});
