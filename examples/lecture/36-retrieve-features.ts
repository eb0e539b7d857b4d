// retrieve_features: what every layer computes, by name.
import assert from 'node:assert/strict';
import { retrieveFeatures } from 'convlab';
import { testDigits } from './digits.js';
import type { Lesson } from './lesson.js';
import { lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'retrieveFeatures: every named layer',
  before:
    'The lecture adds a method to its class that repeats half of forward and returns two maps. Here, one function does this for any model and every layer: await retrieveFeatures(model, x).',
  async run(stage) {
    const { model } = await lectureNet(stage);
    const digits = await testDigits();
    const features = await retrieveFeatures(model, digits.batch([0]).x);
    stage.table(
      ['name', 'shape', 'smallest', 'largest', 'zeros'],
      [...features].map(([name, { shape, data }]) => [
        name,
        `[${shape.join(', ')}]`,
        Math.min(...data).toFixed(2),
        Math.max(...data).toFixed(2),
        data.filter((value) => value === 0).length,
      ]),
    );
    const [first, second] = ['relu', 'relu#2'].map((name) => features.get(name));
    assert.deepEqual(first?.shape, [1, 4, 28, 28]);
    assert.deepEqual(second?.shape, [1, 8, 14, 14]);
    const output = await model.run(digits.batch([0]).x);
    assert.deepEqual(features.get('logSoftmax')?.data, output.data);
    return (
      "The lecture's feature_map1 and feature_map2 are 'relu' and 'relu#2'; repeated calls to a function are numbered. Of the " +
      `${second?.data.length} cells of the second, ${second?.data.filter((value) => value === 0).length} are 0: relu makes maps sparse.`
    );
  },
};
