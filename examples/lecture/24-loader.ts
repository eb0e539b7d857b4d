// A loader is like a loop over batches. Its length is not 60,000: an erratum.
import assert from 'node:assert/strict';
import { DataLoader } from 'convlab';
import { trainDigits } from './digits.js';
import type { Lesson } from './lesson.js';

export const lesson: Lesson = {
  title: 'A loader like a loop',
  before:
    'In the lecture: for (x, y) in train_loader. Here: for await (const { x, y } of loader). Each iteration returns a batch: 64 images in one tensor, and 64 labels.',
  async run(stage) {
    const loader = new DataLoader(await trainDigits(), { batchSize: 64, shuffle: true, seed: 1 });
    const sizes = new Map<string, number>();
    const firsts: string[] = [];
    let samples = 0;
    for (let pass = 0; pass < 2; pass++) {
      let first = true;
      for await (const { x, y } of loader) {
        if (first) firsts.push([...y.slice(0, 12)].join(' '));
        first = false;
        if (pass > 0) break;
        samples += y.length;
        sizes.set(`[${x.shape}]`, (sizes.get(`[${x.shape}]`) ?? 0) + 1);
      }
    }
    stage.table(['x in a batch', 'batches'], [...sizes]);
    stage.say(`  the first labels of pass 1: ${firsts[0]} ...\n  the first labels of pass 2: ${firsts[1]} ...`);
    assert.equal(loader.length, Math.ceil(60_000 / 64));
    assert.equal(
      [...sizes.values()].reduce((a, b) => a + b),
      loader.length,
    );
    assert.equal(samples, 60_000);
    assert.notEqual(firsts[0], firsts[1]);
    return `ERRATUM: the slide says that len(train_loader) is 60000. The length is the number of batches: ${loader.length}, in PyTorch too; the number of samples is len(train_dataset). The last batch has ${60_000 % 64} digits. The order differs in each epoch and depends only on the seed.`;
  },
};
