// view: the same numbers in another shape.
import assert from 'node:assert/strict';
import { reshape, tensor } from 'convlab';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'view: 4 x 4, 16, 2 x 8',
  before:
    'Between the last pooling and the first fully connected layer a cube becomes a vector. Nothing is copied; only the shape changes. One dimension may be -1 and is inferred.',
  async run(stage) {
    const x = tensor(
      Array.from({ length: 16 }, (_, i) => i),
      [4, 4],
    );
    const y = reshape(x, [16]);
    const z = reshape(x, [-1, 8]);
    const cube = reshape(tensor(new Float32Array(2 * 8 * 7 * 7), [2, 8, 7, 7]), [-1, 7 * 7 * 8]);
    stage.table(
      ['x', 'requested shape', 'shape'],
      [
        ['[4, 4]', '[16]', `[${y.shape}]`],
        ['[4, 4]', '[-1, 8]', `[${z.shape.join(', ')}]`],
        ['[2, 8, 7, 7]', '[-1, 392]', `[${cube.shape.join(', ')}]`],
      ],
    );
    assert.deepEqual([y.shape, z.shape, cube.shape], [[16], [2, 8], [2, 392]]);
    assert.equal(z.data, x.data);
    assert.throws(() => reshape(x, [-1, 5]), /do not fit/);
    return 'x, y and z are three views of the same sixteen numbers. [-1, 5] is rejected, because 16 is not a multiple of 5. Inside a network, use the function view(x, shape), or the layers Reshape and Flatten.';
  },
};
