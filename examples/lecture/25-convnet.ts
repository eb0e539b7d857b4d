// The lecture's ConvNet, line by line, written with the library.
import assert from 'node:assert/strict';
import { Conv2d, dropout, Linear, logSoftmax, MaxPool2d, Module, relu, ConvNet as Supplied, summary, type Value, view } from 'convlab';
import { testDigits } from './digits.js';
import type { Lesson } from './lesson.js';

const depth = [4, 8];
const [imageSize, classes] = [28, 10];

class ConvNet extends Module {
  conv1 = new Conv2d(1, depth[0], 5, { padding: 2 });
  pool = new MaxPool2d(2);
  conv2 = new Conv2d(depth[0], depth[1], 5, { padding: 2 });
  fc1 = new Linear((imageSize / 4) * (imageSize / 4) * depth[1], 512);
  fc2 = new Linear(512, classes);

  forward(image: Value): Value {
    let x = relu(this.conv1.apply(image));
    x = this.pool.apply(x);
    x = relu(this.conv2.apply(x));
    x = this.pool.apply(x);
    x = view(x, [-1, (imageSize / 4) * (imageSize / 4) * depth[1]]);
    x = relu(this.fc1.apply(x));
    x = dropout(x); // in training only: the module knows its mode
    x = this.fc2.apply(x);
    return logSoftmax(x);
  }
}

export const lesson: Lesson = {
  title: 'ConvNet, line by line: 207,258 parameters',
  before: "The lecture's class, with its names: layers are properties, and forward applies them to x. Compare examples/lecture/25-convnet.ts with the slide.",
  async run(stage) {
    const net = new ConvNet().initialize(1);
    const rows = [...net.namedParameters()].map(([name, { shape }]) => [name, `[${shape.join(', ')}]`, shape.reduce((a, b) => a * b)]);
    stage.table(['parameter', 'shape', 'numbers'], rows);
    const { parameters } = summary(net.eval(), [1, 1, 28, 28]);
    assert.equal(parameters, 207_258);
    // the library's own net has the same names and shapes, so its weights fit
    const supplied = new Supplied().initialize(1).eval();
    net.loadStateDict(await supplied.stateDict());
    const { x } = (await testDigits()).batch([0, 1, 2]);
    const [mine, theirs] = [await net.run(x), await supplied.run(x)];
    assert.deepEqual(mine.data, theirs.data);
    assert.deepEqual(mine.shape, [3, 10]);
    return `${parameters.toLocaleString('en-US')} parameters. This class and the library's own (import { ConvNet } from 'convlab') give bit-identical results for a digit.`;
  },
};
