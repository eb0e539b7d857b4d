import { checkOptions, notNegative, type OptionsOf, option, positive, type Rows, settle } from '../options.js';
import type { Value } from './graph.js';
import { Loss, meanOver } from './losses.js';
import { dense, type Target } from './targets.js';

/**
 * The mean of |output − target|. Its gradient is 0 where they are equal.
 * @throws OptionError if an option is passed, because there are none
 */
export class L1Loss extends Loss {
  constructor(options: object = {}) {
    super();
    checkOptions('L1Loss', options, {});
  }

  forward(output: Value, target: Value): Value {
    return meanOfDistances(output, target);
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    return dense('L1Loss', target, shape);
  }
}

/** Rules and defaults of {@link SmoothL1Options}. */
export const SMOOTH_L1_OPTIONS = {
  /** Distance up to which the loss is quadratic; 0: {@link L1Loss}. Default 1. */
  beta: option(notNegative, { default: 1 }),
} satisfies Rows;

/** Options of {@link SmoothL1Loss}. */
export interface SmoothL1Options extends OptionsOf<typeof SMOOTH_L1_OPTIONS> {}

/**
 * The mean of d² / 2β where d = |output − target| < β, otherwise d − β / 2.
 * @throws OptionError if an option is unknown or breaks its rule
 */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor(options: SmoothL1Options = {}) {
    super();
    this.beta = settle('SmoothL1Loss', options, SMOOTH_L1_OPTIONS).beta;
  }

  forward(output: Value, target: Value): Value {
    return this.beta === 0 ? meanOfDistances(output, target) : bounded(output, target, this.beta, 1 / this.beta);
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    return dense('SmoothL1Loss', target, shape);
  }
}

/** Rules and defaults of {@link HuberOptions}. */
export const HUBER_OPTIONS = {
  /** Distance up to which the loss is quadratic. Default 1. */
  delta: option(positive, { default: 1 }),
} satisfies Rows;

/** Options of {@link HuberLoss}. */
export interface HuberOptions extends OptionsOf<typeof HUBER_OPTIONS> {}

/**
 * The mean of d² / 2 where d = |output − target| < δ, else δ·(d − δ / 2): outliers have a linear, not a quadratic
 * effect.
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { HuberLoss, Linear, tensor } from 'convlab';
 *
 * const output = await new Linear(2, 1).run(tensor([[1, 2]]));
 * const loss = await new HuberLoss({ delta: 0.5 }).run(output, [3]); // one number per sample
 * loss.backward();
 * ```
 */
export class HuberLoss extends Loss {
  readonly delta: number;

  constructor(options: HuberOptions = {}) {
    super();
    this.delta = settle('HuberLoss', options, HUBER_OPTIONS).delta;
  }

  forward(output: Value, target: Value): Value {
    return bounded(output, target, this.delta, 1);
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    return dense('HuberLoss', target, shape);
  }
}

/** The mean of |output − target|. */
function meanOfDistances(output: Value, target: Value): Value {
  return meanOver('distance', output, target, {
    value: (on, out) => {
      on.pointwise('combine', [output.data, target.data], [1, -1], out);
      on.pointwise('leakyRelu', [out], [-1], out);
    },
    // the sign, which is 0 for 0
    slope: (on, into) => {
      on.pointwise('combine', [output.data, target.data], [1e30, -1e30], into);
      on.pointwise('clamp', [into], [-1, 1], into);
    },
  });
}

/** The mean of scale·h·(d − h / 2) with d = output − target and h = d clamped to ±bound, the slope. */
function bounded(output: Value, target: Value, bound: number, scale: number): Value {
  const held = output.graph.temporary(output.shape);
  return meanOver('boundedDistance', output, target, {
    value: (on, out) => {
      on.pointwise('combine', [output.data, target.data], [1, -1], out);
      on.pointwise('clamp', [out], [-bound, bound], held.data);
      on.pointwise('combine', [out, held.data], [scale, -scale / 2], out);
      on.pointwise('multiply', [out, held.data], [], out);
    },
    slope: (on, into) => on.pointwise('affine', [held.data], [scale, 0], into),
  });
}
