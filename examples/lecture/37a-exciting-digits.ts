// For each kernel, the digits that activate it most, and the part of the digit that does.
import assert from 'node:assert/strict';
import { createImage, topActivations } from 'convlab';
import { inOrder, slice, testDigits } from './digits.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'What activates a kernel: the digits with the highest activation',
  before:
    'topActivations() runs the test set through the network and keeps, for each of the eight maps of the second layer, the digits with the highest peak. The framed square is the receptive field of the neuron at the peak: 14 x 14 pixels.',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const digits = slice(await testDigits(), 0, stage.size(5000, 1000));
    const columns = 8;
    const best = await topActivations(model, inOrder(digits), { layer: 'conv2', count: columns });
    const all = await testDigits();
    assert.equal(best.length, 8);
    for (const list of best) assert.ok(list.every(({ value }, i) => i === 0 || value <= list[i - 1].value));
    const tiles = best.flatMap((list, k) =>
      list.map(({ index, value, at: [y, x] }, i) => ({
        label: i === 0 ? `kernel ${k + 1}: ${value.toFixed(1)}` : value.toFixed(1),
        image: framed(all.at(index).x.data, 2 * y - 6, 2 * x - 6, 14),
      })),
    );
    await stage.draw(
      '37a-exciting-digits',
      await grid(tiles, {
        title: 'Each row shows a kernel of the second layer, and the digits that activate it most',
        notes: ['The number is the activation; the square is what the neuron sees.'],
        columns,
        width: 84,
      }),
    );
    const kinds = best.map((list) => list.map(({ index }) => all.y[index]).sort());
    stage.table(
      ['kernel', 'digits that activate it most', 'classes'],
      kinds.map((list, k) => [k + 1, list.join(' '), new Set(list).size]),
    );
    const pure = kinds.map((list) => new Set(list).size);
    const narrow = pure.indexOf(Math.min(...pure));
    return `Kernel ${narrow + 1} is the most selective: its top ${columns} digits contain only ${[...new Set(kinds[narrow])].join(', ')}. Most kernels respond to parts that several digits share, such as a stroke in one direction or the end of a stroke.`;
  },
};

/** A digit, enlarged four times, with a frame around a part of it. */
function framed(ink: Float32Array, top: number, left: number, side: number) {
  const zoom = 4;
  const size = 28 * zoom;
  const rgb = new Uint8ClampedArray(size * size * 3);
  for (let i = 0; i < size * size; i++) rgb.fill(255 * ink[Math.floor(i / size / zoom) * 28 + Math.floor((i % size) / zoom)], 3 * i, 3 * i + 3);
  const dot = (y: number, x: number) => {
    if (y >= 0 && x >= 0 && y < size && x < size) rgb.set([241, 143, 51], 3 * (y * size + x));
  };
  for (let i = 0; i < side * zoom; i++) {
    for (const edge of [0, 1, side * zoom - 2, side * zoom - 1]) {
      dot(top * zoom + edge, left * zoom + i);
      dot(top * zoom + i, left * zoom + edge);
    }
  }
  return createImage(size, size, 3, rgb);
}
