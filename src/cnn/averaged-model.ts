import { DataError, show, UnsupportedError } from '../errors.js';
import type { DeviceBuffer } from '../kernels/backend.js';
import type { Operators } from '../kernels/operators.js';
import { type OptionsOf, option, type Rows, rule, settle } from '../options.js';
import type { Tensor } from '../tensor.js';
import type { Module } from './module.js';
import type { Parameter } from './parameter.js';

/** Rules and defaults of {@link AveragedModelOptions}. */
export const AVERAGED_MODEL_OPTIONS = {
  /**
   * Fraction of the average that is kept at each update, 0 ≤ d < 1. The average covers about 1 / (1 − d) steps. Default
   * 0.999.
   */
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
 * The exponential moving average of a model's weights, like PyTorch's `AveragedModel` with `get_ema_multi_avg_fn` and
 * timm's `ModelEma`. It often classifies better than the weights themselves, which oscillate at a large learning rate.
 * Batch normalization statistics are averaged too.
 *
 * Pass it to {@link train} and {@link evaluate} as `average`. In your own loop, call {@link update} after every
 * optimizer step.
 * @throws OptionError unless 0 ≤ decay < 1
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
  /** Number of updates so far. */
  updates = 0;
  readonly #model: Module;
  readonly #slots = new Map<Parameter, Slot>();
  /** State that was loaded before the model was stored on a backend, by parameter name. */
  readonly #pending = new Map<string, Tensor>();
  #applied = false;

  constructor(model: Module, options: AveragedModelOptions = {}) {
    this.decay = settle('AveragedModel', options, AVERAGED_MODEL_OPTIONS).decay;
    this.#model = model;
  }

  /**
   * Updates the average with the current weights. The first call copies them.
   * @throws UnsupportedError while {@link apply} is active, before the model is on a backend, or after it was moved to
   * another one
   */
  update(): void {
    if (this.#applied) throw new UnsupportedError('update', 'the model currently holds the averages; restore its weights first');
    const share = this.updates === 0 ? 1 : 1 - this.decay;
    for (const [data, { buffer, on }] of this.#pairs()) on.pointwise('combine', [buffer, data], [1 - share, share], buffer);
    this.updates++;
  }

  /**
   * Sets the weights of the model to the average.
   * @returns a function that restores the model's own weights
   * @throws UnsupportedError before the first update, and while the average is already applied
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

  /**
   * A copy of the averaged weights by parameter name, for `loadStateDict` of a model. Before the first update, the
   * model's own weights.
   */
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
   * Restores averages returned by {@link stateDict}.
   * @param updates number of updates they contain. Default 1, so the next update does not count as the first
   * @throws DataError if a name is missing or a shape differs; then nothing is changed
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

  /** For every parameter: its buffer, the buffer of its average, and their length. */
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
