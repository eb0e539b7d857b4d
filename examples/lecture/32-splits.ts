// Training, validation and test set: the lecture's split, the leak on a later slide, and a clean split.
import assert from 'node:assert/strict';
import { DataLoader, evaluate, SubsetRandomSampler } from 'convlab';
import { inOrder, slice, testDigits, trainDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';
import { cleanSplit, lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'Training, validation and test set; and a leak',
  before:
    'Three sets: one to learn from, one to decide by (when to stop, which network), one to report. The lecture takes the first 5,000 of the test set for validation, by samplers. On the slide of the ' +
    'training loop the validation loader is built on train_dataset with the same indices: then it validates with digits that it learns from. Three validation sets are compared here.',
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
      { name: 'clean: end of the training set, not learned from', shared: 0, ...(await measure(inOrder(clean))) },
      { name: 'to report: test set, 5,000 to 10,000', shared: 0, ...(await measure(testLoader)) },
      { name: 'to report: the whole test set', shared: 0, ...(await measure(inOrder(slice(test, 0, 10_000)))) },
    ];
    stage.table(
      ['set', 'digits', 'learned from', 'loss', 'right'],
      results.map(({ name, samples, shared: both, loss, accuracy }) => [name, samples, both, loss.toFixed(4), percent(accuracy)]),
    );
    const [leak, first, kept, second] = results;
    if (!stage.quick) assert.ok(leak.loss < kept.loss, 'what was learned from looks better than it is');
    return (
      `THE LEAK: validated with digits that it has learned from, the network without dropout seems to have a loss of ${leak.loss.toFixed(4)}; on digits that were kept back it is ${kept.loss.toFixed(4)}. Such a set never says that it is time to stop. ` +
      `The lecture's other split has no digit twice, but uses up half of the test set, and the two halves are not alike: ${percent(first.accuracy)} in the first, ${percent(second.accuracy)} in the second, which is all that is reported. ` +
      'The clean way: validate with the end of the training set, which is left out of training, and keep the test set for one report at the end.'
    );
  },
};
