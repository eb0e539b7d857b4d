import { describe, expect, test } from 'vitest';
import { script } from '../faults/process.js';

// Every way of writing a training loop that docs/training.md shows, over 10,000 steps: memory must not grow with the steps. LOAD=1000 takes that many.
const STEPS = Number(process.env.LOAD ?? 10_000);
const MEGABYTE = 2 ** 20;

const LOOPS: Readonly<Record<string, string>> = {
  train: `
    await train(net, { train: loader, optimizer, loss: criterion, epochs: ${STEPS} / loader.length, callbacks: { onStep: count } });`,
  'train with augmentation, accumulation, averages, validation and a schedule': `
    const varied = new DataLoader(augment(data, [randomFlip(), randomShift({ max: 1 }), colorJitter(), randomErase()]), { batchSize: 8, shuffle: true, workers: 2 });
    await train(net, {
      train: varied, validation: new DataLoader(new Subset(data, [0, 1]), { batchSize: 2 }), optimizer, loss: criterion, epochs: ${STEPS} / varied.length,
      accumulate: 2, average: new AveragedModel(net), schedule: cosineSchedule(), clipGradNorm: 1, logEvery: 10, earlyStopping: { patience: 1e6 },
      callbacks: { onStep: count },
    });`,
  'batches that a thread augments': `
    const images = new TensorDataset({ shape: [32, 3, 32, 32], data: Float32Array.from({ length: 32 * 3072 }, () => random.uniform()) }, data.y);
    const varied = new DataLoader(augment(images, [randomFlip(), randomShift({ max: 1 }), colorJitter(), randomErase()]), { batchSize: 8, shuffle: true, workers: 2 });
    for (let step = 0; step < ${STEPS};) for await (const _ of varied) count(++step);`,
  'a loop of steps': `
    net.train();
    for (let step = 0; step < ${STEPS};) for await (const { x, y } of loader) {
      optimizer.zeroGrad();
      const output = await net.run(x);
      const loss = await criterion.run(output, y);
      loss.backward();
      optimizer.step();
      rightness(output, y);
      count(++step);
    }`,
  'a loop of steps with accumulation, averages and measuring': `
    const average = new AveragedModel(net, { decay: 0.99 });
    net.train();
    for (let step = 0; step < ${STEPS};) for await (const { x, y } of loader) {
      if (step % 4 === 0) optimizer.zeroGrad();
      (await criterion.run(await net.run(x), y)).backward(1 / 4);
      if (++step % 4 === 0) {
        optimizer.step();
        average.update();
      }
      if (step % 100 === 0) await evaluate(net, loader, { loss: criterion, average });
      count(step);
    }`,
  'a loop that never frees or resets': `
    net.train();
    for (let step = 0; step < ${STEPS};) for await (const { x, y } of new DataLoader(data, { batchSize: 8, shuffle: true, seed: step })) {
      (await new NLLLoss().run(await net.run(x), y)).backward();
      optimizer.step();
      count(++step);
    }`,
  'batches of an iterable dataset, the last one of another size': `
    class Digits extends IterableDataset {
      async *samples() {
        for (let i = 0; i < 29; i++) yield data.at(i);
      }
    }
    await train(net, { train: new IterableLoader(new Digits(), { batchSize: 8, workers: 2 }), optimizer, loss: criterion, epochs: ${STEPS} / 4, callbacks: { onStep: count } });`,
  'two networks, one frozen': `
    const teacher = make().initialize(2).eval();
    teacher.requiresGrad = false;
    const distance = new MSELoss();
    net.train();
    for (let step = 0; step < ${STEPS};) for await (const { x } of loader) {
      optimizer.zeroGrad();
      (await distance.run(await net.run(x), await teacher.run(x))).backward();
      optimizer.step();
      count(++step);
    }`,
};

describe.each(Object.entries(LOOPS))('%s', (_, loop) => {
  test(`keeps its memory over ${STEPS} steps`, { timeout: 900_000 }, async () => {
    const { code, stdout, stderr } = await script(`
      import { setFlagsFromString } from 'node:v8';
      import { runInNewContext } from 'node:vm';
      import * as library from './src/index.ts';
      setFlagsFromString('--expose-gc');
      const gc = runInNewContext('gc');
      const {
        Adam, AveragedModel, BatchNorm2d, Conv2d, DataLoader, Dropout, Flatten, IterableDataset, IterableLoader, Linear, LogSoftmax, MSELoss, MaxPool2d, NLLLoss, Random,
        ReLU, Sequential, Subset, TensorDataset, augment, colorJitter, cosineSchedule, evaluate, randomErase, randomFlip, randomShift, rightness, train,
      } = library;
      const random = new Random(1);
      const data = new TensorDataset(
        { shape: [32, 1, 8, 8], data: Float32Array.from({ length: 32 * 64 }, () => random.uniform()) },
        Int32Array.from({ length: 32 }, (_, i) => i % 3),
      );
      const make = () => new Sequential([
        new Conv2d(1, 4, 3, { padding: 1 }), new BatchNorm2d(4), new ReLU(), new MaxPool2d(2), new Flatten(), new Dropout(0.1), new Linear(64, 3), new LogSoftmax(),
      ]);
      const net = make().initialize(1);
      const optimizer = new Adam(net, { lr: 1e-4 });
      const criterion = new NLLLoss();
      const loader = new DataLoader(data, { batchSize: 8, shuffle: true });
      const seen = [];
      let steps = 0;
      const count = (step) => {
        steps = step;
        if (step !== ${STEPS / 5} && step !== ${STEPS}) return;
        gc();
        const { heapUsed, external, rss } = process.memoryUsage();
        seen.push({ heap: heapUsed, external, rss });
      };
      ${loop}
      console.log(JSON.stringify({ steps, seen }));`).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { steps, seen } = JSON.parse(stdout);
    expect([steps, seen.length]).toEqual([STEPS, 2]);
    const grown = (of: 'heap' | 'external' | 'rss') => (seen[1][of] - seen[0][of]) / MEGABYTE;
    console.log(`grown by ${(['heap', 'external', 'rss'] as const).map((of) => `${grown(of).toFixed(2)} MB ${of}`).join(', ')}`);
    // a number that each of 8,000 steps left behind would be 64 kB; a batch of 8 images 2 kB a step, 16 MB
    expect(grown('heap')).toBeLessThan(4);
    expect(grown('external')).toBeLessThan(1);
    // pages that the collector has freed and not returned come and go
    expect(grown('rss')).toBeLessThan(100);
  });
});
