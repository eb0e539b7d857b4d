import { show, UnsupportedError } from '../errors.js';
import type { Backend } from '../kernels/backend.js';
import { defaultBackend } from '../kernels/backends/create.js';
import { keep } from '../kernels/keep.js';
import { Operators } from '../kernels/operators.js';
import { settle } from '../options.js';
import { Random } from '../random.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { CompiledGraphs, type TracedModel } from './compiled-graphs.js';
import { Graph, type Value } from './graph.js';
import { matchState } from './match-state.js';
import { ModelOutput } from './model-output.js';
import { LOAD_OPTIONS, type LoadedNames, type LoadOptions, TRACE_OPTIONS, type TraceOptions } from './module-options.js';
import { Parameter } from './parameter.js';
import { fill, initialize, move, place, read } from './parameter-values.js';

let made = 0;

/**
 * A layer or a model, like PyTorch's nn.Module: parameters and other modules are plain properties, and `forward` defines the
 * computation. `forward` runs once per input shape, on values with a shape but without data; the recorded steps are then
 * replayed.
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
  /** Identifies modules in the keys of graphs. */
  readonly #id = made++;
  #training = true;
  /** Set by {@link pauseTraining}. */
  #paused = false;
  #random = new Random(0);
  #operators: Operators | undefined;
  readonly #graphs = new CompiledGraphs();

  /** True in training mode, which {@link train} and {@link eval} set for a module and its submodules. A submodule in evaluation mode stays in it while the rest of the model trains. */
  get training(): boolean {
    return this.#training && !this.#paused;
  }

  set training(training: boolean) {
    this.#training = training;
    this.#paused = false;
  }

  /** The computation of the module. */
  abstract forward(...inputs: Value[]): Value;

  /** Calls {@link forward} and records its steps under this module's name. Use it to call submodules. */
  apply(...inputs: Value[]): Value {
    const [{ graph }] = inputs;
    return graph.scoped(scopeNames.get(this) ?? '', () => this.forward(...inputs), this.training);
  }

  /** Sets training mode for this module and its submodules. */
  train(): this {
    for (const module of this.modules()) module.training = true;
    return this;
  }

  /** Sets evaluation mode: no dropout, fixed statistics. */
  eval(): this {
    for (const module of this.modules()) module.training = false;
    return this;
  }

  /** Sets evaluation mode temporarily for this module and its submodules. @returns a function that restores all modes */
  pauseTraining(): () => void {
    const paused = this.modules().filter((module) => !module.#paused);
    for (const module of paused) module.#paused = true;
    return () => {
      for (const module of paused) module.#paused = false;
    };
  }

  /** Ends a {@link pauseTraining} and restores all modes; if this module is in evaluation mode itself, it and its submodules change to training mode. */
  resumeTraining(): this {
    for (const module of this.modules()) module.#paused = false;
    return this.#training ? this : this.train();
  }

  /** Paths of the submodules that stay in evaluation mode while the model trains; none if the model is in evaluation mode itself. */
  partsInEvaluation(): string[] {
    return this.#training ? this.namedModules().flatMap(([path, module]) => (module.#training ? [] : [path])) : [];
  }

  /** True if training changes any parameter of this module or its submodules. Set it to false to freeze all of them, see {@link Parameter.requiresGrad}. */
  get requiresGrad(): boolean {
    return this.parameters().some((parameter) => parameter.requiresGrad);
  }

  set requiresGrad(value: boolean) {
    for (const parameter of this.parameters()) parameter.requiresGrad = value;
  }

  /** This module and all its submodules, each once. */
  modules(): Module[] {
    const found = new Set<Module>();
    const visit = (module: Module): void => {
      if (found.has(module)) return;
      found.add(module);
      for (const [, child] of module.children()) visit(child);
    };
    visit(this);
    return [...found];
  }

  /** Submodules by path, e.g. `features.0`. */
  namedModules(): [string, Module][] {
    return this.children().flatMap(([name, child]): [string, Module][] => [
      [name, child],
      ...child.namedModules().map(([path, module]): [string, Module] => [`${name}.${path}`, module]),
    ]);
  }

  /** All parameters by path, with PyTorch's names: `conv1.weight`. A shared parameter appears once. */
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

  /** The trainable parameters, including frozen ones. */
  parameters(): Parameter[] {
    return [...this.namedParameters().values()].filter((parameter) => parameter.trainable);
  }

  /** The source of dropout masks. */
  get random(): Random {
    return this.#random;
  }

  /**
   * Initializes all parameters and restarts the dropout masks: the same seed gives the same model. A model that is used without
   * this call is initialized with seed 0.
   */
  initialize(seed: number): this {
    this.#random = new Random(seed);
    this.#graphs.drop();
    for (const parameter of this.namedParameters().values()) initialize(parameter, this.#random);
    return this;
  }

  /** True once the parameters have values. */
  get initialized(): boolean {
    return [...this.namedParameters().values()].every(({ host, storage }) => host || storage.data);
  }

  /** Moves the model to a backend. Without this call, it moves to the default backend at its first run. */
  async to(backend: Backend): Promise<this> {
    if (this.#operators?.backend === backend) return this;
    const values = await this.stateDict();
    this.dispose();
    this.#operators = new Operators(backend);
    for (const [name, parameter] of this.namedParameters()) {
      parameter.host = values.get(name)?.data;
      move(parameter, this.#operators, this.#random);
    }
    return this;
  }

  /** The backend that stores the model; the default one if it was never moved. */
  async backend(): Promise<Backend> {
    return (await this.operators()).backend;
  }

  /** The operators of that backend, with the executables of this model. */
  async operators(): Promise<Operators> {
    if (!this.#operators) await this.to(await defaultBackend());
    return this.#operators as Operators;
  }

  /**
   * Runs the model on data.
   * @returns the output values; in training mode also the backward pass, see {@link ModelOutput.backward} and the losses
   */
  async run(...inputs: Tensor[]): Promise<ModelOutput> {
    for (const x of inputs) checkTensor('run', 'x', x);
    // read before the first `await`
    const kept = this.#operators ? inputs : keep(inputs);
    const on = this.#operators ?? (await this.operators());
    const { graph, inputs: places, output } = this.compile(kept.map(({ shape }) => shape));
    for (const [i, { data }] of kept.entries()) on.write(places[i].data, data);
    graph.forward();
    return new ModelOutput(output.shape, await on.read(output.data), output);
  }

  /**
   * The compiled graph for inputs of these shapes, with the current modes, submodules and frozen parameters;
   * recorded at the first call.
   * @param options as in {@link trace}
   */
  compile(shapes: readonly (readonly number[])[], options: TraceOptions = {}): TracedModel {
    if (!this.#operators) throw new UnsupportedError('compile', 'the model must be moved to a backend first');
    const key = `${shapes.map(show)} ${options.inputGradients ?? false} ${this.#present(this.#operators)}`;
    return this.#graphs.compile(key, this.#operators, () => this.trace(shapes, options));
  }

  /** Records the computation of the model for inputs of these shapes; allocates nothing. */
  trace(shapes: readonly (readonly number[])[], options: TraceOptions = {}): TracedModel {
    const { inputGradients } = settle('trace', options, TRACE_OPTIONS);
    for (const [name, module] of this.namedModules()) scopeNames.set(module, name.slice(name.lastIndexOf('.') + 1));
    const graph = new Graph(this.training, this.#random);
    const inputs = shapes.map((shape) => graph.input(shape, { needsGradient: inputGradients }));
    return { graph, inputs, output: this.forward(...inputs) };
  }

  /** Copies of all parameter values, by name. */
  async stateDict(): Promise<Map<string, Tensor>> {
    for (const parameter of this.namedParameters().values()) fill(parameter, this.#random);
    const entries = [...this.namedParameters()].map(async ([name, parameter]): Promise<[string, Tensor]> => [name, await read(parameter)]);
    return new Map(await Promise.all(entries));
  }

  /**
   * Sets the parameters. If anything does not match, nothing is changed.
   * @returns the module; with `strict: false`, the names that only one side has
   * @throws DataError if a name is missing or unknown, unless `strict` is false
   * @throws ShapeError if a parameter has another shape
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options?: { strict?: true }): this;
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: { strict: false }): LoadedNames;
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: LoadOptions = {}): this | LoadedNames {
    const { strict } = settle('loadStateDict', options, LOAD_OPTIONS);
    const { found, missing, unexpected } = matchState(this.namedParameters(), state, strict);
    for (const [parameter, { data }] of found) place(parameter, data.slice());
    return strict ? this : { missing, unexpected };
  }

  /** Sets every gradient to zero. */
  zeroGrad(): void {
    for (const { storage } of this.parameters()) storage.untouched = true;
  }

  /** Frees the memory of the model on its backend; its weights are lost. */
  dispose(): void {
    this.#graphs.drop();
    for (const { storage } of this.namedParameters().values()) storage.free();
    this.#operators?.release();
    this.#operators = undefined;
  }

  /**
   * A key of everything that determines the recorded graph: the submodules, their modes, and which parameters are
   * trained. Moves new submodules to the backend.
   */
  #present(on: Operators): string {
    let key = '';
    for (const module of this.modules()) {
      key += `${module.#id}${module.training ? '+' : '-'}`;
      for (const property of Object.values(module)) {
        if (!(property instanceof Parameter)) continue;
        if (!property.storage.data) move(property, on, this.#random);
        key += `${property.id}${property.requiresGrad ? '*' : ''},`;
      }
    }
    return key;
  }

  /** Direct submodules by name: properties, and lists of modules. */
  children(): [string, Module][] {
    return Object.entries(this).flatMap(([name, property]): [string, Module][] => {
      if (property instanceof Module) return [[name, property]];
      if (Array.isArray(property)) return property.flatMap((item, i): [string, Module][] => (item instanceof Module ? [[`${name}.${i}`, item]] : []));
      return [];
    });
  }
}

/** The name of a module in the model being traced. */
const scopeNames = new WeakMap<Module, string>();
