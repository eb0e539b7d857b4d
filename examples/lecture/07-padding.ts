// With a border of zeros, the map is as large as the image. The slide's example, and its misprint.
import assert from 'node:assert/strict';
import { conv, reshape, type Tensor } from 'convlab';
import { bits, rows } from './bits.js';
import type { Lesson } from './lesson.js';
import { matrices } from './matrix.js';

const SLIDE = ['22311', '14341', '12433', '12341', '12211'];

export const lesson: Lesson = {
  title: 'Padding: the map keeps the size of the image',
  before: 'A border of zeros extends the 5 x 5 image to 7 x 7, so the 3 x 3 kernel has 5 x 5 positions. This lesson computes the numbers on the slide.',
  async run(stage) {
    const picture = bits('11100 01110 00111 00110 01100');
    const kernel = bits('101 010 101');
    const map = await conv(picture, kernel, { padding: 1 });
    const found = rows(map);
    assert.deepEqual(found, ['22311', '14341', '12433', '12341', '02211']);
    const differing = found.flatMap((row, y) => [...row].flatMap((cell, x) => (cell === SLIDE[y][x] ? [] : [[y, x] as const])));
    assert.deepEqual(differing, [[4, 0]]);

    stage.table(
      ['picture', 'kernel', 'computed', 'on the slide'],
      found.map((row, y) => [rows(picture)[y], rows(kernel)[y] ?? '', row, SLIDE[y]]),
    );
    const plain = (x: Tensor) => reshape(x, x.shape.slice(2));
    const padded = bits(['0000000', ...rows(picture).map((row) => `0${row}0`), '0000000'].join(' '));
    await stage.draw(
      '07-padding',
      matrices(
        'With a border of zeros, the map is as large as the picture',
        ['Framed cell: there are only zeros under the ones of the kernel, so the sum is 0. The slide shows 1: an erratum.'],
        [
          { name: 'picture with border, 7 x 7', values: plain(padded), sign: '*' },
          { name: 'kernel, 3 x 3', values: plain(kernel), sign: '=' },
          { name: 'feature map, 5 x 5', values: plain(map), marked: differing },
        ],
      ),
    );
    const [y, x] = differing[0];
    const window = [0, 1, 2].map((dy) => [0, 1, 2].map((dx) => padded.data[(y + dy) * 7 + x + dx]).join(' ')).join(' / ');
    return (
      `Of the slide's 25 numbers, 24 are correct. ERRATUM: at the lower left, the slide shows ${SLIDE[y][x]}; the correct value is ${found[y][x]}. There, the kernel covers ${window}; it has ones in its corners and ` +
      'its center, and the image is zero at all five.'
    );
  },
};
