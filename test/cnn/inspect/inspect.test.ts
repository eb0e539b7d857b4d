import { describe, expect, test } from 'vitest';
import {
  Conv2d,
  conv,
  convBySlices,
  Dropout,
  Flatten,
  gradCam,
  Linear,
  LogSoftmax,
  MaxPool2d,
  maximizeActivation,
  occlusionMap,
  Random,
  ReLU,
  Sequential,
  saliency,
  scoreGradient,
  type Tensor,
  tensor,
  topActivations,
} from '../../../src/index.js';

const random = new Random(4);
const noise = (...shape: number[]): Tensor => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()) });

const net = () =>
  new Sequential({
    conv: new Conv2d(2, 3, 3, { padding: 1 }),
    act: new ReLU(),
    pool: new MaxPool2d(2),
    drop: new Dropout(0.5),
    flat: new Flatten(),
    fc: new Linear(27, 4),
    log: new LogSoftmax(),
  }).initialize(3);

describe('scoreGradient and saliency', () => {
  test('the gradient is what central differences say, at the output and at a layer before it', async () => {
    const model = net().eval();
    const x = noise(2, 2, 6, 6);
    for (const scores of [undefined, 'fc']) {
      const { shape, data } = await scoreGradient(model, x, { classes: [1, 3], scores });
      expect(shape).toEqual([2, 2, 6, 6]);
      const score = async (at: number, step: number) => {
        const moved = { shape: x.shape, data: x.data.map((value, i) => (i === at ? value + step : value)) };
        const output = await model.run(moved);
        const values = scores ? await model.run(moved).then(({ value }) => logits(value)) : output.data;
        return values[at < 72 ? 1 : 4 + 3];
      };
      for (const at of [0, 17, 40, 71, 72, 100, 143]) {
        const numeric = ((await score(at, 0.01)) - (await score(at, -0.01))) / 0.02;
        expect(data[at]).toBeCloseTo(numeric, 3);
      }
    }
  });

  test('saliency is its absolute value, the largest over the channels; by default of the winning class', async () => {
    const model = net();
    const x = noise(1, 2, 6, 6);
    const winner = (await model.eval().run(x)).data;
    const best = winner.indexOf(Math.max(...winner));
    const { data } = await scoreGradient(model, x, { classes: [best] });
    const map = await saliency(model, x);
    expect(map.shape).toEqual([1, 6, 6]);
    expect([...map.data]).toEqual(Array.from({ length: 36 }, (_, i) => Math.max(Math.abs(data[i]), Math.abs(data[36 + i]))));
  });

  test('nothing is dropped meanwhile, and training goes on as if nothing had been', async () => {
    const model = net().train();
    const x = noise(1, 2, 6, 6);
    expect((await saliency(model, x)).data).toEqual((await saliency(model, x)).data);
    expect(model.training).toBe(true);
    expect(model.parameters().every(({ storage }) => storage.untouched)).toBe(true);
  });

  test('refuses classes and layers that are not there', async () => {
    const x = noise(1, 2, 6, 6);
    await expect(saliency(net(), x, { classes: [4] })).rejects.toThrow('classes must be integers from 0 to 3, received 4');
    await expect(saliency(net(), x, { classes: [1, 2] })).rejects.toThrow('classes must contain one class for each of the 1 samples');
    await expect(saliency(net(), x, { scores: 'fc9' })).rejects.toThrow('layer must be one of conv, act, pool, fc, log, received "fc9"');
    await expect(saliency(net(), x, { scores: 'conv' })).rejects.toThrow('the scores must be [N, classes], received [1, 3, 6, 6]');
  });
});

test('gradCam weighs each map by the mean gradient, and drops what speaks against', async () => {
  const model = new Sequential({ conv: new Conv2d(1, 2, 1, { bias: false }), flat: new Flatten(), fc: new Linear(8, 2, { bias: false }) });
  const weight = tensor([
    [1, 2, 3, 6, -1, -1, -1, -5],
    [0, 0, 0, 0, 1, 1, 1, 1],
  ]);
  model.loadStateDict(
    new Map([
      ['conv.weight', tensor([[[[1]]], [[[2]]]])],
      ['fc.weight', weight],
    ]),
  );
  const x = tensor([
    [
      [
        [1, 2],
        [3, -4],
      ],
    ],
  ]);
  // the maps are x and 2x; the mean gradients of class 0 are 3 and −2: 3x − 4x = −x, of class 1 they are 0 and 1
  expect([...(await gradCam(model, x, { layer: 'conv', classes: [0] })).data]).toEqual([0, 0, 0, 4]);
  expect([...(await gradCam(model, x, { layer: 'conv', classes: [1] })).data]).toEqual([2, 4, 6, 0]);
  await expect(gradCam(model, x, { layer: 'fc' })).rejects.toThrow('layer must have spatial axes');
});

