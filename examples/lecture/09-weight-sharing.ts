// Every neuron of a map has nine connections, and all neurons share the same nine weights.
import assert from 'node:assert/strict';
import { Conv2d, Linear, type Module, summary } from 'convlab';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'Weight sharing: nine connections per pixel, the same nine weights',
  before:
    'Three ways to compute a 28 x 28 map from 28 x 28 pixels: every neuron connected to every pixel; every neuron connected to its 3 x 3 neighborhood; and the same with weights that all neurons share.',
  async run(stage) {
    const [n, w] = [28, 3];
    const weights = (model: Module) => model.parameters().reduce((sum, { storage }) => sum + storage.length, 0);
    const dense = new Linear(n * n, n * n, { bias: false });
    const shared = new Conv2d(1, 1, w, { padding: 1, bias: false });
    const local = n * n * w * w;
    assert.equal(weights(dense), (n * n) ** 2);
    assert.equal(weights(shared), w * w);
    assert.equal(summary(shared, [1, 1, n, n]).multiplyAdds, local);
    stage.table(
      ['links', 'links per neuron', 'links in total', 'weights to learn'],
      [
        ['every pixel (dense)', n * n, weights(dense), weights(dense)],
        ['3 x 3, separate weights', w * w, local, local],
        ['3 x 3, shared (convolution)', w * w, local, weights(shared)],
      ],
    );
    return (
      `${weights(dense).toLocaleString('en-US')} weights become ${weights(shared)}: ${Math.round(weights(dense) / local)} times fewer because a neuron is connected only to its neighborhood, and ` +
      `${local / weights(shared)} times fewer because all neurons share their weights. The kernel therefore detects its pattern at any position.`
    );
  },
};
