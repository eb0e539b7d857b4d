// The curves of the lecture: error against epochs, with dropout and without, from the same seed.
import assert from 'node:assert/strict';
import { type Evaluation, evaluate, type History } from 'convlab';
import { curves, type Point } from './chart.js';
import { inOrder, testDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';
import { lectureNet } from './trained.js';

/** What the slide reports for the test set. */
const SLIDE = 0.986;

export const lesson: Lesson = {
  title: 'Curves with and without dropout; accuracy on the test set',
  before:
    'Two runs that differ only in dropout, with the same seed and the same order of the digits. The training curve is the mean over an epoch during training, as on the slide; the validation curve is measured after each epoch, with dropout off.',
  async run(stage) {
    const runs: { name: string; history: History; test: Evaluation }[] = [];
    for (const [name, rate] of [
      ['with dropout', 0.5],
      ['without dropout', 0],
    ] as const) {
      const { model, history } = await lectureNet(stage, rate);
      runs.push({ name, history, test: await evaluate(model, inOrder(await testDigits())) });
    }
    const errors: Point[] = runs.flatMap(({ name, history }) =>
      history.epochs.flatMap(({ epoch, accuracy, validationAccuracy }) => [
        { x: epoch + 1, y: 1 - accuracy, series: 'training', panel: name },
        { x: epoch + 1, y: 1 - (validationAccuracy as number), series: 'validation', panel: name },
      ]),
    );
    const losses: Point[] = runs.flatMap(({ name, history }) =>
      history.epochs.flatMap(({ epoch, loss, validationLoss }) => [
        { x: epoch + 1, y: loss, series: 'training', panel: name },
        { x: epoch + 1, y: validationLoss as number, series: 'validation', panel: name },
      ]),
    );
    await stage.draw(
      '33-errors',
      await curves(errors, {
        title: 'Error rate',
        notes: ['logarithmic; the same seed in both runs'],
        x: 'epoch',
        y: 'errors',
        percent: true,
        logarithmic: true,
      }),
    );
    await stage.draw(
      '33-losses',
      await curves(losses, { title: 'Loss', notes: ['logarithmic; the same seed in both runs'], x: 'epoch', y: 'negative log-likelihood', logarithmic: true }),
    );
    const epochs = runs[0].history.epochs.length;
    const marks = [...new Set([1, 2, 5, 10, 15, epochs].filter((epoch) => epoch <= epochs))];
    for (const { name, history } of runs) {
      stage.say(`  ${name}`);
      stage.table(
        ['epoch', 'training', 'validation'],
        marks.map((epoch) => [epoch, percent(history.epochs[epoch - 1].accuracy), percent(history.epochs[epoch - 1].validationAccuracy as number)]),
      );
    }
    stage.table(
      ['run', 'test accuracy', 'loss'],
      runs.map(({ name, test }) => [name, percent(test.accuracy), test.loss.toFixed(4)]),
    );
    const [drop, plain] = runs;
    assert.ok(drop.test.accuracy > (stage.quick ? 0.93 : 0.982));
    const crossed = ({ history }: (typeof runs)[0]) => history.epochs.find(({ loss, validationLoss }) => loss < (validationLoss as number))?.epoch;
    const say = (run: (typeof runs)[0]) => (crossed(run) === undefined ? 'never cross' : `cross in epoch ${(crossed(run) as number) + 1}`);
    return (
      `The slide reports ${SLIDE} on the test set; here it is ${drop.test.accuracy.toFixed(4)} with dropout and ${plain.test.accuracy.toFixed(4)} without, trained on ${stage.quick ? '12,000' : '55,000'} digits for ${epochs} epochs. ` +
      `With dropout, the two loss curves ${say(drop)}; without, they ${say(plain)}. Note: with dropout, the training curve is measured while half of the neurons are dropped, so it looks worse than the network is. It can therefore be above the validation curve.`
    );
  },
};
