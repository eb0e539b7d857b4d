import { DataError, show, UnsupportedError } from '../errors.js';
import type { DeviceBuffer } from '../kernels/backend.js';
import type { Operators } from '../kernels/operators.js';
import { type OptionsOf, option, type Rows, rule, settle } from '../options.js';
import type { Tensor } from '../tensor.js';
import type { Module } from './module.js';
import type { Parameter } from './parameter.js';

/** Rows of {@link AveragedModelOptions}. */
export const AVERAGED_MODEL_OPTIONS = {
  /** Share of the average that stays at each update, 0 ≤ d < 1: the average covers about 1 / (1 − d) steps. Default 0.999. */
  decay: option(
    rule<number>('a share, 0 ≤ s < 1', (value) => typeof value === 'number' && value >= 0 && value < 1),
    { default: 0.999 },
  ),
} satisfies Rows;

/** Options of {@link AveragedModel}. */
export interface AveragedModelOptions extends OptionsOf<typeof AVERAGED_MODEL_OPTIONS> {}

/** One parameter's average, on the backend of the model. */
interface Slot {
  readonly buffer: DeviceBuffer;
  readonly on: Operators;
}

/**
 * The exponential moving average of a model's weights, as PyTorch's `AveragedModel` with `get_ema_multi_avg_fn` and timm's `ModelEma`: it often
 * classifies better than the weights themselves, which a large learning rate moves to and fro. Statistics of batch normalization are averaged too.
 *
 * {@link train} and {@link evaluate} take it as `average`. In a loop of your own, call {@link update} after every step of the optimizer.
 * @throws OptionError if the decay is no share below 1
 * @example
 * ```ts
 * import { AveragedModel, full, Linear } from 'convlab';
 *
 * const model = new Linear(2, 1);
 * const average = new AveragedModel(model, { decay: 0.9 });
 * for (const bias of [1, 5]) {
 *   model.loadStateDict(new Map([['weight', full([1, 2])], ['bias', full([1], bias)]]));
 *   await model.run(full([1, 2])); // moves the weights to a backend, as the first step of training does
 *   average.update(); // the first update copies the weights
 * }
 * const takeOff = average.apply();
 * console.log((await model.run(full([1, 2]))).data[0].toFixed(1)); // → 1.4
 * takeOff();
 * console.log((await model.run(full([1, 2]))).data[0]); // → 5
 * ```
 */
export class AveragedModel {
  readonly decay: number;
  /** Updates so far. */
  updates = 0;
  readonly #model: Module;
  readonly #slots = new Map<Parameter, Slot>();
  /** State that was loaded before the model lay on a backend, by the names of the parameters. */
  readonly #pending = new Map<string, Tensor>();
  #applied = false;

  constructor(model: Module, options: AveragedModelOptions = {}) {
    this.decay = settle('AveragedModel', options, AVERAGED_MODEL_OPTIONS).decay;
    this.#model = model;
  }

  /**
   * Takes the weights into the average: the first time as they are.
   * @throws UnsupportedError while {@link apply} is in force, before the model lies on a backend, and after it was moved to another one
   */
  update(): void {
    if (this.#applied) throw new UnsupportedError('update', 'the model currently holds the averages; restore its weights first');
    const share = this.updates === 0 ? 1 : 1 - this.decay;
    for (const [data, { buffer, on }] of this.#pairs()) on.pointwise('combine', [buffer, data], [1 - share, share], buffer);
    this.updates++;
  }

  /**
   * Gives the model the averaged weights.
   * @returns gives it its own back, as they were
   * @throws UnsupportedError before the first update, and while it is in force
   */
  apply(): () => void {
    if (this.updates === 0) throw new UnsupportedError('apply', 'call update at least once first');
    if (this.#applied) throw new UnsupportedError('apply', 'the model already holds the averages');
    this.#swap();
    this.#applied = true;
    return () => {
      if (!this.#applied) return;
      this.#applied = false;
      this.#swap();
    };
  }

  /** The averaged weights by the model's names, copied: `loadStateDict` of a model takes them. The model's own before the first update. */
  async stateDict(): Promise<Map<string, Tensor>> {
    if (this.updates === 0 || this.#applied) return this.#model.stateDict();
    const entries = [...this.#model.namedParameters()].map(async ([name, parameter]): Promise<[string, Tensor]> => {
      const slot = this.#slots.get(parameter);
      const data = slot ? await slot.on.read(slot.buffer) : (this.#pending.get(name) as Tensor).data.slice();
      return [name, { shape: parameter.shape, data }];
    });
    return new Map(await Promise.all(entries));
  }

  /**
   * Goes on from averages that {@link stateDict} gave.
   * @param updates how many updates they hold. Default 1: the next one is no first
   * @throws DataError if a name is missing, or a shape another one; nothing is changed then
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, updates = 1): this {
    if (this.#applied) throw new UnsupportedError('loadStateDict', 'the model currently holds the averages; restore its weights first');
    const parameters = this.#model.namedParameters();
    for (const [name, { shape }] of parameters) {
      const received = state.get(name)?.shape;
      if (show(received) !== show(shape))
        throw new DataError('loadStateDict', `the average of ${show(name)} must have shape ${show(shape)}, received ${show(received)}`, { name });
    }
    for (const [name, parameter] of parameters) {
      const { data } = state.get(name) as Tensor;
      const slot = this.#slots.get(parameter);
      if (slot) slot.on.write(slot.buffer, data);
      else this.#pending.set(name, { shape: parameter.shape, data: Float32Array.from(data) });
    }
    this.updates = updates;
    return this;
  }

  /** Frees the averages. */
  dispose(): void {
    for (const { buffer, on } of this.#slots.values()) on.free(buffer);
    this.#slots.clear();
    this.updates = 0;
  }

  #swap(): void {
    for (const [data, { buffer, on }, length] of this.#pairs()) {
      const kept = on.allocate(length);
      on.pointwise('affine', [data], [1, 0], kept);
      on.pointwise('affine', [buffer], [1, 0], data);
      on.pointwise('affine', [kept], [1, 0], buffer);
      on.free(kept);
    }
  }

  /** The buffer of every parameter, that of its average, and their length. */
  #pairs(): (readonly [DeviceBuffer, Slot, number])[] {
    return [...this.#model.namedParameters()].map(([name, parameter]) => {
      const { data, operators: on, length } = parameter.storage;
      if (!data || !on) throw new UnsupportedError('AveragedModel', 'the model must be on a backend: call await model.to(backend), or run it once');
      let slot = this.#slots.get(parameter);
      if (slot && slot.on !== on)
        throw new UnsupportedError('AveragedModel', 'the model must stay on its backend; before moving it, load its stateDict() into a new AveragedModel');
      if (!slot) {
        slot = { buffer: on.allocate(length), on };
        const pending = this.#pending.get(name);
        if (pending) on.write(slot.buffer, pending.data as Float32Array);
        this.#pending.delete(name);
        this.#slots.set(parameter, slot);
      }
      return [data, slot, length] as const;
    });
  }
}
