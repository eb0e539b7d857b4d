import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareImages, createBackend, createImage, matchTemplate, Random } from '../../src/index.js';
import { readImage, writeImage } from '../../src/node.js';
import { convlab as command } from './convlab.js';

const folder = await mkdtemp(join(tmpdir(), 'convlab-'));
const [a, b, eye, map] = ['a.png', 'b.png', 'eye.png', 'map.png'].map((name) => join(folder, name));
const random = new Random(8);
const noise = createImage(
  20,
  16,
  1,
  Uint8ClampedArray.from({ length: 320 }, () => random.integer(200)),
);
const other = { ...noise, data: noise.data.map((value, i) => value + (i % 7)) as Uint8ClampedArray };
const patch = createImage(
  4,
  3,
  1,
  Uint8ClampedArray.from({ length: 12 }, (_, i) => noise.data[(5 + Math.floor(i / 4)) * 20 + 9 + (i % 4)]),
);
await Promise.all([writeImage(a, noise), writeImage(b, other), writeImage(eye, patch)]);
const backend = await createBackend('reference');

const convlab = (...args: string[]) => command([...args, '--backend', 'reference']);

test('compare prints what compareImages says', async () => {
  const expected = await compareImages(noise, other, { backend });
  expect(JSON.parse((await convlab('compare', a, b, '--json')).stdout)).toEqual(expected);
  const { code, stdout } = await convlab('compare', a, b);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^max {3}6\nmean {2}2\.98\d*\nRMSE {2}3\.\d+\nPSNR {2}3\d\.\d+ dB\nSSIM {2}0\.99\d+\n$/);
  expect(JSON.parse((await convlab('compare', a, a, '--json')).stdout)).toMatchObject({ max: 0, psnr: null });
  expect((await convlab('compare', a, a)).stdout).toContain('PSNR  Infinity dB');
});

test('match prints the places that matchTemplate finds, and writes the scores', async () => {
  const { peaks } = await matchTemplate(noise, patch, { peaks: 2, threshold: 0.5, minDistance: 3, backend });
  const flags = ['--peaks', '2', '--threshold', '0.5', '--min-distance', '3', '--scores', map];
  expect(JSON.parse((await convlab('match', a, eye, ...flags, '--json')).stdout)).toEqual(peaks);
  const scores = await readImage(map);
  expect([scores.width, scores.height, scores.data[5 * 17 + 9]]).toEqual([17, 14, 255]);
  expect((await convlab('match', a, eye)).stdout).toMatch(/^X +Y +ZNCC\n(8\.[5-9]|9\.)\d* +(4\.[5-9]|5\.)\d* +1\n$/);
  const ssd = JSON.parse((await convlab('match', a, eye, '--method', 'ssd', '--json')).stdout);
  expect(ssd[0].score).toBeLessThan(1);
});

test.each([
  [['compare', a, eye], 1, 'compareImages: the images must have the same size'],
  [['compare', a, join(folder, 'none.png')], 1, 'does not exist'],
  [['compare', a], 2, "missing required argument 'b'"],
  [['match', eye, a], 1, 'matchTemplate: the template must not be larger than the image'],
  [['match', a, eye, '--method', 'sad'], 2, 'match: method must be one of zncc, ncc, ssd, correlation, received "sad"; did you mean ssd?'],
  [['match', a, eye, '--peaks', '0'], 2, 'match: peaks must be an integer ≥ 1'],
  [['match', a, eye, '--scores', 'map.heic'], 2, 'path must end in .png'],
])('%j', async (args, code, message) => {
  expect(await convlab(...(args as string[]))).toEqual({ code, stdout: '', stderr: expect.stringContaining(message as string) });
});
