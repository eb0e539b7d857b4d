import { describe, expect, test } from 'vitest';
import {
  type Batches,
  BCEWithLogitsLoss,
  Conv2d,
  CrossEntropyLoss,
  DataLoader,
  evaluate,
  Flatten,
  Linear,
  type Loss,
  Module,
  MSELoss,
  Sequential,
  SGD,
  type Target,
  type Tensor,
  TensorDataset,
  tensor,
  train,
  type Value,
} from '../../src/index.js';

/** A model that hands its input on: its outputs are what the batches hold. */
class Identity extends Module {
  readonly none = new Linear(1, 1);

  forward(x: Value): Value {
    return x;
  }
}

const batches = (...all: { x: Tensor; y: Target }[]): Batches => ({
  length: all.length,
  async *[Symbol.asyncIterator]() {
    yield* all;
  },
});
const measure = (x: Tensor, y: Target, loss: Loss) => evaluate(new Identity(), batches({ x, y }), { loss });

describe('evaluate', () => {
  test.each<[what: string, x: Tensor, y: Target]>([
    ['[N, 1] and a tensor', tensor([[1], [2], [4]]), tensor([[1], [0], [0]])],
    ['[N, 1] and numbers', tensor([[1], [2], [4]]), [1, 0, 0]],
    ['[N] and numbers', tensor([1, 2, 4]), Float32Array.of(1, 0, 0)],
    [
      '[N, 2]',
      tensor([[1], [2], [4]].map(([a]) => [a, a])),
      tensor([
        [1, 1],
        [0, 0],
        [0, 0],
      ]),
    ],
  ])('regression, %s: a loss and no classes', async (_, x, y) => {
    const { loss, ...rest } = await measure(x, y, new MSELoss());
    expect(loss).toBeCloseTo(20 / 3, 5);
    expect(rest).toEqual({ accuracy: 0, samples: 3, confusion: [], precision: [], recall: [], iou: [], meanIoU: Number.NaN, worst: [] });
  });

  test.each<[what: string, x: Tensor, y: Target]>([
    ['[N, 1] and a tensor', tensor([[3], [-1], [2], [-5]]), tensor([[1], [0], [0], [1]])],
    ['[N, 1] and numbers', tensor([[3], [-1], [2], [-5]]), [1, 0, 0, 1]],
    ['[N]', tensor([3, -1, 2, -5]), [1, 0, 0, 1]],
  ])('a logit for yes or no, %s: accuracy, confusion and the worst mistakes', async (_, x, y) => {
    expect(await measure(x, y, new BCEWithLogitsLoss())).toMatchObject({
      accuracy: 0.5,
      samples: 4,
      confusion: [
        [1, 1],
        [1, 1],
      ],
      precision: [0.5, 0.5],
      recall: [0.5, 0.5],
      iou: [1 / 3, 1 / 3],
      meanIoU: 1 / 3,
      worst: [
        { index: 3, actual: 1, predicted: 0, margin: 5 },
        { index: 2, actual: 0, predicted: 1, margin: 2 },
      ],
    });
  });

  test('several answers of yes and no for a sample are counted one by one', async () => {
    const { accuracy, confusion, samples, worst } = await measure(tensor([[3, -1, 2]]), tensor([[1, 0, 0]]), new BCEWithLogitsLoss());
    expect([accuracy, confusion, samples, worst]).toEqual([
      2 / 3,
      [
        [1, 1],
        [0, 1],
      ],
      1,
      [],
    ]);
  });

  test('a class for each position', async () => {
    const x = tensor([
      [
        [1, 0],
        [0, 1],
      ],
    ]); // [1, 2, 2]: position 0 says 0, position 1 says 1
    const { accuracy, confusion } = await measure(x, [0, 0], new CrossEntropyLoss());
    expect([accuracy, confusion]).toEqual([
      0.5,
      [
        [1, 1],
        [0, 0],
      ],
    ]);
  });

  test('intersection over union of each class, and their mean over those that occur', async () => {
    const said = [0, 1, 1, 0];
    const x = tensor([[0, 1, 2].map((c) => said.map((told) => (told === c ? 3 : 0)))]); // [1, 3, 4]
    const { iou, meanIoU } = await measure(x, [0, 1, 0, 0], new CrossEntropyLoss());
    expect(iou).toEqual([2 / 3, 1 / 2, Number.NaN]);
    expect(meanIoU).toBeCloseTo(7 / 12, 12);
  });

  test('nothing to measure is refused, and so is an unknown option', async () => {
    await expect(evaluate(new Identity(), batches())).rejects.toThrow('evaluate: the batches must contain at least one sample');
    await expect(evaluate(new Identity(), batches(), { wurst: 3 } as object)).rejects.toThrow('did you mean worst?');
    await expect(measure(tensor([[1], [2]]), [1, 0], new CrossEntropyLoss())).rejects.toThrow(/at least two classes.*BCEWithLogitsLoss/);
  });
});

