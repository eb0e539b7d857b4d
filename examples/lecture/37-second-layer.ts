// The second layer: eight kernels of four slices, and their maps of a digit.
import assert from 'node:assert/strict';
import { retrieveFeatures, type Tensor } from 'convlab';
import { plane, planes, rangeOf } from './colors.js';
import { testDigits } from './digits.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'The second layer: 8 kernels of 4 slices',
  before:
    'The kernels of the second layer are applied to the four maps of the first, so each has four slices. The pattern that a kernel detects is no longer obvious from its weights.',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const weight = (await model.stateDict()).get('conv2.weight') as Tensor;
    assert.deepEqual(weight.shape, [8, 4, 5, 5]);
    const digits = await testDigits();
    const index = digits.y.indexOf(2);
    const maps = planes((await retrieveFeatures(model, digits.batch([index]).x)).get('relu#2') as Tensor);
    const range = rangeOf('signed', [weight]);
    const tiles = Array.from({ length: 8 }, (_, k) => [
      ...[0, 1, 2, 3].map((slice) => ({ label: `kernel ${k + 1}, slice ${slice + 1}`, map: plane(weight, 4 * k + slice) })),
      { label: `map ${k + 1} of a 2`, map: maps[k], palette: 'signed' as const, range: rangeOf('signed', maps) },
    ]).flat();
    await stage.draw(
      '37-second-layer',
      await grid(tiles, {
        title: 'The second layer: each row shows a kernel, and its map of a digit after relu',
        columns: 5,
        width: 92,
        range,
        legend: 'weight, one scale for all 32 slices: blue negative, white 0, orange positive; maps on separate scales',
      }),
    );
    const norm = (data: Float32Array) => Math.hypot(...data);
    const slices = [0, 1, 2, 3].map((slice) => Math.hypot(...Array.from({ length: 8 }, (_, k) => norm(plane(weight, 4 * k + slice).data))));
    stage.table(
      ['slices over map', 'size (root of the sum of squares)'],
      slices.map((size, i) => [i + 1, size.toFixed(2)]),
    );
    const strongest = maps.map(({ data }) => Math.max(...data));
    const used = slices.indexOf(Math.max(...slices));
    return `The layer depends most on map ${used + 1} of the first layer: its slices have the largest weights (${slices[used].toFixed(2)}). For this 2 the strongest map is number ${strongest.indexOf(Math.max(...strongest)) + 1} (${Math.max(...strongest).toFixed(1)}), the weakest is number ${strongest.indexOf(Math.min(...strongest)) + 1} (${Math.min(...strongest).toFixed(1)}). The next two lessons show what activates each kernel.`;
  },
};
