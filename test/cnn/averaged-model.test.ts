import { describe, expect, test } from 'vitest';
import {
  AveragedModel,
  type Batches,
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  decodeCheckpoint,
  encodeCheckpoint,
  evaluate,
  Flatten,
  Linear,
  type Module,
  ReLU,
  Sequential,
  SGD,
  train,
} from '../../src/cnn/index.js';
import { createBackend } from '../../src/kernels/backends/create.js';
import type { Tensor } from '../../src/tensor.js';
import { stripes } from './stripes.js';

const plain = () => new Sequential({ conv: new Conv2d(1, 4, 3, { padding: 1 }), act: new ReLU(), flat: new Flatten(), fc: new Linear(144, 2) });
const normed = () => new Sequential({ conv: new Conv2d(1, 4, 3, { padding: 1 }), norm: new BatchNorm2d(4), flat: new Flatten(), fc: new Linear(144, 2) });
const wasm = await createBackend('wasm', { threads: 1 });

async function batchesOf(data: Batches): Promise<{ x: Tensor; y: number[] }[]> {
  const all: { x: Tensor; y: number[] }[] = [];
  for await (const batch of data) all.push(batch as { x: Tensor; y: number[] });
  return all;
}

/** The largest difference of two models' numbers. */
async function apart(a: Module | AveragedModel, b: Module | AveragedModel | ReadonlyMap<string, Tensor>): Promise<number> {
  const [first, second] = [await a.stateDict(), b instanceof Map ? b : await (b as Module).stateDict()];
  return Math.max(...[...first].map(([name, { data }]) => Math.max(...Array.from(data, (value, i) => Math.abs(value - second.get(name).data[i])))));
}

describe('gradients of several batches', () => {
  test('a quarter of each of four batches, in a loop of one’s own, is the gradient of one batch of all', async () => {
    const [small, large] = [plain().initialize(3), plain().initialize(3)];
    const criterion = new CrossEntropyLoss();
    for (const [model, batchSize] of [
      [small, 2],
      [large, 8],
    ] as const) {
      const optimizer = new SGD(model, { lr: 0.5 });
      const batches = await batchesOf(stripes(1, 8, batchSize));
      model.train();
      optimizer.zeroGrad();
      for (const { x, y } of batches) (await criterion.run(await model.run(x), y)).backward(1 / batches.length);
      optimizer.step();
    }
    expect(await apart(small, large)).toBeLessThan(1e-6);
    expect(await apart(small, plain().initialize(3))).toBeGreaterThan(1e-3);
  });

  test.each([
    [8, 2, 4, 8],
    [6, 2, 2, 4],
  ])('train: %i samples in batches of %i, %i batches a step, are batches of %i', async (samples, batchSize, accumulate, together) => {
    const run = async (size: number, options: { accumulate?: number }) => {
      const model = plain();
      const optimizer = new SGD(model, { lr: 0.1, momentum: 0.9 });
      await train(model, { train: stripes(1, samples, size), optimizer, epochs: 3, seed: 3, clipGradNorm: 0.5, ...options });
      return { model, steps: optimizer.steps };
    };
    const [few, many] = [await run(together, {}), await run(batchSize, { accumulate })];
    // an incomplete group at the end of an epoch is a separate step
    expect(many.steps).toBe(few.steps);
    expect(await apart(many.model, few.model)).toBeLessThan(1e-5);
    expect(await apart(many.model, (await run(batchSize, {})).model)).toBeGreaterThan(1e-4);
  });

  test('a scale that is not finite is refused', async () => {
    const model = plain().initialize(1).train();
    const [{ x, y }] = await batchesOf(stripes(1));
    const loss = await new CrossEntropyLoss().run(await model.run(x), y);
    expect(() => loss.backward(Number.NaN)).toThrow('backward: scale must be a finite number, received NaN');
  });
});

