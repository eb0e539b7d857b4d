import { ShapeError, show } from '../../errors.js';
import { check, checkOptions, count, flag, type OptionsOf, option, type Rows } from '../../options.js';
import { BATCH_NORM_OPTIONS, type BatchNormOptions, batchNorm } from '../functional/batch-normalization.js';
import { scaleChannels } from '../functional/convolution.js';
import { view } from '../functional/shape.js';
import type { Value } from '../graph.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';

/** Rules and defaults of {@link BatchNormLayerOptions}. */
export const BATCH_NORM_LAYER_OPTIONS = {
  ...BATCH_NORM_OPTIONS,
  /** Learn a scale and a shift per channel. Default true. */
  affine: option(flag, { default: true }),
} satisfies Rows;

/** Options of the batch normalization layers. */
export interface BatchNormLayerOptions extends OptionsOf<typeof BATCH_NORM_LAYER_OPTIONS> {}

abstract class BatchNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly running_mean: Parameter;
  readonly running_var: Parameter;
  readonly options: BatchNormOptions;

  constructor(
    readonly rank: number,
    readonly channels: number,
    given: BatchNormLayerOptions,
  ) {
    super();
    checkOptions(this.constructor.name, given, BATCH_NORM_LAYER_OPTIONS);
    check(this.constructor.name, 'channels', channels, count);
    const { affine = true, ...options } = given;
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
    const normal = batchNorm(x, this.running_mean.in(x.graph), this.running_var.in(x.graph), this.options);
    return this.weight ? scaleChannels(normal, this.weight.in(x.graph), this.bias?.in(x.graph) ?? null) : normal;
  }
}

/** Normalizes each channel of `[N, C, W]` or `[N, C]` over the batch and W. */
export class BatchNorm1d extends BatchNorm {
  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super(1, channels, options);
  }
}

/**
 * Normalizes each channel of `[N, C, H, W]` over the batch, H and W. In evaluation mode, which {@link Module.eval} can also set
 * for this layer alone, it uses the running statistics.
 * @throws OptionError if an option is unknown or breaks its rule; ShapeError when it runs in training mode if a channel
 * has only one value
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

/** Normalizes each channel of `[N, C, D, H, W]` over the batch, D, H and W. */
export class BatchNorm3d extends BatchNorm {
  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super(3, channels, options);
  }
}