test('occlusionMap of a linear model is what the square held', async () => {
  const model = new Sequential({ flat: new Flatten(), fc: new Linear(16, 2, { bias: false }) });
  const weight = noise(2, 16);
  model.loadStateDict(new Map([['fc.weight', weight]]));
  const x = noise(1, 1, 4, 4);
  const { shape, data } = await occlusionMap(model, x, { window: 3, stride: 2, class: 1, value: 0.5 });
  expect(shape).toEqual([2, 2]);
  const held = (rows: number[], columns: number[]) =>
    rows.flatMap((y) => columns.map((x0) => weight.data[16 + 4 * y + x0] * (x.data[4 * y + x0] - 0.5))).reduce((a, b) => a + b);
  expect(data[0]).toBeCloseTo(held([0, 1], [0, 1]), 5);
  expect(data[1]).toBeCloseTo(held([0, 1], [1, 2, 3]), 5);
  expect(data[3]).toBeCloseTo(held([1, 2, 3], [1, 2, 3]), 5);
  await expect(occlusionMap(model, x, { class: 2 })).rejects.toThrow('class must be an integer from 0 to 1, received 2');
  await expect(occlusionMap(model, x, { window: 0 })).rejects.toThrow('window must be an integer ≥ 1');
});

describe('maximizeActivation', () => {
  test('of a kernel as large as the picture is the picture of its signs', async () => {
    const model = new Sequential({ conv: new Conv2d(1, 2, 3, { bias: false }) });
    const kernel = [1, -1, 2, -3, 4, -1, 1, 1, -2];
    model.loadStateDict(new Map([['conv.weight', tensor([...Array(9).fill(0), ...kernel], [2, 1, 3, 3])]]));
    const { x, activations } = await maximizeActivation(model, [1, 1, 3, 3], { layer: 'conv', channel: 1, blur: 0, rate: 0.2, steps: 30, range: [-1, 1] });
    expect([...x.data]).toEqual(kernel.map(Math.sign));
    expect(activations).toHaveLength(31);
    expect(activations[30]).toBe(16);
    const dead = await maximizeActivation(model, [1, 1, 3, 3], { layer: 'conv', channel: 0 });
    expect(dead.activations).toEqual([0]);
  });

  test('of one neuron is the kernel at its place, and gray elsewhere', async () => {
    const model = new Sequential({ conv: new Conv2d(1, 1, 2, { bias: false }) });
    model.loadStateDict(
      new Map([
        [
          'conv.weight',
          tensor([
            [
              [
                [1, -1],
                [-1, 2],
              ],
            ],
          ]),
        ],
      ]),
    );
    const { x, activations } = await maximizeActivation(model, [1, 1, 4, 5], { layer: 'conv', channel: 0, at: [2, 1], blur: 0, rate: 0.2, steps: 30 });
    expect([11, 12, 16, 17].map((i) => x.data[i])).toEqual([1, 0, 0, 1]);
    expect(activations[30]).toBe(3);
    for (const i of [0, 4, 10, 13, 19]) expect(Math.abs(x.data[i] - 0.5)).toBeLessThan(0.1);
    await expect(maximizeActivation(model, [1, 1, 4, 5], { layer: 'conv', channel: 0, at: [3, 1] })).rejects.toThrow('at must be a cell of the map [3, 4]');
  });

  test('grows, the same way for the same seed; the blur makes it smooth', async () => {
    const model = net();
    const run = (options: { blur?: number; seed?: number }) => maximizeActivation(model, [1, 2, 6, 6], { layer: 'act', channel: 2, steps: 20, ...options });
    const [first, again, other, smooth] = [await run({}), await run({}), await run({ seed: 1 }), await run({ blur: 2 })];
    expect(first.activations[20]).toBeGreaterThan(first.activations[0]);
    expect(again.x).toEqual(first.x);
    expect(other.x).not.toEqual(first.x);
    const roughness = ({ data }: Tensor) => data.reduce((sum, value, i) => sum + (i % 6 ? Math.abs(value - data[i - 1]) : 0), 0);
    expect(roughness(smooth.x)).toBeLessThan(roughness(first.x) / 2);
  });

  test('refuses what makes no sense', async () => {
    await expect(maximizeActivation(net(), [1, 2, 6, 6], { layer: 'conv', channel: 3 })).rejects.toThrow('channel must be an integer from 0 to 2');
    await expect(maximizeActivation(net(), [2, 2, 6, 6], { layer: 'conv', channel: 0 })).rejects.toThrow('shape must be [1, C, H, W]');
    await expect(maximizeActivation(net(), [1, 2, 6, 6], { layer: 'conv', channel: 0, range: [1, 0] })).rejects.toThrow('range must be two ascending numbers');
  });
});

