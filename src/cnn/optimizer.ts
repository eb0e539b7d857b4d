import { DataError, OptionError, show, UnsupportedError } from '../errors.js';
import type { DeviceBuffer } from '../kernels/backend.js';
import { convGeometry } from '../kernels/geometry.js';
import type { Operators } from '../kernels/operators.js';
import type { Tensor } from '../tensor.js';
import type { Module } from './module.js';
import { holdGroups, type NamedParameter, type OptimizerGroup, type Trainable } from './parameter-groups.js';

/**
 * Updates parameters from their gradients, on the backend that stores them.
 * @throws OptionError if the rate is not a finite number ≥ 0
 * @example
 * ```ts
 * import { Adam, Linear, type Optimizer } from 'convlab';
 *
 * const optimizer: Optimizer = new Adam(new Linear(2, 3)); // of a model, or of a part of one
 * optimizer.lr /= 10;
 * console.log((await optimizer.stateDict()).get('steps')?.data); // → Float32Array(1) [ 0 ]
 * ```
 */
export abstract class Optimizer {
  /** The learning rate, which schedules change. The rate of a group is a multiple of it, see {@link OptimizerGroup.share}. */
  lr: number;
  /** Steps taken so far. */
  steps = 0;
  /** Groups of parameters with their rates; one for a model. */
  readonly groups: readonly OptimizerGroup[];
  readonly #named: readonly NamedParameter[];
  /** Additional buffers per parameter, such as momentum: `momentum.conv1.weight`. */
  readonly #slots = new Map<string, { buffer: DeviceBuffer; on: Operators; shape: readonly number[] }>();
  /** State that was loaded before the model was stored on a backend. */
  readonly #pending = new Map<string, Tensor>();

  /** @param learned a model, a part of a model, or groups of parameters with their own rates */
  constructor(learned: Trainable, lr: number) {
    const { named, groups } = holdGroups(new.target.name, learned, lr);
    this.lr = lr;
    this.#named = named;
    this.groups = groups;
  }

  /** One update from the current gradients. Parameters without a gradient do not change. */
  step(): void {
    this.steps++;
    for (const [name, { shape, storage }, group] of this.#named) {
      const { operators: on, data, gradient, untouched } = storage;
      if (!on || !data || !gradient || untouched) continue;
      const slot = (kind: string) => this.#slot(`${kind}.${name}`, shape, on, storage.length);
      this.update(on, data, gradient, slot, this.lr * this.groups[group].share);
    }
  }

  /** Sets all gradients to zero. */
  zeroGrad(): void {
    for (const [, { storage }] of this.#named) storage.untouched = true;
  }

  /**
   * Scales all gradients by one factor so that their total norm is at most `maxNorm`, like PyTorch's clip_grad_norm_.
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
   * The state needed to resume training, in addition to the model: slots (extra buffers of a parameter, such as momentum) by name, and the number of steps.
   * @param model whose parameter names are used. Default: the module that the optimizer was created for, e.g. a part of the model
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
   * Restores a state returned by {@link stateDict}. If anything does not match, nothing is changed.
   * @param model as in {@link stateDict}
   * @throws DataError if a slot belongs to no parameter of this optimizer, or has another shape
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, model?: Module): this {
    const own = new Map([...this.#namesIn(model)].map(([name, other]) => [other, name]));
    const shapes = new Map(this.#named.map(([name, { shape }]) => [name, shape]));
    const slots = [...state].flatMap(([key, tensor]): [string, Tensor][] => {
      if (key === 'steps') return [];
      const [kind, name] = splitName(key);
      const shape = shapes.get(own.get(name) ?? '');
      if (!shape) throw new DataError('loadStateDict', `${show(key)} must be the state of a parameter of this ${this.constructor.name}`, { key });
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

  /** Frees the slots, see {@link stateDict}. */
  dispose(): void {
    for (const { buffer, on } of this.#slots.values()) on.free(buffer);
    this.#slots.clear();
  }

  /**
   * Updates one parameter in place.
   * @param slot a buffer for the parameter, initially zero
   * @param lr the rate of the parameter's group
   */
  protected abstract update(on: Operators, parameter: DeviceBuffer, gradient: DeviceBuffer, slot: (kind: string) => DeviceBuffer, lr: number): void;

  /** Maps the optimizer's name of each parameter to its name in a model. */
  #namesIn(model: Module | undefined): ReadonlyMap<string, string> {
    if (!model) return new Map(this.#named.map(([name]) => [name, name]));
    const names = new Map([...model.namedParameters()].map(([name, parameter]) => [parameter, name]));
    return new Map(
      this.#named.map(([own, parameter]) => {
        const name = names.get(parameter);
        if (name === undefined) throw new UnsupportedError(this.constructor.name, `parameter ${own} must belong to the model`);
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
