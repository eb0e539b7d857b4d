import { show, UnsupportedError } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import type { Attribute, KnownValues, NodePlan } from '../plan.js';

/** A tensor of a layers model, with channels first: `[N, C, ...spatial]`, or `[N, C]`. */
export interface LayerTensor {
  readonly name: string;
  /** Number of axes, including the batch. */
  readonly rank: number;
  /** Size of the channel axis; undefined if it is open. */
  readonly channels: number | undefined;
  /** Layout before flattening: values are contiguous per channel here, but per position in the original model. */
  readonly flattened?: LayerTensor;
}

/** A graph that grows layer by layer, in ONNX's terms. */
export class LayersGraph {
  readonly nodes: NodePlan[] = [];
  readonly initializers = new Map<string, KnownValues>();
  readonly fixed = new Set<string>();

  /** Adds a node. @returns the name of its output */
  add(name: string, type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const output = `${name}#${this.nodes.length}`;
    this.nodes.push({ name, type, inputs, outputs: [output], attributes });
    return output;
  }

  /** A weight under its name in the file; the same for every call of a layer. */
  weight(name: string, shape: readonly number[], data: Float32Array): string {
    this.initializers.set(name, { shape, data, whole: false });
    return name;
  }

  /** A constant that is not trained. */
  constant(shape: readonly number[], data: readonly number[], whole: boolean): string {
    const name = `#constant${this.initializers.size}`;
    this.initializers.set(name, { shape, data: whole ? Float64Array.from(data) : Float32Array.from(data), whole });
    this.fixed.add(name);
    return name;
  }

  /** The tensor with channels last, as the model's author sees it. */
  channelsLast(name: string, x: LayerTensor): string {
    const { rank } = x;
    if (x.flattened) return this.add(name, 'Flatten', [this.channelsLast(name, x.flattened)]);
    return rank < 3 ? x.name : this.add(name, 'Transpose', [x.name], { perm: [0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1] });
  }

  /** The inverse of {@link channelsLast}. */
  channelsFirst(name: string, x: string, rank: number): string {
    return rank < 3 ? x : this.add(name, 'Transpose', [x], { perm: [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)] });
  }
}

/** One call of a layer: its options, checked when read, and its weights. */
export class LayerCall {
  constructor(
    readonly graph: LayersGraph,
    readonly operation: string,
    readonly name: string,
    readonly type: string,
    readonly config: Readonly<Record<string, unknown>>,
    readonly weights: ReadonlyMap<string, { name: string; tensor: KnownValues }>,
    readonly inputs: readonly LayerTensor[],
  ) {}

  refusal(reason: string): UnsupportedError {
    return new UnsupportedError(this.operation, `layer ${show(this.name)} (${this.type}): ${reason}`, { layer: this.name });
  }

  /** The input, in the layout of its shape. */
  input(i = 0): LayerTensor {
    const x = this.inputs[i];
    if (!x) throw this.refusal(`input ${i} is missing`);
    return x.flattened ? { ...x, name: this.graph.channelsLast(this.name, x), flattened: undefined } : x;
  }

  add(type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.graph.add(this.name, type, inputs, attributes);
  }

  number(name: string, otherwise: number): number {
    const value = this.config[name] ?? otherwise;
    if (typeof value !== 'number') throw this.refusal(`${name} must be a number, received ${show(value)}`);
    return value;
  }

  text(name: string, otherwise: string): string {
    const value = this.config[name] ?? otherwise;
    if (typeof value !== 'string') throw this.refusal(`${name} must be a string, received ${show(value)}`);
    return value;
  }

  /** One number per axis, from a single number or a list. */
  perAxis(name: string, count: number, otherwise?: readonly number[]): readonly number[] {
    const value = this.config[name] ?? otherwise;
    const list = Array.isArray(value) ? value : Array(count).fill(value);
    if (list.length !== count || !list.every(Number.isSafeInteger)) throw this.refusal(`${name} must be ${count} integers, received ${show(value)}`);
    return list;
  }

  /** The values of a weight. @throws UnsupportedError if the file does not contain them */
  weight(role: string): { name: string; tensor: KnownValues } {
    const weight = this.weights.get(`${this.name}/${role}`);
    if (!weight) throw this.refusal(`the file contains no weight ${show(`${this.name}/${role}`)}`);
    return weight;
  }

  /** A weight without conversion. */
  plain(role: string): string {
    const { name, tensor } = this.weight(role);
    return this.graph.weight(name, tensor.shape, tensor.data as Float32Array);
  }

  /** A weight with transposed axes. */
  turned(role: string, order: readonly number[], reshaped: (shape: readonly number[]) => readonly number[] = (shape) => shape): string {
    const { name, tensor } = this.weight(role);
    if (tensor.shape.length !== order.length) throw this.refusal(`${role} must have ${order.length} axes, received ${show(tensor.shape)}`);
    const shape = order.map((axis) => tensor.shape[axis]);
    return this.graph.weight(name, reshaped(shape), turn(tensor, order));
  }

  /** Adds the activation of the layer, if it has one. */
  activated(x: string, rank: number, channels: number | undefined, activation: unknown = this.config.activation): LayerTensor {
    const word = activation ?? 'linear';
    const steps = typeof word === 'string' ? ACTIVATIONS[word.replaceAll('_', '').toLowerCase()] : undefined;
    if (!steps) throw this.refusal(`the activation ${show(word)} is not supported; the supported ones are ${Object.keys(ACTIVATIONS).join(', ')}`);
    return { name: steps(this, x), rank, channels };
  }
}

/** Transposes the axes of known numbers. */
function turn({ shape, data }: KnownValues, order: readonly number[]): Float32Array {
  const strides = order.map((axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis]);
  return Float32Array.from({ length: data.length }, (_, cell) => {
    let [rest, at] = [cell, 0];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      at += (rest % sizes[axis]) * strides[axis];
      rest = Math.floor(rest / sizes[axis]);
    }
    return data[at];
  });
}

const simple =
  (type: string, attributes: Readonly<Record<string, Attribute>> = {}) =>
  (call: LayerCall, x: string) =>
    call.add(type, [x], attributes);

/** Keras's activations by name, in lower case without underscores. */
const ACTIVATIONS: Readonly<Record<string, (call: LayerCall, x: string) => string>> = {
  linear: (_call, x) => x,
  relu: simple('Relu'),
  relu6: (call, x) => call.add('Clip', [x, call.graph.constant([], [0], false), call.graph.constant([], [6], false)]),
  sigmoid: simple('Sigmoid'),
  hardsigmoid: simple('HardSigmoid', { alpha: 0.2, beta: 0.5 }),
  tanh: simple('Tanh'),
  softmax: simple('Softmax', { axis: 1 }),
  logsoftmax: simple('LogSoftmax', { axis: 1 }),
  elu: simple('Elu'),
  selu: simple('Selu'),
  softplus: simple('Softplus'),
  softsign: simple('Softsign'),
  swish: (call, x) => call.add('Mul', [x, call.add('Sigmoid', [x])]),
  silu: (call, x) => call.add('Mul', [x, call.add('Sigmoid', [x])]),
  mish: simple('Mish'),
  gelu: simple('Gelu'),
};
