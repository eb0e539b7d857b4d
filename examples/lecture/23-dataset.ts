// A data set is like an array: it has elements and a length.
import assert from 'node:assert/strict';
import { mnist } from 'convlab/node';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'A data set like an array',
  before: 'In the lecture: train_dataset[0] returns an image and its label, len(train_dataset) the number of samples. Here: dataset.at(0) and dataset.length.',
  async run(stage) {
    const dataset = await mnist({ train: true });
    const { x, y } = dataset.at(0);
    assert.deepEqual(x.shape, [1, 28, 28]);
    assert.equal(y, 5);
    assert.equal(dataset.length, 60_000);
    assert.throws(() => dataset.at(60_000), /index must be an integer from 0 to 59999/);
    for (let row = 4; row < 26; row++) {
      stage.say(
        `  ${[...x.data.subarray(28 * row, 28 * row + 28)]
          .map((ink) => ' ░▒▓█'[Math.round(4 * ink)].repeat(2))
          .join('')
          .trimEnd()}`,
      );
    }
    return `dataset.at(0) is a tensor [${x.shape}] and the label ${y}, as on the slide. dataset.length is ${dataset.length}. at(60000) throws an error that names the valid range.`;
  },
};
