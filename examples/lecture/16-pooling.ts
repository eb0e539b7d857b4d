// Pooling: the maximum or the mean of every 3 x 3 window.
import assert from 'node:assert/strict';
import { averagePool, maxPool, tensor } from 'convlab';
import { trainDigits } from './digits.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { matrices } from './matrix.js';

export const lesson: Lesson = {
  title: 'Pooling: the maximum of 3 x 3 windows that do not overlap',
  before:
    'Pooling makes a map coarser. A 3 x 3 window moves by 3 cells and keeps the maximum: whether a pattern occurred in the window, but not where. The mean has a smoother effect.',
  async run(stage) {
    const rows = [
      [1, 0, 2, 3, 1, 0],
      [4, 6, 1, 0, 2, 1],
      [3, 1, 0, 1, 5, 2],
      [0, 2, 1, 7, 0, 1],
      [1, 0, 3, 2, 1, 0],
      [2, 1, 0, 0, 4, 3],
    ];
    const x = tensor([[rows]]);
    const { output, indices } = await maxPool(x, { kernelSize: 3 });
    assert.deepEqual([...output.data], [6, 5, 3, 7]);
    assert.deepEqual([...indices], [7, 16, 26, 21]);
    const mean = await averagePool(x, { kernelSize: 3 });
    assert.deepEqual(
      [...mean.data].map((value) => Math.round(9 * value)),
      [18, 15, 10, 18],
    );
    stage.table(
      ['square', 'maximum', 'at [y, x]', 'mean'],
      [...output.data].map((value, i) => [i + 1, value, `[${Math.floor(indices[i] / 6)}, ${indices[i] % 6}]`, mean.data[i].toFixed(2)]),
    );
    await stage.draw(
      '16-pooling',
      matrices(
        'Pooling in 3 x 3 windows',
        ['Framed: the maximum of each window.'],
        [
          { name: 'map, 6 x 6', values: tensor(rows), marked: [...indices].map((at) => [Math.floor(at / 6), at % 6] as const), sign: '>' },
          { name: 'maximum, 2 x 2', values: tensor([...output.data], [2, 2]) },
          { name: 'mean, 2 x 2', values: tensor([...mean.data], [2, 2]) },
        ],
      ),
    );
    const { x: digit } = (await trainDigits()).at(0);
    const picture = { shape: [1, 1, 28, 28], data: digit.data };
    const flat = ({ shape, data }: typeof picture) => ({ shape: shape.slice(2), data });
    const tiles = [{ label: 'a digit, 28 x 28', map: flat(picture) }];
    for (const size of [2, 3, 7]) {
      tiles.push({ label: `maximum of ${size} x ${size}`, map: flat((await maxPool(picture, { kernelSize: size })).output as typeof picture) });
      tiles.push({ label: `mean of ${size} x ${size}`, map: flat((await averagePool(picture, { kernelSize: size })) as typeof picture) });
    }
    await stage.draw(
      '16-pooling-digit',
      await grid(tiles, { title: 'A digit, pooled', columns: 4, width: 150, palette: 'gray', range: [0, 1], legend: 'ink' }),
    );
    const ink = ({ data }: { data: Float32Array }) => data.reduce((sum, value) => sum + value, 0) / data.length;
    return `The maximum thickens the strokes (mean ink ${ink(tiles[0].map).toFixed(2)}, after 3 x 3 max pooling ${ink(tiles[3].map).toFixed(2)}); the mean preserves the amount of ink and blurs the edges. Of the 28 columns, ${28 % 3} does not fit into a window of 3 and is dropped.`;
  },
};
