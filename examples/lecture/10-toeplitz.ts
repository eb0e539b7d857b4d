// The one-dimensional view: a convolution is a product with a matrix whose rows contain the same weights, each shifted by one.
import assert from 'node:assert/strict';
import { conv, Random, type Tensor, tensor } from 'convlab';

import type { Lesson } from './lesson.js';
import { matrices } from './matrix.js';

export const lesson: Lesson = {
  title: 'The one-dimensional view: a matrix with one band of shared weights',
  before:
    'A signal x of 12 values, weights w of 3. As a layer of neurons it is s = W x with a matrix W of 10 x 12, and each row of W contains w, shifted by one more column: a Toeplitz matrix. ' +
    'Its 120 entries are three distinct weights and zeros.',
  async run(stage) {
    const random = new Random(1);
    const x = Array.from({ length: 12 }, () => Math.round(10 * random.normal()) / 10);
    const w = [-0.5, 1, 0.25];
    const [n, k] = [x.length, w.length];
    const matrix: Tensor = tensor(Array.from({ length: n - k + 1 }, (_, row) => Array.from({ length: n }, (_, column) => w[column - row] ?? 0)));
    const product = Array.from({ length: n - k + 1 }, (_, row) => x.reduce((sum, value, column) => sum + matrix.data[row * n + column] * value, 0));
    const { data: convolved } = await conv(tensor(x, [1, 1, n]), tensor(w, [1, 1, k]));
    for (const [i, value] of product.entries()) assert.ok(Math.abs(value - convolved[i]) < 1e-6);
    stage.table(
      ['i', 's = W x', 'conv(x, w)'],
      product.map((value, i) => [i, value.toFixed(4), convolved[i].toFixed(4)]),
    );
    await stage.draw(
      '10-toeplitz',
      matrices(
        'A convolution as a matrix',
        ['Each row of W contains the same three weights, shifted by one; everything else is zero.'],
        [
          { name: 'W, 10 x 12', values: matrix, sign: 'x' },
          { name: 'x', values: tensor(x, [n, 1]), sign: '=' },
          { name: 's', values: tensor(product, [product.length, 1]) },
        ],
      ),
    );
    const zeros = matrix.data.filter((value) => value === 0).length;
    const most = Math.max(...product.map((value, i) => Math.abs(value - convolved[i])));
    return `Both give the same ten numbers; they differ by at most ${most.toExponential(1)}, the rounding of float32. ${zeros} of the ${matrix.data.length} entries are zero: a convolution does not store them or multiply by them.`;
  },
};
