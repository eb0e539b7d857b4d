// Edges are differences of neighbors: f(x, y) - f(x - 1, y), and the lecture's diagonal kernel.
import assert from 'node:assert/strict';
import { createImage, DIFFERENCE_DIAGONAL, DIFFERENCE_X, filter, type Output, type Tensor } from 'convlab';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lighthouse } from './pictures.js';

const KERNELS: readonly [name: string, kernel: Tensor][] = [
  ['f(x, y) - f(x - 1, y)', DIFFERENCE_X],
  ['1 -1 0 / 0 1 -1 / 0 0 1', DIFFERENCE_DIAGONAL],
];
const OUTPUTS: readonly [output: Output, note: string][] = [
  ['signed', 'mid-gray is no edge'],
  ['abs', 'dark is no edge'],
  ['clamp', 'negative edges are lost'],
];

export const lesson: Lesson = {
  title: 'Edges: the difference of neighbors',
  before:
    'f(x, y) - f(x - 1, y) is a convolution whose kernel is -1 1. Its values are as often negative as positive, but pixels cannot be negative, ' +
    "so choose how to display them: 'signed' adds 128, 'abs' takes the absolute value, 'clamp' clips.",
  async run(stage) {
    const step = createImage(4, 1, 1, Uint8ClampedArray.of(10, 10, 200, 50));
    const { data } = await filter(step, DIFFERENCE_X, { output: 'float', paddingMode: 'replicate' });
    const differences = [...data].map((value) => Math.round(255 * value));
    assert.deepEqual(differences, [0, 0, 190, -150]);
    const { data: signed } = await filter(step, DIFFERENCE_X, { output: 'signed', paddingMode: 'replicate' });
    assert.deepEqual([...signed], [128, 128, 255, 0]);

    const picture = await lighthouse();
    const tiles = [{ label: 'the picture', image: picture }];
    for (const [name, kernel] of KERNELS) {
      for (const [output, note] of OUTPUTS)
        tiles.push({ label: name, note: `${output}: ${note}`, image: await filter(picture, kernel, { output }) } as (typeof tiles)[0]);
    }
    // one column for each output: an empty tile keeps the rows aligned
    tiles.splice(4, 0, { label: '' } as (typeof tiles)[0]);
    await stage.draw('11-edges', await grid(tiles, { title: 'Edges: two kernels, three ways to display negative values', columns: 4, width: 220 }));
    const sum = DIFFERENCE_DIAGONAL.data.reduce((a, b) => a + b, 0);
    return (
      `The differences of the pixels 10 10 200 50 are ${differences.slice(1).join(', ')}: increases are positive, decreases negative. The slide's diagonal kernel sums to ${sum}, not to 0: flat areas ` +
      'keep their gray level. It enhances edges instead of detecting them, and with 128 added, the result is too bright.'
    );
  },
};
