import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compareImages, createBackend, createImage, type Image, ShapeError } from '../../src/index.js';
import { readImage } from '../../src/node.js';

// scripts/make-match-fixture.py made these
const fixture = JSON.parse(await readFile('test/filters/fixtures/match.json', 'utf8'));
const crop = await readImage('test/filters/fixtures/crop.png');
const other: Image = { ...crop, data: Uint8ClampedArray.from(fixture.other) };
const backend = await createBackend('wasm');

test("max, mean, RMSE, PSNR and SSIM are scikit-image's", async () => {
  const compared = await compareImages(crop, other, { backend });
  expect(compared.max).toBe(fixture.comparison.max);
  for (const name of ['mean', 'rmse', 'psnr'] as const) expect(compared[name]).toBeCloseTo(fixture.comparison[name], 9);
  expect(compared.ssim).toBeCloseTo(fixture.comparison.ssim, 5);
});

test('white is 1 for floats: the same PSNR and SSIM', async () => {
  const [a, b] = [crop, other].map((image) => ({ ...image, data: Float32Array.from(image.data, (value) => value / 255) }));
  const compared = await compareImages(a, b, { backend });
  expect(compared.max).toBeCloseTo(fixture.comparison.max / 255, 6);
  expect(compared.psnr).toBeCloseTo(fixture.comparison.psnr, 5);
  expect(compared.ssim).toBeCloseTo(fixture.comparison.ssim, 5);
});

test('equal pictures', async () => {
  expect(await compareImages(crop, crop, { backend })).toEqual({ max: 0, mean: 0, rmse: 0, psnr: Number.POSITIVE_INFINITY, ssim: expect.closeTo(1, 6) });
});

test('pictures too small for a window have no SSIM', async () => {
  expect((await compareImages(createImage(10, 20, 1), createImage(10, 20, 1), { backend })).ssim).toBeNull();
});

test('pictures that differ in kind are refused', async () => {
  const attempt = compareImages(createImage(10, 20, 1), createImage(20, 10, 3), { backend });
  await expect(attempt).rejects.toThrow(ShapeError);
  await expect(attempt).rejects.toThrow('received 10 × 20 × 1 (Uint8ClampedArray) and 20 × 10 × 3 (Uint8ClampedArray)');
});
