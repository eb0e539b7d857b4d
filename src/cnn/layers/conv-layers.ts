import { OptionError, ShapeError, show } from '../../errors.js';
import { CONV_OPTIONS, type ConvOptions, type PerAxis } from '../../kernels/geometry.js';
import { check, checkOptions, count, flag, type OptionsOf, option, perAxis, pickRows, type Rows, settle, whole } from '../../options.js';
import { sizeOf } from '../../tensor.js';
import { convolve, convolveTransposed } from '../functional/convolution.js';
import { flatten, view } from '../functional/shape.js';
import type { Value } from '../graph.js';
import { kaimingUniform, uniform } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';

/** Rules and defaults of {@link ConvLayerOptions}. */
export const CONV_LAYER_OPTIONS = {
  ...pickRows(CONV_OPTIONS, 'stride', 'dilation', 'padding', 'paddingMode', 'paddingValue', 'groups'),
  /** Learn a bias per output channel. Default true. */
  bias: option(flag, { default: true }),
} satisfies Rows;

/** Options of the convolution layers. */
export interface ConvLayerOptions extends OptionsOf<typeof CONV_LAYER_OPTIONS> {}

/** A convolution with a learned kernel: `conv` with this layer's weight. */
abstract class ConvNd extends Module {
  /** `[Cout, Cin / groups, ...kernel]` */
  readonly weight: Parameter;
  /** `[Cout]` */
  readonly bias: Parameter | null;
  readonly options: ConvOptions;

  constructor(rank: number, inChannels: number, outChannels: number, kernelSize: PerAxis<number>, given: ConvLayerOptions = {}) {
    super();
    const operation = this.constructor.name;
    checkOptions(operation, given, CONV_LAYER_OPTIONS);
    checkSizes(operation, { inChannels, outChannels });
    check(operation, 'kernelSize', kernelSize, perAxis(count));
    const { bias = true, ...options } = given;
    const kernel = Array.isArray(kernelSize) ? kernelSize : Array(rank).fill(kernelSize);
    if (kernel.length !== rank)
      throw new OptionError(operation, 'kernelSize', `must be a number, or a list with one for each of the ${rank} spatial axes`, kernelSize);
    const { groups = 1 } = options;
    if (inChannels % groups !== 0) throw new OptionError(operation, 'groups', `must divide the ${inChannels} input channels`, groups);
    if (outChannels % groups !== 0) throw new OptionError(operation, 'groups', `must divide the ${outChannels} output channels`, groups);
    const shape = [outChannels, inChannels / groups, ...kernel];
    const fanIn = sizeOf(shape, operation) / outChannels;
    this.weight = new Parameter(shape, kaimingUniform(fanIn, Math.sqrt(5)));
    this.bias = bias ? new Parameter([outChannels], uniform(1 / Math.sqrt(fanIn))) : null;
    this.options = options;
  }

  forward(x: Value): Value {
    return convolve(x, this.weight.in(x.graph), this.bias?.in(x.graph) ?? null, this.options, this.constructor.name);
  }
}

/** `[N, Cin, W]` → `[N, Cout, W']`. Arguments, weight layout and initialization are PyTorch's. */
export class Conv1d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis<number>, options?: ConvLayerOptions) {
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * `[N, Cin, H, W]` → `[N, Cout, H', W']`. Arguments, weight layout and initialization are PyTorch's.
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { Conv2d, full } from 'convlab';
 *
 * const layer = new Conv2d(3, 8, 5, { stride: 2, padding: 2 }); // in, out, kernel
 * console.log((await layer.run(full([1, 3, 32, 32]))).shape); // → [ 1, 8, 16, 16 ]
 * ```
 */
export class Conv2d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis<number>, options?: ConvLayerOptions) {
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/** `[N, Cin, D, H, W]` → `[N, Cout, D', H', W']`. Arguments, weight layout and initialization are PyTorch's. */
export class Conv3d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis<number>, options?: ConvLayerOptions) {
    super(3, inChannels, outChannels, kernelSize, options);
  }
}

/** Rules and defaults of {@link ConvTransposeOptions}. */
export const CONV_TRANSPOSE_OPTIONS = {
  ...pickRows(CONV_OPTIONS, 'stride', 'dilation'),
  /** Elements removed from both sides of each output axis. Default 0. */
  padding: option(perAxis(whole(0)), { default: 0 }),
  /** Elements added at the end, < stride, to select one of the output sizes that are possible with a stride. Default 0. */
  outputPadding: option(perAxis(whole(0)), { default: 0 }),
  ...pickRows(CONV_OPTIONS, 'groups'),
  /** Learn a bias per output channel. Default true. */
  bias: option(flag, { default: true }),
} satisfies Rows;

