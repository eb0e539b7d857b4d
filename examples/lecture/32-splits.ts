// Training, validation and test set: the lecture's split, the leak on a later slide, and a clean split.
import assert from 'node:assert/strict';
import { DataLoader, evaluate, SubsetRandomSampler } from 'convlab';
import { inOrder, slice, testDigits, trainDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';
import { cleanSplit, lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'Training, validation and test set; and a leak',
  before:
    'Three sets are needed: for training, for decisions (when to stop, which network), and for the final report. The lecture uses samplers to take the first 5,000 digits of the test set for validation. On the slide with the ' +
    'training loop, the validation loader uses train_dataset with the same indices, so the network is validated on its training digits. This lesson compares three validation sets.',
  async run(stage) {
    const [train, test] = [await trainDigits(), await testDigits()];
    const indices = Int32Array.from({ length: test.length }, (_, i) => i);
    const [valid, rest] = [indices.subarray(0, 5000), indices.subarray(5000)];
    const validationLoader = new DataLoader(test, { batchSize: 250, sampler: new SubsetRandomSampler(valid, { seed: 1 }) });
    const testLoader = new DataLoader(test, { batchSize: 250, sampler: new SubsetRandomSampler(rest, { seed: 1 }) });
    const leaking = new DataLoader(train, { batchSize: 250, sampler: new SubsetRandomSampler(valid, { seed: 1 }) });
    const { train: learned, validation: clean } = await cleanSplit(stage);
    const seen = new Set(learned.indices);
    const shared = (set: Iterable<number>) => [...set].filter((index) => seen.has(index)).length;
    assert.equal(shared(valid), 5000);
    assert.equal(shared(clean.indices), 0);

    const { model } = await lectureNet(stage, 0);
    const measure = async (batches: DataLoader<(typeof train)['at'] extends (i: number) => infer S ? S : never>) => evaluate(model, batches);
    const results = [
      { name: "the slide's loop: train_dataset, 0 to 5,000", shared: 5000, ...(await measure(leaking)) },
      { name: "the lecture's split: test set, 0 to 5,000", shared: 0, ...(await measure(validationLoader)) },
      { name: 'clean: end of the training set, excluded from training', shared: 0, ...(await measure(inOrder(clean))) },
      { name: 'for the report: test set, 5,000 to 10,000', shared: 0, ...(await measure(testLoader)) },
      { name: 'for the report: the whole test set', shared: 0, ...(await measure(inOrder(slice(test, 0, 10_000)))) },
    ];
    stage.table(
      ['set', 'digits', 'used in training', 'loss', 'accuracy'],
      results.map(({ name, samples, shared: both, loss, accuracy }) => [name, samples, both, loss.toFixed(4), percent(accuracy)]),
    );
    const [leak, first, kept, second] = results;
    if (!stage.quick) assert.ok(leak.loss < kept.loss, 'the loss on training digits looks better than it is');
    return (
      `THE LEAK: validated on training digits, the network without dropout appears to have a loss of ${leak.loss.toFixed(4)}; on held-out digits it is ${kept.loss.toFixed(4)}. Such a validation set never shows when to stop. ` +
      `The lecture's other split has no duplicate digits, but it uses half of the test set, and the halves differ in difficulty: ${percent(first.accuracy)} on the first, ${percent(second.accuracy)} on the second, the only one that is reported. ` +
      'For a clean split, validate on the end of the training set, exclude it from training, and use the test set only once, for the final report.'
    );
  },
};
