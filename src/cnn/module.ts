import { DataError, ShapeError, show, UnsupportedError } from '../errors.js';
import type { Backend } from '../kernels/backend.js';
import { defaultBackend } from '../kernels/backends/create.js';
import { keep } from '../kernels/keep.js';
import { Operators } from '../kernels/operators.js';
import { Random } from '../random.js';
import { checkTensor, sizeOf, type Tensor } from '../tensor.js';
import { Graph, Storage, type Value } from './graph.js';
import type { Initializer } from './init.js';

/** Numbers that a module owns: weights that are learned, or statistics that are kept (`trainable: false`). */
export class Parameter {
  readonly storage: Storage;
  /** The numbers while the parameter lies on no backend. */
  host: Float32Array | undefined;

  /**
   * @param shape as PyTorch's parameter of the same name
   * @param initializer fills it, when the model is initialized
   */
  constructor(
    readonly shape: readonly number[],
    readonly initializer: Initializer,
    readonly trainable = true,
  ) {
    this.storage = new Storage(sizeOf(shape), trainable);
  }

  /** The parameter as a value of a graph. */
  in(graph: Graph): Value {
    return graph.view(this.shape, this.storage);
  }
}

/** What {@link Module.run} returns: the numbers, and the way back through the model. */
export class ModelOutput implements Tensor {
  readonly #run: number;

  constructor(
    readonly shape: readonly number[],
    readonly data: Float32Array,
    /** The output inside the graph that computed it; losses go on from here. */
    readonly value: Value,
  ) {
    this.#run = value.graph.runs;
  }

  /** @throws UnsupportedError if the model has run again since: then the way back is overwritten */
  checkCurrent(): void {
    if (this.#run !== this.value.graph.runs)
      throw new UnsupportedError('backward', 'the model has run again since this output; call backward before the next run');
  }

  /**
   * Propagates ∂L/∂output back through the model: every parameter's gradient grows by its share.
   * @param gradient in the output's shape
   */
  backward(gradient: Tensor): void {
    checkTensor('backward', 'gradient', gradient, this.shape);
    this.checkCurrent();
    const { graph, storage } = this.value;
    storage.accumulate(graph.operators, (into) => graph.operators.write(into, gradient.data));
    graph.backward();
  }
}

/** A model as a graph, for inputs of fixed shapes. */
export interface Traced {
  readonly graph: Graph;
  readonly inputs: readonly Value[];
  readonly output: Value;
}

/** Options of {@link Module.trace}. */
export interface TraceOptions {
  /** Compute ∂L/∂input as well, for saliency maps and gradient checks. Default false. */
  inputGradients?: boolean;
}

/** Compiled graphs that a model keeps, one for each input shape. */
const KEPT_GRAPHS = 8;

/**
 * A layer or a model, as PyTorch's nn.Module: it owns parameters and other modules as plain properties, and `forward`
 * says what it computes. `forward` is run once for each input shape, on values that have a shape but no numbers yet;
 * the recorded steps are then replayed.
 *
 * @example
 * ```ts
 * import { Linear, Module, relu, type Value } from 'convlab';
 *
 * class TwoLayers extends Module {
 *   fc1 = new Linear(784, 100);
 *   fc2 = new Linear(100, 10);
 *   forward(x: Value) {
 *     return this.fc2.apply(relu(this.fc1.apply(x)));
 *   }
 * }
 * ```
 */
export abstract class Module {
  /** True in training: set by {@link train} and {@link eval}, for this module and all inside. */
  training = true;
  #random = new Random(0);
  #operators: Operators | undefined;
  readonly #graphs = new Map<string, Traced>();

  /** What the module computes. */
  abstract forward(...inputs: Value[]): Value;

  /** {@link forward}, with this module's name on what it records: call modules inside modules by this. */
  apply(...inputs: Value[]): Value {
    const [{ graph }] = inputs;
    return graph.scoped(scopeNames.get(this) ?? '', () => this.forward(...inputs));
  }