describe('AveragedModel', () => {
  test('is the moving average of all numbers, statistics too, and gives the model its own back', async () => {
    const model = await normed().initialize(2).to(wasm);
    const average = new AveragedModel(model, { decay: 0.75 });
    const wanted = new Map<string, Float64Array>();
    for (let step = 0; step < 4; step++) {
      model.initialize(10 + step);
      for (const [name, { data }] of await model.stateDict()) {
        const before = wanted.get(name);
        wanted.set(
          name,
          Float64Array.from(data, (value, i) => (before ? 0.75 * before[i] + 0.25 * value : value)),
        );
      }
      average.update();
    }
    expect(average.updates).toBe(4);
    const own = await model.stateDict();
    const off = (state: ReadonlyMap<string, Tensor>) =>
      Math.max(...[...state].map(([name, { data }]) => Math.max(...Array.from(data, (value, i) => Math.abs(value - (wanted.get(name) as Float64Array)[i])))));
    expect(off(await average.stateDict())).toBeLessThan(1e-6);
    const takeOff = average.apply();
    expect(off(await model.stateDict())).toBeLessThan(1e-6);
    expect(() => average.update()).toThrow('restore its weights first');
    expect(() => average.apply()).toThrow('holds the averages');
    takeOff();
    takeOff();
    expect(await apart(model, own)).toBe(0);
    average.dispose();
  });

  test('train measures it, keeps the best of it, and goes on from a checkpoint to the same bits', async () => {
    const options = { train: stripes(1), validation: stripes(2), earlyStopping: { patience: 9 } };
    const start = async () => {
      const model = await normed().initialize(5).to(wasm);
      return { model, optimizer: new SGD(model, { lr: 0.05, momentum: 0.9 }), average: new AveragedModel(model, { decay: 0.8 }) };
    };
    const whole = await start();
    let bytes: Uint8Array | undefined;
    const history = await train(whole.model, {
      ...options,
      optimizer: whole.optimizer,
      average: whole.average,
      epochs: 3,
      callbacks: {
        async onEpoch({ epoch }, history) {
          if (epoch === 0) bytes = await encodeCheckpoint({ ...whole, history });
        },
      },
    });
    expect(history.epochs[1].validationLoss).not.toBe(history.epochs[0].validationLoss);
    const { loss } = await evaluate(whole.model, options.validation);
    expect(Math.min(...history.epochs.map(({ validationLoss = 9 }) => validationLoss))).toBeCloseTo(loss, 6);

    const saved = decodeCheckpoint(bytes as Uint8Array);
    expect(await apart(saved.model, saved.average as Map<string, Tensor>)).toBeGreaterThan(1e-4);
    const model = await saved.model.to(wasm);
    const optimizer = saved.restoreOptimizer(new SGD(model, { lr: 0.05, momentum: 0.9 }));
    const average = saved.restoreAverage(new AveragedModel(model, { decay: 0.8 }));
    const resumed = await train(model, { ...options, optimizer, average, epochs: 3, startEpoch: saved.epoch, history: saved.history ?? undefined });
    expect(resumed.epochs.map(({ loss, validationLoss }) => [loss, validationLoss])).toEqual(
      history.epochs.map(({ loss, validationLoss }) => [loss, validationLoss]),
    );
    expect(await apart(average, whole.average)).toBe(0);
  });

  test('evaluate measures the model with it, if asked', async () => {
    const model = await plain().initialize(1).to(wasm);
    const average = new AveragedModel(model);
    average.update();
    const want = await evaluate(model, stripes(2));
    model.initialize(9);
    expect((await evaluate(model, stripes(2))).loss).not.toBe(want.loss);
    expect((await evaluate(model, stripes(2), { average })).loss).toBe(want.loss);
    expect(await apart(model, await plain().initialize(9).stateDict())).toBe(0);
  });

  test('what makes no sense is refused', async () => {
    expect(() => new AveragedModel(plain(), { decay: 1 })).toThrow('AveragedModel: decay must be a share, 0 ≤ s < 1, received 1');
    const model = plain().initialize(1);
    expect(() => new AveragedModel(model).update()).toThrow('the model must be on a backend');
    expect(() => new AveragedModel(model).apply()).toThrow('call update at least once first');
    expect(() => new AveragedModel(model).loadStateDict(new Map())).toThrow('the average of "conv.weight" must have shape [4, 1, 3, 3], received undefined');
    await model.to(wasm);
    const average = new AveragedModel(model);
    average.update();
    await model.to(await createBackend('reference'));
    expect(() => average.update()).toThrow('the model must stay on its backend');
    const without = decodeCheckpoint(await encodeCheckpoint({ model: plain() }));
    expect(without.average).toBeNull();
    expect(() => without.restoreAverage(average)).toThrow('it contains no averaged weights');
  });
});
