// The lecture's three questions, answered with measured numbers: better? overfitting? when to stop?
import assert from 'node:assert/strict';
import { evaluate, type History } from 'convlab';
import { inOrder, testDigits } from './digits.js';
import { type Lesson, percent } from './lesson.js';
import { cleanSplit, lectureNet } from './trained.js';

export const lesson: Lesson = {
  title: 'Three questions: can it be better, does it overfit, when to stop?',
  before:
    "The slide asks these questions after the first training. This lesson answers them for two runs of the lecture's network, with and without dropout. Their history contains the training loss and the validation loss after each epoch.",
  async run(stage) {
    const test = await testDigits();
    const { train } = await cleanSplit(stage);
    const rows = [];
    const gaps: number[] = [];
    const histories: History[] = [];
    for (const rate of [0.5, 0]) {
      const { model, history } = await lectureNet(stage, rate);
      const [learned, kept, tested] = [await evaluate(model, inOrder(train)), history.epochs[history.epochs.length - 1], await evaluate(model, inOrder(test))];
      gaps.push((kept.validationLoss as number) - learned.loss);
      histories.push(history);
      rows.push([
        rate ? 'with dropout' : 'without',
        learned.loss.toFixed(4),
        (kept.validationLoss as number).toFixed(4),
        tested.loss.toFixed(4),
        percent(learned.accuracy),
        percent(kept.validationAccuracy as number),
        percent(tested.accuracy),
      ]);
      assert.ok(tested.accuracy > (stage.quick ? 0.93 : 0.98));
    }
    stage.table(['run', 'loss: learned', 'validation', 'test', 'right: learned', 'validation', 'test'], rows);
    const last = (history: History) => {
      const losses = history.epochs.map(({ validationLoss }) => validationLoss as number);
      return {
        best: history.bestEpoch + 1,
        all: losses.length,
        gain: losses.length > 5 ? losses[losses.length - 6] - losses[losses.length - 1] : losses[0] - losses[losses.length - 1],
      };
    };
    const [a, b] = histories.map(last);
    const verdict = (gap: number) =>
      gap > 0.01
        ? `has a loss that is ${gap.toFixed(3)} higher on unseen digits: it has begun to overfit`
        : `is about as good on unseen digits (difference ${gap.toFixed(3)}): it does not overfit`;
    return (
      `Better? With dropout the validation loss still fell by ${a.gain.toFixed(4)} in the last ${Math.min(5, a.all - 1)} epochs, without by ${b.gain.toFixed(4)}: ${Math.abs(a.gain) < 0.005 ? 'longer training would hardly help; lesson 34 adds layers' : 'longer training would help'}.\n` +
      `Overfitting? In evaluation mode on both sides, the network with dropout ${verdict(gaps[0])}. Without dropout it ${verdict(gaps[1])}.\n` +
      `When to stop? At the lowest validation loss: with dropout after epoch ${a.best} of ${a.all}, without after epoch ${b.best} of ${b.all}.`
    );
  },
};
