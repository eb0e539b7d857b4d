import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DataLoader, randomSplit, type Sample, Subset, SubsetRandomSampler } from '../../src/index.js';
import { FASHION_CLASSES, fashionMnist, mnist } from '../../src/node.js';

// Only what is installed counts: no cache of the machine's, no network.
const cache = mkdtempSync(join(tmpdir(), 'convlab-mnist-'));
const offline = { cache, download: false };
afterAll(() => rmSync(cache, { recursive: true }));

/** Classes, mean and standard deviation, read through the loader. */
async function statistics(loader: DataLoader<Sample>) {
  const classes: number[] = Array(10).fill(0);
  let [count, sum, squares] = [0, 0, 0];
  for await (const { x, y } of loader) {
    for (const label of y) classes[label]++;
    for (const value of x.data) {
      sum += value;
      squares += value * value;
    }
    count += x.data.length;
  }
  const mean = sum / count;
  return { classes, mean, std: Math.sqrt(squares / count - mean * mean) };
}

test('MNIST as the lecture reads it: like an array, and in a loop', async () => {
  const train = await mnist(offline);
  expect(train.length).toBe(60_000);
  const { x, y } = train.at(0);
  expect([x.shape, y]).toEqual([[1, 28, 28], 5]);
  expect([Math.min(...x.data), Math.max(...x.data)]).toEqual([0, 1]);

  const loader = new DataLoader(train, { batchSize: 64 });
  expect(loader.length).toBe(938);
  const { classes, mean, std } = await statistics(loader);
  expect(mean).toBeCloseTo(0.13066, 5);
  expect(std).toBeCloseTo(0.30811, 5);
  // the counts that the authors publish
  expect(classes).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
});

test("the lecture's split: 5,000 of the test set to validate with, drawn at random", async () => {
  const dataset = await mnist({ ...offline, train: false });
  const indices = Array.from({ length: dataset.length }, (_, i) => i);
  const validation = new DataLoader(dataset, { batchSize: 64, sampler: new SubsetRandomSampler(indices.slice(0, 5000)) });
  const rest = new DataLoader(dataset, { batchSize: 64, sampler: new SubsetRandomSampler(indices.slice(5000)) });
  expect([validation.length, rest.length]).toEqual([79, 79]);
  const { classes } = await statistics(rest);
  expect(classes).toEqual((await statistics(new DataLoader(new Subset(dataset, indices.slice(5000)), { batchSize: 500 }))).classes);
  expect(classes.reduce((sum, n) => sum + n)).toBe(5000);
});

test('the clean split: 5,000 of the training set', async () => {
  const [train, validation] = randomSplit(await mnist(offline), [55_000, 5000], { seed: 1 });
  expect([train.length, validation.length]).toEqual([55_000, 5000]);
  expect(new DataLoader(train, { batchSize: 64, shuffle: true }).length).toBe(860);
});

test.skipIf(!existsSync('/usr/share/datasets/fashion-mnist'))("Fashion-MNIST (skipped where Debian's dataset-fashion-mnist is not installed)", async () => {
  const train = await fashionMnist(offline);
  expect([train.length, FASHION_CLASSES[train.at(0).y], FASHION_CLASSES.length]).toEqual([60_000, 'ankle boot', 10]);
  const { classes, mean, std } = await statistics(new DataLoader(await fashionMnist({ ...offline, train: false }), { batchSize: 100 }));
  expect(classes).toEqual(Array(10).fill(1000));
  expect(mean).toBeGreaterThan(0.28);
  expect(std).toBeGreaterThan(0.35);
});
