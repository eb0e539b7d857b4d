import { OptionError } from '../errors.js';
import type { DeviceBuffer } from '../kernels/backend.js';
import type { Operators } from '../kernels/operators.js';
import { flag, notNegative, type OptionsOf, option, probability, type Rows, rule, type SettledOptions, settle } from '../options.js';
import { Optimizer } from './optimizer.js';
import type { Trainable } from './parameter-groups.js';

/** The rule for factors that are applied in every step. */
const decay = rule<number>('a share, 0 ≤ s < 1', probability.holds);

/** Rules and defaults of {@link SGDOptions}. */
export const SGD_OPTIONS = {
  lr: option(notNegative, { required: true }),
  /** Momentum, 0 ≤ m < 1. Default 0. */
  momentum: option(decay, { default: 0 }),
  /** Use Nesterov momentum. Default false. */
  nesterov: option(flag, { default: false }),
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay: option(notNegative, { default: 0 }),
} satisfies Rows;

/** Options of {@link SGD}. */
export interface SGDOptions extends OptionsOf<typeof SGD_OPTIONS> {}

/**
 * v = momentum·v + g; parameter −= lr·v. As in PyTorch, the first v is g.
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { CrossEntropyLoss, Linear, SGD, tensor } from 'convlab';
 *
 * const layer = new Linear(2, 3).initialize(1);
 * const optimizer = new SGD(layer, { lr: 0.1, momentum: 0.9 });
 * const losses: number[] = [];
 * for (let step = 0; step < 5; step++) {
 *   optimizer.zeroGrad();
 *   const loss = await new CrossEntropyLoss().run(await layer.run(tensor([[1, 2]])), [2]);
 *   loss.backward();
 *   optimizer.step();
 *   losses.push(loss.value);
 * }
 * console.log(losses[4] < losses[0]); // → true
 * ```
 */
export class SGD extends Optimizer {
  readonly #options: Omit<SettledOptions<typeof SGD_OPTIONS>, 'lr'>;

  constructor(learned: Trainable, options: SGDOptions) {
    const { lr, momentum, nesterov, weightDecay } = settle('SGD', options, SGD_OPTIONS);
    super(learned, lr);
    if (nesterov && momentum === 0) throw new OptionError('SGD', 'nesterov', 'requires momentum > 0 (it is 0)', nesterov);
    this.#options = { momentum, nesterov, weightDecay };
  }

  protected update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer, lr: number): void {
    const { momentum, nesterov, weightDecay } = this.#options;
    if (weightDecay > 0) on.pointwise('combine', [gradient, parameter], [1, weightDecay], gradient);
    let direction = gradient;
    if (momentum > 0) {
      const velocity = slot('momentum');
      on.pointwise('combine', [velocity, gradient], [momentum, 1], velocity);
      if (nesterov) on.pointwise('combine', [gradient, velocity], [1, momentum], gradient);
      else direction = velocity;
    }
    on.pointwise('combine', [parameter, direction], [1, -lr], parameter);
  }
}

const betas = rule<readonly [number, number]>('two numbers in [0, 1)', (value) => Array.isArray(value) && value.length === 2 && value.every(probability.holds));

/** Rules and defaults of {@link AdamOptions}. */
export const ADAM_OPTIONS = {
  /** Learning rate. Default 0.001. */
  lr: option(notNegative, { default: 0.001 }),
  /** Decay of the two moments. Default [0.9, 0.999]. */
  betas: option(betas, { default: [0.9, 0.999] }),
  /** Added to the denominator. Default 1e-8. */
  eps: option(notNegative, { default: 1e-8 }),
  /**
   * Adam: an L2 penalty, added to the gradient, default 0. AdamW: weights are multiplied by 1 − lr·weightDecay in every
   * step, default 0.01.
   */
  weightDecay: option(notNegative, { default: 0 }),
} satisfies Rows;

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends OptionsOf<typeof ADAM_OPTIONS> {}

