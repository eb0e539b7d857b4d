import * as cnn from '../../../src/cnn/index.js';
import { bestNet } from '../../../src/cnn/models/best-net.js';
import { Random } from '../../../src/random.js';
import { sizeOf, type Tensor } from '../../../src/tensor.js';
import { LAYER_CASES } from '../layer-cases.js';

const { Sequential, Residual, Parallel, Conv1d, Conv2d, Conv3d, ConvTranspose2d, Linear, ConvNet, Module } = cnn;
const { ReLU, LeakyReLU, GELU, Sigmoid, Tanh, Softmax, LogSoftmax, Flatten, Reshape, Dropout, Dropout2d } = cnn;
const { MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, AdaptiveAvgPool, BlurPool, BatchNorm1d, BatchNorm2d } = cnn;

/** Any function of values as a module. */
export class Custom extends Module {
  constructor(
    readonly compute: (...inputs: cnn.Value[]) => cnn.Value,
    readonly inner: readonly cnn.Module[] = [],
  ) {
    super();
  }

  forward(...inputs: cnn.Value[]): cnn.Value {
    return this.compute(...inputs);
  }
}

const image = [2, 4, 7, 6];
const modes = ['constant', 'replicate', 'reflect', 'symmetric', 'wrap'] as const;
const tower = new Linear(6, 4);

