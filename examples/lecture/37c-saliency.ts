// Where does the network look? Saliency, Grad-CAM and an occlusion map of the same digits.
import assert from 'node:assert/strict';
import { argmax, gradCam, occlusionMap, saliency, scoreGradient, type Tensor } from 'convlab';
import { plane } from './colors.js';
import { oneOfEach, testDigits } from './digits.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'Where does it look? Saliency, Grad-CAM, occlusion',
  before:
    'Three methods answer this question. Saliency: the gradient of the class score with respect to each pixel. Grad-CAM: the maps of the second layer, each weighted by its effect on the score. Occlusion: cover a 5 x 5 square and measure how far the score falls.',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const digits = await testDigits();
    const indices = oneOfEach(digits).slice(2, 8);
    const { x, y } = digits.batch(indices);
    const scores = { scores: 'fc2', classes: y };
    const [gradient, salient, cam] = [
      await scoreGradient(model, x, scores),
      await saliency(model, x, scores),
      await gradCam(model, x, { ...scores, layer: 'relu#2' }),
    ];
    assert.deepEqual(
      [salient.shape, cam.shape],
      [
        [6, 28, 28],
        [6, 14, 14],
      ],
    );
    assert.ok(salient.data.every((value, i) => value === Math.abs(gradient.data[i])));
    const tiles = [];
    const onInk: number[][] = [];
    for (const [n, index] of indices.entries()) {
      const digit = digits.batch([index]).x;
      const covered = await occlusionMap(model, digit, { window: 5, class: y[n] });
      const own = (map: Tensor) => ({ palette: 'heat' as const, range: [0, Math.max(...map.data)] as const });
      const signed = plane(gradient, n);
      const most = Math.max(...signed.data.map(Math.abs));
      const [s, c] = [plane(salient, n), enlarged(plane(cam, n))];
      const said = argmax((await model.run(digit)).data);
      tiles.push(
        { label: `a ${y[n]}, taken for a ${said}`, map: plane(digit, 0), palette: 'gray' as const, range: [0, 1] as const },
        { label: 'signed gradient', map: signed, palette: 'signed' as const, range: [-most, most] as const },
        { label: 'saliency', map: s, ...own(s) },
        { label: 'Grad-CAM, layer 2', map: c, ...own(c) },
        { label: 'occlusion, 5 x 5', map: covered, ...own(covered) },
      );
      onInk.push([s, c, covered].map((map) => shareOnInk(map, digit)));
    }
    await stage.draw(
      '37c-saliency',
      await grid(tiles, {
        title: 'Where does it look?',
        notes: ['Blue or orange: less or more ink would raise the score of the class. Dark to yellow: from 0 to the maximum of each map.'],
        columns: 5,
        width: 116,
      }),
    );
    const mean = (k: number) => onInk.reduce((sum, shares) => sum + shares[k], 0) / onInk.length;
    const ink = x.data.filter((value) => value > 0.3).length / x.data.length;
    stage.table(
      ['map', 'fraction of its sum on ink'],
      [
        ['saliency', mean(0).toFixed(2)],
        ['Grad-CAM', mean(1).toFixed(2)],
        ['occlusion', mean(2).toFixed(2)],
        ['(fraction of pixels with ink)', ink.toFixed(2)],
      ],
    );
    assert.ok(mean(1) > ink, 'Grad-CAM looks at the digit');
    return `Ink covers ${(100 * ink).toFixed(0)}% of the pixels. It receives ${(100 * mean(1)).toFixed(0)}% of the weight of Grad-CAM, ${(100 * mean(2)).toFixed(0)}% of the occlusion map and ${(100 * mean(0)).toFixed(0)}% of saliency: pixels without ink matter too, because ink there would make it a different digit.`;
  },
};

/** The map enlarged to twice the size, without interpolation. */
function enlarged({ shape: [height, width], data }: Tensor): Tensor {
  const [H, W] = [2 * height, 2 * width];
  return { shape: [H, W], data: Float32Array.from({ length: H * W }, (_, i) => data[Math.floor(i / W / 2) * width + Math.floor((i % W) / 2)]) };
}

function shareOnInk({ data }: Tensor, digit: Tensor): number {
  let [on, all] = [0, 0];
  for (const [i, value] of data.entries()) {
    const positive = Math.max(0, value);
    all += positive;
    if (digit.data[i] > 0.3) on += positive;
  }
  return on / all;
}
