import { ConvlabError, ShapeError, show } from '../../errors.js';
import { type Graph, Value } from '../graph.js';
import type { Parameter } from '../parameter.js';
import { Call, describeNode, KnownRoom, type Operand } from './call.js';
import { OPERATORS } from './operators/all.js';
import { Part, placeParameter } from './part.js';
import type { GraphPlan, NodePlan } from './plan.js';

/**
 * A model imported from a file of another library: a graph of operators whose weights can be trained further. Weights keep their
 * names; `/` and `.` in a name create submodules, so that `layer1` can be frozen separately.
 * @example
 * ```ts
 * import { fromOnnx, Linear, ReLU, Sequential, toOnnx } from 'convlab';
 *
 * const net = fromOnnx(await toOnnx(new Sequential([new Linear(4, 3), new ReLU(), new Linear(3, 2)]).initialize(1), [1, 4]));
 * console.log([...net.tensors.keys()]); // → [ '0.weight', '0.bias', '2.weight', '2.bias' ]
 * for (const [name, part] of net.children()) if (name === '0') part.requiresGrad = false; // the first layer is frozen
 * ```
 */
export class ImportedNet extends Part {
  /** Names of the inputs, in order, and their shapes in the file; −1: not specified. */
  readonly inputs: GraphPlan['inputs'];
  /** Names of tensors that a node reads or the model returns. */
  readonly #used: ReadonlySet<string>;
  readonly #weights = new Map<string, { parameter: Parameter; part: Part }>();

  /** @param plan the checked contents of a file */
  constructor(readonly plan: GraphPlan) {
    super();
    this.inputs = plan.inputs;
    this.#used = new Set([plan.output, ...plan.nodes.flatMap(({ inputs }) => inputs)]);
    for (const [name, parameter] of Object.entries(plan.parameters)) this.#weights.set(name, placeParameter(this, name, parameter));
  }

  /** The parameters by the names of their tensors in the file. */
  get tensors(): ReadonlyMap<string, Parameter> {
    return new Map([...this.#weights].map(([name, { parameter }]) => [name, parameter]));
  }

  /**
   * @throws ShapeError if the number of inputs, or the rank of one, differs from the graph
   * @throws UnsupportedError naming the node, if an operator is used in a way that is not supported
   */
  override forward(...given: Value[]): Value {
    const [{ graph }] = given;
    this.#checkInputs(given);
    const operands = new Map<string, Operand>(this.inputs.map(({ name }, i) => [name, given[i]]));
    for (const [name, known] of Object.entries(this.plan.constants)) operands.set(name, known);
    for (const [name, { parameter }] of this.#weights) operands.set(name, parameter.in(graph));
    const room = new KnownRoom();
    for (const node of this.plan.nodes) this.#record(graph, node, operands, room);
    const output = operands.get(this.plan.output);
    if (!(output instanceof Value)) throw new ShapeError('ImportedNet', `the output ${show(this.plan.output)} must depend on the values of the input`);
    return output;
  }

  #record(graph: Graph, node: NodePlan, operands: Map<string, Operand>, room: KnownRoom): void {
    const row = OPERATORS.get(node.type);
    if (!row) throw new ConvlabError('ImportedNet', `unknown operator ${show(node.type)}`);
    const inputs = node.inputs.map((name) => (name === '' ? undefined : operands.get(name)));
    // the mode of the part that contains the node's weights
    const owner = node.inputs.map((name) => this.#weights.get(name)?.part).find((part) => part !== undefined && part !== this);
    const call = new Call(graph, node, this.plan.opset, inputs, room);
    const known = inputs.every((input) => !(input instanceof Value));
    try {
      const result = graph.scoped(scopeOf(node), () => (known && row.fold ? row.fold(call) : row.run(call)), graph.training && (owner?.training ?? true));
      const results: readonly Operand[] = Array.isArray(result) ? result : [result as Operand];
      for (const { shape } of results) call.checkRank(shape.length);
      for (const [i, name] of node.outputs.entries()) {
        if (name !== '' && results[i]) operands.set(name, results[i]);
      }
      this.#checkOutputs(node, call, results.length);
    } catch (cause) {
      throw withNode(cause, node, this.plan.opset);
    }
  }

  /** Outputs that are not computed, such as a dropout mask, must not be used. */
  #checkOutputs(node: NodePlan, call: Call, results: number): void {
    const missing = node.outputs.slice(results).find((name) => name !== '' && this.#used.has(name));
    if (missing) throw call.refusal(`its output ${show(missing)} is not computed, but used`);
  }

  #checkInputs(given: readonly Value[]): void {
    const { inputs } = this;
    if (given.length !== inputs.length) {
      throw new ShapeError(
        'ImportedNet',
        `the model requires ${inputs.length} inputs (${inputs.map(({ name }) => show(name)).join(', ')}), received ${given.length}`,
      );
    }
    for (const [i, { name, shape }] of inputs.entries()) {
      if (shape && shape.length !== given[i].shape.length) {
        throw new ShapeError('ImportedNet', `input ${show(name)} must have the shape ${show(shape)} (-1: any size), received ${show(given[i].shape)}`);
      }
    }
  }
}

/** The name that the node's steps have in summaries and exports. */
function scopeOf({ name }: NodePlan): string {
  return name.replaceAll('/', '.').replace(/^\.+/, '');
}

/** Adds the name of the node to an error of the library. */
function withNode(cause: unknown, node: NodePlan, opset: number): unknown {
  if (!(cause instanceof ConvlabError) || cause.operation === 'fromOnnx') return cause;
  return new ShapeError('fromOnnx', `${describeNode(node, opset)}: ${cause.message}`, { node: node.name, ...cause.values }, { cause });
}
