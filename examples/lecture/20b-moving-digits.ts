// A use of 3D convolution: deciding whether a digit moves to the left or to the right.
import assert from 'node:assert/strict';
import {
  Adam,
  AdaptiveAvgPool,
  Conv2d,
  Conv3d,
  convolve,
  evaluate,
  Linear,
  Module,
  Random,
  ReLU,
  Reshape,
  Sequential,
  summary,
  TensorDataset,
  train,
  type Value,
} from 'convlab';
import { plane } from './colors.js';
import { inOrder, shuffled, trainDigits } from './digits.js';
import { grid } from './grid.js';
import { type Lesson, percent } from './lesson.js';

const [FRAMES, HEIGHT, WIDTH] = [6, 14, 24] as const;

/** Clips `[N, 1, 6, 14, 24]` of small digits that move by one pixel per frame; class 0 to the left, 1 to the right. The start is random. */
async function clips(count: number, first: number, seed: number): Promise<TensorDataset> {
  const digits = await trainDigits();
  const random = new Random(seed);
  const data = new Float32Array(count * FRAMES * HEIGHT * WIDTH);
  const y = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const { x } = digits.at(first + n);
    y[n] = random.integer(2);
    // the same positions for both directions: only their order differs
    const start = random.integer(WIDTH - 14 - FRAMES + 2) + (y[n] ? 0 : FRAMES - 1);
    for (let t = 0; t < FRAMES; t++) {
      const left = start + (y[n] ? t : -t);
      for (let h = 0; h < 14; h++) {
        for (let w = 0; w < 14; w++) {
          const at = 56 * h + 2 * w; // the mean of 2 x 2 pixels
          const ink = (x.data[at] + x.data[at + 1] + x.data[at + 28] + x.data[at + 29]) / 4;
          data[((n * FRAMES + t) * HEIGHT + h) * WIDTH + left + w] = ink;
        }
      }
    }
  }
  return new TensorDataset({ shape: [count, 1, FRAMES, HEIGHT, WIDTH], data }, y);
}

/** Adds the frames up: a 1 x 1 kernel of ones that is not learned. */
class FrameSum extends Module {
  forward(x: Value): Value {
    return convolve(x, x.graph.constant([1, FRAMES, 1, 1], new Float32Array(FRAMES).fill(1)), null);
  }
}

export const lesson: Lesson = {
  title: '3D convolution on clips: left or right?',
  before:
    'A digit moves to the left or to the right by one pixel per frame, for six frames. A single frame does not show the direction. A Conv3d kernel covers three frames and slides along the time axis; ' +
    'with 2D convolution, the six frames are six maps, and the first layer removes the time axis. A third network receives only the sum of the frames.',
  async run(stage) {
    const [learn, test] = [await clips(stage.size(3000, 1000), 0, 1), await clips(stage.size(1000, 500), 10_000, 2)];
    const shape = [-1, FRAMES, HEIGHT, WIDTH];
    const nets: [string, Module][] = [
      ['Conv3d, 3 x 3 x 3', new Sequential([new Conv3d(1, 4, 3, { padding: [0, 1, 1] }), new ReLU(), new AdaptiveAvgPool(1), new Linear(4, 2)])],
      [
        'Conv2d over 6 maps, m = 6',
        new Sequential([new Reshape(shape), new Conv2d(FRAMES, 4, 3, { padding: 1 }), new ReLU(), new AdaptiveAvgPool(1), new Linear(4, 2)]),
      ],
      [
        'Conv2d on the sum of frames',
        new Sequential([new Reshape(shape), new FrameSum(), new Conv2d(1, 4, 3, { padding: 1 }), new ReLU(), new AdaptiveAvgPool(1), new Linear(4, 2)]),
      ],
    ];
    const found: { name: string; weights: number; map: string; accuracy: number }[] = [];
    for (const [name, model] of nets) {
      const lines = summary(model, [1, 1, FRAMES, HEIGHT, WIDTH]).lines;
      const map = lines
        .filter(({ operation }) => /^Conv/.test(operation))
        .slice(-1)[0]
        .outputShape.slice(1)
        .join(' x ');
      await train(model, { train: shuffled(learn), optimizer: new Adam(model, { lr: 0.01 }), epochs: stage.size(12, 12), seed: 1 });
      const { accuracy } = await evaluate(model, inOrder(test));
      found.push({ name, weights: model.parameters().reduce((total, { storage }) => total + storage.length, 0), map, accuracy });
    }
    stage.table(
      ['network', 'weights', 'its map', 'accuracy'],
      found.map(({ name, weights, map, accuracy }) => [name, weights, map, percent(accuracy)]),
    );
    const examples = [0, 1].flatMap((direction) => {
      const { x } = test.at(test.y.indexOf(direction));
      return Array.from({ length: FRAMES }, (_, t) => ({ label: `${direction ? 'right' : 'left'}, frame ${t + 1}`, map: plane(x, t) }));
    });
    await stage.draw(
      '20b-moving-digits',
      await grid(examples, { title: 'Two clips of six frames', columns: FRAMES, width: 120, palette: 'gray', range: [0, 1] }),
    );
    assert.ok(found[2].accuracy < 0.6, `without time: ${found[2].accuracy}`);
    assert.ok(found[0].accuracy > 0.9, `Conv3d: ${found[0].accuracy}`);
    return (
      `Conv3d reaches ${percent(found[0].accuracy)}, and its map still has a time axis (${found[0].map}). With the six frames as maps, Conv2d reaches ${percent(found[1].accuracy)}: its kernels have separate weights for each frame, so it works too, ` +
      `but only for clips of exactly six frames. Without the time axis, the accuracy is ${percent(found[2].accuracy)}, no better than guessing.`
    );
  },
};
