// Dropout: during training, a different half of the neurons is dropped in each step; during evaluation, none is.
import assert from 'node:assert/strict';
import { Dropout, full, type Tensor } from 'convlab';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'Dropout, and the two modes',
  before:
    'During training, each neuron is dropped with probability p, and the others are multiplied by 1 / (1 - p), so that the sum stays the same on average. The network cannot rely on a single neuron. eval() switches dropout off.',
  async run(stage) {
    const x = full([1, 400], 1);
    const layer = new Dropout(0.5).initialize(1);
    const run = async () => (await layer.run(x)).data;
    layer.train();
    const [first, second] = [await run(), await run()];
    const again = (await new Dropout(0.5).initialize(1).train().run(x)).data;
    layer.eval();
    const evaluated = await run();
    const dropped = (values: Float32Array) => values.filter((value) => value === 0).length;
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length;
    stage.table(
      ['400 ones after dropout', 'dropped', 'mean'],
      [
        ['training, first time', dropped(first), mean(first).toFixed(3)],
        ['training, second time', dropped(second), mean(second).toFixed(3)],
        ['evaluation', dropped(evaluated), mean(evaluated).toFixed(3)],
      ],
    );
    assert.notDeepEqual(first, second);
    assert.deepEqual(again, first);
    assert.ok(Math.abs(dropped(first) - 200) < 50 && first.every((value) => value === 0 || value === 2));
    assert.ok(evaluated.every((value) => value === 1));
    const square = (data: Float32Array): Tensor => ({ shape: [20, 20], data });
    const tiles = [
      { label: 'training, first time', map: square(first) },
      { label: 'training, second time', map: square(second) },
      { label: 'evaluation', map: square(evaluated) },
    ];
    await stage.draw(
      '29-dropout',
      await grid(tiles, {
        title: '400 neurons, all with value 1, after dropout 0.5',
        columns: 3,
        width: 170,
        range: [-2, 2],
        legend: 'activation: white 0, orange 1, brown 2',
      }),
    );
    return `Of 400 neurons, ${dropped(first)} are dropped in the first run and ${dropped(second)} in the second, with different masks; the same seed gives the same masks. During evaluation, all 400 are active.`;
  },
};
