// Motion blur: the slide's nine ones on the diagonal, and lines of any length and angle.
import assert from 'node:assert/strict';
import { filter, MOTION_DIAGONAL, motionBlur } from 'convlab';
import { plane } from './colors.js';
import { grid, short } from './grid.js';
import type { Lesson } from './lesson.js';
import { lighthouse, meanOf } from './pictures.js';

export const lesson: Lesson = {
  title: 'Motion blur: 9 x 9, ones along the diagonal',
  before:
    'The camera moves while the shutter is open: each pixel becomes the mean of the pixels along its path. On the slide, the nine weights are 1. Their sum of 9 would make the image nine times as bright, ' +
    'so they are 1/9 here.',
  async run(stage) {
    const slide = Array.from({ length: 81 }, (_, i) => (Math.floor(i / 9) === i % 9 ? 1 : 0));
    assert.deepEqual([...MOTION_DIAGONAL.data], [...Float32Array.from(slide, (one) => one / 9)]);
    const picture = await lighthouse();
    const asOnSlide = await filter(picture, { shape: [9, 9], data: Float32Array.from(slide) });
    const divided = await filter(picture, MOTION_DIAGONAL);
    const kernels = [motionBlur(9, 0), motionBlur(15, 30), motionBlur(25, 90)];
    const strokes = ['9, 0 degrees', '15, 30 degrees', '25, 90 degrees'];
    const tiles = [
      { label: 'the picture', note: ' ', image: picture },
      { label: 'nine ones', note: 'as on the slide: white', image: asOnSlide },
      { label: 'weights of 1/9', note: 'MOTION_DIAGONAL', image: divided },
    ];
    for (const [i, kernel] of kernels.entries())
      tiles.push({
        label: `motionBlur(${strokes[i].replace(' degrees', '')})`,
        note: `sum ${short(kernel.data.reduce((a, b) => a + b, 0))}`,
        image: await filter(picture, kernel),
      });
    await stage.draw('15-motion-blur', await grid(tiles, { title: 'Motion blur', columns: 3, width: 260 }));
    await stage.draw(
      '15-motion-kernels',
      await grid(
        [MOTION_DIAGONAL, ...kernels].map((kernel, i) => ({
          label: ['MOTION_DIAGONAL', ...strokes][i],
          note: kernel.shape.join(' x '),
          map: plane(kernel, 0),
        })),
        {
          title: 'The lines as kernels',
          columns: 4,
          width: 150,
          legend: 'weight; slanted lines are anti-aliased: a weight is the covered fraction of a pixel',
        },
      ),
    );
    const means = [picture, asOnSlide, divided].map(meanOf);
    assert.ok(Math.abs(means[2] - means[0]) < 2);
    return `The mean of the image is ${means[0].toFixed(0)}; with weights of 1/9 it is ${means[2].toFixed(0)}, with ones ${means[1].toFixed(0)}, because nearly all pixels are clipped to white. Horizontal motion blur preserves horizontal stripes and removes vertical ones.`;
  },
};
