// How far a digit can be shifted and rotated before the network fails.
import assert from 'node:assert/strict';
import { type Module, rightness, type Tensor } from 'convlab';
import { curves, type Point } from './chart.js';
import { slice, testDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';
import { rotated, shifted } from './moves.js';
import { lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'Tolerance to translation and rotation',
  before:
    'The slide says that a CNN tolerates translation and rotation of the image. This lesson measures it: test digits are shifted by up to 8 pixels in each direction and rotated by up to ' +
    '45 degrees. The network was trained on upright, centered digits.',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const digits = await testDigits();
    const few = slice(digits, 0, stage.size(2000, 500));
    const { x, y } = await few.batch([...few.indices.keys()]);
    const accuracy = async (moved: Tensor) => rightness(await (model as Module).run(moved), y)[0] / y.length;
    const shifts = Array.from({ length: 17 }, (_, i) => i - 8);
    const angles = Array.from({ length: stage.size(19, 7) }, (_, i) => -45 + (i * 90) / (stage.size(19, 7) - 1));
    const points: Point[] = [];
    for (const d of shifts) points.push({ x: d, y: await accuracy(shifted(x, 0, d)), series: 'to the right', panel: 'moved, in pixels' });
    for (const d of shifts) points.push({ x: d, y: await accuracy(shifted(x, d, 0)), series: 'down', panel: 'moved, in pixels' });
    for (const angle of angles) points.push({ x: angle, y: await accuracy(rotated(x, angle)), series: 'turned', panel: 'turned, in degrees' });
    const at = (series: string, where: number) => points.find((point) => point.series === series && point.x === where)?.y as number;
    stage.table(
      ['moved', 'to the right', 'down'],
      [0, 1, 2, 3, 4, 6, 8].map((d) => [`${d} px`, percent(at('to the right', d), 1), percent(at('down', d), 1)]),
    );
    stage.table(
      ['turned', 'accuracy'],
      [-45, -30, -15, 0, 15, 30, 45].map((angle) => [`${angle} degrees`, percent(at('turned', angle), 1)]),
    );
    assert.ok(at('to the right', 0) > at('to the right', 8) + 0.3, 'far shifts fail');
    assert.ok(at('to the right', 1) > 0.85 && at('turned', 15) > 0.8);
    await stage.draw(
      '02-tolerance-shift',
      await curves(
        points.filter(({ series }) => series !== 'turned'),
        {
          title: 'Accuracy against translation',
          notes: [`${y.length} test digits, the lecture's network`],
          x: 'moved by (pixels)',
          y: 'accuracy',
          percent: true,
          zero: true,
        },
      ),
    );
    await stage.draw(
      '02-tolerance-rotation',
      await curves(
        points.filter(({ series }) => series === 'turned'),
        {
          title: 'Accuracy against rotation',
          notes: [`${y.length} test digits, the lecture's network`],
          x: 'turned by (degrees, counter-clockwise)',
          y: 'accuracy',
          percent: true,
          zero: true,
        },
      ),
    );
    return (
      `A shift of one pixel costs ${percent(at('to the right', 0) - at('to the right', 1), 1)}, two ${percent(at('to the right', 0) - at('to the right', 2), 1)}, four ${percent(at('to the right', 0) - at('to the right', 4), 1)}; a rotation of 15 degrees costs ${percent(at('turned', 0) - at('turned', 15), 1)}, 45 degrees ${percent(at('turned', 0) - at('turned', 45), 1)}. ` +
      'The slide is therefore right only for small shifts and rotations. The maps of a convolution shift with the image and pooling tolerates about one pixel, but fc1 has a separate weight for every position, so it has learned where digits are. Lesson 38 improves this.'
    );
  },
};
