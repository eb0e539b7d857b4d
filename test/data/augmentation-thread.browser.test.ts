import { expect, test } from 'vitest';
import { augment, DataLoader, Random, randomElastic, randomErase, randomRotation, TensorDataset } from '../../src/index.js';

test('in a page, a worker computes augmentations with the bits of the page', async () => {
  const random = new Random(1);
  const x = { shape: [64, 1, 40, 40], data: Float32Array.from({ length: 64 * 1600 }, () => random.uniform()) };
  const steps = [randomElastic({ alpha: 9, sigma: 3 }), randomRotation({ degrees: 20 }), randomErase()];
  const dataset = augment(new TensorDataset(x, new Int32Array(64)), steps, { seed: 1 });
  const pass = async (workers: number) => {
    const batches: Float32Array[] = [];
    const loader = new DataLoader(dataset, { batchSize: 32, shuffle: true, seed: 1, workers });
    for await (const batch of loader) batches.push(batch.x.data);
    return batches;
  };
  const expected = await pass(0);
  let posted = 0;
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
    posted++;
    return postMessage.apply(this, args as Parameters<typeof postMessage>);
  };
  try {
    // the page computes until the worker has started, to which a first message goes
    while (posted < 3) {
      expect(await pass(2)).toEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    Worker.prototype.postMessage = postMessage;
  }
});