/** Everything that can be exported: a name, the model, its input shapes. */
export const EXPORTED: [name: string, make: () => cnn.Module, ...shapes: number[][]][] = [
  ["the lecture's network", () => new ConvNet(), [2, 1, 28, 28]],
  ['the small accurate network', () => bestNet(), [1, 1, 28, 28]],
  [
    'every layer in one net',
    () =>
      new Sequential({
        conv: new Conv2d(1, 6, 3, { padding: 'same', bias: false }),
        norm: new BatchNorm2d(6),
        leaky: new LeakyReLU(0.1),
        pool: new MaxPool2d(2),
        drop: new Dropout2d(0.5),
        both: new Parallel([new Sequential([new Conv2d(6, 4, 1), new GELU()]), new Sequential([new AvgPool2d(3, { stride: 1, padding: 1 }), new Sigmoid()])]),
        skip: new Residual(new Sequential([new Conv2d(10, 10, 3, { padding: 1, groups: 5 }), new Tanh()])),
        up: new ConvTranspose2d(10, 3, 2, { stride: 2 }),
        blur: new BlurPool(3),
        mean: new AdaptiveAvgPool([3, 2]),
        shape: new Reshape([-1, 3, 6]),
        along: new Conv1d(3, 2, 3),
        line: new BatchNorm1d(2),
        flat: new Flatten(),
        fc1: new Linear(8, 5),
        relu: new ReLU(),
        gone: new Dropout(),
        fc2: new Linear(5, 3, { bias: false }),
        out: new LogSoftmax(),
      }),
    [2, 1, 12, 8],
  ],
  ...LAYER_CASES,
  ['Conv1d, stride and dilation', () => new Conv1d(3, 4, 3, { stride: 2, dilation: 2, padding: 2 }), [2, 3, 11]],
  ['Conv1d, one side, wrapped', () => new Conv1d(3, 4, 3, { padding: [2, 0], paddingMode: 'wrap' }), [2, 3, 11]],
  ['Conv2d, stride, even kernel', () => new Conv2d(4, 6, [4, 2], { padding: 'same', stride: [2, 3] }), image],
  [
    'Conv2d, stride and dilation',
    () =>
      new Conv2d(4, 3, 2, {
        padding: [
          [3, 1],
          [0, 4],
        ],
        stride: 2,
        dilation: [2, 1],
      }),
    image,
  ],
  ['Conv2d, groups', () => new Conv2d(4, 6, 3, { groups: 2 }), image],
  ['Conv2d, depthwise', () => new Conv2d(4, 8, 3, { groups: 4, dilation: 2, padding: 'full' }), image],
  ...modes.map((paddingMode): (typeof EXPORTED)[number] => [
    `Conv2d, ${paddingMode} padding`,
    () =>
      new Conv2d(4, 2, 3, {
        padding: [
          [2, 1],
          [0, 3],
        ],
        paddingMode,
        ...(paddingMode === 'constant' && { paddingValue: 0.7 }),
      }),
    image,
  ]),
  ['Conv3d', () => new Conv3d(2, 3, 2, { padding: 1, stride: [1, 2, 1] }), [2, 2, 3, 4, 5]],
  ['Conv3d, symmetric padding', () => new Conv3d(2, 3, 2, { padding: [[2, 0], 1, 0], paddingMode: 'symmetric' }), [2, 2, 3, 4, 5]],
  ['ConvTranspose2d', () => new ConvTranspose2d(4, 3, 3, { stride: 2, padding: 1, outputPadding: 1 }), image],
  ['ConvTranspose2d, groups and dilation', () => new ConvTranspose2d(4, 6, [2, 3], { groups: 2, dilation: 2, stride: [1, 3], bias: false }), image],
  ['Linear of images', () => new Linear(168, 7), image],
  ['MaxPool1d', () => new MaxPool1d(3, { stride: 2 }), [2, 3, 9]],
  [
    'MaxPool2d, padded',
    () =>
      new MaxPool2d(3, {
        stride: 2,
        padding: [
          [1, 1],
          [0, 2],
        ],
      }),
    image,
  ],
  ['MaxPool2d, dilated, padded wider than its window', () => new MaxPool2d(2, { stride: 1, dilation: 3, padding: 2 }), image],
  ['MaxPool3d', () => new MaxPool3d(2), [1, 2, 4, 4, 4]],
  ['AvgPool1d', () => new AvgPool1d(2), [2, 3, 9]],
  ['AvgPool2d', () => new AvgPool2d([3, 2], { padding: 1, stride: 2 }), image],
  ['AvgPool2d, padding not counted', () => new AvgPool2d(3, { padding: 1, stride: 2, countIncludePad: false }), image],
  ['AvgPool2d, dilated', () => new AvgPool2d(2, { dilation: 2 }), image],
  ['AvgPool3d', () => new AvgPool3d(2), [1, 2, 4, 4, 4]],
  ['AdaptiveAvgPool', () => new AdaptiveAvgPool([4, 2]), image],
  ['BlurPool', () => new BlurPool(4, { size: 4, stride: 3 }), image],
  ['BatchNorm1d of features', () => new BatchNorm1d(3, { eps: 0.1 }), [6, 3]],
  ['BatchNorm2d', () => new BatchNorm2d(4), image],
  ['BatchNorm2d, not affine', () => new BatchNorm2d(4, { affine: false }), image],
  [
    'BatchNorm2d, whose output is used twice',
    () => new Residual(new BatchNorm2d(4), new Sequential([new BatchNorm2d(4, { affine: false }), new Residual(new BatchNorm2d(4))])),
    image,
  ],
  ...[ReLU, GELU, Sigmoid, Tanh, Softmax, LogSoftmax, Flatten].map((Layer): (typeof EXPORTED)[number] => [Layer.name, () => new Layer(), image]),
  ['LeakyReLU, slope 1', () => new LeakyReLU(1), image],
  ['Softmax of features', () => new Softmax(), [3, 5]],
  ['Reshape, of one sample each', () => new Reshape([-1, 2, 84]), image],
  ['Residual', () => new Residual(new Conv2d(4, 3, 3, { padding: 1 }), new Conv2d(4, 3, 1)), image],
  ['Parallel, two inputs, one shared tower', () => new Sequential([new Parallel([tower, tower]), new Tanh()]), [2, 6], [2, 6]],
  ['a product', () => new Custom((a, b) => cnn.multiply(cnn.relu(a), b)), image, image],
  [
    'a batch normalization that is scaled by what is computed',
    () => {
      const norm = new BatchNorm2d(4, { affine: false });
      return new Custom(
        (x) => {
          const factors = cnn.sigmoid(x.graph.constant([4], Float32Array.of(-1, 0, 1, 2)));
          const normal = norm.apply(x);
          return cnn.scaleChannels(normal, cnn.tanh(factors), factors);
        },
        [norm],
      );
    },
    image,
  ],
  ['a scaled image', () => new Custom((x) => cnn.scaleChannels(x, x.graph.constant([4], Float32Array.of(1, 2, 3, 4)), null)), image],
];

/** A model with weights, statistics of batch normalization included, that are neither 0 nor 1. */
export async function prepared(make: () => cnn.Module): Promise<cnn.Module> {
  const random = new Random(9);
  const model = make().initialize(2);
  const state = [...(await model.stateDict())].map(([name, x]): [string, Tensor] => {
    if (/running_var/.test(name)) return [name, { ...x, data: x.data.map(() => random.uniform(0.5, 2)) }];
    return [name, { ...x, data: x.data.map((value) => value + (x.shape.length === 1 ? random.uniform(-0.3, 0.3) : 0)) }];
  });
  return model.loadStateDict(new Map(state)).eval();
}

export function randomTensor(shape: readonly number[], seed: number): Tensor {
  const random = new Random(seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random.normal()) };
}

/** The largest difference. */
export function difference(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (received.length !== expected.length) throw new Error(`${received.length} numbers instead of ${expected.length}`);
  return Array.from(expected).reduce((largest, value, i) => Math.max(largest, Math.abs(received[i] - value)), 0);
}
