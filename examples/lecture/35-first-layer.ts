// What did the network learn? The four kernels of the first layer, and their maps of some digits.
import assert from 'node:assert/strict';
import { conv, retrieveFeatures, type Tensor } from 'convlab';
import { planes, rangeOf } from './colors.js';
import { oneOfEach, testDigits } from './digits.js';
import { grid } from './grid.js';
import { type Lesson, percent } from './lesson.js';
import { lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'What did the network learn? Kernels and maps of the first layer',
  before:
    'The kernels of the first layer are applied to pixels, so they can be viewed as images: a kernel resembles the pattern that it detects. Next to each kernel are its maps of some digits, after relu.',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const digits = await testDigits();
    const shown = oneOfEach(digits).slice(0, 6);
    const state = await model.stateDict();
    const [weight, bias] = ['conv1.weight', 'conv1.bias'].map((name) => state.get(name) as Tensor);
    const kernels = planes(weight);
    const perDigit: Tensor[][] = [];
    for (const index of shown) perDigit.push(planes((await retrieveFeatures(model, digits.batch([index]).x)).get('relu') as Tensor));
    // a learned kernel is a filter: conv gives the layer's map
    const { x } = digits.batch([shown[0]]);
    const own = await conv(x, weight, { bias, padding: 2 });
    assert.ok(planes(own).every((map, k) => map.data.every((value, i) => Math.abs(Math.max(value, 0) - perDigit[0][k].data[i]) < 1e-5)));
    const range = rangeOf('signed', perDigit.flat());
    const tiles = [
      { label: 'the digit' },
      ...kernels.map((map, k) => ({
        label: `kernel ${k + 1}`,
        note: `bias ${bias.data[k].toFixed(3)}`,
        map,
        palette: 'signed' as const,
        range: rangeOf('signed', kernels),
      })),
      ...shown.flatMap((index, n) => [
        { label: `a ${digits.y[index]}`, map: { shape: [28, 28], data: digits.at(index).x.data }, palette: 'gray' as const, range: [0, 1] as const },
        ...perDigit[n].map((map, k) => ({ label: `map of kernel ${k + 1}`, map })),
      ]),
    ];
    await stage.draw(
      '35-first-layer',
      await grid(tiles, {
        title: 'The first layer: kernels, and their maps after relu',
        columns: 5,
        width: 110,
        range,
        legend: 'activation (kernels on a separate scale: blue negative, orange positive)',
      }),
    );
    const silent = [0, 1, 2, 3].map((k) => perDigit.reduce((sum, maps) => sum + maps[k].data.filter((value) => value === 0).length, 0) / (784 * shown.length));
    const sums = kernels.map(({ data }) => data.reduce((a, b) => a + b));
    stage.table(
      ['kernel', 'sum of weights', 'bias', 'cells that are 0'],
      sums.map((sum, k) => [k + 1, sum.toFixed(2), bias.data[k].toFixed(3), percent(silent[k], 0)]),
    );
    const [ink, edge] = [sums.indexOf(Math.max(...sums)), sums.map(Math.abs).indexOf(Math.min(...sums.map(Math.abs)))];
    return `Kernel ${ink + 1} is mostly positive (sum ${sums[ink].toFixed(1)}): it detects ink in any direction. Kernel ${edge + 1} has a sum near 0 (${sums[edge].toFixed(2)}): it ignores flat areas and responds to edges. Both were learned from the labels alone.`;
  },
};
