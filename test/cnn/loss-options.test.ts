import { beforeAll, describe, expect, test } from 'vitest';
import {
  CrossEntropyLoss,
  DiceLoss,
  FocalLoss,
  HuberLoss,
  L1Loss,
  type Loss,
  Module,
  MSELoss,
  NLLLoss,
  SmoothL1Loss,
  type Target,
  type Tensor,
  tensor,
  type Value,
} from '../../src/index.js';
import type { Backend } from '../../src/kernels/backend.js';
import { createBackend } from '../../src/kernels/backends/create.js';
import type { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';

class Identity extends Module {
  forward(x: Value): Value {
    return x;
  }
}

const [logits, values] = [
  tensor([
    [0.3, -1, 2],
    [1, 0.5, -0.2],
    [0, 0, 1],
    [-1, 2, 0.1],
  ]),
  tensor([
    [0.5, -2],
    [3, 0.1],
  ]),
];
const map = tensor([
  [
    [0.2, -1, 0.7],
    [1.5, 0.1, -0.3],
  ],
]); // [1, 2, 3]: two classes at three positions
const targets = tensor([
  [0, 0],
  [1, 0.4],
]);

/** −log p of class c in each row. */
const nll = (x: Tensor) => {
  const [n, classes] = x.shape;
  return Array.from({ length: n }, (_, i) => {
    const row = [...x.data.subarray(i * classes, (i + 1) * classes)];
    const sum = Math.log(row.reduce((total, value) => total + Math.exp(value), 0));
    return row.map((value) => sum - value);
  });
};
const distances = [...values.data].map((value, i) => Math.abs(value - targets.data[i]));
const average = (all: readonly number[]) => all.reduce((a, b) => a + b) / all.length;
const p = nll(logits);
const w = [1, 2, 0.5];

const cases: [name: string, loss: Loss, x: Tensor, target: Target, value: number][] = [
  ['L1', new L1Loss(), values, targets, average(distances)],
  ['SmoothL1', new SmoothL1Loss(), values, targets, average(distances.map((d) => (d < 1 ? d ** 2 / 2 : d - 0.5)))],
  ['SmoothL1, beta', new SmoothL1Loss({ beta: 2.5 }), values, targets, average(distances.map((d) => (d < 2.5 ? d ** 2 / 5 : d - 1.25)))],
  ['SmoothL1, beta 0', new SmoothL1Loss({ beta: 0 }), values, targets, average(distances)],
  ['Huber', new HuberLoss({ delta: 0.35 }), values, targets, average(distances.map((d) => (d < 0.35 ? d ** 2 / 2 : 0.35 * (d - 0.175))))],
  // torch: weighted mean, divided by the weights of the right classes
  ['cross-entropy, weights', new CrossEntropyLoss({ weight: w }), logits, [2, 1, 0, 1], (0.5 * p[0][2] + 2 * p[1][1] + p[2][0] + 2 * p[3][1]) / 5.5],
  ['cross-entropy, ignored', new CrossEntropyLoss(), logits, [2, -100, 0, -100], (p[0][2] + p[2][0]) / 2],
  ['cross-entropy, another index ignored', new CrossEntropyLoss({ ignoreIndex: 1 }), logits, [2, 1, 0, 1], (p[0][2] + p[2][0]) / 2],
  [
    'cross-entropy, weights and smoothing',
    new CrossEntropyLoss({ weight: w, labelSmoothing: 0.3, ignoreIndex: 0 }),
    logits,
    [2, 1, 0, 0],
    (0.7 * (0.5 * p[0][2] + 2 * p[1][1]) + 0.1 * [0, 1].reduce((sum, i) => sum + p[i].reduce((a, b, c) => a + w[c] * b, 0), 0)) / 2.5,
  ],
  [
    'cross-entropy, probabilities and weights',
    new CrossEntropyLoss({ weight: w }),
    logits,
    tensor([
      [1, 0, 0],
      [0, 0.5, 0.5],
      [0, 0, 1],
      [0, 1, 0],
    ]),
    (p[0][0] + 2 * 0.5 * p[1][1] + 0.5 * 0.5 * p[1][2] + 0.5 * p[2][2] + 2 * p[3][1]) / 4,
  ],
  ['nll, weights', new NLLLoss({ weight: w }), logits, [2, 1, 0, -100], -(0.5 * logits.data[2] + 2 * logits.data[4] + logits.data[6]) / 3.5],
  ['all ignored', new CrossEntropyLoss(), logits, [-100, -100, -100, -100], 0],
  ['focal', new FocalLoss(), logits, [2, 1, 0, 1], average([p[0][2], p[1][1], p[2][0], p[3][1]].map((l) => (1 - Math.exp(-l)) ** 2 * l))],
  [
    'focal, gamma 1.5 and weights',
    new FocalLoss({ gamma: 1.5, weight: w }),
    logits,
    [2, -100, 0, 1],
    (
      [
        [p[0][2], 0.5],
        [p[2][0], 1],
        [p[3][1], 2],
      ] as const
    ).reduce((sum, [l, weight]) => sum + weight * (1 - Math.exp(-l)) ** 1.5 * l, 0) / 3.5,
  ],
  ['focal, gamma 1', new FocalLoss({ gamma: 1 }), logits, [2, 1, 0, 1], average([p[0][2], p[1][1], p[2][0], p[3][1]].map((l) => (1 - Math.exp(-l)) * l))],
  ['focal, gamma 0', new FocalLoss({ gamma: 0 }), logits, [2, 1, 0, 1], average([p[0][2], p[1][1], p[2][0], p[3][1]])],
  [
    'focal, a map',
    new FocalLoss(),
    map,
    [0, 1, 1],
    average(
      [
        [0.2, 1.5],
        [0.1, -1],
        [-0.3, 0.7],
      ].map(([a, b]) => {
        const l = Math.log(1 + Math.exp(b - a));
        return (1 - Math.exp(-l)) ** 2 * l;
      }),
    ),
  ],
  [
    'Dice, two classes',
    new DiceLoss(),
    map,
    [0, 1, 1],
    dice(
      [
        [0.2, 1.5],
        [-1, 0.1],
        [0.7, -0.3],
      ].map(([a, b]) => 1 / (1 + Math.exp(b - a))),
      [1, 0, 0],
    ),
  ],
  [
    'Dice, yes or no',
    new DiceLoss({ smooth: 0.5 }),
    tensor([[[0.2, -1, 0.7]]]),
    [1, 0, 1],
    fraction(
      [0.2, -1, 0.7].map((v) => 1 / (1 + Math.exp(-v))),
      [1, 0, 1],
      0.5,
    ),
  ],
];

function fraction(share: readonly number[], truth: readonly number[], smooth: number): number {
  const sum = (all: readonly number[]) => all.reduce((a, b) => a + b);
  return 1 - (2 * sum(share.map((v, i) => v * truth[i])) + smooth) / (sum(share) + sum(truth) + smooth);
}

function dice(first: readonly number[], truth: readonly number[]): number {
  const other = (all: readonly number[]) => all.map((v) => 1 - v);
  return (fraction(first, truth, 1) + fraction(other(first), other(truth), 1)) / 2;
}

async function compiled(backend: Backend, loss: Loss, x: Tensor, target: Target) {
  const model = await new Identity().to(backend);
  const { graph, inputs, output } = model.compile([x.shape], { inputGradients: true });
  const step = loss.compile(output);
  backend.write(inputs[0].data, x.data);
  backend.write(step.target.data, loss.encode(target, output.shape));
  const forward = () => {
    graph.forward();
    step.graph.forward();
  };
  forward();
  step.backward();
  return { input: inputs[0], loss: step.loss, forward };
}

describe('losses', () => {
  let [reference, wasm]: [ReferenceBackend?, Backend?] = [];
  beforeAll(async () => {
    [reference, wasm] = [(await createBackend('reference')) as ReferenceBackend, await createBackend('wasm')];
  });

  test.each(cases)('%s: the value of the definition, the gradient of central differences, and wasm has both', async (_, loss, x, target, value) => {
    const on = reference as ReferenceBackend;
    const { input, loss: out, forward } = await compiled(on, loss, x, target);
    expect(on.peek(out.data)[0]).toBeCloseTo(value, 6);
    const gradient = [...on.peek(input.gradient)];
    const cells = on.peek(input.data);
    for (const [i, analytic] of gradient.entries()) {
      const kept = cells[i];
      const at = (moved: number) => {
        cells[i] = moved;
        forward();
        return on.peek(out.data)[0];
      };
      const numeric = (at(kept + 1e-6) - at(kept - 1e-6)) / 2e-6;
      cells[i] = kept;
      expect(analytic, `at ${i}`).toBeCloseTo(numeric, 7);
    }
    const other = await compiled(wasm as Backend, loss, x, target);
    expect((await (wasm as Backend).read(other.loss.data))[0]).toBeCloseTo(value, 5);
    for (const [i, slope] of (await (wasm as Backend).read(other.input.gradient)).entries()) expect(slope).toBeCloseTo(gradient[i], 5);
  });

  test('L1 has slope 0 at a distance of 0, and distances of any size', async () => {
    const { input } = await compiled(wasm as Backend, new L1Loss(), tensor([1, 3e30, -1e-20, 2]), tensor([1, 0, 0, 5]));
    expect([...(await (wasm as Backend).read(input.gradient))]).toEqual([0, 0.25, -0.25, -0.25]);
  });

  test('focal takes logits of ±1e4', async () => {
    const { input, loss } = await compiled(
      wasm as Backend,
      new FocalLoss(),
      tensor([
        [1e4, -1e4],
        [1e4, -1e4],
      ]),
      [0, 1],
    );
    expect((await (wasm as Backend).read(loss.data))[0]).toBeCloseTo(1e4, 2);
    expect([...(await (wasm as Backend).read(input.gradient))].map(Math.abs)).toEqual([0, 0, 0.5, 0.5]);
  });

  test.each<[make: () => unknown, says: string]>([
    [() => new CrossEntropyLoss({ wieght: [1] } as object), 'CrossEntropyLoss: wieght is not an option; did you mean weight?'],
    [() => new CrossEntropyLoss({ weight: [1, -1] }), 'CrossEntropyLoss: weight must be a list of finite numbers ≥ 0, one for each class'],
    [() => new CrossEntropyLoss({ ignoreIndex: 0.5 }), 'CrossEntropyLoss: ignoreIndex must be an integer, received 0.5'],
    [() => new CrossEntropyLoss({ labelSmoothing: 1 }), 'CrossEntropyLoss: labelSmoothing must be a share, 0 ≤ s < 1, received 1'],
    [() => new MSELoss({ reduction: 'sum' }), 'MSELoss: reduction is not an option; there are no options, received "sum"'],
    [() => new HuberLoss({ delta: 0 }), 'HuberLoss: delta must be a finite number > 0, received 0'],
    [() => new FocalLoss({ gamma: 0.5 }), 'FocalLoss: gamma must be 0, or a finite number ≥ 1, received 0.5'],
    [() => new CrossEntropyLoss({ weight: [1, 2] }).encode([0], [1, 3]), 'CrossEntropyLoss: weight must contain one number for each of the 3 classes'],
    [() => new L1Loss().encode([1, 2, 3], [2, 1]), 'L1Loss: the target must be a tensor of shape [2, 1] or 2 numbers, received [1, 2, 3]'],
    [() => new NLLLoss().encode([1, -1], [2, 2]), 'NLLLoss: every class must be an integer from 0 to 1, received -1 at index 1'],
  ])('%s is refused', (make, says) => {
    expect(make).toThrow(says);
  });
});
