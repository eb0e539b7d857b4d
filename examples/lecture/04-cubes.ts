// The layers of a network as cubes of neurons, drawn to scale from the output of summary().
import assert from 'node:assert/strict';
import { ConvNet, summary } from 'convlab';
import type { Lesson } from './lesson.js';
import { volumes } from './volumes.js';

export const lesson: Lesson = {
  title: 'Layers as cubes of neurons',
  before:
    'The neurons of a layer form a cube: feature maps × height × width. summary() computes the shapes of a model without any data, and lists ' +
    'every cube with its weights, its multiply-adds and the receptive field of its neurons.',
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
      volumes('Each layer as a cube of neurons, to scale', [
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
      `The cubes hold ${neurons.join(', ')} neurons: wide and thin first, narrow and deep later. A neuron of conv1 sees 5 x 5 pixels, one of conv2 sees 14 x 14, and after the ` +
      `second pooling a neuron sees 16 x 16 of the 28 x 28 pixels. conv2 performs ${Math.round(100 * share)}% of all multiplications, with ${conv2.parameters} of the ${table.parameters.toLocaleString('en-US')} weights.`
    );
  },
};