describe('train with one output per sample', () => {
  const net = () => new Sequential({ conv: new Conv2d(1, 2, 3), flat: new Flatten(), fc: new Linear(8, 1) });
  const bright = Array.from({ length: 12 }, (_, i) => (i * 7) % 12);
  const x = tensor(
    bright.flatMap((value) => Array(16).fill(value / 6 - 1)),
    [12, 1, 4, 4],
  );

  test('yes or no: the accuracy of training and validation are those of evaluate', async () => {
    const data = () =>
      new DataLoader(
        new TensorDataset(
          x,
          bright.map((value) => Number(value > 5)),
        ),
        { batchSize: 5 },
      );
    const [model, loss] = [net(), new BCEWithLogitsLoss()];
    const history = await train(model, { train: data(), validation: data(), optimizer: new SGD(model, { lr: 0.3 }), loss, epochs: 20, seed: 1 });
    const last = history.epochs[19];
    expect(last.validationAccuracy).toBe((await evaluate(model, data(), { loss })).accuracy);
    expect(last.validationAccuracy).toBeGreaterThan(0.9);
    expect(last.accuracy).toBeGreaterThan(0.9);
    // at rate 0 nothing changes between the batches: both count the same
    const still = await train(model, { train: data(), validation: data(), optimizer: new SGD(model, { lr: 0 }), loss, epochs: 1 });
    expect(still.epochs[0].accuracy).toBeCloseTo(still.epochs[0].validationAccuracy as number, 6);
  });

  test('a measure: the loss falls, and accuracy is 0', async () => {
    const y = { shape: [12, 1], data: Float32Array.from(bright, (value) => value / 12) };
    const data = batches({ x, y });
    const [model, loss] = [net(), new MSELoss()];
    const { epochs } = await train(model, { train: data, validation: data, optimizer: new SGD(model, { lr: 0.05 }), loss, epochs: 20, seed: 1 });
    expect(epochs[19].validationLoss).toBeLessThan((epochs[0].validationLoss as number) / 2);
    expect([epochs[19].accuracy, epochs[19].validationAccuracy]).toEqual([0, 0]);
  });
});

describe('training that leaves the finite numbers', () => {
  const data = (broken = false) => {
    const cells = Float32Array.from({ length: 24 }, (_, i) => (broken && i === 20 ? Number.NaN : (i % 5) - 2));
    const samples = Array.from({ length: 6 }, (_, n) => ({ x: { shape: [1, 4], data: cells.slice(4 * n, 4 * n + 4) }, y: [n % 2] }));
    return batches(...samples);
  };

  test('ends with where and what to try, and the history so far', async () => {
    const model = new Linear(4, 2).initialize(1);
    const optimizer = new SGD(model, { lr: 0.1 });
    const seen: number[] = [];
    let broken = false;
    const source: Batches = { length: 6, [Symbol.asyncIterator]: () => data(broken)[Symbol.asyncIterator]() };
    const callbacks = {
      onEpoch: ({ epoch }: { epoch: number }) => {
        seen.push(epoch);
        broken = epoch === 1;
      },
    };
    const training = train(model, { train: source, optimizer, epochs: 9, callbacks, logEvery: 4 });
    await expect(training).rejects.toThrow(
      /^train: the loss is NaN in epoch 3, from step 6 of 6 on, at learning rate 0\.1; try a lower learning rate, clipGradNorm/,
    );
    await expect(training).rejects.toMatchObject({ name: 'DivergedError', where: { epoch: 2, batch: 6, batches: 6, history: { epochs: [{}, {}] } } });
    expect(seen).toEqual([0, 1]);
  });

  test('is found at the next line of the log', async () => {
    const model = new Linear(4, 2);
    const y = { shape: [1, 2], data: Float32Array.of(1, 0) };
    const sample = { x: { shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }, y };
    const options = { train: batches(...Array(40).fill(sample)), optimizer: new SGD(model, { lr: 1e15 }), loss: new MSELoss(), epochs: 1, logEvery: 10 };
    await expect(train(model, options)).rejects.toMatchObject({ where: { epoch: 0, batches: 40, history: { batches: [] } } });
  });

  test('when only the last step was too far, the weights tell', async () => {
    const model = new Linear(4, 2);
    await expect(train(model, { train: data(), optimizer: new SGD(model, { lr: 1e37 }), epochs: 1, schedule: (at) => (at > 0.8 ? 1 : 0) })).rejects.toThrow(
      /a weight is not finite after the last step/,
    );
  });

  test('restores the best weights', async () => {
    const model = new Linear(4, 2);
    let best: unknown;
    const onEpoch = async () => {
      best = await model.stateDict();
    };
    const training = train(model, {
      train: data(),
      validation: data(),
      optimizer: new SGD(model, { lr: 0.01 }),
      epochs: 3,
      seed: 2,
      earlyStopping: { patience: 9 },
      schedule: (_, epoch) => (epoch === 2 ? 1e37 : 1),
      callbacks: { onEpoch },
    });
    await expect(training).rejects.toThrow('in epoch 3');
    expect(await model.stateDict()).toEqual(best);
  });
});
