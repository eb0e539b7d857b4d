import * as cnn from '../../src/cnn/index.js';

const { BatchNorm3d, GroupNorm, LayerNorm, Upsample, AdaptiveMaxPool, MaxPool1d, MaxPool2d, AvgPool2d, Module } = cnn;
const { ReLU6, SiLU, Hardswish, Hardsigmoid, PReLU, Linear, Sequential, Conv2d } = cnn;

const image = [2, 4, 6, 5];

/** Squeeze-and-excite: a factor for each map of each sample. */
export class SqueezeExcite extends Module {
  readonly pool = new cnn.AdaptiveAvgPool(1);
  readonly fc = new Linear(4, 4);

  forward(x: cnn.Value): cnn.Value {
    const [batch, channels] = x.shape;
    const factors = cnn.sigmoid(this.fc.apply(this.pool.apply(x)));
    return cnn.multiply(x, cnn.view(factors, [batch, channels, 1, 1]));
  }
}

/** An image that is learned, added to every sample. */
class Added extends Module {
  readonly weight = new cnn.Parameter([1, 6, 1], cnn.init.normal(1));

  forward(x: cnn.Value): cnn.Value {
    return cnn.add(this.weight.in(x.graph), x);
  }
}

/** A number that is learned. */
class Shifted extends Module {
  readonly weight = new cnn.Parameter([1], cnn.init.normal(1));

  forward(x: cnn.Value): cnn.Value {
    return cnn.multiply(cnn.add(x, this.weight.in(x.graph)), cnn.relu(x));
  }
}

type Case = [name: string, make: () => cnn.Module, ...shapes: number[][]];

/** Layers with what PyTorch calls them, as grad-check, backends and exporters take them. */
export const LAYER_CASES: Case[] = [
  ...[ReLU6, SiLU, Hardswish, Hardsigmoid].map((Layer): Case => [Layer.name, () => new Layer(), image]),
  ['PReLU', () => new PReLU(), image],
  ['PReLU, a slope a channel', () => new PReLU(4, 0.1), image],
  ['PReLU of features', () => new PReLU(5), [3, 5]],
  ['BatchNorm3d', () => new BatchNorm3d(2), [2, 2, 3, 2, 2]],
  ['GroupNorm', () => new GroupNorm(2, 4), image],
  ['GroupNorm, one group, not affine', () => new GroupNorm(1, 4, { affine: false, eps: 0.1 }), image],
  ['GroupNorm of features', () => new GroupNorm(2, 6), [3, 6]],
  ['LayerNorm of images', () => new LayerNorm([4, 6, 5]), image],
  ['LayerNorm of features', () => new LayerNorm(7), [3, 2, 7]],
  ['LayerNorm without bias', () => new LayerNorm([7], { bias: false }), [3, 7]],
  ['LayerNorm, not affine', () => new LayerNorm([6, 5], { elementwiseAffine: false }), image],
  ['Upsample, nearest', () => new Upsample({ scaleFactor: 2 }), image],
  ['Upsample, nearest, by a factor for each axis', () => new Upsample({ scaleFactor: [3, 1] }), image],
  ['Upsample, nearest, along one axis', () => new Upsample({ scaleFactor: 3 }), [2, 3, 5]],
  ['Upsample, nearest, of a volume', () => new Upsample({ size: [4, 2, 9] }), [1, 2, 2, 2, 3]],
  ['Upsample, nearest, to a size', () => new Upsample({ size: [7, 11] }), image],
  ['Upsample, linear', () => new Upsample({ scaleFactor: 2.5, mode: 'linear' }), [2, 3, 5]],
  ['Upsample, bilinear', () => new Upsample({ scaleFactor: [2, 3], mode: 'bilinear' }), image],
  ['Upsample, bilinear, corners aligned', () => new Upsample({ size: [9, 4], mode: 'bilinear', alignCorners: true }), image],
  ['Upsample, trilinear', () => new Upsample({ scaleFactor: 2, mode: 'trilinear' }), [1, 2, 2, 3, 2]],
  ['AdaptiveMaxPool', () => new AdaptiveMaxPool([4, 2]), image],
  ['AdaptiveMaxPool, equal shares', () => new AdaptiveMaxPool([3, 1]), image],
  ['MaxPool1d, rounded up', () => new MaxPool1d(3, { stride: 2, ceilMode: true }), [2, 3, 10]],
  ['MaxPool2d, rounded up', () => new MaxPool2d(2, { padding: 1, stride: 3, ceilMode: true }), image],
  ['AvgPool2d, rounded up', () => new AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true }), image],
  ['AvgPool2d, rounded up, padding not counted', () => new AvgPool2d(2, { ceilMode: true, countIncludePad: false }), image],
  ['squeeze-and-excite', () => new SqueezeExcite(), image],
  ['a sum with what is learned', () => new Added(), image],
  ['a sum with one number', () => new Shifted(), image],
  ['a small MobileNet', () => new Sequential([new Conv2d(4, 8, 1), new ReLU6(), new Conv2d(8, 8, 3, { groups: 8, padding: 1 }), new Hardswish()]), image],
];
