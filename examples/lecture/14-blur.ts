// Three blurs: box, binomial, Gaussian; and how the engine computes them.
import assert from 'node:assert/strict';
import { binomial, box, explain, filter, gaussian, type Tensor } from 'convlab';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lighthouse, roughness } from './pictures.js';

const BLURS: readonly [name: string, kernel: Tensor][] = [
  ['box(3)', box(3)],
  ['box(9)', box(9)],
  ['binomial(9)', binomial(9)],
  ['gaussian(1.4)', gaussian(1.4)],
  ['gaussian(4)', gaussian(4)],
];

export const lesson: Lesson = {
  title: 'Blur: box, binomial, Gaussian',
  before:
    'All weights are positive and sum to 1, so each pixel becomes a weighted mean of its neighborhood. The engine inspects the weights and chooses an algorithm for each kernel.',
  async run(stage) {
    const picture = await lighthouse();
    const tiles = [{ label: 'the picture', note: ' ', image: picture }];
    const rows = [['the picture', '', roughness(picture).toFixed(2), '']];
    const rough: number[] = [];
    for (const [name, kernel] of BLURS) {
      assert.ok(Math.abs(kernel.data.reduce((a, b) => a + b, 0) - 1) < 1e-5);
      const image = await filter(picture, kernel);
      const { algorithm } = await explain(kernel, [1080, 1920], { padding: 'same' });
      rough.push(roughness(image));
      rows.push([name, kernel.shape.join(' x '), roughness(image).toFixed(2), algorithm]);
      tiles.push({ label: name, note: `${kernel.shape.join(' x ')}, in full HD: ${algorithm}`, image });
    }
    stage.table(['blur', 'kernel', 'difference of neighbors', 'algorithm in full HD'], rows);
    assert.ok(rough.every((value) => value < roughness(picture)));
    assert.ok(rough[1] < rough[0] && rough[4] < rough[3], 'a wider kernel gives a softer image');
    await stage.draw('14-blur', await grid(tiles, { title: 'Blur: means over larger and larger neighborhoods', columns: 3, width: 260 }));
    const box9 = rows[2][3];
    return (
      `Neighbors differ by ${roughness(picture).toFixed(1)} levels before, and by ${rough[4].toFixed(1)} after the widest Gaussian. The box blur leaves corners and double edges; binomial and Gaussian do not. ` +
      `For the 81 weights of box(9), the engine chooses '${box9}'${box9 === 'runningSum' ? ': a few additions per pixel, for any width of the box' : ''}.`
    );
  },
};
