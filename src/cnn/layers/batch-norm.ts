import { ShapeError, show } from '../../errors.js';
import { type BatchNormOptions, normalizeBatch } from '../functional/batch-normalization.js';
import { scaleChannels } from '../functional/convolution.js';
import { view } from '../functional/shape.js';
import type { Value } from '../graph.js';
import { constant } from '../init.js';
import { Module, Parameter } from '../module.js';

/** Options of the batch normalization layers. */
export interface BatchNormLayerOptions extends BatchNormOptions {
  /** Learn a scale and a shift per channel. Default true. */
  affine?: boolean;
}

abstract class BatchNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly running_mean: Parameter;
  readonly running_var: Parameter;
  readonly options: BatchNormOptions;

  constructor(
    readonly rank: number,
    readonly channels: number,
    { affine = true, ...options }: BatchNormLayerOptions,
  ) {
    super();
    this.weight = affine ? new Parameter([channels], constant(1)) : null;
    this.bias = affine ? new Parameter([channels], constant(0)) : null;
    this.running_mean = new Parameter([channels], constant(0), false);
    this.running_var = new Parameter([channels], constant(1), false);
    this.options = options;
  }

  forward(x: Value): Value {
    if (this.rank === 1 && x.shape.length === 2) return view(this.forward(view(x, [...x.shape, 1])), x.shape);
    if (x.shape.length !== this.rank + 2 || x.shape[1] !== this.channels) {
      throw new ShapeError(this.constructor.name, `x must have ${this.channels} channels and ${this.rank} spatial axes, received ${show(x.shape)}`, {
        x: x.shape,
      });
    }
    const normal = normalizeBatch(x, this.running_mean.in(x.graph), this.running_var.in(x.graph), this.options);
    return this.weight ? scaleChannels(normal, this.weight.in(x.graph), this.bias?.in(x.graph) ?? null) : normal;
  }
}

/** Normalizes each channel of `[N, C, W]` or `[N, C]` over the batch. */
export class BatchNorm1d extends BatchNorm {
  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super(1, channels, options);
  }
}

/**
 * Normalizes each channel of `[N, C, H, W]` over the batch.
 * @example
 * ```ts
 * import { BatchNorm2d, Conv2d, ReLU, Sequential } from 'convlab';
 *
 * const block = new Sequential([new Conv2d(3, 8, 3, { bias: false }), new BatchNorm2d(8), new ReLU()]);
 * console.log([...block.namedParameters().keys()].join(' ')); // → 0.weight 1.weight 1.bias 1.running_mean 1.running_var
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super(2, channels, options);
  }
}
