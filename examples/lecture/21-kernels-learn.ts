// All kernels are learned: snapshots of the first layer's kernels during training.
import assert from 'node:assert/strict';
import { Adam, ConvNet, evaluate, NLLLoss, SGD, type Tensor, train } from 'convlab';
import { planes, rangeOf } from './colors.js';
import { inOrder, shuffled, slice, testDigits, trainDigits } from './digits.js';
import { grid } from './grid.js';
import { type Lesson, percent } from './lesson.js';
import { rasterize } from './svg.js';

interface Snapshot {
  readonly seen: number;
  readonly kernels: readonly Tensor[];
}

export const lesson: Lesson = {
  title: 'All kernels are learned',
  before:
    "The kernels of the first layer start as random numbers; nothing tells the network what an edge is. Here, the lecture's training runs for one epoch, with snapshots of the four kernels at regular intervals.",
  async run(stage) {
    const digits = await trainDigits();
    const [total, frames] = [stage.size(60_000, 9_600), stage.size(25, 10)];
    const part = total / frames;
    const model = new ConvNet().initialize(1);
    const optimizer = stage.quick ? new Adam(model, { lr: 0.002 }) : new SGD(model, { lr: 0.005, momentum: 0.9 });
    const look = async (seen: number): Promise<Snapshot> => ({ seen, kernels: planes((await model.stateDict()).get('conv1.weight') as Tensor) });
    const snapshots = [await look(0)];
    for (let i = 0; i < frames; i++) {
      await train(model, { train: shuffled(slice(digits, i * part, (i + 1) * part), i), optimizer, loss: new NLLLoss(), epochs: 1 });
      snapshots.push(await look((i + 1) * part));
    }
    const { accuracy } = await evaluate(model, inOrder(slice(await testDigits(), 0, 1000)));
    const change = (a: Snapshot, b: Snapshot) => {
      const flat = ({ kernels }: Snapshot) => kernels.flatMap(({ data }) => [...data]);
      const [from, to] = [flat(a), flat(b)];
      return Math.hypot(...from.map((value, i) => value - to[i])) / Math.hypot(...from);
    };
    const range = rangeOf(
      'signed',
      snapshots.flatMap(({ kernels }) => kernels),
    );
    const frame = ({ seen, kernels }: Snapshot) =>
      grid(
        kernels.map((map, k) => ({ label: `kernel ${k + 1}`, map })),
        {
          title: `after ${seen.toLocaleString('en-US').padStart(6)} digits`,
          columns: 4,
          width: 110,
          range,
          legend: 'weight: blue negative, white 0, orange positive',
        },
      );
    const animation = [];
    for (const [i, snapshot] of snapshots.entries()) animation.push({ image: rasterize(await frame(snapshot)), delay: i === 0 || i === frames ? 1500 : 150 });
    await stage.animation('21-kernels-learn.gif', { frames: animation, repeats: Number.POSITIVE_INFINITY });
    const chosen = [0, 0.04, 0.12, 0.24, 0.52, 1]
      .map((share) => snapshots[Math.round(share * frames)])
      .filter((snapshot, i, all) => all.indexOf(snapshot) === i);
    await stage.draw(
      '21-kernels-learn',
      await grid(
        chosen.flatMap(({ seen, kernels }) =>
          kernels.map((map, k) => ({ label: `kernel ${k + 1}`, note: `after ${seen.toLocaleString('en-US')} digits`, map })),
        ),
        {
          title: 'The first kernels while they are learned',
          notes: ['Each row is a point in training, each column a kernel.'],
          columns: 4,
          width: 100,
          range,
          legend: 'weight: blue negative, white 0, orange positive',
        },
      ),
    );
    const [first, whole] = [change(snapshots[0], snapshots[Math.max(1, Math.round(frames / 10))]), change(snapshots[0], snapshots[frames])];
    stage.table(
      ['after digits', 'changed, relative to the start'],
      chosen.map((snapshot) => [snapshot.seen, percent(change(snapshots[0], snapshot), 1)]),
    );
    assert.ok(whole > 0.15 && accuracy > 0.85);
    return `The kernels have changed by ${percent(whole, 0)} of their norm, by ${percent(first, 0)} in the first tenth of the epoch. The network then classifies ${percent(accuracy, 1)} of 1,000 test digits correctly: the noise has become stripes and spots, learned only from the labels.`;
  },
};
