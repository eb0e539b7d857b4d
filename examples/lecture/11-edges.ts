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
    'f(x, y) - f(x - 1, y) is a convolution whose kernel is -1 1. Its values are negative as often as positive, and a picture has no negative pixels: ' +
    "what is shown is a choice. 'signed' adds 128, 'abs' takes the absolute value, 'clamp' cuts off.",
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
    // one column for each output: an empty place keeps the rows together
    tiles.splice(4, 0, { label: '' } as (typeof tiles)[0]);
    await stage.draw('11-edges', await grid(tiles, { title: 'Edges: two kernels, three ways to show what is negative', columns: 4, width: 220 }));
    const sum = DIFFERENCE_DIAGONAL.data.reduce((a, b) => a + b, 0);
    return (
      `Pixels 10 10 200 50 have the differences ${differences.slice(1).join(', ')}: up is positive, down negative. The slide's diagonal kernel sums to ${sum}, not to 0: flat areas ` +
      'keep their gray, so it is an edge enhancer rather than an edge detector, and added to 128 it comes out too bright.'
    );
  },
};
