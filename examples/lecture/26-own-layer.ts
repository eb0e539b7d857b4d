// A custom layer: parameters and a forward method; its gradient is computed automatically.
import assert from 'node:assert/strict';
import {
  Adam,
  Conv2d,
  convolve,
  evaluate,
  Flatten,
  gradCheck,
  init,
  Linear,
  MaxPool2d,
  Module,
  multiply,
  Parameter,
  ReLU,
  Sequential,
  sigmoid,
  train,
  type Value,
} from 'convlab';
import { inOrder, shuffled, slice, testDigits, trainDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';

/** x · sigmoid(1 x 1 convolution of x): at each position, the values of all maps determine how much of each map passes. */
class Gate extends Module {
  readonly weight: Parameter;

  constructor(readonly channels: number) {
    super();
    this.weight = new Parameter([channels, channels, 1, 1], init.kaimingUniform(channels));
  }

  forward(x: Value): Value {
    return multiply(x, sigmoid(convolve(x, this.weight.in(x.graph), null)));
  }
}

export const lesson: Lesson = {
  title: 'A custom layer',
  before:
    'nn.Module in the lecture is Module here: parameters and other modules are properties, and forward is overridden. The example is a gate that scales the maps at each position, x · sigmoid(W x).',
  async run(stage) {
    const worst = (await gradCheck(new Gate(3), [[2, 3, 4, 4]]))[0];
    stage.say(`  gradients against central differences: the worst of all is off by ${worst.error.toExponential(1)} (${worst.name})`);
    assert.ok(worst.error < 1e-6);
    const model = new Sequential({
      conv1: new Conv2d(1, 8, 5, { padding: 2 }),
      relu1: new ReLU(),
      pool1: new MaxPool2d(2),
      gate: new Gate(8),
      pool2: new MaxPool2d(2),
      flat: new Flatten(),
      fc: new Linear(8 * 49, 10),
    });
    const digits = slice(await trainDigits(), 0, stage.size(12_800, 6_400));
    const before = await model.initialize(1).stateDict();
    await train(model, { train: shuffled(digits), optimizer: new Adam(model, { lr: 0.003 }), epochs: 1 });
    const after = await model.stateDict();
    const moved = Math.max(...[...(after.get('gate.weight')?.data ?? [])].map((value, i) => Math.abs(value - (before.get('gate.weight')?.data[i] ?? 0))));
    const { accuracy } = await evaluate(model, inOrder(await testDigits()));
    assert.ok(moved > 0.01 && accuracy > 0.88);
    return `The gate takes a dozen lines, its gradient is computed automatically, and it can be trained inside a network: its weights changed by up to ${moved.toFixed(2)}, and after one epoch of ${digits.length.toLocaleString('en-US')} digits, the network classifies ${percent(accuracy)} of the test set correctly.`;
  },
};
