// More layers: the lecture's network with one to four convolutions.
import assert from 'node:assert/strict';
import { Adam, Conv2d, Dropout, evaluate, Flatten, Linear, LogSoftmax, MaxPool2d, type Module, NLLLoss, ReLU, Sequential } from 'convlab';
import { curves } from './chart.js';
import { inOrder, shuffled, slice, testDigits, trainDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';
import { cleanSplit, trained } from './trained.js';

/** Convolutions of 5 x 5 with 4, 8, 16 and 16 maps; the first two are followed by pooling, so that all fit on 28 x 28. */
function network(depth: number): Sequential {
  const maps = [1, 4, 8, 16, 16];
  const layers: Module[] = [];
  for (let i = 0; i < depth; i++) {
    layers.push(new Conv2d(maps[i], maps[i + 1], 5, { padding: 2 }), new ReLU());
    if (i < 2) layers.push(new MaxPool2d(2));
  }
  const side = depth === 1 ? 14 : 7;
  return new Sequential([
    ...layers,
    new Flatten(),
    new Linear(side * side * maps[depth], 512),
    new ReLU(),
    new Dropout(0.5),
    new Linear(512, 10),
    new LogSoftmax(),
  ]);
}

export const lesson: Lesson = {
  title: 'Can it be better? More layers: one to four convolutions',
  before:
    'The lecture answers its first question with yes: add layers. This lesson trains four networks with one to four convolutional layers in the same way, on the same digits.',
  async run(stage) {
    const digits = slice(await trainDigits(), 0, stage.size(25_000, 4_000));
    const { validation } = await cleanSplit(stage);
    const results = [];
    for (const depth of [1, 2, 3, 4]) {
      const { model, history } = await trained(stage, `depth-${depth}`, network(depth), (net) => ({
        train: shuffled(digits),
        validation: inOrder(validation),
        optimizer: new Adam(net, { lr: 0.0015 }),
        loss: new NLLLoss(),
        epochs: stage.size(5, 2),
        seed: 1,
      }));
      const { accuracy } = await evaluate(model, inOrder(await testDigits()));
      const weights = model.parameters().reduce((sum, { storage }) => sum + storage.length, 0);
      const seconds = history.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0) / history.epochs.length;
      results.push({ depth, accuracy, weights, history, seconds });
    }
    stage.table(
      ['layers', 'weights', 'seconds per epoch', 'test accuracy'],
      results.map(({ depth, weights, seconds, accuracy }) => [depth, weights.toLocaleString('en-US'), seconds.toFixed(1), percent(accuracy)]),
    );
    const points = results.flatMap(({ depth, history }) =>
      history.epochs.map(({ epoch, validationAccuracy }) => ({
        x: epoch + 1,
        y: 1 - (validationAccuracy as number),
        series: `${depth} convolution${depth > 1 ? 's' : ''}`,
      })),
    );
    await stage.draw(
      '34-depth',
      await curves(points, {
        title: 'More layers',
        notes: [
          `errors on 5,000 held-out digits; trained on ${digits.length.toLocaleString('en-US')}`.replace('5,000', validation.length.toLocaleString('en-US')),
        ],
        x: 'epoch',
        y: 'errors',
        percent: true,
        zero: true,
      }),
    );
    const best = results.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
    const [one] = results;
    assert.ok(results.every(({ accuracy }) => accuracy > (stage.quick ? 0.85 : 0.97)));
    if (!stage.quick) assert.ok(best.depth > 1);
    return (
      `One layer reaches ${percent(one.accuracy)}; the best network has ${best.depth} and reaches ${percent(best.accuracy)}. Two layers need ${results[1].weights.toLocaleString('en-US')} weights, one needs ${one.weights.toLocaleString('en-US')}: the second pooling reduces the input of fc1. ` +
      `From three to four layers, the accuracy changes by ${(100 * (results[3].accuracy - results[2].accuracy)).toFixed(2)} points; with 10,000 test digits, differences below about 0.2 points are chance. With these settings, more layers help only up to a point.`
    );
  },
};