test('topActivations finds the samples and the places', async () => {
  const model = new Sequential({ conv: new Conv2d(1, 2, 1, { bias: false }) });
  model.loadStateDict(new Map([['conv.weight', tensor([[[[1]]], [[[-1]]]])]]));
  const batch = (...values: number[][]) => ({ x: tensor(values.flat(), [values.length, 1, 2, 2]), y: values.map(() => 0) });
  const batches = [batch([0, 1, 0, 0], [5, 0, 0, -9]), batch([0, 0, 7, 0])];
  const source = {
    length: 2,
    [Symbol.asyncIterator]: async function* () {
      yield* batches;
    },
  };
  expect(await topActivations(model, source, { layer: 'conv', count: 2 })).toEqual([
    [
      { index: 2, value: 7, at: [1, 0] },
      { index: 1, value: 5, at: [0, 0] },
    ],
    [
      { index: 1, value: 9, at: [1, 1] },
      { index: 0, value: 0, at: [0, 0] },
    ],
  ]);
  await expect(topActivations(model, source, { layer: 'pool' })).rejects.toThrow('layer must be one of conv, received "pool"');
});

describe('convBySlices', () => {
  test('two maps, one kernel, by hand', async () => {
    const x = tensor([
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [10, 20],
          [30, 40],
        ],
      ],
    ]);
    const kernel = tensor([[[[1, 1]], [[0, 2]]]]);
    const { slices, sums, output } = await convBySlices(x, kernel, { bias: tensor([0.5]) });
    expect(slices).toEqual(
      tensor([
        [
          [
            [[3], [7]],
            [[40], [80]],
          ],
        ],
      ]),
    );
    expect([...sums.data]).toEqual([43, 87]);
    expect([...output.data]).toEqual([43.5, 87.5]);
  });

  test.each([1, 2])('adds up to what conv returns, groups %i', async (groups) => {
    const [x, kernel, bias] = [noise(2, 4, 7, 6), noise(6, 4 / groups, 3, 3), noise(6)];
    const options = { groups, bias, padding: 1, stride: 2 };
    const { slices, output } = await convBySlices(x, kernel, options);
    expect(slices.shape).toEqual([2, 6, 4 / groups, 4, 3]);
    const whole = await conv(x, kernel, options);
    expect(output.shape).toEqual(whole.shape);
    for (const [i, value] of output.data.entries()) expect(value).toBeCloseTo(whole.data[i], 5);
  });

  test('refuses as conv does', async () => {
    await expect(convBySlices(noise(1, 3, 5, 5), noise(2, 2, 3, 3))).rejects.toThrow('convBySlices: the kernel expects 2 input channels');
    await expect(convBySlices(noise(1, 2, 5, 5), noise(2, 2, 3, 3), { bias: noise(3) })).rejects.toThrow('bias');
  });
});

/** The scores before the log-softmax, read from the graph that has just run. */
async function logits(value: Awaited<ReturnType<Sequential['run']>>['value']): Promise<Float32Array> {
  const step = value.graph.steps.find(({ scope }) => scope === 'fc');
  return value.graph.operators.read((step as NonNullable<typeof step>).output.data);
}
