import { OptionError, ShapeError, show } from '../../errors.js';
import { type PerAxis, WINDOW_OPTIONS, type WindowOptions } from '../../kernels/geometry.js';
import { AVERAGE_POOL_OPTIONS } from '../../kernels/pooling-operators.js';
import { check, checkOptions, count, flag, type OptionsOf, option, perAxis, pickRows, type Rows, settle } from '../../options.js';
import { convolve } from '../functional/convolution.js';
import { adaptiveAveragePooling, adaptiveMaxPooling, averagePooling, maxPooling } from '../functional/pooling.js';
import type { Value } from '../graph.js';
import { Module } from '../module.js';

/** Rules and defaults of {@link PoolLayerOptions}. */
export const POOL_LAYER_OPTIONS = pickRows(WINDOW_OPTIONS, 'stride', 'dilation', 'padding', 'ceilMode') satisfies Rows;

/** Options of the pooling layers in addition to the window size. */
export interface PoolLayerOptions extends OptionsOf<typeof POOL_LAYER_OPTIONS> {}

abstract class PoolNd extends Module {
  readonly options: WindowOptions;

  constructor(
    readonly rank: number,
    kernelSize: PerAxis<number>,
    options: PoolLayerOptions,
  ) {
    super();
    checkOptions(this.constructor.name, options, POOL_LAYER_OPTIONS);
    check(this.constructor.name, 'kernelSize', kernelSize, WINDOW_OPTIONS.kernelSize);
    this.options = { kernelSize, ...options };
  }

  protected check(x: Value): void {
    if (x.shape.length !== this.rank + 2)
      throw new ShapeError(this.constructor.name, `x must have ${this.rank} spatial axes after [N, C], received ${show(x.shape)}`, { x: x.shape });
  }
}

abstract class MaxPoolNd extends PoolNd {
  forward(x: Value): Value {
    this.check(x);
    return maxPooling(x, this.options);
  }
}

/** The largest value of every window, `[N, C, W]`. The stride is the window's size by default. */
export class MaxPool1d extends MaxPoolNd {
  constructor(kernelSize: PerAxis<number>, options: PoolLayerOptions = {}) {
    super(1, kernelSize, options);
  }
}

/**
 * The largest value of every window, `[N, C, H, W]`. The stride is the window's size by default.
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { full, MaxPool2d } from 'convlab';
 *
 * console.log((await new MaxPool2d(2).run(full([1, 8, 28, 28]))).shape); // → [ 1, 8, 14, 14 ]
 * ```
 */
export class MaxPool2d extends MaxPoolNd {
  constructor(kernelSize: PerAxis<number>, options: PoolLayerOptions = {}) {
    super(2, kernelSize, options);
  }
}

/** The largest value of every window, `[N, C, D, H, W]`. The stride is the window's size by default. */
export class MaxPool3d extends MaxPoolNd {
  constructor(kernelSize: PerAxis<number>, options: PoolLayerOptions = {}) {
    super(3, kernelSize, options);
  }
}

/** Rules and defaults of {@link AvgPoolLayerOptions}. */
export const AVG_POOL_LAYER_OPTIONS = { ...POOL_LAYER_OPTIONS, ...pickRows(AVERAGE_POOL_OPTIONS, 'countIncludePad') } satisfies Rows;

/** Options of the average pooling layers in addition to the window size. */
export interface AvgPoolLayerOptions extends OptionsOf<typeof AVG_POOL_LAYER_OPTIONS> {}

abstract class AvgPoolNd extends PoolNd {
  readonly countIncludePad: boolean;

  constructor(rank: number, kernelSize: PerAxis<number>, { countIncludePad = true, ...options }: AvgPoolLayerOptions) {
    super(rank, kernelSize, options);
    check(this.constructor.name, 'countIncludePad', countIncludePad, flag);
    this.countIncludePad = countIncludePad;
  }

  forward(x: Value): Value {
    this.check(x);
    return averagePooling(x, this.options, this.countIncludePad);
  }
}

