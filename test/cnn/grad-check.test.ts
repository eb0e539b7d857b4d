import { describe, expect, test } from 'vitest';
import { gradCheck } from '../../src/cnn/grad-check.js';
import * as layers from '../../src/cnn/index.js';
import type { Module } from '../../src/cnn/module.js';
import { LAYER_CASES } from './layer-cases.js';

const { Conv1d, Conv2d, Conv3d, ConvTranspose2d, Linear, Sequential, Residual, Parallel, BatchNorm1d, BatchNorm2d } = layers;
const { MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, AdaptiveAvgPool, BlurPool } = layers;
const { ReLU, LeakyReLU, GELU, Sigmoid, Tanh, Softmax, LogSoftmax, Dropout, Dropout2d, Flatten, Reshape, ConvNet } = layers;

const image = [2, 4, 6, 5];
const cases: [name: string, make: () => Module, ...shapes: number[][]][] = [
  ['Conv1d, stride and dilation', () => new Conv1d(3, 4, 3, { stride: 2, dilation: 2, padding: 2 }), [2, 3, 11]],
  ['Conv2d, groups', () => new Conv2d(4, 6, [3, 2], { groups: 2, padding: 'same' }), image],
  ...(['constant', 'replicate', 'reflect', 'symmetric', 'wrap'] as const).map((paddingMode): (typeof cases)[number] => [
    `Conv2d, ${paddingMode} padding`,
    () => new Conv2d(4, 2, 3, { padding: 2, paddingMode, ...(paddingMode === 'constant' && { paddingValue: 0.7 }) }),
    image,
  ]),
  ['Conv2d without bias', () => new Conv2d(4, 2, 3, { bias: false }), image],
  ['Conv3d', () => new Conv3d(2, 3, 2, { padding: 1, stride: [1, 2, 1] }), [2, 2, 3, 4, 5]],
  ['ConvTranspose2d', () => new ConvTranspose2d(4, 3, 3, { stride: 2, padding: 1, outputPadding: 1 }), image],
  ['ConvTranspose2d, groups', () => new ConvTranspose2d(4, 6, 2, { groups: 2, dilation: 2 }), image],
  ...LAYER_CASES,
  ['Linear', () => new Linear(120, 7), image],
  ['MaxPool1d', () => new MaxPool1d(3, { stride: 2 }), [2, 3, 9]],
  ['MaxPool2d', () => new MaxPool2d(3, { stride: 1, padding: 1 }), image],
  ['MaxPool3d', () => new MaxPool3d(2), [1, 2, 4, 4, 4]],
  ['AvgPool1d', () => new AvgPool1d(2), [2, 3, 9]],
  ['AvgPool2d, padding not counted', () => new AvgPool2d(3, { padding: 1, stride: 2, countIncludePad: false }), image],
  ['AvgPool3d', () => new AvgPool3d(2), [1, 2, 4, 4, 4]],
  ['AdaptiveAvgPool', () => new AdaptiveAvgPool([4, 2]), image],
  ['BlurPool', () => new BlurPool(4), image],
  ['BatchNorm1d', () => new BatchNorm1d(3), [4, 3, 5]],
  ['BatchNorm1d of features', () => new BatchNorm1d(3), [6, 3]],
  ['BatchNorm2d', () => new BatchNorm2d(4), image],
  ['BatchNorm2d in evaluation', () => new BatchNorm2d(4).eval(), image],
  ['ReLU', () => new ReLU(), image],
  ['LeakyReLU', () => new LeakyReLU(0.2), image],
  ['GELU', () => new GELU(), image],
  ['Sigmoid', () => new Sigmoid(), image],
  ['Tanh', () => new Tanh(), image],
  ['Softmax', () => new Softmax(), image],
  ['LogSoftmax', () => new LogSoftmax(), [3, 5]],
  ['Dropout', () => new Dropout(0.3), image],
  ['Dropout2d', () => new Dropout2d(0.5), [4, 6, 3, 3]],
  ['Flatten and Reshape', () => new Sequential([new Flatten(), new Reshape([-1, 2, 60])]), image],
  ['Sequential by name', () => new Sequential({ conv: new Conv2d(4, 3, 3), act: new ReLU() }), image],
  ['Residual', () => new Residual(new Conv2d(4, 4, 3, { padding: 'same' })), image],
  ['Residual with a shortcut', () => new Residual(new Conv2d(4, 3, 3, { padding: 1 }), new Conv2d(4, 3, 1)), image],
  ['Parallel', () => new Parallel([new Conv2d(4, 2, 1), new Conv2d(4, 3, 1)]), image],
  ['Parallel, one shared tower', () => shared(), [2, 6], [2, 6]],
  ["the lecture's net", () => new ConvNet(), [2, 1, 28, 28]],
];

function shared(): Module {
  const tower = new Linear(6, 4);
  return new Sequential([new Parallel([tower, tower]), new Tanh(), new Linear(8, 3)]);
}

describe('gradients agree with central differences', () => {
  test.each(cases)('%s', async (_name, make, ...shapes) => {
    const entries = await gradCheck(make().initialize(3), shapes, { samples: shapes[0][2] === 28 ? 4 : 20 });
    expect(entries[0].error, JSON.stringify(entries[0])).toBeLessThan(2e-6);
    expect(entries.some(({ numeric }) => Math.abs(numeric) > 1e-3)).toBe(true);
  });
});
