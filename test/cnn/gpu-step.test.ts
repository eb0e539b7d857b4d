import { describe, expect, test, vi } from 'vitest';
import { Adam, ConvNet, CrossEntropyLoss, type Loss, type Module, NLLLoss, type Optimizer, SGD, train } from '../../src/cnn/index.js';
import { DataLoader } from '../../src/data/data-loader.js';
import { TensorDataset } from '../../src/data/tensor-dataset.js';
import { full } from '../../src/tensor.js';
import { countingBackend } from '../kernels/counting-gpu.js';

const NAMES = ['submit', 'dispatchWorkgroups', 'createBuffer', 'createBindGroup', 'createComputePipeline', 'writeBuffer', 'pushErrorScope'] as const;

/** Batches of 64 images. */
function batches(count: number) {
  return new DataLoader(new TensorDataset(full([64 * count, 1, 28, 28], 1), new Int32Array(64 * count)), { batchSize: 64 });
}

/** The WebGPU calls of each training step. */
async function steps(count: number, optimizer: (model: Module) => Optimizer, loss: Loss): Promise<Record<(typeof NAMES)[number], number>[]> {
  const { backend, counts } = countingBackend();
  const model = await new ConvNet().to(backend);
  const totals: number[][] = [];
  const onStep = () => totals.push(NAMES.map((name) => counts.calls.get(name) ?? 0));
  await train(model, { train: batches(count), optimizer: optimizer(model), loss, epochs: 1, seed: 1, callbacks: { onStep } });
  model.dispose();
  backend.dispose();
  return totals.slice(1).map((total, step) => Object.fromEntries(NAMES.map((name, n) => [name, total[n] - totals[step][n]])) as never);
}

describe("a training step of the lecture's network on webgpu", () => {
  test.each<[string, (model: Module) => Optimizer, Loss]>([
    ['SGD with momentum', (model) => new SGD(model, { lr: 0.1, momentum: 0.9 }), new NLLLoss()],
    ['Adam', (model) => new Adam(model), new CrossEntropyLoss()],
  ])('%s: one submission, no new memory, few launches', async (_, optimizer, loss) => {
    const all = await steps(8, optimizer, loss);
    // the first steps make the memory of the optimizer and compile
    for (const step of all.slice(3)) {
      expect(step).toMatchObject({ submit: 1, createBuffer: 0, createBindGroup: 0, createComputePipeline: 0, pushErrorScope: 2 });
      expect(step.dispatchWorkgroups).toBeLessThanOrEqual(30);
      // the batch, its target, the mask, labels twice, all numbers of the launches
      expect(step.writeBuffer).toBeLessThanOrEqual(6);
    }
  });

  test('waits until the device has done the step before the last', async () => {
    let finish: () => void = () => {};
    const work = new Promise<undefined>((resolve) => {
      finish = () => resolve(undefined);
    });
    const { backend, counts } = countingBackend(() => work);
    const model = await new ConvNet().to(backend);
    const training = train(model, { train: batches(5), optimizer: new SGD(model, { lr: 0.1 }), loss: new NLLLoss(), epochs: 1, seed: 1 });
    await vi.waitFor(() => expect(counts.calls.get('submit')).toBe(2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(counts.calls.get('submit')).toBe(2);
    finish();
    expect((await training).stopped).toBe('finished');
    backend.dispose();
  });
});
