import type { Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { lectureTasks } from '../../playground/src/lecture/tasks.js';
import { short } from '../../playground/src/parts/numbers.js';
import {
  Conv2d,
  ConvNet,
  conv,
  Dropout,
  full,
  Linear,
  matchTemplate,
  maxPool,
  retrieveFeatures,
  rightness,
  sharpen,
  summary,
  type Tensor,
  tensor,
  tensorToImage,
} from '../../src/node.js';
import { batchOf, cells, lectureNet, pageDigits, percent, show } from './lecture-page.js';
import { expectNoFaults, usePlayground } from './page.js';

const playground = usePlayground();
let page: Page;
beforeAll(async () => {
  page = await playground.open('#lecture?backend=wasm', { viewport: { width: 1600, height: 1000 }, reducedMotion: 'reduce' });
});

/** The numbers of a text, as they are written. */
const numbersIn = async (selector: string) => ((await page.locator(selector).first().textContent()) ?? '').match(/−?\d+(?:,\d{3})*(?:\.\d+)?%?/g) ?? [];
const grid = (text: string) => {
  const rows = text.split(' ').map((row) => [...row].map(Number));
  return tensor([[rows]]);
};

test('recognition: ten probabilities, and the accuracy of 1,000 digits that are moved', async () => {
  const [{ model }, digits] = [await lectureNet(), await pageDigits('test')];
  await show(page, 'recognition', 1);
  const shares = (await model.run(batchOf(digits, 1, 2))).data.map(Math.exp);
  expect(await page.locator('.bars-value').allTextContents()).toEqual(Array.from(shares, percent));
  await show(page, 'recognition', 3);
  const accuracy = async (dx: number) => rightness(await model.run(batchOf(digits, 0, 1000, dx)), digits.labels)[0] / 1000;
  expect(await numbersIn('.lec-note')).toEqual(['1,000', percent(await accuracy(0)), percent(await accuracy(4)), '4', percent(await accuracy(8)), '8']);
});

test('feature map, padding, pooling: every cell is the library’s, also where the slide has a misprint', async () => {
  await show(page, 'feature-map', 4);
  const map = Array.from((await conv(grid('01000 11100 01000 00001 11111'), grid('010 101 010'))).data);
  await expect.poll(() => cells(page, 'map')).toEqual(map.map((value, i) => (i === 3 ? Number.NaN : value)));
  await page.locator('[data-cell="map/2,0"]').click();
  await expect.poll(() => page.locator('.lec-sum strong').textContent()).toBe(`= ${map[6]}`);

  // from the map without a border to a cell that it does not have
  await show(page, 'padding', 1);
  await cells(page, 'map');
  await show(page, 'padding', 4);
  const [picture, kernel] = [grid('11100 01110 00111 00110 01100'), grid('101 010 101')];
  const padded = Array.from((await conv(picture, kernel, { padding: 1 })).data);
  await expect.poll(async () => (await cells(page, 'map')).slice(0, 21)).toEqual(padded.slice(0, 21));
  expect(await numbersIn('.lec-note')).toEqual(['1', String(padded[20])]);
  expect(await page.locator('[data-cell^="input/"][data-ghost="true"]').count()).toBe(24);
  await show(page, 'padding', 1);
  await expect.poll(() => cells(page, 'map')).toEqual(Array.from((await conv(picture, kernel)).data));

  await show(page, 'pooling', 2);
  const { output } = await maxPool(grid('102310 461021 310152 021701 103210 210043'), { kernelSize: 3 });
  await expect.poll(() => cells(page, 'map')).toEqual([...output.data.subarray(0, 3), Number.NaN]);
  await expect.poll(() => page.locator('[data-winner="true"]').count()).toBe(0);
  await page.locator('[data-cell="map/0,0"]').click();
  await expect.poll(() => page.locator('[data-winner="true"]').textContent()).toBe('6');
});

test('several kernels and filters: six maps, and a picture that is sharpened as the library does it', async () => {
  const backend = (await lectureNet()).backend;
  const photo = await lectureTasks.grayScene(backend, 'landscape');
  await show(page, 'kernel-bank', 3);
  expect(await page.getByRole('img', { name: /^feature map/ }).count()).toBe(6);
  expect(await page.locator('.lec-formula').textContent()).toContain(`[1 × 6 × ${photo.shape[2]} × ${photo.shape[3]}]`);

  await show(page, 'filters', 3);
  const canvas = page.getByRole('img', { name: 'filtered: sharpen' });
  await canvas.waitFor();
  const kernel = { ...sharpen(1), shape: [1, 1, 3, 3] };
  const sharp = await conv(photo, kernel, { padding: 'same', paddingMode: 'reflect', backend });
  const drawn = await canvas.evaluate((each: HTMLCanvasElement) => Array.from(each.getContext('2d')?.getImageData(0, 0, each.width, each.height).data ?? []));
  const differences = Array.from(sharp.data, (value, i) => Math.abs(drawn[4 * i] - 255 * Math.min(Math.max(value, 0), 1)));
  expect(drawn.length).toBe(4 * sharp.data.length);
  expect(Math.max(...differences)).toBeLessThanOrEqual(0.51);
});

test('weight sharing: nine links a pixel, the counts of three ways, and the band of a matrix', async () => {
  await show(page, 'weight-sharing', 2);
  expect(await page.locator('.lec-link').count()).toBe(18);
  const colors = await page.locator('.lec-link').evaluateAll((all) => all.map((each) => each.getAttribute('stroke')));
  expect(colors.slice(0, 9)).toEqual(colors.slice(9));
  await page.getByRole('button', { name: 'feature map, row 5, column 5' }).press('Enter');
  expect(await page.getByRole('button', { name: 'feature map, row 5, column 5' }).getAttribute('aria-pressed')).toBe('true');

  await show(page, 'weight-sharing', 4);
  const dense = new Linear(784, 784, { bias: false }).parameters()[0].storage.length;
  const shared = new Conv2d(1, 1, 3, { padding: 1, bias: false });
  const counts = [dense, summary(shared, [1, 1, 28, 28]).multiplyAdds, shared.parameters()[0].storage.length];
  expect(await page.locator('.lec-counts strong').allTextContents()).toEqual(counts.map((count) => count.toLocaleString('en-US')));

  await show(page, 'weight-sharing', 5);
  const signal = await cells(page, 'signal');
  const { data } = await conv(tensor(signal, [1, 1, signal.length]), tensor([-1, 2, 1], [1, 1, 3]));
  expect(await cells(page, 'result')).toEqual(Array.from(data));
  expect((await cells(page, 'matrix')).filter((value) => value !== 0)).toHaveLength(3 * data.length);
});

test('cubes: slices that add up, and the weights of the whole net', async () => {
  await show(page, 'cubes', 3);
  const read = async (id: string, side: number): Promise<Tensor> => ({
    shape: [1, 2, side, side],
    data: Float32Array.from([...(await cells(page, `${id}0`)), ...(await cells(page, `${id}1`))]),
  });
  const whole = await conv(await read('slice', 4), await read('weights', 3));
  expect(await cells(page, 'total')).toEqual(Array.from(whole.data));
  await show(page, 'cubes', 1);
  expect(await numbersIn('.lec-note')).toEqual([summary(new ConvNet(), [1, 1, 28, 28]).parameters.toLocaleString('en-US')]);
});

test('MNIST: the layers of the net, the same numbers in another shape, and the scores of a digit', async () => {
  await show(page, 'mnist', 2);
  expect(await page.locator('.lec-facts strong').textContent()).toBe(String(Math.ceil((await pageDigits('train')).length / 64)));
  await show(page, 'mnist', 3);
  const { lines, parameters } = summary(new ConvNet(), [1, 1, 28, 28]);
  expect(await page.locator('.lec-table tbody td:nth-child(2)').allTextContents()).toEqual(lines.map(({ operation }) => operation));
  expect(await page.locator('.lec-table tbody td:nth-child(3)').allTextContents()).toEqual(lines.map(({ outputShape }) => outputShape.slice(1).join(' × ')));
  expect(await page.locator('.lec-table tfoot strong').textContent()).toBe(parameters.toLocaleString('en-US'));
  await show(page, 'mnist', 4);
  expect(await cells(page, 'z')).toEqual(Array.from({ length: 16 }, (_, i) => i));
  await show(page, 'mnist', 5);
  const { model } = await lectureNet();
  const features = await retrieveFeatures(model, batchOf(await pageDigits('test'), 0, 1));
  const scores = features.get('fc2') as Tensor;
  expect(await page.locator('.lec-scores td:nth-child(2)').allTextContents()).toEqual(Array.from(scores.data, (value) => short(value, 3)));
  expect(await page.locator('.lec-scores td:nth-child(3)').allTextContents()).toEqual(Array.from(scores.data, (value) => short(Math.max(0, value), 3)));
});

test('Dropout: the library’s mask of the seed in training, none in evaluation', async () => {
  const neurons = () => page.locator('.lec-neurons > span').evaluateAll((all) => all.map((each) => Number(each.getAttribute('data-value'))));
  const mask = async (seed: number) =>
    Array.from(
      (
        await new Dropout(0.5)
          .initialize(seed)
          .train()
          .run(full([1, 100], 1))
      ).data,
    );
  await show(page, 'dropout', 1);
  expect(await neurons()).toEqual(await mask(1));
  await page.getByRole('button', { name: 'Another mask', exact: true }).click();
  await expect.poll(neurons).toEqual(await mask(2));
  await page.getByRole('button', { name: 'net.eval()', exact: true }).press('Enter');
  await expect.poll(neurons).toEqual(Array(100).fill(1));
});

test('inside: the first maps move along with the digit, those behind the second pooling do not', async () => {
  const [{ model }, digits] = [await lectureNet(), await pageDigits('test')];
  await show(page, 'inside', 3);
  const maps = async (dx: number) => (await retrieveFeatures(model, batchOf(digits, 0, 1, dx))).get('pool#2') as Tensor;
  const [still, now] = [await maps(0), await maps(2)];
  // two pixels are half a cell, which is rounded up
  const kept = Array.from(still.data.keys()).filter((i) => i % 7 < 6);
  const change = Math.hypot(...kept.map((i) => still.data[i] - now.data[i + 1])) / Math.hypot(...kept.map((i) => still.data[i]));
  const [first, second] = await numbersIn('[data-testid="change"]');
  expect([Number.parseFloat(first ?? ''), second]).toEqual([expect.closeTo(0, 0), percent(change)]);
  expect(change).toBeGreaterThan(0.2);
  await page.getByLabel('shift to the right').press('ArrowLeft');
  await expect.poll(() => numbersIn('[data-testid="change"]')).not.toEqual([first, second]);
});

test('template matching: a piece of the picture is found where it was cut out, wherever that is', async () => {
  await show(page, 'template-matching', 3);
  expect((await numbersIn('[data-testid="best"]')).slice(0, 3)).toEqual(['26', '24', '1.000']);
  const picture = page.getByRole('img', { name: /^the picture; click/ });
  const box = (await picture.boundingBox()) as { x: number; y: number; width: number; height: number };
  await page.mouse.click(box.x + 0.6 * box.width, box.y + 0.75 * box.height);
  await expect.poll(async () => (await numbersIn('[data-testid="best"]'))[0]).not.toBe('26');
  const [x, y, score, second] = await numbersIn('[data-testid="best"]');
  const photo = await lectureTasks.grayScene((await lectureNet()).backend, 'landscape');
  const [left, top, columns] = [Number(x), Number(y), photo.shape[3]];
  const piece = Float32Array.from({ length: 26 * 26 }, (_, i) => photo.data[(top + Math.floor(i / 26)) * columns + left + (i % 26)]);
  const { peaks } = await matchTemplate(tensorToImage(photo), tensorToImage({ shape: [1, 1, 26, 26], data: piece }), { peaks: 3 });
  expect([score, second]).toEqual([peaks[0].score.toFixed(3), short(peaks[1].score, 3)]);
  expectNoFaults(page);
});
