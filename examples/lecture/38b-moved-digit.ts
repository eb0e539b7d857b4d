// One digit before and after a shift: the network's answer, and how its maps change.
import assert from 'node:assert/strict';
import { argmax, retrieveFeatures, type Tensor } from 'convlab';
import { answers, probabilities } from './bars.js';
import { planes, rangeOf } from './colors.js';
import { testDigits } from './digits.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { shifted } from './moves.js';
import { lectureNet } from './trained.js';

const MOVES = [
  [0, 0],
  [0, 2],
  [0, 4],
  [4, 0],
  [-4, -4],
] as const;

export const lesson: Lesson = {
  title: 'How the maps of one digit change when it moves',
  before:
    'The same digit, centered and shifted. The maps of a convolution shift with it, cell by cell. After two poolings, the maps can shift only by multiples of 4 pixels, so smaller shifts change them.',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const digits = await testDigits();
    const index = digits.y.indexOf(5);
    const { x } = digits.batch([index]);
    const seen = [];
    for (const [dy, dx] of MOVES) {
      const moved = shifted(x, dy, dx);
      const features = await retrieveFeatures(model, moved);
      const get = (name: string) => features.get(name) as Tensor;
      seen.push({ moved, first: get('relu'), pooled: get('pool#2'), shares: probabilities(get('logSoftmax').data), label: `${dy} down, ${dx} right` });
    }
    // convolution and relu commute with a shift, as long as nothing leaves the picture
    const [still, two] = seen;
    const inside = planes(still.first).flatMap((map, k) =>
      [...map.data].map((value, i) => (i % 28 > 3 && i % 28 < 22 ? Math.abs(value - planes(two.first)[k].data[i + 2]) : 0)),
    );
    assert.ok(Math.max(...inside) < 1e-4, `the maps of the first layer shift with the digit: ${Math.max(...inside)}`);
    const distance = (a: Tensor, b: Tensor) => Math.hypot(...a.data.map((value, i) => value - b.data[i])) / Math.hypot(...a.data);
    stage.table(
      ['moved', 'predicted', 'probability', 'change of the maps after the second pooling'],
      seen.map(({ label, shares, pooled }) => [label, argmax(shares), `${(100 * Math.max(...shares)).toFixed(1)}%`, distance(still.pooled, pooled).toFixed(2)]),
    );
    const range = rangeOf(
      'signed',
      seen.flatMap(({ first }) => planes(first)),
    );
    const second = rangeOf(
      'signed',
      seen.flatMap(({ pooled }) => planes(pooled)),
    );
    const tiles = seen.flatMap(({ moved, first, pooled, label }) => [
      { label, map: { shape: [28, 28], data: moved.data }, palette: 'gray' as const, range: [0, 1] as const },
      ...planes(first).map((map, k) => ({ label: `layer 1, map ${k + 1}`, map })),
      ...planes(pooled)
        .slice(0, 4)
        .map((map, k) => ({ label: `layer 2, map ${k + 1}, 7 x 7`, map, palette: 'signed' as const, range: second })),
    ]);
    await stage.draw(
      '38b-maps',
      await grid(tiles, {
        title: 'A digit moves, and its maps',
        columns: 9,
        width: 92,
        range,
        legend: 'activation of layer 1, one scale; layer 2 (after its pooling) has another',
      }),
    );
    await stage.draw(
      '38b-answers',
      await answers(
        'The same digit, moved',
        seen.map(({ moved, label, shares }) => ({ x: { shape: [1, 28, 28], data: moved.data }, label, shares, actual: 5 })),
        2,
      ),
    );
    const wrong = seen.filter(({ shares }) => argmax(shares) !== 5);
    return `The maps of the first layer shift exactly with the digit. After the second pooling, they have changed by ${distance(still.pooled, two.pooled).toFixed(2)} of their norm for 2 pixels and by ${distance(still.pooled, seen[2].pooled).toFixed(2)} for 4, a very different input for fc1. After ${wrong.length} of ${MOVES.length - 1} shifts, the 5 is classified as another digit${wrong.length > 0 ? `: ${wrong.map(({ label, shares }) => `${label} a ${argmax(shares)}`).join(', ')}` : ''}.`;
  },
};
