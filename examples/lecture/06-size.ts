// The size of the map: an n x n image and a w x w kernel give (n - w + 1) x (n - w + 1); and the formula with padding, stride and dilation.
import assert from 'node:assert/strict';
import { conv, convGeometry, full } from 'convlab';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'n x n becomes (n - w + 1) x (n - w + 1), and the general formula',
  before:
    'A window of w cells has n - w + 1 positions in a row of n. With padding p on both sides, stride s and dilation d: floor((n + 2p - d(w - 1) - 1) / s) + 1. ' +
    'floor() discards cells at the end that no window covers.',
  async run(stage) {
    const cases: [n: number, w: number, p: number, s: number, d: number][] = [
      [5, 3, 0, 1, 1],
      [28, 5, 0, 1, 1],
      [28, 5, 2, 1, 1],
      [28, 2, 0, 2, 1],
      [28, 3, 0, 2, 1],
      [9, 3, 0, 1, 2],
      [10, 4, 1, 3, 1],
    ];
    const lost: number[] = [];
    const rows = [];
    for (const [n, w, p, s, d] of cases) {
      const formula = Math.floor((n + 2 * p - d * (w - 1) - 1) / s) + 1;
      const remainder = (n + 2 * p - d * (w - 1) - 1) % s;
      const options = { padding: p, stride: s, dilation: d };
      const { shape } = await conv(full([1, 1, n, n], 1), full([1, 1, w, w], 1), options);
      assert.equal(shape[2], formula);
      assert.deepEqual(convGeometry([1, 1, n, n], [1, 1, w, w], options).outShape, shape);
      if (p === 0 && s === 1 && d === 1) assert.equal(formula, n - w + 1);
      lost.push(remainder);
      rows.push([n, w, p, s, d, formula, remainder]);
    }
    stage.table(['n', 'kernel', 'padding', 'stride', 'dilation', 'map', 'unused cells'], rows);
    const example = cases[lost.findIndex((cells) => cells > 0)];
    return (
      `conv gives these sizes in all ${cases.length} cases. Note the last column: with n = ${example[0]}, w = ${example[1]} and stride ${example[3]} the last row and column of the image are ` +
      'not used. With padding 2, a 5 x 5 kernel keeps the size, as in the lecture’s network.'
    );
  },
};
