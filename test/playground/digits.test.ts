import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moved } from '../../playground/src/digits/moved.js';
import { digitFromStrokes, PAD, PEN, type Point, type Stroke, simplified, strokesCodec } from '../../playground/src/digits/strokes.js';
import { createBackend, DataLoader, decodeCheckpoint, evaluate, mnist, NLLLoss, type Tensor } from '../../src/node.js';

const place = fc.integer({ min: 0, max: PAD - 1 });
const stroke = fc.array(fc.tuple(place, place), { minLength: 1, maxLength: 40 });

test('strokes come back from the address', () => {
  fc.assert(
    fc.property(fc.array(stroke), (strokes) => {
      expect(strokesCodec.decode(strokesCodec.encode(strokes))).toEqual(strokes);
    }),
  );
  for (const text of ['A', 'AA..BB', 'AA.', 'A!', 'AAA', '数字']) expect(strokesCodec.decode(text), text).toBeUndefined();
});

test('a straight stroke keeps its ends, and no point between; a corner stays', () => {
  const line = Array.from({ length: 20 }, (_, i): Point => [10 + i, 20]);
  expect(simplified([...line, ...line.map(([x], i): Point => [x, 21 + i])].slice(0, 20))).toEqual([
    [10, 20],
    [29, 20],
  ]);
  const corner: Stroke = [...line, ...Array.from({ length: 10 }, (_, i): Point => [29, 21 + i])];
  expect(simplified(corner)).toEqual([
    [10, 20],
    [29, 20],
    [29, 30],
  ]);
});

test('ink lies where it was drawn, as much as the pen leaves; centered, its middle is in the middle', () => {
  const drawn: Stroke[] = [
    [
      [12, 10],
      [12, 40],
    ],
  ];
  const cells = digitFromStrokes(drawn, false);
  const sum = ({ data }: Tensor) => data.reduce((total, value) => total + value, 0);
  const mean = (x: Tensor, at: (i: number) => number) => x.data.reduce((total, value, i) => total + value * at(i), 0) / sum(x);
  // a line of 30 places with round ends, in cells of 64 / 28 places
  const area = (2 * PEN * 30 + Math.PI * PEN ** 2) / (PAD / 28) ** 2;
  expect(Math.abs(sum(cells) / area - 1)).toBeLessThan(0.03);
  expect(mean(cells, (i) => (i % 28) + 0.5)).toBeCloseTo((12.5 * 28) / 64, 1);
  expect(mean(cells, (i) => Math.floor(i / 28) + 0.5)).toBeCloseTo((25.5 * 28) / 64, 1);
  const centered = digitFromStrokes(drawn, true);
  // it is laid on whole cells
  for (const at of [(i: number) => i % 28, (i: number) => Math.floor(i / 28)]) expect(Math.abs(mean(centered, at) + 0.5 - 14)).toBeLessThan(0.501);
  expect(digitFromStrokes([], true).data.every((value) => value === 0)).toBe(true);
});

test('a movement by whole cells shifts, a quarter turn turns counter-clockwise, a whole one gives the digit back', () => {
  const x: Tensor = { shape: [1, 1, 4, 4], data: Float32Array.from({ length: 16 }, (_, i) => i + 1) };
  expect([...moved(x, { dx: 1, dy: 2, degrees: 0 }).data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 5, 6, 7]);
  const turned = moved(x, { dx: 0, dy: 0, degrees: 90 }).data;
  // the right column becomes the top row
  const expected = [4, 8, 12, 16, 3, 7, 11, 15, 2, 6, 10, 14, 1, 5, 9, 13];
  for (const [i, value] of turned.entries()) expect(value).toBeCloseTo(expected[i], 4);
  for (const [i, value] of moved(x, { dx: 0, dy: 0, degrees: 360 }).data.entries()) expect(value).toBeCloseTo(x.data[i], 3);
});

test('the stored weights are as good as their README says', async () => {
  const [bytes, readme, test] = await Promise.all([
    readFile('playground/weights/lecture.safetensors'),
    readFile('playground/weights/README.md', 'utf8'),
    mnist({ train: false }),
  ]);
  const [, accuracy, loss] = /\*\*(\d\d\.\d\d)%\*\* of the 10,000 test digits correctly, with a loss of (\d\.\d{4})\./.exec(readme) ?? [];
  const backend = await createBackend('wasm', { threads: 1 });
  const { model } = decodeCheckpoint(bytes);
  await model.to(backend);
  const measured = await evaluate(model, new DataLoader(test, { batchSize: 250 }), { loss: new NLLLoss() });
  expect([(100 * measured.accuracy).toFixed(2), measured.loss.toFixed(4)]).toEqual([accuracy, loss]);
  expect(readme).toContain(`in ${bytes.length.toLocaleString('en-US')} bytes`);
  expect(bytes.length).toBeLessThan(450_000);
  backend.dispose();
});