  /** Training mode, for this module and all inside. */
  train(): this {
    for (const module of this.modules()) module.training = true;
    return this;
  }

  /** Evaluation mode: nothing is dropped, statistics are fixed. */
  eval(): this {
    for (const module of this.modules()) module.training = false;
    return this;
  }

  /** This module and every module inside, each once. */
  modules(): Module[] {
    return [...new Set([this, ...this.children().flatMap(([, child]) => child.modules())])];
  }

  /** Modules inside by their path, e.g. `features.0`. */
  namedModules(): [string, Module][] {
    return this.children().flatMap(([name, child]): [string, Module][] => [
      [name, child],
      ...child.namedModules().map(([path, module]): [string, Module] => [`${name}.${path}`, module]),
    ]);
  }

  /** All parameters by their path, PyTorch's names: `conv1.weight`. A parameter that is shared appears once. */
  namedParameters(): Map<string, Parameter> {
    const found = new Map<string, Parameter>();
    const seen = new Set<Parameter>();
    for (const [path, module] of [['', this] as [string, Module], ...this.namedModules()]) {
      for (const [name, property] of Object.entries(module)) {
        if (!(property instanceof Parameter) || seen.has(property)) continue;
        seen.add(property);
        found.set(path ? `${path}.${name}` : name, property);
      }
    }
    return found;
  }

  /** The parameters that are learned. */
  parameters(): Parameter[] {
    return [...this.namedParameters().values()].filter((parameter) => parameter.trainable);
  }

  /** Where the masks of dropout are drawn from. */
  get random(): Random {
    return this.#random;
  }

