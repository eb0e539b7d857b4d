// The homework: a machine that adds two handwritten digits, in three ways.
import assert from 'node:assert/strict';
import { Adam, argmax, conv, DataLoader, evaluate, type Module, NLLLoss, oneCycleSchedule, type Tensor } from 'convlab';
import { ConvolvedDigits, drawPairs, keptBack, type Pairs, TwoTowers } from './adding.js';
import { probabilities } from './bars.js';
import { curves, type Point } from './chart.js';
import { shuffled, testDigits, trainDigits } from './digits.js';
import { grid } from './grid.js';
import { type Lesson, percent } from './lesson.js';
import { lectureNet, trained } from './trained.js';

export const lesson: Lesson = {
  title: 'Homework: the adding machine',
  before:
    'The input is two handwritten digits, the output is their sum. (a) Two towers and a classifier with 19 classes. (b) One network for both images; the distribution of the sum is the 1D convolution of the two distributions, and the training labels are only the sums. ' +
    '(c) The digit network of the lecture, trained on digits: argmax + argmax. One fifth of the combinations (a, b) is excluded from training, to test whether a network has learned to add.',
  async run(stage) {
    const [learn, test] = [await trainDigits(), await testDigits()];
    const sums = Array.from({ length: 100 }, (_, i) => [Math.floor(i / 10), i % 10] as const);
    const taught = new Set(sums.filter(([a, b]) => !keptBack(a, b)).map(([a, b]) => a + b));
    assert.equal(taught.size, 19);
    assert.equal(sums.filter(([a, b]) => keptBack(a, b)).length, 20);
    const [seen, unseen] = [drawPairs(test, stage.size(5000, 1000), false, 11), drawPairs(test, stage.size(5000, 1000), true, 12)];
    const sizes = stage.quick ? [500, 2000] : [1000, 3000, 30_000];
    const epochs = stage.quick ? [4, 9] : [25, 15, 8];

    const inBatches = (pairs: Pairs) => new DataLoader(pairs, { batchSize: 250 });
    const results: { way: string; pairs: number; seen: number; unseen: number }[] = [];
    let convolved: ConvolvedDigits | undefined;
    for (const [i, size] of sizes.entries()) {
      const pairs = drawPairs(learn, size, false, 1, true);
      const recipe = (model: Module) => ({
        train: shuffled(pairs),
        optimizer: new Adam(model, { lr: 0.004 }),
        schedule: oneCycleSchedule(),
        loss: new NLLLoss(),
        epochs: epochs[i],
        seed: 1,
      });
      const towers = await trained(stage, `adding-towers-${size}`, new TwoTowers(), recipe);
      const digits = await trained(stage, `adding-convolved-${size}`, new ConvolvedDigits(), recipe);
      convolved = digits.model;
      for (const [way, { model }] of [
        ['(a) two towers', towers],
        ['(b) convolved', digits],
      ] as const) {
        results.push({
          way,
          pairs: size,
          seen: (await evaluate(model, inBatches(seen))).accuracy,
          unseen: (await evaluate(model, inBatches(unseen))).accuracy,
        });
      }
    }
    const { model: reader } = await lectureNet(stage);
    results.push({ way: '(c) argmax + argmax', pairs: 0, seen: await addArgmaxes(reader, seen), unseen: await addArgmaxes(reader, unseen) });
    results.sort((a, b) => a.way.localeCompare(b.way));
    stage.table(
      ['method', 'training pairs', 'accuracy', 'accuracy on excluded combinations'],
      results.map((each) => [each.way, each.pairs ? each.pairs.toLocaleString('en-US') : 'digits', percent(each.seen), percent(each.unseen)]),
    );

    // what (b) computes, once by hand with the engine's own conv
    const net = convolved as ConvolvedDigits;
    const { x, y } = await seen.batch([0]);
    const [p, q] = [(await net.digit.eval().run(x[0])).data, (await net.digit.run(x[1])).data];
    const distribution = await conv({ shape: [1, 1, 10], data: p }, { shape: [1, 1, 10], data: q }, { padding: 'full', flip: true });
    assert.equal(distribution.data.length, 19);
    assert.ok(Math.abs(distribution.data.reduce((a, b) => a + b) - 1) < 1e-5);
    const whole = await net.run(...x);
    assert.equal(argmax(distribution.data), argmax(whole.data));
    stage.say(`  one pair with the sum ${y[0]}: the machine says ${argmax(distribution.data)} with ${percent(Math.max(...distribution.data))}`);

    const points: Point[] = results
      .filter(({ pairs }) => pairs > 0)
      .flatMap(({ way, pairs, seen: a, unseen: b }) => [
        { x: pairs, y: a, series: `${way}, test pairs` },
        { x: pairs, y: b, series: `${way}, excluded combinations` },
      ]);
    await stage.draw(
      '40-adding-machine',
      await curves(points, {
        title: 'The adding machine',
        notes: ['fraction of correct sums against the number of training pairs, logarithmic'],
        x: 'training pairs',
        y: 'right',
        percent: true,
        zero: true,
        logarithmicX: true,
      }),
    );
    await stage.draw('40-pairs', await examples(net, unseen));
    const last = (way: string) => results.filter((each) => each.way.startsWith(way)).slice(-1)[0];
    const [a, b, c] = ['(a)', '(b)', '(c)'].map(last);
    assert.ok(b.unseen > a.unseen + 0.1, `excluded combinations: ${b.unseen} against ${a.unseen}`);
    if (!stage.quick) {
      assert.ok(b.seen >= 0.98, `(b): ${b.seen}`);
      assert.ok(b.unseen >= b.seen - 0.01);
    }
    return (
      `With ${b.pairs.toLocaleString('en-US')} pairs (b) reaches ${percent(b.seen)}, and ${percent(b.unseen)} on excluded combinations; (a) reaches ${percent(a.seen)} and ${percent(a.unseen)}. The towers learn a table of sums and have no entry for a new combination; ` +
      `(b) has built-in addition, as a convolution, and learns to recognize the digits from the sums alone. (c), trained on 55,000 digits, reaches ${percent(c.seen)} and ${percent(c.unseen)}. On the command line: convlab add a.png b.png --model digits.safetensors.`
    );
  },
};

/** (c): classifies each picture separately. */
async function addArgmaxes(model: Module, pairs: Pairs): Promise<number> {
  let right = 0;
  for await (const { x, y } of new DataLoader(pairs, { batchSize: 250 })) {
    const [a, b] = [(await model.run(x[0])).data, (await model.run(x[1])).data];
    for (let n = 0; n < y.length; n++) if (argmax(a.subarray(10 * n, 10 * n + 10)) + argmax(b.subarray(10 * n, 10 * n + 10)) === y[n]) right++;
  }
  return right / pairs.length;
}

/** Pairs of excluded combinations with the answers of (b). */
async function examples(net: ConvolvedDigits, pairs: Pairs): Promise<string> {
  const tiles = [];
  for (let n = 0; n < 6; n++) {
    const { x, y } = await pairs.batch([n]);
    const shares = probabilities((await net.eval().run(...x)).data);
    const said = argmax(shares);
    const both: Tensor = { shape: [28, 56], data: new Float32Array(28 * 56) };
    for (const [side, { data }] of x.entries()) for (let row = 0; row < 28; row++) both.data.set(data.subarray(28 * row, 28 * row + 28), 56 * row + 28 * side);
    tiles.push({ label: `says ${said} (${percent(shares[said], 1)})`, note: `correct: ${y[0]}`, map: both });
  }
  return grid(tiles, { title: 'Combinations excluded from training', columns: 3, width: 200, palette: 'gray', range: [0, 1] });
}
