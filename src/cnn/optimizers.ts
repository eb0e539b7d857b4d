import { DataError, OptionError, show, UnsupportedError } from '../errors.js';
import type { DeviceBuffer } from '../kernels/backend.js';
import { convGeometry } from '../kernels/geometry.js';
import type { Operators } from '../kernels/operators.js';
import { check, flag, notNegative, type OptionsOf, option, probability, type Rows, rule, type SettledOptions, settle } from '../options.js';
import type { Tensor } from '../tensor.js';
import type { Module } from './module.js';
import type { Parameter } from './parameter.js';

/**
 * Moves parameters along their gradients, on the backend that they lie on.
 * @throws OptionError if the rate is not a finite number ≥ 0
 */
export abstract class Optimizer {
  /** The learning rate, which schedules change. */
  lr: number;
  /** Steps taken so far. */
  steps = 0;
  readonly #named: readonly [string, Parameter][];
  /** Buffers beside each parameter, such as momentum: `momentum.conv1.weight`. */
  readonly #slots = new Map<string, { buffer: DeviceBuffer; on: Operators; shape: readonly number[] }>();
  /** State that was loaded before the model lay on a backend. */
  readonly #pending = new Map<string, Tensor>();

  constructor(model: Module, lr: number) {
    check(this.constructor.name, 'lr', lr, notNegative);
    this.lr = lr;
    this.#named = [...model.namedParameters()].filter(([, parameter]) => parameter.trainable);
  }

  /** One update from the gradients as they stand. Parameters without a gradient stay. */
  step(): void {
    this.steps++;
    for (const [name, { shape, storage }] of this.#named) {
      const { operators: on, data, gradient, untouched } = storage;
      if (!on || !data || !gradient || untouched) continue;
      const slot = (kind: string) => this.#slot(`${kind}.${name}`, shape, on, storage.length);
      this.update(on, data, gradient, slot);
    }
  }

  /** Forgets the gradients. */
  zeroGrad(): void {
    for (const [, { storage }] of this.#named) storage.untouched = true;
  }

  /**
   * Scales all gradients alike so that their common norm is at most `maxNorm`, PyTorch's clip_grad_norm_.
   * Everything stays on the backend: Σ g² is a convolution of the gradient with itself.
   */
  clipGradNorm(maxNorm: number): void {
    if (!(maxNorm > 0)) throw new OptionError('clipGradNorm', 'maxNorm', 'must be > 0', maxNorm);
    const touched = this.#named.filter(([, { storage }]) => storage.operators && !storage.untouched);
    if (touched.length === 0) return;
    const on = touched[0][1].storage.operators as Operators;
    const [sum, part, limit] = [on.allocate(1), on.allocate(1), on.allocate(1)];
    for (const [, { storage }] of touched) {
      const flat = [1, storage.length, 1];
      on.conv(convGeometry(flat, flat), storage.gradient as DeviceBuffer, storage.gradient as DeviceBuffer, null, part);
      on.pointwise('combine', [sum, part], [1, 1], sum);
    }
    // min(1, maxNorm / norm) = 1 / max(1, norm / maxNorm), as 1 / √(1 + relu(Σ g² / maxNorm² − 1))
    on.pointwise('affine', [sum], [1 / maxNorm ** 2, -1], sum);
    on.pointwise('leakyRelu', [sum], [0], sum);
    on.pointwise('inverseSquareRoot', [sum], [1], limit);
    for (const [, { storage }] of touched) {
      const scaled = on.allocate(storage.length);
      on.conv(convGeometry([1, 1, storage.length], [1, 1, 1]), storage.gradient as DeviceBuffer, limit, null, scaled);
      on.pointwise('affine', [scaled], [1, 0], storage.gradient as DeviceBuffer);
      on.free(scaled);
    }
    for (const buffer of [sum, part, limit]) on.free(buffer);
  }

  /**
   * Everything that resumed training needs besides the model: slots by name, and the number of steps.
   * @param model by whose names parameters go. Default: the module that the optimizer was made for, a part of the model say
   * @throws UnsupportedError if the optimizer holds a parameter that the model does not have
   */
  async stateDict(model?: Module): Promise<Map<string, Tensor>> {
    const named = this.#namesIn(model);
    const slots = new Map(this.#pending);
    for (const [name, { buffer, on, shape }] of this.#slots) slots.set(name, { shape, data: await on.read(buffer) });
    const state = new Map<string, Tensor>([['steps', { shape: [1], data: Float32Array.of(this.steps) }]]);
    for (const [name, slot] of slots) {
      const [kind, own] = splitName(name);
      state.set(`${kind}.${named.get(own)}`, slot);
    }
    return state;
  }

  /**
   * Goes on from what {@link stateDict} returned. Nothing is changed if anything does not fit.
   * @param model as there
   * @throws DataError if a slot belongs to no parameter of this optimizer, or has another shape
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, model?: Module): this {
    const own = new Map([...this.#namesIn(model)].map(([name, other]) => [other, name]));
    const shapes = new Map(this.#named.map(([name, { shape }]) => [name, shape]));
    const slots = [...state].flatMap(([key, tensor]): [string, Tensor][] => {
      if (key === 'steps') return [];
      const [kind, name] = splitName(key);
      const shape = shapes.get(own.get(name) ?? '');
      if (!shape) throw new DataError('loadStateDict', `${show(key)} belongs to no parameter that this ${this.constructor.name} holds`, { key });
      if (show(shape) !== show(tensor.shape))
        throw new DataError('loadStateDict', `${show(key)} must have shape ${show(shape)}, received ${show(tensor.shape)}`, { key });
      return [[`${kind}.${own.get(name)}`, tensor]];
    });
    this.steps = state.get('steps')?.data[0] ?? 0;
    for (const [name, tensor] of slots) {
      const slot = this.#slots.get(name);
      if (slot) slot.on.write(slot.buffer, tensor.data);
      else this.#pending.set(name, tensor);
    }
    return this;
  }

  /** Frees the slots. */
  dispose(): void {
    for (const { buffer, on } of this.#slots.values()) on.free(buffer);
    this.#slots.clear();
  }

  /**
   * Updates one parameter in place.
   * @param slot a buffer beside the parameter, zero at first
   */
  protected abstract update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer): void;

  /** The name of each parameter in a model, by its own. */
  #namesIn(model: Module | undefined): ReadonlyMap<string, string> {
    if (!model) return new Map(this.#named.map(([name]) => [name, name]));
    const names = new Map([...model.namedParameters()].map(([name, parameter]) => [parameter, name]));
    return new Map(
      this.#named.map(([own, parameter]) => {
        const name = names.get(parameter);
        if (name === undefined) throw new UnsupportedError(this.constructor.name, `its parameter ${own} is not one of the model's`);
        return [own, name];
      }),
    );
  }

  #slot(name: string, shape: readonly number[], on: Operators, length: number): DeviceBuffer {
    let slot = this.#slots.get(name);
    if (!slot || slot.on !== on) {
      slot = { buffer: on.allocate(length), on, shape };
      const pending = this.#pending.get(name);
      if (pending) on.write(slot.buffer, pending.data);
      this.#pending.delete(name);
      this.#slots.set(name, slot);
    }
    return slot.buffer;
  }
}

