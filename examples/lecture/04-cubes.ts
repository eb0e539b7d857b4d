// The layers of a network as cubes of neurons, drawn to scale from what summary() knows of the model.
import assert from 'node:assert/strict';
import { ConvNet, summary } from 'convlab';
import type { Lesson } from './lesson.js';
import { volumes } from './volumes.js';

export const lesson: Lesson = {
  title: 'Layers as cubes of neurons',
  before:
    'A layer is not a row of neurons but a cube: so many feature maps, each so high and wide. summary() runs a model on shapes alone, without numbers, and lists ' +
    'every cube with its weights, its multiply-adds and how much of the picture one of its neurons sees.',
  async run(stage) {
    const table = summary(new ConvNet().eval(), [1, 1, 28, 28]);
    stage.say(table.toString());
    const at = (layer: string) => table.lines.filter((line) => line.layer === layer);
    const [conv1] = at('conv1');
    const [pool1, pool2] = at('pool');
    const [conv2] = at('conv2');
    assert.deepEqual(
      [conv1, pool1, conv2, pool2].map(({ outputShape }) => outputShape.slice(1)),
      [
        [4, 28, 28],
        [4, 14, 14],
        [8, 14, 14],
        [8, 7, 7],
      ],
    );
    assert.deepEqual(
      [conv1, pool1, conv2, pool2].map(({ receptiveField }) => receptiveField?.[0]),
      [5, 6, 14, 16],
    );
    await stage.draw(
      '04-cubes',
      volumes('Each layer a cube of neurons, to scale', [
        { name: 'picture', shape: [1, 28, 28], window: 5 },
        { name: 'conv1, relu', shape: [4, 28, 28], window: 2 },
        { name: 'pool', shape: [4, 14, 14], window: 5 },
        { name: 'conv2, relu', shape: [8, 14, 14], window: 2 },
        { name: 'pool', shape: [8, 7, 7] },
        { name: 'fc1, relu', shape: [512, 1, 1] },
        { name: 'fc2, log-softmax', shape: [10, 1, 1] },
      ]),
    );
    const neurons = [conv1, pool1, conv2, pool2].map(({ outputShape }) => outputShape.reduce((a, b) => a * b));
    const share = conv2.multiplyAdds / table.multiplyAdds;
    return (
      `The cubes hold ${neurons.join(', ')} neurons: wide and thin in front, narrow and thick behind. A neuron of conv1 sees 5 x 5 pixels, one of conv2 14 x 14, and behind the ` +
      `second pooling it is 16 x 16 of the 28 x 28. conv2 does ${Math.round(100 * share)}% of all multiplications, with ${conv2.parameters} of the ${table.parameters.toLocaleString('en-US')} weights.`
    );
  },
};
