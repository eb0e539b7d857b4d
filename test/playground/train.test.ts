import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { short } from '../../playground/src/parts/numbers.js';
import { architectureFor, LECTURE, layersCodec } from '../../playground/src/train/recipe.js';
import {
  Adam,
  createBackend,
  DataLoader,
  decodeCheckpoint,
  evaluate,
  mnist,
  modelFrom,
  NLLLoss,
  RandomSampler,
  Subset,
  type TensorDataset,
} from '../../src/node.js';
import { expectNoFaults, findBarriers, usePlayground } from './page.js';

const playground = usePlayground();

const run = (page: Page) => page.getByRole('button', { name: 'Train', exact: true });
const step = async (page: Page) => Number((await page.locator('.train-step-now strong').textContent())?.replace(/\D/g, ''));
/** What a chart says of the step that is shown. */
const chart = async (page: Page, what: 'Loss' | 'Accuracy') => {
  const text = (await page.getByRole('img', { name: new RegExp(`^${what} at step`) }).getAttribute('aria-label')) ?? '';
  const [, at, training, validation] = /step (\d+): training (\S+), validation (\S+)/.exec(text) ?? [];
  return { at: Number(at), training, validation };
};
const loss = async (page: Page) => Number((await chart(page, 'Loss')).validation);
const ready = (page: Page) => page.getByText(/parameters; /).waitFor();

test('by mouse: training lowers the loss, the page stays alive, history goes back, and reset begins anew', async () => {
  const page = await playground.open('#train?backend=wasm');
  await ready(page);
  const before = await loss(page);
  await run(page).click();
  await expect.poll(() => step(page), { timeout: 50_000 }).toBeGreaterThan(50);
  // the main thread draws while the worker learns
  const frames = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let count = 0;
        const draw = () => (++count < 10 ? requestAnimationFrame(draw) : resolve(count));
        requestAnimationFrame(draw);
      }),
  );
  expect(frames).toBe(10);
  // saving does not end it
  await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save safetensors' }).click()]);
  const saved = await step(page);
  await expect.poll(() => step(page)).toBeGreaterThan(saved + 5);
  await page.getByRole('button', { name: 'Pause' }).click();
  await run(page).waitFor();
  const end = await step(page);
  expect(await loss(page)).toBeLessThan(0.6 * before);
  expect(await page.getByRole('img', { name: 'Gradients of conv2' }).count()).toBe(1);
  expect(await page.getByRole('img', { name: /classified as a/ }).count()).toBe(12);

  await page.getByLabel('History: go back to a step').fill('0');
  await page.getByText('training continues from there').waitFor();
  expect(await loss(page)).toBe(before);
  expect(await step(page)).toBe(0);
  await page.getByLabel('History: go back to a step').fill('2');
  await expect.poll(() => step(page)).toBe(50);
  expect(end).toBeGreaterThanOrEqual(50);

  await page.getByRole('button', { name: 'Start over' }).click();
  await expect.poll(() => step(page)).toBe(0);
  await expect.poll(() => loss(page)).toBe(before);
  expectNoFaults(page);
});

test('by keyboard: a step at a time, and the numbers are the library’s', async () => {
  const page = await playground.open('#train?backend=wasm&layers=c2x3,m4,f16&batch=64&seed=7&rate=0.003');
  await ready(page);
  await page.getByText('1,774 parameters; 6,000 training digits, 1,000 validation digits').waitFor();

  // the same by the library: the first digits of every class, 600 and 100
  const some = (set: TensorDataset, each: number) => {
    const left = Array<number>(10).fill(each);
    return new Subset(
      set,
      Array.from({ length: set.length }, (_, i) => i).filter((i) => left[set.y[i]]-- > 0),
    );
  };
  const [train, test] = [some(await mnist(), 600), some(await mnist({ train: false }), 100)];
  const recipe = { layers: layersCodec.decode('c2x3,m4,f16') ?? [], activation: 'ReLU' as const };
  const model = modelFrom(architectureFor(recipe)).initialize(7);
  await model.to(await createBackend('wasm', { threads: 1 }));
  const [criterion, optimizer] = [new NLLLoss(), new Adam(model, { lr: 0.003 })];
  const { loss: first, accuracy } = await evaluate(model, new DataLoader(test, { batchSize: 250 }), { loss: criterion });
  expect(await chart(page, 'Loss')).toEqual({ at: 0, training: '–', validation: short(first, 3) });
  expect((await chart(page, 'Accuracy')).validation).toBe(`${short(100 * accuracy, 3)}%`);

  const order = Array.from(new RandomSampler(train, { seed: 7 }).order(0));
  await page.getByRole('button', { name: 'One step' }).focus();
  for (let i = 0; i < 3; i++) {
    const { x, y } = await train.batch(order.slice(64 * i, 64 * (i + 1)));
    const output = await model.train().run(x);
    const { value, backward } = await criterion.run(output, y);
    optimizer.zeroGrad();
    backward();
    optimizer.step();
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await chart(page, 'Loss')).at).toBe(i + 1);
    expect((await chart(page, 'Loss')).training).toBe(short(value, 3));
  }
  const weight = (await model.stateDict()).get('conv1.weight')?.data ?? [];
  const most = Math.max(...Array.from(weight, Math.abs));
  expect(await page.locator('.train-layer .legend span').first().textContent()).toBe(short(-most, 3));
  expectNoFaults(page);
});

