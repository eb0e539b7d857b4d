// A trained network classifies digits that it has never seen; ten bars show its answer.
import assert from 'node:assert/strict';
import { argmax } from 'convlab';
import { answers, probabilities, terminalBars } from './bars.js';
import { oneOfEach, testDigits } from './digits.js';
import type { Lesson } from './lesson.js';
import { percent } from './lesson.js';
import { lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'Recognizing an image: ten bars',
  before:
    'This lesson shows the goal of the lecture: the trained network classifies one handwritten digit of each class from the test set. Its output is ten probabilities that sum to 1.',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const digits = await testDigits();
    const indices = oneOfEach(digits);
    const { x, y } = digits.batch(indices);
    const output = await model.run(x);
    const shares = indices.map((_, n) => probabilities(output.data.subarray(10 * n, 10 * n + 10)));
    const guesses = shares.map(argmax);
    stage.say(`\n  the network's answer to a ${y[0]}:\n${terminalBars(shares[0])}`);
    const right = guesses.filter((guess, n) => guess === y[n]).length;
    assert.ok(right >= 8);
    for (const each of shares) assert.ok(Math.abs(each.reduce((a, b) => a + b) - 1) < 1e-6);
    const items = indices.map((_, n) => ({
      x: { shape: [1, 28, 28], data: x.data.slice(784 * n, 784 * n + 784) },
      label: `a ${y[n]}, taken for a ${guesses[n]}`,
      shares: shares[n],
      actual: y[n],
    }));
    await stage.draw('01-recognize', await answers('Ten unseen digits, and the answers of the network (orange: correct class)', items, 2));
    const sure = shares.map((each, n) => each[guesses[n]]);
    const doubtful = sure.indexOf(Math.min(...sure));
    return `${right} of 10 are correct. The network is least certain about the ${y[doubtful]}: ${percent(sure[doubtful])} for a ${guesses[doubtful]}. To classify your own image: convlab train --out model.safetensors, then convlab predict digit.png --model model.safetensors.`;
  },
};