/** `momentum.conv1.weight` as kind and parameter. */
function splitName(key: string): [kind: string, parameter: string] {
  const dot = key.indexOf('.');
  return [key.slice(0, dot), key.slice(dot + 1)];
}

/** What is multiplied with itself in every step. */
const decay = rule<number>('a share, 0 ≤ s < 1', probability.holds);

/** Rows of {@link SGDOptions}. */
export const SGD_OPTIONS = {
  lr: option(notNegative, { required: true }),
  /** Default 0. */
  momentum: option(decay, { default: 0 }),
  /** Look ahead along the momentum. Default false. */
  nesterov: option(flag, { default: false }),
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay: option(notNegative, { default: 0 }),
} satisfies Rows;

/** Options of {@link SGD}. */
export interface SGDOptions extends OptionsOf<typeof SGD_OPTIONS> {}

/**
 * v = momentum·v + g; parameter −= lr·v. As PyTorch's, the first v is g.
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

  constructor(model: Module, options: SGDOptions) {
    const { lr, momentum, nesterov, weightDecay } = settle('SGD', options, SGD_OPTIONS);
    super(model, lr);
    if (nesterov && momentum === 0) throw new OptionError('SGD', 'nesterov', 'needs a momentum > 0, which is 0', nesterov);
    this.#options = { momentum, nesterov, weightDecay };
  }

  protected update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer): void {
    const { momentum, nesterov, weightDecay } = this.#options;
    if (weightDecay > 0) on.pointwise('combine', [gradient, parameter], [1, weightDecay], gradient);
    let direction = gradient;
    if (momentum > 0) {
      const velocity = slot('momentum');
      on.pointwise('combine', [velocity, gradient], [momentum, 1], velocity);
      if (nesterov) on.pointwise('combine', [gradient, velocity], [1, momentum], gradient);
      else direction = velocity;
    }
    on.pointwise('combine', [parameter, direction], [1, -this.lr], parameter);
  }
}

const betas = rule<readonly [number, number]>('two numbers in [0, 1)', (value) => Array.isArray(value) && value.length === 2 && value.every(probability.holds));

/** Rows of {@link AdamOptions}. */
export const ADAM_OPTIONS = {
  /** Default 0.001. */
  lr: option(notNegative, { default: 0.001 }),
  /** Decay of the two moments. Default [0.9, 0.999]. */
  betas: option(betas, { default: [0.9, 0.999] }),
  /** Default 1e-8. */
  eps: option(notNegative, { default: 1e-8 }),
  /** Adam: an L2 penalty, added to the gradient, default 0. AdamW: weights shrink by lr·weightDecay a step, default 0.01. */
  weightDecay: option(notNegative, { default: 0 }),
} satisfies Rows;

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends OptionsOf<typeof ADAM_OPTIONS> {}

