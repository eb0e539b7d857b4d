// The training loop and the test loop of the lecture, written out.
import assert from 'node:assert/strict';
import { ConvNet, NLLLoss, rightness, SGD, train } from 'convlab';
import { curves } from './chart.js';
import { inOrder, shuffled, slice, testDigits, trainDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';

export const lesson: Lesson = {
  title: 'The training loop and the test loop, by hand',
  before:
    'Forward, loss, backward, step: the four lines of every training loop. This one reports every 100 batches and is followed by the test loop with its accuracy. train() does the same faster; the end of the lesson verifies this.',
  async run(stage) {
    const digits = slice(await trainDigits(), 0, stage.size(32_000, 9_600));
    const trainLoader = shuffled(digits);
    const settings = { lr: 0.01, momentum: 0.9 };

    const net = new ConvNet().initialize(1);
    const optimizer = new SGD(net, settings);
    const criterion = new NLLLoss();
    const log: { batch: number; loss: number; accuracy: number }[] = [];
    let [right, all, losses, batchIndex] = [0, 0, 0, 0];
    for await (const { x, y } of trainLoader) {
      net.train();
      const output = await net.run(x);
      const loss = await criterion.run(output, y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();

      const [hits, of] = rightness(output, y);
      [right, all, losses, batchIndex] = [right + hits, all + of, losses + loss.value, batchIndex + 1];
      if (batchIndex % 100 === 0 || (stage.quick && batchIndex % 50 === 0)) {
        log.push({ batch: batchIndex, loss: losses / (all / 64), accuracy: right / all });
        [right, all, losses] = [0, 0, 0];
      }
    }
    stage.table(
      ['batches', 'loss', 'accuracy'],
      log.map(({ batch, loss, accuracy }) => [batch, loss.toFixed(4), percent(accuracy)]),
    );

    net.eval();
    let [correct, tested] = [0, 0];
    for await (const { x, y } of inOrder(await testDigits())) {
      const [hits, of] = rightness(await net.run(x), y);
      [correct, tested] = [correct + hits, tested + of];
    }

    const compiled = new ConvNet();
    await train(compiled, { train: shuffled(digits), optimizer: new SGD(compiled, settings), loss: new NLLLoss(), epochs: 1, seed: 1 });
    const [a, b] = [await net.stateDict(), await compiled.stateDict()];
    for (const [name, { data }] of a) assert.deepEqual(b.get(name)?.data, data);
    assert.ok(correct / tested > 0.85 && log[log.length - 1].loss < log[0].loss);
    await stage.draw(
      '30-loops',
      await curves(
        [
          ...log.map(({ batch, loss }) => ({ x: batch, y: loss, series: 'loss' })),
          ...log.map(({ batch, accuracy }) => ({ x: batch, y: 1 - accuracy, series: 'error rate' })),
        ],
        { title: 'One epoch by hand', x: 'batches', y: 'mean since the previous report', zero: true },
      ),
    );
    return `The test loop finds ${correct} of ${tested} correct, ${percent(correct / tested)}. train() with the same seed gives bit-identical weights.`;
  },
};
