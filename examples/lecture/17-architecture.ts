// One definition of a network is printed, drawn and trained.
import assert from 'node:assert/strict';
import { Adam, ConvNet, NLLLoss, summary, train } from 'convlab';
import { shuffled, slice, trainDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';
import { volumes, volumesOf } from './volumes.js';

export const lesson: Lesson = {
  title: 'The whole architecture: one definition is printed, drawn and trained',
  before:
    'Convolution and pooling alternate, followed by two fully connected layers. The same object is printed, drawn and trained here, so no second description can differ from it.',
  async run(stage) {
    const model = new ConvNet();
    const table = summary(model.eval(), [1, 1, 28, 28]);
    stage.say(table.toString());
    assert.equal(table.parameters, 207_258);
    await stage.draw('17-architecture', volumes("The lecture's network, drawn from the model", volumesOf(table, [1, 28, 28])));
    const digits = slice(await trainDigits(), 0, stage.size(12_800, 6_400));
    const { batches } = await train(model, {
      train: shuffled(digits),
      optimizer: new Adam(model, { lr: 0.002 }),
      loss: new NLLLoss(),
      epochs: 1,
      seed: 1,
      logEvery: 20,
    });
    stage.table(
      ['batches', 'loss', 'accuracy'],
      batches.filter((_, i) => i % 2 === 0).map(({ batch, loss, accuracy }) => [batch, loss.toFixed(3), accuracy.toFixed(3)]),
    );
    const [first, last] = [batches[0], batches[batches.length - 1]];
    assert.ok(last.loss < first.loss / 2);
    const dense = table.lines.filter(({ layer }) => layer.startsWith('fc')).reduce((sum, { parameters }) => sum + parameters, 0);
    return `207,258 weights, ${percent(dense / table.parameters, 1)} of them in the two fully connected layers; the convolutions need ${(table.parameters - dense).toLocaleString('en-US')}. After ${last.batch} batches the loss has fallen from ${first.loss.toFixed(2)} to ${last.loss.toFixed(2)}.`;
  },
};