/**
 * A rate for each weight, from running means of its gradient and of the gradient's square.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015
 */
export class Adam extends Optimizer {
  protected readonly options: Omit<SettledOptions<typeof ADAM_OPTIONS>, 'lr'>;

  constructor(model: Module, options: AdamOptions = {}) {
    const { lr, betas, eps, weightDecay } = settle(new.target.name, options, ADAM_OPTIONS);
    super(model, lr);
    this.options = { betas, eps, weightDecay };
  }

  protected update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer): void {
    const { weightDecay } = this.options;
    if (weightDecay > 0) on.pointwise('combine', [gradient, parameter], [1, weightDecay], gradient);
    this.adapt(on, parameter, gradient, slot);
  }

  protected adapt(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer): void {
    const { betas, eps } = this.options;
    const [first, second] = [slot('exp_avg'), slot('exp_avg_sq')];
    on.pointwise('combine', [first, gradient], [betas[0], 1 - betas[0]], first);
    on.pointwise('multiplyAdd', [gradient, gradient, second], [1 - betas[1], betas[1]], second);
    const rate = this.lr / (1 - betas[0] ** this.steps);
    const scale = 1 / Math.sqrt(1 - betas[1] ** this.steps);
    on.pointwise('adaptiveStep', [parameter, first, second], [rate, scale, eps], parameter);
  }
}

/** Adam with decoupled weight decay. @see Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019 */
export class AdamW extends Adam {
  constructor(model: Module, options: AdamOptions = {}) {
    super(model, { weightDecay: 0.01, ...options });
  }

  protected override update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer): void {
    on.pointwise('affine', [parameter], [1 - this.lr * this.options.weightDecay, 0], parameter);
    this.adapt(on, parameter, gradient, slot);
  }
}

/** Rows of {@link RMSPropOptions}. */
export const RMSPROP_OPTIONS = {
  /** Default 0.01. */
  lr: option(notNegative, { default: 0.01 }),
  /** Decay of the mean square. Default 0.99. */
  alpha: option(probability, { default: 0.99 }),
  /** Default 1e-8. */
  eps: option(notNegative, { default: 1e-8 }),
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay: option(notNegative, { default: 0 }),
  /** Default 0. */
  momentum: option(decay, { default: 0 }),
} satisfies Rows;

/** Options of {@link RMSProp}. */
export interface RMSPropOptions extends OptionsOf<typeof RMSPROP_OPTIONS> {}

/**
 * Gradients divided by the root of their running mean square.
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Hinton, Neural Networks for Machine Learning, lecture 6e, 2012
 */
export class RMSProp extends Optimizer {
  readonly #options: Omit<SettledOptions<typeof RMSPROP_OPTIONS>, 'lr'>;

  constructor(model: Module, options: RMSPropOptions = {}) {
    const { lr, alpha, eps, weightDecay, momentum } = settle('RMSProp', options, RMSPROP_OPTIONS);
    super(model, lr);
    this.#options = { alpha, eps, weightDecay, momentum };
  }

  protected update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer): void {
    const { alpha, eps, weightDecay, momentum } = this.#options;
    if (weightDecay > 0) on.pointwise('combine', [gradient, parameter], [1, weightDecay], gradient);
    const square = slot('square_avg');
    on.pointwise('multiplyAdd', [gradient, gradient, square], [1 - alpha, alpha], square);
    if (momentum > 0) {
      // velocity = momentum·velocity + g / (√square + eps)
      const velocity = slot('momentum_buffer');
      on.pointwise('affine', [velocity], [momentum, 0], velocity);
      on.pointwise('adaptiveStep', [velocity, gradient, square], [-1, 1, eps], velocity);
      on.pointwise('combine', [parameter, velocity], [1, -this.lr], parameter);
    } else {
      on.pointwise('adaptiveStep', [parameter, gradient, square], [this.lr, 1, eps], parameter);
    }
  }
}
