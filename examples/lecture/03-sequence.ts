// A one-dimensional CNN on sequences finds a motif at any position; a linear model does not.
import assert from 'node:assert/strict';
import { Adam, AdaptiveAvgPool, Conv1d, evaluate, Flatten, Linear, MaxPool1d, type Module, Random, ReLU, Sequential, TensorDataset, train } from 'convlab';
import { curves } from './chart.js';
import { inOrder, shuffled } from './digits.js';
import { type Lesson, percent } from './lesson.js';

const LENGTH = 64;
/** Four motifs of twelve values, in two pairs: the second of a pair is the first one negated. Each sums to 0, so the sum does not distinguish them. */
const MOTIFS = [
  [0, 0.4, 0.8, 1.2, 1.6, 2, -2, -1.6, -1.2, -0.8, -0.4, 0],
  [0, -0.4, -0.8, -1.2, -1.6, -2, 2, 1.6, 1.2, 0.8, 0.4, 0],
  [2, 1.6, 1.2, 0.8, 0.4, 0, 0, -0.4, -0.8, -1.2, -1.6, -2],
  [-2, -1.6, -1.2, -0.8, -0.4, 0, 0, 0.4, 0.8, 1.2, 1.6, 2],
] as const;

/** Noise signals that contain one motif at a random position; the class is the index of the motif. */
function signals(count: number, seed: number): TensorDataset {
  const random = new Random(seed);
  const data = new Float32Array(count * LENGTH);
  const y = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    y[n] = random.integer(MOTIFS.length);
    const at = random.integer(LENGTH - 12 + 1);
    for (let i = 0; i < LENGTH; i++) data[n * LENGTH + i] = 0.5 * random.normal() + (MOTIFS[y[n]][i - at] ?? 0);
  }
  return new TensorDataset({ shape: [count, 1, LENGTH], data }, y);
}

export const lesson: Lesson = {
  title: 'Sequences: a 1D CNN against a linear model',
  before:
    'CNNs also work on sequences, which are images with a single row. Here, a noisy signal of 64 values contains one of four motifs at a random position. ' +
    'A 1D CNN slides its kernels along the signal; a linear model has one weight for each position.',
  async run(stage) {
    const [learn, test] = [signals(stage.size(6000, 2000), 1), signals(2000, 2)];
    const cnn = new Sequential([
      new Conv1d(1, 8, 7, { padding: 3 }),
      new ReLU(),
      new MaxPool1d(2),
      new Conv1d(8, 16, 5, { padding: 2 }),
      new ReLU(),
      new AdaptiveAvgPool(1),
      new Linear(16, 4),
    ]);
    const linear = new Sequential([new Flatten(), new Linear(LENGTH, 4)]);
    const results = [];
    for (const [name, model] of [
      ['1D CNN', cnn],
      ['linear', linear],
    ] as [string, Module][]) {
      const history = await train(model, {
        train: shuffled(learn),
        validation: inOrder(test),
        optimizer: new Adam(model, { lr: 0.005 }),
        epochs: stage.size(12, 8),
        seed: 1,
      });
      const { accuracy } = await evaluate(model, inOrder(test));
      const weights = model.parameters().reduce((sum, { storage }) => sum + storage.length, 0);
      results.push({ name, accuracy, weights, history });
    }
    stage.table(
      ['model', 'weights', 'accuracy on unseen signals'],
      results.map(({ name, weights, accuracy }) => [name, weights, percent(accuracy)]),
    );
    const [first, second] = results;
    assert.ok(first.accuracy > 0.9 && second.accuracy < 0.6);
    const examples = MOTIFS.flatMap((_, c) => {
      const { x } = test.at(test.y.indexOf(c));
      return [...x.data].map((y, at) => ({ x: at, y, series: `motif ${c + 1}`, panel: `class ${c + 1}` }));
    });
    await stage.draw('03-sequences', await curves(examples, { title: 'Four signals, one of each class', x: 'time', y: 'value', points: false, width: 260 }));
    const learning = results.flatMap(({ name, history }) =>
      history.epochs.map(({ epoch, validationAccuracy }) => ({ x: epoch + 1, y: validationAccuracy as number, series: name })),
    );
    await stage.draw(
      '03-learning',
      await curves(learning, {
        title: 'A motif at a random position',
        notes: ['accuracy on 2,000 unseen signals; chance is 25%'],
        x: 'epoch',
        y: 'accuracy',
        percent: true,
        zero: true,
      }),
    );
    return `The CNN reaches ${percent(first.accuracy)} with ${first.weights} weights, the linear model ${percent(second.accuracy)}; guessing gives 25%. The position of the motif varies, and averaged over all positions the classes look alike, so only a model with sliding kernels can detect it.`;
  },
};
