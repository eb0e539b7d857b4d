import { ShapeError, show } from '../errors.js';
import type { DeviceBuffer } from '../kernels/backend.js';
import type { Operators } from '../kernels/operators.js';
import type { Random } from '../random.js';
import { sizeOf } from '../tensor.js';

/**
 * The buffers of a value and of its gradient, allocated with the graph. Values that are views of each other (reshape) share
 * one storage.
 */
export class Storage {
  data: DeviceBuffer | undefined;
  gradient: DeviceBuffer | undefined;
  /** Buffer for a further gradient, added to the first when a value is used more than once. */
  #addend: DeviceBuffer | undefined;
  /** True until `gradient` is first written in this backward pass. */
  untouched = true;
  /** Operators of the backend that stores the buffers. */
  operators: Operators | undefined;

  /** @param needsGradient changed only by {@link Parameter.requiresGrad}; recorded graphs keep the value from their recording */
  constructor(
    readonly length: number,
    public needsGradient: boolean,
  ) {}

  /** Allocates missing buffers. */
  allocate(on: Operators): void {
    this.operators = on;
    this.data ??= on.allocate(this.length);
    if (this.needsGradient) this.gradient ??= on.allocate(this.length);
  }

  /** Frees the buffers. */
  free(): void {
    for (const buffer of [this.data, this.gradient, this.#addend]) if (buffer) this.operators?.free(buffer);
    this.data = this.gradient = this.#addend = this.operators = undefined;
  }

  /** Calls `write` to compute ∂L/∂value into a buffer: first the gradient itself, later another buffer that is added to it. */
  accumulate(on: Operators, write: (into: DeviceBuffer) => void): void {
    if (!this.needsGradient) return;
    const gradient = this.gradient as DeviceBuffer;
    if (this.untouched) {
      this.untouched = false;
      write(gradient);
    } else {
      this.#addend ??= on.allocate(this.length);
      write(this.#addend);
      on.pointwise('combine', [gradient, this.#addend], [1, 1], gradient);
    }
  }
}

/** A tensor in a graph: it has a shape, and data once the graph runs. Layers and functions take and return it. */
export class Value {
  constructor(
    readonly graph: Graph,
    readonly shape: readonly number[],
    readonly storage: Storage,
  ) {}

  /** The buffer that holds the value. */
  get data(): DeviceBuffer {
    return this.storage.data as DeviceBuffer;
  }

  /** The buffer that holds ∂L/∂value. */
  get gradient(): DeviceBuffer {
    return this.storage.gradient as DeviceBuffer;
  }
}

/** Maximum number of graphs, such as losses, that a graph keeps. */
const KEPT_CONTINUATIONS = 16;

/** One operation of a graph, forward and backward side by side. */
export interface GraphStep {
  /** The operation's name, e.g. `conv`. */
  readonly operation: string;
  /** The layer that recorded it, e.g. `features.0`; empty outside any layer. */
  readonly scope: string;
  /** The complete description of the operation, for summaries and exports. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Value[];
  readonly output: Value;
  /** Multiply-adds of a forward pass. Default 0: not counted. */
  readonly multiplyAdds?: number;
  /** Computes the output's data from the inputs' data. */
  forward(on: Operators): void;
  /**
   * Propagates the output's gradient to the inputs, each through {@link Storage.accumulate}, since a value may be used twice.
   * Omitted if there is nothing to propagate.
   */
  backward?(on: Operators): void;
}

/**
 * The computation of a model for inputs of one shape: a list of steps, recorded once by running `forward` on values.
 * On a backend, it owns all its buffers. A run replays prepared operator calls: nothing is allocated and nothing is read back.
 * @example
 * ```ts
 * import { Module, tensor, type Value } from 'convlab';
 *
 * // out = x², ∂L/∂x = 2·x·∂L/∂out
 * function square(x: Value): Value {
 *   return x.graph.record('square', [x], x.shape, (out) => ({
 *     forward: (on) => on.pointwise('multiply', [x.data, x.data], [], out.data),
 *     backward: (on) => x.storage.accumulate(on, (into) => on.pointwise('multiplyAdd', [out.gradient, x.data, x.data], [2, 0], into)),
 *   }));
 * }
 * class Squared extends Module {
 *   forward = square;
 * }
 * console.log((await new Squared().run(tensor([[1, 2, 3]]))).data); // → Float32Array(3) [ 1, 4, 9 ]
 * ```
 */
export class Graph {
  readonly steps: GraphStep[] = [];
  /** Constant values. */
  readonly constants: { readonly storage: Storage; readonly values: Float32Array }[] = [];
  /** Graphs that start from this one's output, such as losses, in order of last use; freed together with this graph. */
  readonly #continuations = new Set<Graph>();
  /** Number of forward passes so far. The buffers hold the results of the last one. */
  runs = 0;
  readonly #storages: Storage[] = [];
  readonly #feeds: { storage: Storage; fill: (values: Float32Array) => void; values: Float32Array }[] = [];
  readonly #scopes: string[] = [];
  #training: boolean;
  #operators: Operators | undefined;

  /**
   * @param training the mode of the model, see {@link Graph.training}
   * @param random source of dropout masks
   */
  constructor(
    training: boolean,
    readonly random: Random,
  ) {
    this.#training = training;
  }

  /** The mode of the layer that is recording. True: dropout is active, batch normalization uses batch statistics. */
  get training(): boolean {
    return this.#training;
  }

  /** A value that the caller fills before each run. */
  input(shape: readonly number[], options: { needsGradient?: boolean } = {}): Value {
    return this.#value(shape, options.needsGradient ?? false);
  }

  /** A constant value, written once. */
  constant(shape: readonly number[], values: Float32Array): Value {
    const value = this.#value(shape, false);
    this.constants.push({ storage: value.storage, values });
    return value;
  }

  /** A value that is refilled before each forward pass, e.g. a dropout mask. */
  feed(shape: readonly number[], fill: (values: Float32Array) => void): Value {
    const value = this.#value(shape, false);
    this.#feeds.push({ storage: value.storage, fill, values: new Float32Array(value.storage.length) });
    return value;
  }

  /** Temporary memory for a step. */
  temporary(shape: readonly number[]): Value {
    return this.#value(shape, false);
  }

  /** A value with external storage, such as a parameter, or a view of another value with a different shape. */
  view(shape: readonly number[], storage: Storage): Value {
    return new Value(this, shape, storage);
  }

  /**
   * Appends an operation and returns its output. The output needs a gradient if an input does and the step has a backward pass.
   * @param make returns the step for the output value
   */
  record(
    operation: string,
    inputs: readonly Value[],
    shape: readonly number[],
    make: (output: Value) => Omit<GraphStep, 'operation' | 'scope' | 'inputs' | 'output'>,
  ): Value {
    const foreign = inputs.find((input) => input.graph !== this);
    if (foreign) throw new ShapeError(operation, `all inputs must belong to the same graph, but one of shape ${show(foreign.shape)} does not`);
    const output = this.#value(
      shape,
      inputs.some((input) => input.storage.needsGradient),
    );
    this.steps.push({ operation, inputs, output, scope: this.#scopes.join('.'), ...make(output) });
    return output;
  }

  /** Runs `body` with a layer's name as the scope of its recorded steps. @param training the layer's mode. Default: the mode of the enclosing layer */
  scoped<T>(name: string, body: () => T, training = this.#training): T {
    const around = this.#training;
    this.#scopes.push(name);
    this.#training = training;
    try {
      return body();
    } finally {
      this.#scopes.pop();
      this.#training = around;
    }
  }

  /** Allocates every buffer. Parameters must already be stored on the same backend. */
  allocate(on: Operators): void {
    this.#operators = on;
    for (const storage of this.#storages) storage.allocate(on);
    for (const { storage, values } of this.constants) on.write(storage.data as DeviceBuffer, values);
  }

  /** True between {@link allocate} and {@link free}. */
  get isAllocated(): boolean {
    return this.#operators !== undefined;
  }

  /**
   * Keeps a graph that starts from this one's output until this one is freed or 16 others were used after it, because a
   * loop may create a new loss in every step.
   */
  continueWith(graph: Graph): void {
    this.#continuations.delete(graph);
    this.#continuations.add(graph);
    if (this.#continuations.size <= KEPT_CONTINUATIONS) return;
    const [oldest] = this.#continuations;
    oldest.free();
    this.#continuations.delete(oldest);
  }

  /** Frees every buffer. */
  free(): void {
    for (const graph of this.#continuations) graph.free();
    this.#continuations.clear();
    for (const storage of this.#storages) storage.free();
    this.#operators = undefined;
  }

  /** One forward pass over the current inputs. */
  forward(): void {
    const on = this.#allocated();
    this.runs++;
    for (const { storage, fill, values } of this.#feeds) {
      fill(values);
      on.write(storage.data as DeviceBuffer, values);
    }
    for (const step of this.steps) step.forward(on);
  }

  /** One backward pass. The gradient of the last output must have been written; parameter gradients accumulate until they are zeroed. */
  backward(): void {
    const on = this.#allocated();
    for (let i = this.steps.length - 1; i >= 0; i--) {
      const { output, backward } = this.steps[i];
      if (backward && output.storage.needsGradient && !output.storage.untouched) backward.call(this.steps[i], on);
    }
    for (const storage of this.#storages) storage.untouched = true;
  }

  /** Operators of the backend on which it was allocated. @throws ShapeError if it was not allocated */
  get operators(): Operators {
    return this.#allocated();
  }

  #allocated(): Operators {
    if (!this.#operators) throw new ShapeError('graph', 'the graph must be allocated on a backend first');
    return this.#operators;
  }

  #value(shape: readonly number[], needsGradient: boolean): Value {
    const storage = new Storage(sizeOf(shape, 'graph'), needsGradient);
    this.#storages.push(storage);
    return new Value(this, shape, storage);
  }
}
