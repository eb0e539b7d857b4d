import { describe, expect, test } from 'vitest';
import {
  Adam,
  BatchNorm2d,
  Conv2d,
  CrossEntropyLoss,
  cosineSchedule,
  Dropout,
  evaluate,
  Flatten,
  Linear,
  type Module,
  ReLU,
  rightness,
  Sequential,
  SGD,
  train,
} from '../../src/cnn/index.js';
import { createBackend } from '../../src/kernels/backends/create.js';
import { tensor } from '../../src/tensor.js';
import { course, stripes } from './stripes.js';

const net = () =>
  new Sequential({
    conv: new Conv2d(1, 4, 3, { padding: 1 }),
    norm: new BatchNorm2d(4),
    act: new ReLU(),
    flat: new Flatten(),
    drop: new Dropout(0.2),
    fc: new Linear(144, 2),
  });

async function bits(model: Module): Promise<number[]> {
  return [...(await model.stateDict()).values()].flatMap(({ data }) => [...data]);
}

describe('train', () => {
  test('learns, and reports each epoch and every so many batches', async () => {
    const model = net();
    const history = await train(model, {
      train: stripes(1, 40),
      validation: stripes(2, 20),
      optimizer: new Adam(model, { lr: 0.01 }),
      epochs: 6,
      seed: 5,
      logEvery: 4,
    });
    expect(history.epochs).toHaveLength(6);
    expect(history.batches).toHaveLength(12);
    expect(history.epochs[5].loss).toBeLessThan(history.epochs[0].loss / 2);
    expect(history.epochs[5].validationAccuracy).toBeGreaterThan(0.9);
    expect(history.epochs[history.bestEpoch].validationLoss).toBe(Math.min(...history.epochs.map((epoch) => epoch.validationLoss as number)));
    const { accuracy, confusion, samples } = await evaluate(model, stripes(3, 20));
    expect(samples).toBe(20);
    expect(confusion.flat().reduce((a, b) => a + b)).toBe(20);
    expect((confusion[0][0] + confusion[1][1]) / 20).toBe(accuracy);
  });

  test('the same seed gives the same bits, another seed others', async () => {
    const run = async (seed: number) => {
      const model = net();
      await train(model, { train: stripes(1), optimizer: new SGD(model, { lr: 0.05, momentum: 0.9 }), epochs: 2, seed });
      return bits(model);
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('the loop written out by hand gives the same numbers', async () => {
    const compiled = net();
    await train(compiled, { train: stripes(1), optimizer: new SGD(compiled, { lr: 0.05, momentum: 0.9 }), epochs: 2, seed: 7 });

    const model = net().initialize(7);
    const optimizer = new SGD(model, { lr: 0.05, momentum: 0.9 });
    const criterion = new CrossEntropyLoss();
    for (let epoch = 0; epoch < 2; epoch++) {
      for await (const { x, y } of stripes(1)) {
        model.train();
        const output = await model.run(x as ReturnType<typeof tensor>);
        const loss = await criterion.run(output, y);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        expect(rightness(output, y as number[])[1]).toBe(output.shape[0]);
      }
    }
    expect(await bits(model)).toEqual(await bits(compiled));
  });

  test('wasm and GPU.js give the reference its loss', async () => {
    const reference = await course(await createBackend('reference'));
    for (const backend of [await createBackend('wasm'), await createBackend('gpu', { gpuMode: 'cpu' })]) {
      for (const [i, loss] of (await course(backend)).entries()) expect(loss, backend.device).toBeCloseTo(reference[i], 5);
      backend.dispose();
    }
  });

  test('stops early and brings the best weights back', async () => {
    const model = net();
    const states: number[][] = [];
    const history = await train(model, {
      train: stripes(1),
      validation: stripes(9, 20),
      optimizer: new SGD(model, { lr: 1.5 }),
      epochs: 50,
      seed: 1,
      earlyStopping: { patience: 3 },
      callbacks: { onEpoch: async () => void states.push(await bits(model)) },
    });
    expect(history.stopped).toBe('early');
    expect(history.epochs).toHaveLength(history.bestEpoch + 4);
    expect(await bits(model)).toEqual(states[history.bestEpoch]);
  });

  test('ends at an abort, after the present step', async () => {
    const model = net();
    const abort = new AbortController();
    let steps = 0;
    const history = await train(model, {
      train: stripes(1),
      optimizer: new SGD(model, { lr: 0.1 }),
      epochs: 50,
      signal: abort.signal,
      callbacks: { onStep: () => ++steps === 5 && abort.abort() },
    });
    expect(history.stopped).toBe('aborted');
    expect(steps).toBe(5);
  });

  test('a schedule sets the rate of every step, and the optimizer has its own back afterwards', async () => {
    const model = net();
    const optimizer = new SGD(model, { lr: 0.2 });
    const rates: number[] = [];
    await train(model, { train: stripes(1), optimizer, epochs: 2, schedule: cosineSchedule(), callbacks: { onStep: () => rates.push(optimizer.lr) } });
    expect(rates).toEqual([0, 1, 2, 3, 4, 5].map((step) => 0.2 * 0.5 * (1 + Math.cos((Math.PI * step) / 6))));
    expect(optimizer.lr).toBe(0.2);
  });

  test('clipping limits the norm of all gradients together', async () => {
    const move = async (clipGradNorm?: number) => {
      const model = net();
      await train(model, { train: stripes(1, 4), optimizer: new SGD(model, { lr: 1 }), epochs: 1, seed: 3, clipGradNorm });
      const start = net().initialize(3);
      const [before, after] = [await bits(start), await bits(model)];
      const learned = [...start.namedParameters()].flatMap(([, { shape, trainable }]) => Array(shape.reduce((a, b) => a * b)).fill(trainable));
      return Math.hypot(...after.map((value, i) => (learned[i] ? value - before[i] : 0)));
    };
    const free = await move();
    expect(await move(free / 4)).toBeCloseTo(free / 4, 5);
    expect(await move(free * 4)).toBeCloseTo(free, 5);
  });

  test('refuses what makes no sense', async () => {
    const model = net();
    const optimizer = new SGD(model, { lr: 0.1 });
    await expect(train(model, { train: stripes(1), optimizer, epochs: 0 })).rejects.toThrow('train: epochs must be an integer ≥ 1, received 0');
    await expect(train(model, { train: stripes(1), optimizer, epochs: 1, earlyStopping: { patience: 2 } })).rejects.toThrow(
      'earlyStopping requires validation,',
    );
    const output = await model.run(tensor(new Float32Array(36), [1, 1, 6, 6]));
    await model.run(tensor(new Float32Array(36), [1, 1, 6, 6]));
    await expect(new CrossEntropyLoss().run(output, [0])).rejects.toThrow('the model has run again since this output');
  });
});