describe('the recipe', () => {
  test('is changed by keyboard, says what does not fit, and is in the address', async () => {
    const page = await playground.open('#train?backend=wasm&optimizer=sgd&momentum=0.5&seed=12&pace=20');
    await ready(page);
    expect(await page.getByLabel('Momentum').inputValue()).toBe('0.5');
    await page.getByLabel('Add a layer').selectOption('norm');
    await page.waitForURL(/layers=c4x5,m2,c8x5,m2,f512,d50,n/);
    await page.getByText('208,282 parameters;').waitFor();
    await page.getByRole('button', { name: 'Remove: max pooling 2' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/layers=c4x5,c8x5,m2,f512,d50,n/);
    await page.getByRole('button', { name: 'Move up: dense layer 4' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Layer 4 needs maps, but it follows a dense layer, which has none').waitFor();
    await page.getByRole('button', { name: 'The lecture’s network' }).click();
    await page.getByText('207,258 parameters;').waitFor();
    await page.getByLabel(/% dropped: dropout/).selectOption('20');
    await page.waitForURL(/layers=c4x5,m2,c8x5,m2,f512,d20/);
    await page.reload();
    await ready(page);
    expect(await page.getByLabel(/% dropped: dropout/).inputValue()).toBe('20');
    expect(await page.getByLabel('Seed').inputValue()).toBe('12');
    await page.getByLabel('Runs on').selectOption('reference');
    await page.getByText('The worker runs on plain loops, float64').waitFor();
    expectNoFaults(page);
  });
});

test('weights are saved for the library, and loaded again; what is no such file is refused in words', async () => {
  const page = await playground.open('#train?backend=wasm&layers=c2x3,m4,f16&seed=5');
  await ready(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save safetensors' }).click()]);
  const bytes = await readFile(await download.path());
  const { model } = decodeCheckpoint(bytes);
  const again = modelFrom(architectureFor({ layers: layersCodec.decode('c2x3,m4,f16') ?? LECTURE, activation: 'ReLU' })).initialize(5);
  for (const [name, { data }] of await again.stateDict()) expect((await model.stateDict()).get(name)?.data, name).toEqual(data);

  const load = page.getByLabel('Load safetensors …');
  await load.setInputFiles('playground/weights/lecture.safetensors');
  await page.getByText('The weights of lecture.safetensors were loaded.').waitFor();
  await page.getByText('207,258 parameters;').waitFor();
  await expect.poll(() => loss(page)).toBeLessThan(0.2);
  await load.setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no numbers here, only words') });
  await page.getByRole('alert').filter({ hasText: 'notes.txt' }).waitFor();
  await page.getByLabel('Train on IDX files …').setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('words') }]);
  await page.getByRole('alert').filter({ hasText: 'choose two files' }).waitFor();
  expect(await loss(page)).toBeLessThan(0.2);

  // trained here, looked at there
  await page.getByRole('button', { name: 'Inspect it in the Network view' }).click();
  await page.locator('main[data-view="network"]').waitFor();
  await page.getByText('Network from digits.safetensors').waitFor();
  await page.locator('.net-says').filter({ hasText: 'says 3' }).waitFor();
  expectNoFaults(page);
});

test('no barrier for assistive technology, in both themes', async () => {
  for (const theme of ['light', 'dark']) {
    const page = await playground.open(`#train?backend=wasm&theme=${theme}&layers=c4x5,m4`);
    await ready(page);
    await page.getByRole('button', { name: 'One step' }).click();
    await page.getByRole('img', { name: 'Gradients of conv1' }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
  }
});