/** The mean of every window, `[N, C, W]`. */
export class AvgPool1d extends AvgPoolNd {
  constructor(kernelSize: PerAxis<number>, options: AvgPoolLayerOptions = {}) {
    super(1, kernelSize, options);
  }
}

/** The mean of every window, `[N, C, H, W]`. */
export class AvgPool2d extends AvgPoolNd {
  constructor(kernelSize: PerAxis<number>, options: AvgPoolLayerOptions = {}) {
    super(2, kernelSize, options);
  }
}

/** The mean of every window, `[N, C, D, H, W]`. */
export class AvgPool3d extends AvgPoolNd {
  constructor(kernelSize: PerAxis<number>, options: AvgPoolLayerOptions = {}) {
    super(3, kernelSize, options);
  }
}

abstract class AdaptivePool extends Module {
  constructor(readonly outputSize: PerAxis<number>) {
    super();
    check(this.constructor.name, 'outputSize', outputSize, perAxis(count));
  }

  forward(x: Value): Value {
    const rank = x.shape.length - 2;
    const size = Array.isArray(this.outputSize) ? this.outputSize : Array(rank).fill(this.outputSize);
    if (size.length !== rank) {
      throw new OptionError(this.constructor.name, 'outputSize', `must be a number, or a list with one for each of the ${rank} spatial axes`, this.outputSize);
    }
    return this.pool(x, size);
  }

  protected abstract pool(x: Value, size: readonly number[]): Value;
}

/**
 * `[N, C, ...]` → `[N, C, ...outputSize]`; each output element is the mean of one part of the input, for 1 to 3 spatial axes.
 * As in PyTorch, the parts overlap and may differ in size if the size of an axis is not a multiple of the output size.
 * @throws OptionError unless the size consists of integers ≥ 1; also when the layer runs, unless the size has one number per
 * spatial axis
 */
export class AdaptiveAvgPool extends AdaptivePool {
  protected pool(x: Value, size: readonly number[]): Value {
    return adaptiveAveragePooling(x, size);
  }
}

/** {@link AdaptiveAvgPool} with the maximum of each part. */
export class AdaptiveMaxPool extends AdaptivePool {
  protected pool(x: Value, size: readonly number[]): Value {
    return adaptiveMaxPooling(x, size);
  }
}

/** Rules and defaults of {@link BlurPoolOptions}. */
export const BLUR_POOL_OPTIONS = {
  /** Size of the binomial kernel. Default 3: 1 2 1. */
  size: option(count, { default: 3 }),
  /** Factor by which each spatial axis is subsampled. Default 2. */
  stride: option(count, { default: 2 }),
} satisfies Rows;

/** Options of {@link BlurPool}. */
export interface BlurPoolOptions extends OptionsOf<typeof BLUR_POOL_OPTIONS> {}

/**
 * Blurs with a binomial kernel, then subsamples: `[N, C, H, W]` → `[N, C, ceil(H / stride), ceil(W / stride)]`. After
 * max pooling with stride 1, it makes pooling robust to small shifts.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Zhang, Making Convolutional Networks Shift-Invariant Again, 2019
 */
export class BlurPool extends Module {
  readonly stride: number;
  readonly size: number;

  constructor(
    readonly channels: number,
    options: BlurPoolOptions = {},
  ) {
    super();
    const { size, stride } = settle('BlurPool', options, BLUR_POOL_OPTIONS);
    check('BlurPool', 'channels', channels, count);
    this.size = size;
    this.stride = stride;
  }

  forward(x: Value): Value {
    let row = [1];
    while (row.length < this.size) row = [0, ...row].map((value, i) => value + (row[i] ?? 0));
    const sum = 2 ** (this.size - 1);
    const cells = row.flatMap((a) => row.map((b) => (a * b) / sum ** 2));
    const kernel = x.graph.constant([this.channels, 1, this.size, this.size], Float32Array.from(Array(this.channels).fill(cells).flat()));
    const padding = [Math.floor((this.size - 1) / 2), Math.ceil((this.size - 1) / 2)] as const;
    return convolve(x, kernel, null, { groups: this.channels, stride: this.stride, padding: [padding, padding], paddingMode: 'reflect' }, 'BlurPool');
  }
}