  /** Draws all parameters anew and restarts the masks: the same seed gives the same model. A model that is used without gets seed 0. */
  initialize(seed: number): this {
    this.#random = new Random(seed);
    this.#dropGraphs();
    for (const parameter of this.namedParameters().values()) {
      const values = new Float32Array(sizeOf(parameter.shape));
      parameter.initializer(values, this.#random);
      this.#place(parameter, values);
    }
    return this;
  }

  /** True once parameters have numbers. */
  get initialized(): boolean {
    return [...this.namedParameters().values()].every(({ host, storage }) => host || storage.data);
  }

  /** Moves the model to a backend. Without a call it moves to the default one at its first run. */
  async to(backend: Backend): Promise<this> {
    if (this.#operators?.backend === backend) return this;
    if (!this.initialized) this.initialize(0);
    const values = await this.stateDict();
    this.dispose();
    this.#operators = new Operators(backend);
    for (const [name, parameter] of this.namedParameters()) {
      parameter.storage.allocate(this.#operators);
      parameter.host = undefined;
      this.#place(parameter, values.get(name)?.data as Float32Array);
    }
    return this;
  }

  /** The backend that the model lies on; the default one if it was never moved. */
  async backend(): Promise<Backend> {
    return (await this.operators()).backend;
  }

  /** The operators of that backend, with the executables of this model. */
  async operators(): Promise<Operators> {
    if (!this.#operators) await this.to(await defaultBackend());
    return this.#operators as Operators;
  }

  /**
   * Runs the model on real numbers.
   * @returns the output's numbers; in training mode also the way back, see {@link ModelOutput.backward} and the losses
   */
  async run(...inputs: Tensor[]): Promise<ModelOutput> {
    for (const x of inputs) checkTensor('run', 'x', x);
    // read before anybody waits
    const kept = this.#operators ? inputs : keep(inputs);
    const on = this.#operators ?? (await this.operators());
    const { graph, inputs: places, output } = this.compile(kept.map(({ shape }) => shape));
    for (const [i, { data }] of kept.entries()) on.write(places[i].data, data);
    graph.forward();
    return new ModelOutput(output.shape, await on.read(output.data), output);
  }

  /** The compiled graph for inputs of these shapes in the present mode; recorded at the first call. @param options as in {@link trace} */
  compile(shapes: readonly (readonly number[])[], options: TraceOptions = {}): Traced {
    const key = `${shapes.map(show)} ${this.training} ${options.inputGradients ?? false}`;
    const kept = this.#graphs.get(key);
    if (kept) return kept;
    if (!this.#operators) throw new UnsupportedError('compile', 'the model must be moved to a backend first');
    const compiled = this.trace(shapes, options);
    compiled.graph.allocate(this.#operators);
    this.#graphs.set(key, compiled);
    if (this.#graphs.size > KEPT_GRAPHS) {
      const [oldest, { graph }] = this.#graphs.entries().next().value as [string, Traced];
      graph.free();
      this.#graphs.delete(oldest);
    }
    return compiled;
  }

  /** Records what the model does with inputs of these shapes; allocates nothing. */
  trace(shapes: readonly (readonly number[])[], { inputGradients = false }: TraceOptions = {}): Traced {
    for (const [name, module] of this.namedModules()) scopeNames.set(module, name.slice(name.lastIndexOf('.') + 1));
    const graph = new Graph(this.training, this.#random);
    const inputs = shapes.map((shape) => graph.input(shape, { needsGradient: inputGradients }));
    return { graph, inputs, output: this.forward(...inputs) };
  }

  /** The numbers of all parameters by name, copied. */
  async stateDict(): Promise<Map<string, Tensor>> {
    if (!this.initialized) this.initialize(0);
    const read = async ({ shape, host, storage }: Parameter): Promise<Tensor> => {
      return { shape, data: storage.data && storage.operators ? await storage.operators.read(storage.data) : (host as Float32Array).slice() };
    };
    const entries = [...this.namedParameters()].map(async ([name, parameter]): Promise<[string, Tensor]> => [name, await read(parameter)]);
    return new Map(await Promise.all(entries));
  }

  /**
   * Sets all parameters. Nothing is changed if anything does not fit.
   * @throws DataError if a parameter is missing or unknown
   * @throws ShapeError if one has another shape
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>): this {
    const parameters = this.namedParameters();
    const missing = [...parameters.keys()].filter((name) => !state.has(name));
    const unknown = [...state.keys()].filter((name) => !parameters.has(name) && !name.endsWith('num_batches_tracked'));
    if (missing.length + unknown.length > 0) {
      throw new DataError('loadStateDict', `the names must be the model's: missing ${show(missing)}, unknown ${show(unknown)}`, { missing, unknown });
    }
    for (const [name, { shape }] of parameters) {
      const received = (state.get(name) as Tensor).shape;
      if (show(received) !== show(shape))
        throw new ShapeError('loadStateDict', `${name} must have shape ${show(shape)}, received ${show(received)}`, { name, shape, received });
    }
    for (const [name, parameter] of parameters) this.#place(parameter, (state.get(name) as Tensor).data.slice());
    return this;
  }

  /** Sets every gradient to zero. */
  zeroGrad(): void {
    for (const { storage } of this.parameters()) storage.untouched = true;
  }

  /** Frees what the model holds on its backend; its numbers are lost. */
  dispose(): void {
    this.#dropGraphs();
    for (const { storage } of this.namedParameters().values()) storage.free();
    this.#operators?.release();
    this.#operators = undefined;
  }

  #dropGraphs(): void {
    for (const { graph } of this.#graphs.values()) graph.free();
    this.#graphs.clear();
  }

  #place(parameter: Parameter, values: Float32Array): void {
    const { data, operators } = parameter.storage;
    if (data && operators) operators.write(data, values);
    else parameter.host = values;
  }

  /** Modules inside by their name: properties, and lists of modules. */
  children(): [string, Module][] {
    return Object.entries(this).flatMap(([name, property]): [string, Module][] => {
      if (property instanceof Module) return [[name, property]];
      if (Array.isArray(property)) return property.flatMap((item, i): [string, Module][] => (item instanceof Module ? [[`${name}.${i}`, item]] : []));
      return [];
    });
  }
}

/** The name under which a module was found by the model that is being traced. */
const scopeNames = new WeakMap<Module, string>();
