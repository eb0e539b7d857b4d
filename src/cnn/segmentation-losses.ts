import { notNegative, type OptionsOf, option, type Rows, rule, settle } from '../options.js';
import { sizeOf } from '../tensor.js';
import { sigmoid } from './functional/activations.js';
import { add, multiply } from './functional/arithmetic.js';
import { convolve } from './functional/convolution.js';
import { view } from './functional/shape.js';
import { logSoftmax, softmax } from './functional/softmax.js';
import type { Value } from './graph.js';
import { dot, Loss, mean } from './losses.js';
import { CLASS_LOSS_OPTIONS, classCoefficients, oneHot, type Target } from './targets.js';

const gamma = rule<number>('0, or a finite number ≥ 1', (value) => value === 0 || (Number.isFinite(value) && (value as number) >= 1));

/** Rules and defaults of {@link FocalOptions}. */
export const FOCAL_OPTIONS = {
  ...CLASS_LOSS_OPTIONS,
  /** Exponent γ that reduces the weight of well-classified positions; 0: {@link CrossEntropyLoss}. Default 2. */
  gamma: option(gamma, { default: 2 }),
} satisfies Rows;

/** Options of {@link FocalLoss}. */
export interface FocalOptions extends OptionsOf<typeof FOCAL_OPTIONS> {}

/**
 * The mean of −(1 − p)^γ · log p of the correct class, from logits `[N, C]` or `[N, C, ...]`. Use it if one class
 * dominates, such as the background of an image.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Lin et al., Focal Loss for Dense Object Detection, 2017
 */
export class FocalLoss extends Loss {
  readonly options: FocalOptions & { gamma: number };

  constructor(options: FocalOptions = {}) {
    super();
    this.options = settle('FocalLoss', options, FOCAL_OPTIONS);
  }

  forward(output: Value, target: Value): Value {
    return dot(focus(logSoftmax(output), this.options.gamma), target);
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    const { weight, ignoreIndex } = this.options;
    return classCoefficients('FocalLoss', target, shape, { weight, ignoreIndex });
  }
}

/** Rules and defaults of {@link DiceOptions}. */
export const DICE_OPTIONS = {
  /** Added to numerator and denominator, so that an absent class that is not predicted has no loss. Default 1. */
  smooth: option(notNegative, { default: 1 }),
} satisfies Rows;

/** Options of {@link DiceLoss}. */
export interface DiceOptions extends OptionsOf<typeof DICE_OPTIONS> {}

/**
 * The mean of 1 − (2·Σ p·t + smooth) / (Σ p + Σ t + smooth) over samples and classes, with sums over space: one minus
 * the overlap of prediction and target. The output contains logits `[N, C, ...]`; p is their softmax or, with one
 * channel, their sigmoid. The target is a class per position, or t in the output's shape.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Milletari et al., V-Net, 2016
 * @example
 * ```ts
 * import { Conv2d, DiceLoss, full } from 'convlab';
 *
 * const output = await new Conv2d(1, 1, 3, { padding: 1 }).run(full([2, 1, 8, 8], 1)); // a logit for each pixel
 * const loss = await new DiceLoss().run(output, full([2, 1, 8, 8], 1));
 * loss.backward();
 * ```
 */
export class DiceLoss extends Loss {
  readonly smooth: number;

  constructor(options: DiceOptions = {}) {
    super();
    this.smooth = settle('DiceLoss', options, DICE_OPTIONS).smooth;
  }

  override binary([, channels]: readonly number[]): boolean {
    return channels === 1;
  }

  forward(output: Value, target: Value): Value {
    const [batch, channels, ...spatial] = output.shape;
    const maps = [batch * channels, 1, sizeOf(spatial)];
    const p = view(channels === 1 ? sigmoid(output) : softmax(output), maps);
    const t = view(target, maps);
    const ones = output.graph.constant([1, 1, maps[2]], new Float32Array(maps[2]).fill(1));
    const sum = (x: Value) => convolve(x, ones, null, {}, 'sum');
    return mean(missed(sum(multiply(p, t)), add(sum(p), sum(t)), this.smooth));
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    if (shape[1] !== 1) return oneHot('DiceLoss', target, shape);
    const values = 'data' in target ? target.data : target;
    return values.length === sizeOf(shape) ? Float32Array.from(values) : oneHot('DiceLoss', target, shape);
  }
}

/** (1 − p)^γ · log p from log p. */
function focus(logs: Value, gamma: number): Value {
  if (gamma === 0) return logs;
  const [p, rest, power] = [0, 1, 2].map(() => logs.graph.temporary(logs.shape));
  return logs.graph.record('focus', [logs], logs.shape, (out) => ({
    forward: (on) => {
      on.pointwise('exp', [logs.data], [], p.data);
      // 1 − p, kept positive for the logarithm
      on.pointwise('affine', [p.data], [-1, 1], rest.data);
      on.pointwise('clamp', [rest.data], [1e-12, 1], rest.data);
      on.pointwise('log', [rest.data], [], power.data);
      on.pointwise('affine', [power.data], [gamma - 1, 0], power.data);
      on.pointwise('exp', [power.data], [], power.data);
      on.pointwise('multiply', [power.data, rest.data], [], out.data);
      on.pointwise('multiply', [out.data, logs.data], [], out.data);
    },
    // (1 − p)^(γ − 1) · (1 − p − γ · p · log p)
    backward: (on) => {
      logs.storage.accumulate(on, (into) => {
        on.pointwise('multiplyAdd', [p.data, logs.data, rest.data], [-gamma, 1], into);
        on.pointwise('multiply', [into, power.data], [], into);
        on.pointwise('multiply', [into, out.gradient], [], into);
      });
    },
  }));
}

/** 1 − (2·overlap + smooth) / (total + smooth) */
function missed(overlap: Value, total: Value, smooth: number): Value {
  const [above, below] = [0, 1].map(() => overlap.graph.temporary(overlap.shape));
  return overlap.graph.record('missed', [overlap, total], overlap.shape, (out) => ({
    forward: (on) => {
      on.pointwise('affine', [overlap.data], [2, smooth], above.data);
      on.pointwise('affine', [total.data], [1, smooth], below.data);
      on.pointwise('divide', [above.data, below.data], [], out.data);
      on.pointwise('affine', [out.data], [-1, 1], out.data);
    },
    backward: (on) => {
      overlap.storage.accumulate(on, (into) => {
        on.pointwise('divide', [out.gradient, below.data], [], into);
        on.pointwise('affine', [into], [-2, 0], into);
      });
      total.storage.accumulate(on, (into) => {
        on.pointwise('affine', [out.data], [-1, 1], into);
        on.pointwise('multiply', [into, out.gradient], [], into);
        on.pointwise('divide', [into, below.data], [], into);
      });
    },
  }));
}
