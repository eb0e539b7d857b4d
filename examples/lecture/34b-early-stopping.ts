// When to stop: the lecture's rule, where the curves cross, against early stopping with patience.
import assert from 'node:assert/strict';
import { Adam, ConvNet, evaluate, NLLLoss, train } from 'convlab';
import { curves, type Point } from './chart.js';
import { inOrder, shuffled, slice, testDigits, trainDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';

const PATIENCE = 3;

interface Moment {
  readonly epoch: number;
  readonly training: number;
  readonly lecture: number;
  readonly clean: number;
  /** accuracy on the half of the test set that no rule uses */
  readonly test: number;
}

export const lesson: Lesson = {
  title: 'When to stop: where the curves cross, or early stopping',
  before:
    "The lecture stops where the training curve and the validation curve cross. The usual rule is different: stop when the validation loss has not fallen for some epochs, and restore the weights of its minimum. This lesson applies both rules to the lecture's split (first half of the test set) and to a clean one, in a run that overfits: few digits, no dropout.",
  async run(stage) {
    const digits = await trainDigits();
    const [few, clean] = [slice(digits, 0, stage.size(6000, 2000)), slice(digits, 55_000, 60_000)];
    const test = await testDigits();
    const [firstHalf, secondHalf] = [slice(test, 0, 5000), slice(test, 5000, 10_000)];
    const model = new ConvNet(0);
    const moments: Moment[] = [];
    await train(model, {
      train: shuffled(few),
      validation: inOrder(clean),
      optimizer: new Adam(model, { lr: 0.001 }),
      loss: new NLLLoss(),
      epochs: stage.size(18, 12),
      seed: 1,
      callbacks: {
        onEpoch: async ({ epoch, loss, validationLoss }) => {
          const lecture = await evaluate(model, inOrder(firstHalf));
          const held = await evaluate(model, inOrder(secondHalf));
          moments.push({ epoch: epoch + 1, training: loss, lecture: lecture.loss, clean: validationLoss as number, test: held.accuracy });
        },
      },
    });
    const crossing = (of: 'lecture' | 'clean') => moments.find((moment) => moment.training < moment[of]) ?? moments[moments.length - 1];
    const patient = (of: 'lecture' | 'clean') => {
      let best = moments[0];
      for (const moment of moments) {
        if (moment[of] < best[of]) best = moment;
        if (moment.epoch - best.epoch >= PATIENCE) break;
      }
      return best;
    };
    const rules = [
      { rule: 'curves cross', split: "the lecture's", at: crossing('lecture') },
      { rule: 'curves cross', split: 'clean', at: crossing('clean') },
      { rule: `patience ${PATIENCE}`, split: "the lecture's", at: patient('lecture') },
      { rule: `patience ${PATIENCE}`, split: 'clean', at: patient('clean') },
      { rule: 'never', split: '', at: moments[moments.length - 1] },
    ];
    stage.table(
      ['rule', 'split', 'epoch', 'validation loss there', 'accuracy on the other half of the test set'],
      rules.map(({ rule, split, at }) => [rule, split, at.epoch, (split === 'clean' ? at.clean : at.lecture).toFixed(4), percent(at.test)]),
    );
    const points: Point[] = moments.flatMap(({ epoch, training, lecture, clean: kept }) => [
      { x: epoch, y: training, series: 'training' },
      { x: epoch, y: lecture, series: "validation, the lecture's split" },
      { x: epoch, y: kept, series: 'validation, clean split' },
    ]);
    await stage.draw(
      '34b-early-stopping',
      await curves(points, {
        title: 'A run that overfits',
        notes: [`${few.length.toLocaleString('en-US')} digits, no dropout; loss, logarithmic`],
        x: 'epoch',
        y: 'loss',
        logarithmic: true,
      }),
    );
    const [cross, stop, never] = [rules[1].at, rules[3].at, rules[4].at];
    assert.ok(cross.epoch <= stop.epoch && stop.clean <= cross.clean);
    assert.ok(never.clean > stop.clean, 'the validation loss rises in the end');
    const more =
      never.test > stop.test ? `, although the accuracy is slightly higher (${percent(never.test)}): there are fewer errors, but they are more confident` : '';
    return (
      `The curves cross in epoch ${cross.epoch}, long before the lowest validation loss in epoch ${stop.epoch} (${cross.clean.toFixed(4)} against ${stop.clean.toFixed(4)}; accuracy on the other half of the test set ${percent(cross.test)} against ${percent(stop.test)}). ` +
      `A training loss below the validation loss means only that the network is better on its training digits; it may still improve. Overfitting begins where the validation loss starts to rise: it ends at ${never.clean.toFixed(4)}${more}. ` +
      `Patience chooses epoch ${rules[2].at.epoch} on the lecture's split and epoch ${stop.epoch} on the clean one.`
    );
  },
};
