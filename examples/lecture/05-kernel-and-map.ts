// A kernel slides over an image; the feature map shows how well it matches at every position.
import assert from 'node:assert/strict';
import { conv, reshape, type Tensor } from 'convlab';
import { bits, rows } from './bits.js';
import type { Lesson } from './lesson.js';
import { matrices } from './matrix.js';

export const lesson: Lesson = {
  title: 'Kernel and feature map: the kernel searches for patterns that resemble it',
  before:
    'A 3 x 3 kernel slides over a 5 x 5 image. At each of the 3 x 3 positions, nine products are added up to one number. ' +
    'The number is large where the image resembles the kernel.',
  async run(stage) {
    const picture = bits('01000 11100 01000 00001 11111');
    const kernel = bits('010 101 010');
    const map = await conv(picture, kernel);
    assert.deepEqual(rows(map), ['411', '120', '212']);

    stage.table(
      ['picture', 'kernel', 'map'],
      [0, 1, 2, 3, 4].map((y) => [picture, kernel, map].map((x) => rows(x)[y] ?? '')),
    );
    const plain = (x: Tensor) => reshape(x, x.shape.slice(2));
    await stage.draw(
      '05-kernel-and-map',
      matrices(
        'The kernel searches for patterns that resemble it',
        ['Upper left: the picture contains the pattern of the kernel; all four ones are over ones: 4.'],
        [
          {
            name: 'picture, 5 x 5',
            values: plain(picture),
            sign: '*',
            marked: [
              [0, 1],
              [1, 0],
              [1, 2],
              [2, 1],
            ],
          },
          { name: 'kernel, 3 x 3', values: plain(kernel), sign: '=' },
          { name: 'feature map, 3 x 3', values: plain(map), marked: [[0, 0]] },
        ],
      ),
    );
    const most = Math.max(...map.data);
    const ones = kernel.data.reduce((sum, value) => sum + value);
    return `The largest number in the map is ${most}, at the upper left; it cannot exceed ${ones}, because the kernel has ${ones} ones. The cross in the image is at this position.`;
  },
};
