// Robustness under translation: a heat map for both axes, and three networks in one chart.
import assert from 'node:assert/strict';
import { type Module, rightness } from 'convlab';
import { chart, curves, type Point } from './chart.js';
import { slice, testDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';
import { shifted } from './moves.js';
import { robustNets } from './robust-nets.js';
import { lectureNet } from './trained.js';

const SHIFTS = Array.from({ length: 17 }, (_, i) => i - 8);

export const lesson: Lesson = {
  title: 'Robustness under translation: pooling, BlurPool, training with shifts',
  before:
    'Lesson 2 showed that the network tolerates only small shifts. This lesson first measures the accuracy for every shift from -8 to 8 pixels on both axes. It then trains two remedies in the same way: anti-aliased pooling (BlurPool: the maximum at every position, a blur, then subsampling), and training with random shifts of up to 4 pixels.',
  async run(stage) {
    const digits = slice(await testDigits(), 0, stage.size(1000, 300));
    const { x, y } = await digits.batch([...digits.indices.keys()]);
    const accuracy = async (model: Module, dy: number, dx: number) => rightness(await model.run(shifted(x, dy, dx)), y)[0] / y.length;

    const { model: lecture } = await lectureNet(stage);
    const cells = [];
    const step = stage.size(1, 4);
    for (let dy = -8; dy <= 8; dy += step) for (let dx = -8; dx <= 8; dx += step) cells.push({ dy, dx, accuracy: await accuracy(lecture, dy, dx) });
    await stage.draw('38-heat-map', await heatMap(cells, y.length));

    const nets = await robustNets(stage);
    const found: { name: string; distance: number; accuracy: number }[] = [];
    const points: Point[] = [];
    for (const { name, model } of nets) {
      for (const d of SHIFTS) {
        if (stage.quick && d % 2 !== 0) continue;
        const both = (await accuracy(model, d, 0)) + (await accuracy(model, 0, d));
        points.push({ x: d, y: both / 2, series: name });
        found.push({ name, distance: d, accuracy: both / 2 });
      }
    }
    const at = (name: string, d: number) => {
      const hits = found.filter((each) => each.name === name && Math.abs(each.distance) === d);
      return hits.reduce((sum, each) => sum + each.accuracy, 0) / hits.length;
    };
    const names = nets.map(({ name }) => name);
    stage.table(
      ['moved by', ...names],
      [0, 2, 4, 6, 8].map((d) => [`${d} px`, ...names.map((name) => percent(at(name, d), 1))]),
    );
    await stage.draw(
      '38-three-curves',
      await curves(points, {
        title: 'Three networks under shifts',
        notes: [`accuracy on ${y.length} test digits; mean of shifts down and to the right`],
        x: 'moved by (pixels)',
        y: 'accuracy',
        percent: true,
        zero: true,
      }),
    );
    const [max, blur, moving] = names;
    assert.ok(at(moving, 4) > at(max, 4) + 0.15, 'training with shifts helps most');
    const straight = cells.filter(({ dy, dx }) => Math.max(Math.abs(dy), Math.abs(dx)) <= 8);
    const fine = straight.filter((cell) => cell.accuracy > 0.9).length;
    return (
      `Of the ${straight.length} shifts in the heat map, ${fine} have an accuracy above 90%. Shifted by 4 pixels, max pooling gives ${percent(at(max, 4), 1)}, BlurPool ${percent(at(blur, 4), 1)}, training with shifts ${percent(at(moving, 4), 1)}; at 8 pixels, twice the trained range, ${percent(at(moving, 8), 1)}. ` +
      `BlurPool ${at(blur, 2) > at(max, 2) ? `helps a little (2 pixels: ${percent(at(blur, 2), 1)} against ${percent(at(max, 2), 1)})` : `does not help here (2 pixels: ${percent(at(blur, 2), 1)} against ${percent(at(max, 2), 1)})`}: it smooths the maps, but fc1 has still learned where digits are. ` +
      `Unshifted, the three reach ${names.map((name) => percent(at(name, 0), 1)).join(', ')}.`
    );
  },
};

function heatMap(cells: readonly { dy: number; dx: number; accuracy: number }[], count: number): Promise<string> {
  return chart({
    title: { text: 'Accuracy against translation on both axes', subtitle: `the lecture's network, ${count} test digits` },
    data: { values: cells },
    width: 380,
    height: 380,
    mark: 'rect',
    encoding: {
      x: { field: 'dx', type: 'ordinal', title: 'to the right (pixels)', axis: { labelAngle: 0 } },
      y: { field: 'dy', type: 'ordinal', title: 'down (pixels)' },
      color: { field: 'accuracy', type: 'quantitative', title: 'accuracy', scale: { domain: [0, 1], scheme: 'viridis' }, legend: { format: '.0%' } },
    },
  } as never);
}
