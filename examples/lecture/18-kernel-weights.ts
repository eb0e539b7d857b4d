// A kernel for m input maps has m * s * s weights, and a layer has n such kernels.
import assert from 'node:assert/strict';
import { Conv2d, summary } from 'convlab';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'A kernel over several maps is a cube: m s s weights, n kernels',
  before: 'A kernel for m input maps is as deep as their stack: m slices of s x s. With n such kernels and one bias each, a layer has n m s s + n parameters.',
  async run(stage) {
    const layers: [m: number, n: number, s: number][] = [
      [1, 4, 5],
      [4, 8, 5],
      [3, 64, 7],
      [64, 64, 3],
    ];
    const rows = layers.map(([m, n, s]) => {
      const layer = new Conv2d(m, n, s);
      const counted = summary(layer, [1, m, 32, 32]).parameters;
      assert.deepEqual(layer.weight.shape, [n, m, s, s]);
      assert.equal(counted, n * m * s * s + n);
      return [m, n, `${s} x ${s}`, m * s * s, n * m * s * s, n, counted];
    });
    stage.table(['maps m', 'kernels n', 's x s', 'm s s', 'n m s s', 'biases', 'summary()'], rows);
    return `The lecture's second layer: ${rows[1][1]} kernels of ${rows[1][0]} slices, ${rows[1][3]} weights each, ${rows[1][4]} in all and ${rows[1][6]} with the biases. In PyTorch, and here, the weight is [n, m, s, s].`;
  },
};
