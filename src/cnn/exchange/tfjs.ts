import { UnsupportedError } from '../../errors.js';
import { borderTable } from '../../kernels/border.js';
import type { ConvGeometry } from '../../kernels/geometry.js';
import { sizeOf } from '../../tensor.js';
import type { Step, Storage, Value } from '../graph.js';
import type { Module } from '../module.js';
import { ExportNames } from './export-names.js';
import { type ExportTrace, geometryOf, inputNames, kindOf, LOWEST, type OpenShape, reachedPadding, traceForExport } from './export-trace.js';
import { integers, type TfjsModel, type TfNode, type TfWeight, text, tfjsModel } from './tfjs-file.js';
import { type Filter, filterOf, groupOf, tensorFlowOrder, turnedFilter, withoutDilation } from './tfjs-filter.js';

type NamedStep = Step & { readonly scope: string };

/**
 * A model in evaluation mode as TensorFlow.js loads it by `tf.loadGraphModel`. It takes and gives what the model does, with
 * channels in front; inside, channels come last where TensorFlow.js wants them, and go back to the front before they are
 * flattened. The batch axis is free unless something in the model depends on its size.
 * @param inputShapes one for each input, with the batch axis: `[1, 1, 28, 28]`
 * @throws UnsupportedError if the model holds an operation of its own, or one that TensorFlow.js does not have
 */
export async function toTfjs(model: Module, ...inputShapes: (readonly number[])[]): Promise<TfjsModel> {
  const trace = await traceForExport('toTfjs', model, inputShapes);
  const names = inputNames(trace);
  const writer = new TfjsWriter(trace);
  for (const step of trace.steps) writer.step(step);
  writer.add('output', 'Identity', [writer.first(trace.output)]);
  const used = new Set(writer.nodes.flatMap(({ input }) => input));
  return tfjsModel(
    writer.nodes,
    writer.weights.filter(({ name }) => used.has(name)),
    trace.inputs.map((value, i) => ({ name: names[i], shape: trace.open(value) })),
    [{ name: 'output', shape: trace.open(trace.output) }],
  );
}

/** Where a value is, in one order of its axes: with channels in front, or lifted to two spatial axes and channels last. */
interface Place {
  readonly name: string;
  /** with channels in front, in both orders */
  readonly shape: OpenShape;
}

class TfjsWriter {
  readonly nodes: TfNode[] = [];
  readonly weights: TfWeight[] = [];
  /** The weights by the names that were asked for. */
  readonly #kept = new Map<string, TfWeight[]>();
  readonly #names = new ExportNames();
  readonly #first = new Map<Storage, Place>();
  readonly #last = new Map<Storage, Place>();
  /** Factor and shift of batch normalisations, by the storage of the factors. */
  readonly #normalizations = new Map<Storage, { scale: Float32Array; shift: Float32Array }>();

  constructor(readonly trace: ExportTrace) {
    for (const [i, name] of inputNames(trace).entries()) {
      this.#first.set(trace.inputs[i].storage, { name: this.#names.unique(name), shape: trace.open(trace.inputs[i]) });
    }
  }

  /** Adds a node. @returns its name */
  add(name: string, op: string, input: readonly string[], attr: Readonly<Record<string, unknown>> = {}): string {
    const unique = this.#names.unique(name.replaceAll(/[^\w.]/g, '_'));
    this.nodes.push({ name: unique, op, input, attr: { T: { type: 'DT_FLOAT' }, ...attr } });
    return unique;
  }