/** Options of {@link ConvTranspose2d}. */
export interface ConvTransposeOptions extends OptionsOf<typeof CONV_TRANSPOSE_OPTIONS> {}

/**
 * `[N, Cin, H, W]` → `[N, Cout, (H − 1)·stride − 2·padding + dilation·(k − 1) + outputPadding + 1, …]`: the input gradient of a convolution, run forward.
 * @throws OptionError if an option is unknown or breaks its rule
 */
export class ConvTranspose2d extends Module {
  /** `[Cin, Cout / groups, kH, kW]` */
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly options: Required<Omit<ConvTransposeOptions, 'bias'>>;

  constructor(inChannels: number, outChannels: number, kernelSize: PerAxis<number>, options: ConvTransposeOptions = {}) {
    super();
    const { bias, ...rest } = settle('ConvTranspose2d', options, CONV_TRANSPOSE_OPTIONS);
    checkSizes('ConvTranspose2d', { inChannels, outChannels });
    check('ConvTranspose2d', 'kernelSize', kernelSize, perAxis(count));
    this.options = rest;
    if (outChannels % this.options.groups !== 0)
      throw new OptionError('ConvTranspose2d', 'groups', `must divide the ${outChannels} output channels`, this.options.groups);
    const shape = [inChannels, outChannels / this.options.groups, ...pair(kernelSize)];
    const fanIn = sizeOf(shape, 'ConvTranspose2d') / inChannels;
    this.weight = new Parameter(shape, kaimingUniform(fanIn, Math.sqrt(5)));
    this.bias = bias ? new Parameter([outChannels], uniform(1 / Math.sqrt(fanIn))) : null;
  }

  forward(x: Value): Value {
    const { outputPadding, ...options } = this.options;
    const [stride, dilation, padding, extra] = [options.stride, options.dilation, options.padding, outputPadding].map(pair);
    const [n, , ...spatial] = x.shape;
    const kernel = this.weight.shape.slice(2);
    if (extra.some((cells, axis) => cells >= stride[axis]))
      throw new OptionError('ConvTranspose2d', 'outputPadding', 'must be smaller than the stride', outputPadding);
    const size = spatial.map((cells, axis) => (cells - 1) * stride[axis] - 2 * padding[axis] + dilation[axis] * (kernel[axis] - 1) + extra[axis] + 1);
    const outShape = [n, this.weight.shape[1] * options.groups, ...size];
    return convolveTransposed(x, this.weight.in(x.graph), this.bias?.in(x.graph) ?? null, outShape, options);
  }
}

const LINEAR_OPTIONS = pickRows(CONV_TRANSPOSE_OPTIONS, 'bias') satisfies Rows;

/**
 * `[N, inFeatures]` → `[N, outFeatures]`: a fully connected layer, computed as a convolution whose kernel covers the
 * whole input. The weight has PyTorch's layout, `[outFeatures, inFeatures]`. x may have any axes after N whose product
 * is inFeatures.
 * @throws OptionError if an option is unknown; ShapeError when it runs if a sample has a different number of values
 * @example
 * ```ts
 * import { full, Linear } from 'convlab';
 *
 * console.log((await new Linear(784, 10).run(full([32, 784]))).shape); // → [ 32, 10 ]
 * ```
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: { bias?: boolean } = {},
  ) {
    super();
    checkOptions('Linear', options, LINEAR_OPTIONS);
    checkSizes('Linear', { inFeatures, outFeatures });
    this.weight = new Parameter([outFeatures, inFeatures], kaimingUniform(inFeatures, Math.sqrt(5)));
    this.bias = (options.bias ?? true) ? new Parameter([outFeatures], uniform(1 / Math.sqrt(inFeatures))) : null;
  }

  forward(x: Value): Value {
    const flat = flatten(x);
    if (flat.shape[1] !== this.inFeatures)
      throw new ShapeError('Linear', `x must have ${this.inFeatures} values per sample, received ${flat.shape[1]}: ${show(x.shape)}`, { x: x.shape });
    const weight = x.graph.view([this.outFeatures, this.inFeatures, 1], this.weight.storage);
    return flatten(convolve(view(flat, [-1, this.inFeatures, 1]), weight, this.bias?.in(x.graph) ?? null, {}, 'Linear'));
  }
}

function checkSizes(operation: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) check(operation, name, size, count);
}

function pair(value: PerAxis<number>): readonly number[] {
  return Array.isArray(value) ? value : [value as number, value as number];
}
