import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { script } from '../faults/process.js';

const MEGABYTE = 2 ** 20;

test('training on shards takes no more memory than its batches and its buffer, however long an epoch is', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'convlab-shards-'));
  try {
    // 600 images: 118 MB in files, 472 MB of floats
    const { code, stdout, stderr } = await script(`
      import { writeFileSync } from 'node:fs';
      import { packTar } from 'modern-tar';
      import { AdaptiveAvgPool, createImage, Flatten, IterableLoader, Linear, Random, Sequential, SGD, train } from './src/index.ts';
      import { encodeImage, webDataset } from './src/node.ts';
      const random = new Random(1);
      for (let shard = 0, n = 0; shard < 6; shard++) {
        const files = [];
        for (let i = 0; i < 100; i++, n++) {
          const body = await encodeImage(createImage(256, 256, 3, Uint8ClampedArray.from({ length: 3 * 2 ** 16 }, () => random.integer(256))), 'bmp');
          files.push({ header: { name: n + '.bmp', size: body.length }, body }, { header: { name: n + '.cls', size: 1 }, body: String(n % 2) });
        }
        writeFileSync(${JSON.stringify(folder)} + '/' + shard + '.tar', await packTar(files));
      }
      const model = new Sequential([new AdaptiveAvgPool([1, 1]), new Flatten(), new Linear(3, 2)]);
      let [steps, most, before] = [0, 0, 0];
      await train(model, {
        train: new IterableLoader(webDataset(${JSON.stringify(folder)} + '/{0..5}.tar', { shuffle: true, bufferSize: 100 }), { batchSize: 10, workers: 2 }),
        optimizer: new SGD(model, { lr: 0.01 }),
        epochs: 1,
        seed: 1,
        callbacks: {
          onStep: (step) => {
            steps = step;
            const { rss } = process.memoryUsage();
            if (step === 20) before = rss;
            most = Math.max(most, rss);
          },
        },
      });
      console.log(JSON.stringify({ steps, before, most }));`).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { steps, before, most } = JSON.parse(stdout);
    expect(steps).toBe(60);
    expect((most - before) / MEGABYTE).toBeLessThan(150);
  } finally {
    await rm(folder, { recursive: true });
  }
});