  /** The name of a value with its channels in front. */
  first(value: Value, shape = this.trace.open(value)): string {
    const known = this.trace.numbers.get(value.storage);
    if (known) return this.#weight(known.name, shape[0] === -1 ? [1, ...shape.slice(1)] : shape, known.data);
    let place = this.#first.get(value.storage);
    if (!place) {
      const last = this.#last.get(value.storage) as Place;
      const rank = last.shape.length;
      const order = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)];
      place = { name: this.#transpose(last.name, order), shape: last.shape };
      this.#first.set(value.storage, place);
    }
    return String(place.shape) === String(shape) ? place.name : this.#reshape(place.name, shape);
  }

  /** The name of a value with its channels last, and at least two spatial axes. */
  last(value: Value): string {
    const shape = lifted(this.trace.open(value));
    const place = this.#last.get(value.storage);
    if (place && String(place.shape) === String(shape)) return place.name;
    const order = [0, ...Array.from({ length: shape.length - 2 }, (_, axis) => axis + 2), 1];
    const name = this.#transpose(this.first(value, shape), order);
    if (!this.trace.numbers.has(value.storage)) this.#last.set(value.storage, { name, shape });
    return name;
  }

  /** Writes one step of the model. */
  step(step: NamedStep): void {
    const name = step.scope || step.operation;
    const [x, second, third] = step.inputs;
    const { output } = step;
    const kind = kindOf('toTfjs', step, KINDS);
    const setFirst = (node: string, shape = this.trace.open(output)) => this.#first.set(output.storage, { name: node, shape });
    const setLast = (node: string) => this.#last.set(output.storage, { name: node, shape: lifted(this.trace.open(output)) });
    // channels stand last where there are spatial axes, and where there are none they do anyway
    const spatial = x.shape.length > 2;
    const channelwise = (value: Value) => (spatial ? this.last(value) : this.first(value));
    const set = spatial ? setLast : setFirst;

    switch (kind) {
      case 'Linear': {
        const [batch, features] = this.trace.open(x);
        const [outputs] = second.shape;
        const inputs = [this.first(x, [batch, features]), this.first(second, [outputs, features])];
        const product = this.add(name, 'MatMul', inputs, { transpose_a: { b: false }, transpose_b: { b: true } });
        setFirst(third ? this.add(name, 'AddV2', [product, this.first(third)]) : product, [batch, outputs]);
        break;
      }
      case 'averagePool':
      case 'maxPool':
        setLast(this.#pool(kind, name, step));
        break;
      case 'conv': {
        const g = geometryOf(step);
        if (g.flip) throw new UnsupportedError('toTfjs', 'a convolution with flip: true has no counterpart; turn its kernel round beforehand');
        const convolved = this.#convolve(name, this.#padded(this.last(x), g), filterOf(g, this.#known(second)), spatialAxes(g));
        setLast(third ? this.add(name, 'AddV2', [convolved, this.first(third)]) : convolved);
        break;
      }
      case 'convTranspose':
        setLast(this.#convolveTransposed(name, step));
        break;
      case 'batchNormStatistics': {
        const [mean, variance] = [this.#known(x), this.#known(second)];
        const scale = variance.map((value) => 1 / Math.sqrt(value + (step.attributes?.eps as number)));
        this.#normalizations.set(output.storage, { scale, shift: mean.map((value, c) => -value * scale[c]) });
        break;
      }
      case 'scaleChannels': {
        const channels = [x.shape[1]];
        const normalization = this.#normalizations.get(second.storage);
        const scale = normalization ? this.#weight(`${name}_scale`, channels, normalization.scale) : this.first(second, channels);
        const scaled = this.add(name, 'Mul', [channelwise(x), scale]);
        const shift = normalization ? this.#weight(`${name}_shift`, channels, normalization.shift) : third && this.first(third, channels);
        set(shift ? this.add(name, 'AddV2', [scaled, shift]) : scaled);
        break;
      }
      case 'softmax':
      case 'logSoftmax':
        set(this.add(name, kind === 'softmax' ? 'Softmax' : 'LogSoftmax', [channelwise(x)]));
        break;
      case 'concatenate': {
        const axis = this.#integers('axis', [], [spatial ? lifted(x.shape).length - 1 : 1]);
        set(this.add(name, 'ConcatV2', [...step.inputs.map(channelwise), axis], { N: { i: String(step.inputs.length) } }));
        break;
      }
      default:
        this.#cellwise(kind, name, step);
    }
  }

  /** Operations on single cells keep the order of axes that their inputs are in. */
  #cellwise(kind: keyof typeof CELLWISE, name: string, step: NamedStep): void {
    const shape = lifted(this.trace.open(step.output));
    const inLast = step.inputs.every(({ storage }) => String(this.#last.get(storage)?.shape) === String(shape));
    const inputs = step.inputs.map((input) => (inLast ? this.last(input) : this.first(input)));
    let node: string;
    if (kind === 'gelu') {
      // x / 2 · (1 + erf(x / √2))
      const erf = this.add(name, 'Erf', [this.add(name, 'Mul', [inputs[0], this.#number(Math.SQRT1_2)])]);
      node = this.add(name, 'Mul', [this.add(name, 'Mul', [inputs[0], this.#number(0.5)]), this.add(name, 'AddV2', [erf, this.#number(1)])]);
    } else {
      node = this.add(name, CELLWISE[kind], inputs, kind === 'leakyRelu' ? { alpha: { f: step.attributes?.slope } } : {});
    }
    if (inLast) this.#last.set(step.output.storage, { name: node, shape });
    else this.#first.set(step.output.storage, { name: node, shape: this.trace.open(step.output) });
  }

  #pool(kind: 'averagePool' | 'maxPool', name: string, step: NamedStep): string {
    const g = geometryOf(step);
    const axes = spatialAxes(g);
    const { before, after } = reachedPadding(g);
    const x = this.#pad(this.last(step.inputs[0]), liftedPadding(before), liftedPadding(after), kind === 'maxPool' ? LOWEST : 0);
    if (g.dilation.some((distance) => distance > 1)) {
      if (kind === 'maxPool') throw new UnsupportedError('toTfjs', 'TensorFlow.js has no max pooling with dilation');
      return this.#convolve(name, x, filterOf(g, this.#known(step.inputs[1])), axes);
    }
    const ends = (triple: readonly number[]) => integers([1, ...triple.slice(-axes), 1]);
    const op = `${kind === 'maxPool' ? 'MaxPool' : 'AvgPool'}${axes === 3 ? '3D' : ''}`;
    return this.add(name, op, [x], { ksize: ends(g.kernel), strides: ends(g.stride), padding: text('VALID'), data_format: text(FORMATS[axes]) });
  }

  /** A convolution without padding, of x with channels last. */
  #convolve(name: string, x: string, filter: Filter, axes: number): string {
    const { groups, inChannels, outChannels, stride, dilation } = filter;
    if (stride.some((cells) => cells > 1) && dilation.some((distance) => distance > 1)) return this.#convolve(name, x, withoutDilation(filter), axes);
    const depthwise = groups > 1 && groups === inChannels && axes === 2;
    if (groups > 1 && !depthwise) {
      const channelAxis = this.#integers('axis', [], [axes + 1]);
      const split = this.add(`${name}_groups`, 'Split', [channelAxis, x], { num_split: { i: String(groups) } });
      const parts = Array.from({ length: groups }, (_, group) => this.#convolve(name, group === 0 ? split : `${split}:${group}`, groupOf(filter, group), axes));
      return this.add(name, 'ConcatV2', [...parts, channelAxis], { N: { i: String(groups) } });
    }
    const ends = (triple: readonly number[]) => integers([1, ...triple.slice(-axes), 1]);
    const shape = [...filter.kernel.slice(-axes), inChannels, outChannels / groups];
    const weights = this.#weight(`${name}_filter`, shape, tensorFlowOrder(filter));
    const op = depthwise ? 'DepthwiseConv2dNative' : `Conv${axes}D`;
    return this.add(name, op, [x, weights], { strides: ends(stride), dilations: ends(dilation), padding: text('VALID'), data_format: text(FORMATS[axes]) });
  }

  #convolveTransposed(name: string, step: NamedStep): string {
    const g = geometryOf(step);
    if (g.paddingMode !== 'zero') throw new UnsupportedError('toTfjs', `a transposed convolution with padding mode '${g.paddingMode}' has no counterpart`);
    const axes = spatialAxes(g);
    const [x, weight] = step.inputs;
    let [spread, cells] = [this.last(x), [...g.output.slice(-axes)]];
    for (const [axis, stride] of g.stride.slice(-axes).entries()) {
      if (stride === 1) continue;
      // zeros behind every cell of this axis
      const behind = sizeOf(cells.slice(axis + 1)) * x.shape[1];
      const apart = this.#reshape(spread, [-1, sizeOf(cells.slice(0, axis + 1)), 1, behind]);
      const padded = this.add('spread', 'PadV2', [apart, this.#integers(`behind_${stride}`, [4, 2], [0, 0, 0, 0, 0, stride - 1, 0, 0]), this.#number(0)]);
      cells = cells.map((n, i) => (i === axis ? n * stride : n));
      spread = this.#reshape(padded, [this.trace.open(x)[0], ...cells, x.shape[1]]);
    }
    const before = g.before.map((padding, axis) => (g.kernel[axis] - 1) * g.dilation[axis] - padding).slice(-axes);
    const after = g.input
      .map((n, axis) => n + g.before[axis])
      .slice(-axes)
      .map((end, axis) => end - cells[axis]);
    let moved = this.#pad(spread, before, after, 0);
    if ([...before, ...after].some((side) => side < 0)) {
      const begin = this.#integers(`begin_of_${moved}`, [axes + 2], [0, ...before.map((side) => Math.max(-side, 0)), 0]);
      const size = this.#integers(`size_of_${moved}`, [axes + 2], [-1, ...cells.map((n, axis) => n + before[axis] + after[axis]), -1]);
      moved = this.add('cut', 'Slice', [moved, begin, size]);
    }
    return this.#convolve(name, moved, turnedFilter(g, this.#known(weight)), axes);
  }

  #padded(x: string, g: ConvGeometry): string {
    const { before, after } = reachedPadding(g);
    if (g.paddingMode === 'zero' || g.paddingMode === 'constant') return this.#pad(x, liftedPadding(before), liftedPadding(after), g.paddingValue);
    // each axis is gathered from the cells that the engine's own table names
    let padded = x;
    const axes = spatialAxes(g);
    for (let axis = 3 - axes; axis < 3; axis++) {
      if (g.before[axis] + g.after[axis] === 0) continue;
      const cells = borderTable(g, axis as 0 | 1 | 2);
      const at = this.#integers('axis', [], [axis - 3 + axes + 1]);
      padded = this.add('padded', 'GatherV2', [padded, this.#integers(`cells_of_${padded}`, [cells.length], cells), at]);
    }
    return padded;
  }

  /** Pads the spatial axes of x with channels last; negative padding counts as none. */
  #pad(x: string, before: readonly number[], after: readonly number[], value: number): string {
    const paddings = [0, 0, ...before.flatMap((cells, axis) => [Math.max(cells, 0), Math.max(after[axis], 0)]), 0, 0];
    if (paddings.every((cells) => cells === 0)) return x;
    return this.add('padded', 'PadV2', [x, this.#integers(`paddings_${paddings.join('_')}`, [before.length + 2, 2], paddings), this.#number(value)]);
  }

  #reshape(x: string, shape: OpenShape): string {
    return this.add(`${x}_reshaped`, 'Reshape', [x, this.#integers(`shape_${shape.join('_')}`, [shape.length], shape)]);
  }

  #transpose(x: string, order: readonly number[]): string {
    return this.add(`${x}_transposed`, 'Transpose', [x, this.#integers(`order_${order.join('_')}`, [order.length], order)]);
  }

  #known({ storage }: Value): Float32Array {
    const known = this.trace.numbers.get(storage);
    if (!known) throw new UnsupportedError('toTfjs', 'weights that the model itself computes cannot be exported');
    return known.data;
  }

  #integers(name: string, shape: readonly number[], values: ArrayLike<number>): string {
    return this.#weight(shape.length === 0 ? `${name}_${values[0]}` : name, shape, Int32Array.from(values));
  }

  #number(value: number): string {
    return this.#weight(`number_${value}`, [], Float32Array.of(value));
  }

  #weight(name: string, shape: readonly number[], data: TfWeight['data']): string {
    const same = (other: TfWeight) => String(other.shape) === String(shape) && other.data.every((value, i) => value === data[i]);
    const kept = this.#kept.get(name)?.find(same);
    if (kept) return kept.name;
    const weight = { name: this.#names.unique(name.replaceAll(/[^\w.]/g, '_')), shape, data };
    this.#kept.set(name, [...(this.#kept.get(name) ?? []), weight]);
    this.weights.push(weight);
    return weight.name;
  }
}

/** Operations that one node says for each cell alone; gelu takes five. */
const CELLWISE = {
  relu: 'Relu',
  leakyRelu: 'LeakyRelu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  add: 'AddV2',
  multiply: 'Mul',
  gelu: 'Erf',
} as const;

const KINDS = [
  ...(Object.keys(CELLWISE) as (keyof typeof CELLWISE)[]),
  ...(['softmax', 'logSoftmax', 'concatenate', 'Linear', 'averagePool', 'maxPool', 'convTranspose', 'batchNormStatistics', 'scaleChannels', 'conv'] as const),
];

/** What TensorFlow calls channels last, by spatial axes. */
const FORMATS: Readonly<Record<number, string>> = { 2: 'NHWC', 3: 'NDHWC' };

/** TensorFlow.js convolves over two or three spatial axes: one becomes two. */
function spatialAxes(g: ConvGeometry): number {
  return Math.max(g.rank, 2);
}

function lifted(shape: OpenShape): OpenShape {
  return shape.length === 3 ? [shape[0], shape[1], 1, shape[2]] : shape;
}

function liftedPadding(cells: readonly number[]): readonly number[] {
  return cells.length === 1 ? [0, ...cells] : cells;
}