/**
 * Adam: adapts the rate of each weight by running means of its gradient and of the squared gradient.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015
 */
export class Adam extends Optimizer {
  protected readonly options: Omit<SettledOptions<typeof ADAM_OPTIONS>, 'lr'>;

  constructor(learned: Trainable, options: AdamOptions = {}) {
    const { lr, betas, eps, weightDecay } = settle(new.target.name, options, ADAM_OPTIONS);
    super(learned, lr);
    this.options = { betas, eps, weightDecay };
  }

  protected update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer, lr: number): void {
    const { weightDecay } = this.options;
    if (weightDecay > 0) on.pointwise('combine', [gradient, parameter], [1, weightDecay], gradient);
    this.adapt(on, parameter, gradient, slot, lr);
  }

  protected adapt(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer, lr: number): void {
    const { betas, eps } = this.options;
    const [first, second] = [slot('exp_avg'), slot('exp_avg_sq')];
    on.pointwise('combine', [first, gradient], [betas[0], 1 - betas[0]], first);
    on.pointwise('multiplyAdd', [gradient, gradient, second], [1 - betas[1], betas[1]], second);
    const rate = lr / (1 - betas[0] ** this.steps);
    const scale = 1 / Math.sqrt(1 - betas[1] ** this.steps);
    on.pointwise('adaptiveStep', [parameter, first, second], [rate, scale, eps], parameter);
  }
}

/** Adam with decoupled weight decay. @see Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019 */
export class AdamW extends Adam {
  constructor(learned: Trainable, options: AdamOptions = {}) {
    super(learned, { weightDecay: 0.01, ...options });
  }

  protected override update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer, lr: number): void {
    on.pointwise('affine', [parameter], [1 - lr * this.options.weightDecay, 0], parameter);
    this.adapt(on, parameter, gradient, slot, lr);
  }
}

/** Rules and defaults of {@link RMSpropOptions}. */
export const RMSPROP_OPTIONS = {
  /** Learning rate. Default 0.01. */
  lr: option(notNegative, { default: 0.01 }),
  /** Decay of the mean square. Default 0.99. */
  alpha: option(probability, { default: 0.99 }),
  /** Added to the denominator. Default 1e-8. */
  eps: option(notNegative, { default: 1e-8 }),
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay: option(notNegative, { default: 0 }),
  /** Momentum, 0 ≤ m < 1. Default 0. */
  momentum: option(decay, { default: 0 }),
} satisfies Rows;

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends OptionsOf<typeof RMSPROP_OPTIONS> {}

/**
 * Divides gradients by the root of their running mean square.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Hinton, Neural Networks for Machine Learning, lecture 6e, 2012
 */
export class RMSprop extends Optimizer {
  readonly #options: Omit<SettledOptions<typeof RMSPROP_OPTIONS>, 'lr'>;

  constructor(learned: Trainable, options: RMSpropOptions = {}) {
    const { lr, alpha, eps, weightDecay, momentum } = settle('RMSprop', options, RMSPROP_OPTIONS);
    super(learned, lr);
    this.#options = { alpha, eps, weightDecay, momentum };
  }

  protected update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer, lr: number): void {
    const { alpha, eps, weightDecay, momentum } = this.#options;
    if (weightDecay > 0) on.pointwise('combine', [gradient, parameter], [1, weightDecay], gradient);
    const square = slot('square_avg');
    on.pointwise('multiplyAdd', [gradient, gradient, square], [1 - alpha, alpha], square);
    if (momentum > 0) {
      // velocity = momentum·velocity + g / (√square + eps)
      const velocity = slot('momentum_buffer');
      on.pointwise('affine', [velocity], [momentum, 0], velocity);
      on.pointwise('adaptiveStep', [velocity, gradient, square], [-1, 1, eps], velocity);
      on.pointwise('combine', [parameter, velocity], [1, -lr], parameter);
    } else {
      on.pointwise('adaptiveStep', [parameter, gradient, square], [lr, 1, eps], parameter);
    }
  }
}
