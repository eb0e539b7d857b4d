import { OptionError, ShapeError, show } from '../../errors.js';
import { check, checkOptions, count, flag, list, notNegative, type OptionsOf, option, type Rows, settle } from '../../options.js';
import { sizeOf } from '../../tensor.js';
import { scaleChannels } from '../functional/convolution.js';
import { groupNorm } from '../functional/group-normalization.js';
import { view } from '../functional/shape.js';
import type { Value } from '../graph.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';

/** Rules and defaults of {@link GroupNormOptions}. */
export const GROUP_NORM_OPTIONS = {
  /** Added to the variance. Default 1e-5. */
  eps: option(notNegative, { default: 1e-5 }),
  /** Learn a scale and a shift per channel. Default true. */
  affine: option(flag, { default: true }),
} satisfies Rows;

/** Options of {@link GroupNorm}. */
export interface GroupNormOptions extends OptionsOf<typeof GROUP_NORM_OPTIONS> {}

/**
 * Normalizes groups of channels of `[N, C, ...spatial]`, each sample separately, in training and evaluation: for batches too small
 * for {@link BatchNorm2d}. With one group per channel, it is instance normalization.
 * @throws OptionError if an option is unknown or breaks its rule, or the groups do not divide the channels
 * @example
 * ```ts
 * import { Conv2d, full, GroupNorm, ReLU, Sequential } from 'convlab';
 *
 * const block = new Sequential([new Conv2d(3, 8, 3), new GroupNorm(4, 8), new ReLU()]); // 4 groups of 2 channels
 * console.log((await block.run(full([1, 3, 8, 8]))).shape); // → [ 1, 8, 6, 6 ]
 * ```
 */
export class GroupNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly options: GroupNormOptions;

  constructor(
    readonly groups: number,
    readonly channels: number,
    options: GroupNormOptions = {},
  ) {
    super();
    checkOptions('GroupNorm', options, GROUP_NORM_OPTIONS);
    check('GroupNorm', 'groups', groups, count);
    check('GroupNorm', 'channels', channels, count);
    if (channels % groups !== 0) throw new OptionError('GroupNorm', 'groups', `must divide the ${channels} channels`, groups);
    const { affine = true } = options;
    this.options = options;
    this.weight = affine ? new Parameter([channels], constant(1)) : null;
    this.bias = affine ? new Parameter([channels], constant(0)) : null;
  }

  forward(x: Value): Value {
    if (x.shape[1] !== this.channels) throw new ShapeError('GroupNorm', `x must have ${this.channels} channels, received ${show(x.shape)}`, { x: x.shape });
    const normal = groupNorm(x, this.groups, this.options.eps);
    if (!this.weight) return normal;
    const cells = view(normal, [x.shape[0], this.channels, -1]);
    return view(scaleChannels(cells, this.weight.in(x.graph), this.bias?.in(x.graph) ?? null), x.shape);
  }
}

/** Rules and defaults of {@link LayerNormOptions}. */
export const LAYER_NORM_OPTIONS = {
  /** Added to the variance. Default 1e-5. */
  eps: option(notNegative, { default: 1e-5 }),
  /** Learn a scale, and with `bias` a shift, for each normalized element. Default true. */
  elementwiseAffine: option(flag, { default: true }),
  /** Learn a shift; requires `elementwiseAffine`. Default true. */
  bias: option(flag, { default: true }),
} satisfies Rows;

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions extends OptionsOf<typeof LAYER_NORM_OPTIONS> {}

/**
 * Normalizes over the last axes, whose sizes are `normalizedShape`: `[C, H, W]` for x `[N, C, H, W]`, or F for
 * `[N, L, F]`.
 * @throws OptionError if an option is unknown or breaks its rule; ShapeError when it runs if the last axes of x differ
 * @see Ba et al., Layer Normalization, 2016
 */
export class LayerNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly normalizedShape: readonly number[];
  readonly options: LayerNormOptions;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const { elementwiseAffine, bias } = settle('LayerNorm', options, LAYER_NORM_OPTIONS);
    const shape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    check('LayerNorm', 'normalizedShape', shape, list(count));
    this.normalizedShape = shape;
    this.options = options;
    this.weight = elementwiseAffine ? new Parameter(shape, constant(1)) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(shape, constant(0)) : null;
  }

  forward(x: Value): Value {
    const { normalizedShape, weight, bias, options } = this;
    const lead = x.shape.length - normalizedShape.length;
    if (lead < 1 || show(x.shape.slice(lead)) !== show(normalizedShape))
      throw new ShapeError('LayerNorm', `x must end in the axes ${show(normalizedShape)} after N, received ${show(x.shape)}`, { x: x.shape });
    const cells = sizeOf(normalizedShape);
    const normal = groupNorm(view(x, [-1, 1, cells]), 1, options.eps);
    if (!weight) return view(normal, x.shape);
    const [scale, shift] = [weight, bias].map((parameter) => parameter && x.graph.view([cells], parameter.storage));
    return view(scaleChannels(view(normal, [-1, cells, 1]), scale ?? null, shift ?? null), x.shape);
  }
}
