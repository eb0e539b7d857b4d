// Convolution is template matching: a small picture is found in a large one.
import assert from 'node:assert/strict';
import { createImage, type Image, matchTemplate, Random, type Tensor } from 'convlab';
import { mapToImage, rangeOf } from './colors.js';
import { testDigits } from './digits.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { crop, lighthouse } from './pictures.js';

export const lesson: Lesson = {
  title: 'Convolution is template matching',
  before:
    'This is the lecture’s summary in one line. A template cut out of an image is the kernel; the map is large where the image resembles it. Normalized by the mean and the contrast of each window, the map is the normalized cross-correlation, which is 1 at an exact match.',
  async run(stage) {
    const picture = await lighthouse();
    const [left, top, width, height] = [26, 24, 38, 40];
    const template = crop(picture, left, top, width, height);
    const { scores, peaks } = await matchTemplate(picture, template, { peaks: 3 });
    assert.deepEqual([Math.round(peaks[0].x), Math.round(peaks[0].y)], [left, top]);
    assert.ok(peaks[0].score > 0.9999);
    const { peaks: plain } = await matchTemplate(picture, template, { method: 'correlation' });

    // a page of digits under noise, and one of them as the template
    const digits = await testDigits();
    const random = new Random(3);
    const page = createImage(
      200,
      116,
      1,
      Float32Array.from({ length: 200 * 116 }, () => 0.15 * random.uniform()),
    );
    const places = Array.from({ length: 12 }, (_, i) => [6 + 32 * (i % 6) + random.integer(5), 10 + 50 * Math.floor(i / 6) + random.integer(15)] as const);
    const wanted = 7;
    for (const [i, [x0, y0]] of places.entries()) {
      const { data } = digits.at(i + 1).x;
      for (let p = 0; p < 784; p++) {
        const at = (y0 + Math.floor(p / 28)) * 200 + x0 + (p % 28);
        page.data[at] = Math.min(1, page.data[at] + data[p]);
      }
    }
    const digit = createImage(28, 28, 1, digits.at(wanted + 1).x.data.slice());
    const found = await matchTemplate(page, digit, { peaks: 3 });
    const [x, y] = [Math.round(found.peaks[0].x), Math.round(found.peaks[0].y)];
    assert.deepEqual([x, y], [...places[wanted]]);
    stage.table(
      ['where', 'best', 'score', 'second', 'score'],
      [
        [
          'picture',
          `${Math.round(peaks[0].x)}, ${Math.round(peaks[0].y)}`,
          peaks[0].score.toFixed(4),
          `${Math.round(peaks[1].x)}, ${Math.round(peaks[1].y)}`,
          peaks[1].score.toFixed(4),
        ],
        [
          'page of digits',
          `${x}, ${y}`,
          found.peaks[0].score.toFixed(4),
          `${Math.round(found.peaks[1].x)}, ${Math.round(found.peaks[1].y)}`,
          found.peaks[1].score.toFixed(4),
        ],
      ],
    );
    const map = (s: Tensor) => mapToImage(s, 'signed', [-1, 1]);
    await stage.draw(
      '39-template-matching',
      await grid(
        [
          { label: 'the template, from the picture', image: template },
          { label: 'found: the framed square', image: framed(picture, Math.round(peaks[0].x), Math.round(peaks[0].y), width, height) },
          { label: 'score at every position', note: 'orange: similar, blue: the negative', image: map(scores) },
          { label: `the template, a ${digits.y[wanted + 1]}`, image: { ...mapToImage({ shape: [28, 28], data: digit.data as Float32Array }, 'gray', [0, 1]) } },
          { label: 'found in noise', image: framed(mapToImage({ shape: [116, 200], data: page.data as Float32Array }, 'gray', [0, 1]), x, y, 28, 28) },
          {
            label: 'score at every position',
            note: `best ${found.peaks[0].score.toFixed(2)}, second ${found.peaks[1].score.toFixed(2)}`,
            image: map(found.scores),
          },
        ],
        {
          title: 'Where is it? Normalized cross-correlation',
          columns: 3,
          width: 260,
          range: [-1, 1],
          legend: 'score: 1 identical, 0 unrelated, -1 the negative',
        },
      ),
    );
    assert.ok(rangeOf('signed', [scores])[1] <= 1);
    return `The template is found at ${left}, ${top} with a score of ${peaks[0].score.toFixed(4)}; the second-best position has ${peaks[1].score.toFixed(2)}. Without normalization, the convolution is largest at ${Math.round(plain[0].x)}, ${Math.round(plain[0].y)}${Math.abs(plain[0].x - left) + Math.abs(plain[0].y - top) < 2 ? ', the same position this time, but in general bright regions win' : ', a bright region, not a similar one'}. Among twelve digits with noise, the ${digits.y[wanted + 1]} is found with a score of ${found.peaks[0].score.toFixed(2)}. The kernels of a network are such templates, but learned.`;
  },
};

/** The picture with an orange frame around a rectangle. */
function framed({ width, height, channels, data }: Image, left: number, top: number, w: number, h: number): Image {
  const out = createImage(width, height, channels, Uint8ClampedArray.from(data));
  const dot = (y: number, x: number) => {
    if (y >= 0 && x >= 0 && y < height && x < width) out.data.set([241, 143, 51], (y * width + x) * channels);
  };
  for (const grow of [1, 2]) {
    for (let i = -grow; i < w + grow; i++) for (const y of [top - grow, top + h + grow - 1]) dot(y, left + i);
    for (let i = -grow; i < h + grow; i++) for (const x of [left - grow, left + w + grow - 1]) dot(top + i, x);
  }
  return out;
}
