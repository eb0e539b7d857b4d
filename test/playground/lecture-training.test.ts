import { expect, test, vi } from 'vitest';
import { digitFromStrokes, type Stroke, strokesCodec } from '../../playground/src/digits/strokes.js';
import { FEW, LONG, RECIPE, VALIDATION } from '../../playground/src/lecture/runs.js';
import { Trainer } from '../../playground/src/train/trainer.js';
import { createBackend } from '../../src/node.js';
import { pageDigits, percent, show, shown } from './lecture-page.js';
import { expectNoFaults, usePlayground } from './page.js';

const playground = usePlayground();
const STEPS = 3;

test('the net of the last chapter is trained in the page to the same bits as in Node, and reads what is drawn', async () => {
  const page = await playground.open('#lecture?chapter=training&backend=wasm');
  const at = page.locator('.lec-step');
  await expect.poll(() => at.textContent()).toBe('step 0');
  // going on in the text is a step of the training
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => at.textContent()).toBe('step 1');
  await page.getByRole('img', { name: 'gradient of kernel 1' }).waitFor();
  for (let step = 2; step <= STEPS; step++) {
    await page.getByRole('button', { name: 'One step', exact: true }).click();
    await expect.poll(() => at.textContent()).toBe(`step ${step}`);
  }
  await page.locator('.lec-contents').getByRole('link', { name: 'Your network recognizes your digit' }).click();
  await shown(page, 'your-net', 1);
  expect(await at.textContent()).toBe(`step ${STEPS}`);
  // a seven by mouse
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.getByText('Draw a digit.').waitFor();
  const box = (await page.getByRole('img', { name: /^Drawing pad/ }).boundingBox()) as { x: number; y: number; width: number; height: number };
  for (const [i, [x, y]] of [
    [0.3, 0.2],
    [0.7, 0.2],
    [0.45, 0.85],
  ].entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 4 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();

  const backend = await createBackend('wasm', { threads: 1 });
  const trainer = await Trainer.start(RECIPE, 0.001, await pageDigits('train'), await pageDigits('test'), backend);
  for (let step = 0; step < STEPS; step++) await trainer.next();
  trainer.model.eval();
  // the address is written a moment after the last point
  await vi.waitFor(
    async () => {
      const drawn = strokesCodec.decode(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get('strokes') ?? '') as readonly Stroke[];
      const shares = (await trainer.model.run(digitFromStrokes(drawn, true))).data.map(Math.exp);
      expect(await page.locator('.bars-value').allTextContents()).toEqual(Array.from(shares, percent));
    },
    { timeout: 20_000, interval: 200 },
  );
  expect(await page.locator('.lec-note').textContent()).toContain(percent((await trainer.report(false)).measured[0].accuracy));
  trainer.dispose();
  backend.dispose();

  // the text lets it learn, and stops it
  await page.locator('.lec-turn .primary').click();
  await expect.poll(async () => Number((await at.textContent())?.replace(/\D/g, ''))).toBeGreaterThan(25);
  await page.locator('.lec-turn .primary').click();
  await page.getByRole('button', { name: 'Train', exact: true }).waitFor();
  expectNoFaults(page);
});

test('two runs over each other: what is learned by heart does better than what is not, and the test set is opened once', async () => {
  const page = await playground.open('#lecture?chapter=overfitting&backend=wasm');
  await shown(page, 'overfitting', 1);
  expect(await page.locator('.lec-set').allTextContents()).toEqual([FEW, VALIDATION, 500].map(String));
  await page.keyboard.press('ArrowRight');
  const lines = page.locator('.lec-key li');
  const value = async (name: string) => Number.parseFloat((await lines.filter({ hasText: name }).locator('strong').textContent()) ?? '');
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await expect.poll(async () => Number((await page.locator('.lec-step').textContent())?.replace(/\D/g, ''))).toBeGreaterThanOrEqual(LONG);
  await train.waitFor();
  await page.keyboard.press('ArrowRight');
  await shown(page, 'overfitting', 3);
  expect(await value('training: without')).toBeGreaterThan((await value('validation: without')) + 3);
  await show(page, 'overfitting', 4);
  expect(await page.locator('.lec-note').textContent()).toMatch(/lowest at step \d+: 0\.\d+/);
  await show(page, 'overfitting', 5);
  await page.getByRole('button', { name: 'Evaluate on the test set' }).click();
  const tested = page.getByTestId('tested');
  await tested.waitFor();
  const [, a, b] = /Correct on 500 test digits: ([\d.]+)% with dropout, ([\d.]+)% without/.exec((await tested.textContent()) ?? '') ?? [];
  for (const share of [a, b]) expect(Number(share)).toBeGreaterThan(70);
  expectNoFaults(page);
});
