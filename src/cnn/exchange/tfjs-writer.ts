import { UnsupportedError } from '../../errors.js';
import { borderTable } from '../../kernels/border.js';
import type { ConvGeometry } from '../../kernels/geometry.js';
import { sizeOf } from '../../tensor.js';
import type { GraphStep, Storage, Value } from '../graph.js';
import { type ExportTrace, geometryOf, inputNames, kindOf, LOWEST, type OpenShape, reachedPadding } from './export-trace.js';
import { integers, textAttribute } from './tfjs-file.js';
import { filterOf, turnedFilter } from './tfjs-filter.js';
import { DATA_FORMATS, TfjsGraph } from './tfjs-graph.js';

/** A value's tensor in one axis order: channels first, or channels last with at least two spatial axes. */
interface TensorRef {
  readonly name: string;
  /** channels first, in both orders */
  readonly shape: OpenShape;
}

/** Writes the steps of a model as nodes of TensorFlow.js. */
export class TfjsWriter {
  readonly graph = new TfjsGraph();
  readonly #first = new Map<Storage, TensorRef>();
  readonly #last = new Map<Storage, TensorRef>();
  /** Factor and shift of batch normalizations, by the storage of the factors. */
  readonly #normalizations = new Map<Storage, { scale: Float32Array; shift: Float32Array }>();

  constructor(readonly trace: ExportTrace) {
    for (const [i, name] of inputNames(trace).entries()) {
      this.#first.set(trace.inputs[i].storage, { name: this.graph.reserve(name), shape: trace.open(trace.inputs[i]) });
    }
  }

  /** The name of a value with channels first. */
  first(value: Value, shape = this.trace.open(value)): string {
    const known = this.trace.numbers.get(value.storage);
    if (known) return this.graph.weight(known.name, shape[0] === -1 ? [1, ...shape.slice(1)] : shape, known.data);
    let place = this.#first.get(value.storage);
    if (!place) {
      const last = this.#last.get(value.storage) as TensorRef;
      const rank = last.shape.length;
      const order = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)];
      place = { name: this.graph.transpose(last.name, order), shape: last.shape };
      this.#first.set(value.storage, place);
    }
    return String(place.shape) === String(shape) ? place.name : this.graph.reshape(place.name, shape);
  }

  /** The name of a value with channels last and at least two spatial axes. */
  last(value: Value): string {
    const shape = lifted(this.trace.open(value));
    const place = this.#last.get(value.storage);
    if (place && String(place.shape) === String(shape)) return place.name;
    const order = [0, ...Array.from({ length: shape.length - 2 }, (_, axis) => axis + 2), 1];
    const name = this.graph.transpose(this.first(value, shape), order);
    if (!this.trace.numbers.has(value.storage)) this.#last.set(value.storage, { name, shape });
    return name;
  }

  /** Writes one step of the model. */
  step(step: GraphStep): void {
    const name = step.scope || step.operation;
    const [x, second, third] = step.inputs;
    const { output } = step;
    const kind = kindOf('toTfjs', step, TFJS_KINDS);
    const setFirst = (node: string, shape = this.trace.open(output)) => this.#first.set(output.storage, { name: node, shape });
    const setLast = (node: string) => this.#last.set(output.storage, { name: node, shape: lifted(this.trace.open(output)) });
    // channels last; without spatial axes both orders are the same
    const spatial = x.shape.length > 2;
    const channelwise = (value: Value) => (spatial ? this.last(value) : this.first(value));
    const set = spatial ? setLast : setFirst;

    switch (kind) {
      case 'Linear': {
        const [batch, features] = this.trace.open(x);
        const [outputs] = second.shape;
        const inputs = [this.first(x, [batch, features]), this.first(second, [outputs, features])];
        const product = this.graph.add(name, 'MatMul', inputs, { transpose_a: { b: false }, transpose_b: { b: true } });
        setFirst(third ? this.graph.add(name, 'AddV2', [product, this.first(third)]) : product, [batch, outputs]);
        break;
      }
      case 'averagePool':
      case 'maxPool':
        setLast(this.#pool(kind, name, step));
        break;
      case 'conv': {
        const g = geometryOf(step);
        if (g.flip) throw new UnsupportedError('toTfjs', 'a convolution with flip: true has no counterpart; rotate its kernel by 180° instead');
        const convolved = this.graph.convolve(name, this.#padded(this.last(x), g), filterOf(g, this.#known(second)), spatialAxes(g));
        setLast(third ? this.graph.add(name, 'AddV2', [convolved, this.first(third)]) : convolved);
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
        const scale = normalization ? this.graph.weight(`${name}_scale`, channels, normalization.scale) : this.first(second, channels);
        const scaled = this.graph.add(name, 'Mul', [channelwise(x), scale]);
        const shift = normalization ? this.graph.weight(`${name}_shift`, channels, normalization.shift) : third && this.first(third, channels);
        set(shift ? this.graph.add(name, 'AddV2', [scaled, shift]) : scaled);
        break;
      }
      case 'repeatSamples': {
        const shape = this.trace.open(output);
        const { length } = shape;
        // sums and products broadcast a single sample themselves
        if (shape[0] === -1) setFirst(this.first(x), [1, ...shape.slice(1)]);
        else setFirst(this.graph.add(name, 'BroadcastTo', [this.first(x), this.graph.integers(`shape_${shape.join('_')}`, [length], shape)]));
        break;
      }
      case 'groupNorm':
        setFirst(this.#standardize(name, this.first(x), step.attributes?.eps as number));
        break;
      case 'softmax':
      case 'logSoftmax':
        set(this.graph.add(name, kind === 'softmax' ? 'Softmax' : 'LogSoftmax', [channelwise(x)]));
        break;
      case 'concatenate': {
        const axis = this.graph.integers('axis', [], [spatial ? lifted(x.shape).length - 1 : 1]);
        set(this.graph.add(name, 'ConcatV2', [...step.inputs.map(channelwise), axis], { N: { i: String(step.inputs.length) } }));
        break;
      }
      default:
        this.#cellwise(kind, name, step);
    }
  }

  /** Elementwise operations keep the axis order of their inputs. */
  #cellwise(kind: keyof typeof CELLWISE, name: string, step: GraphStep): void {
    const shape = lifted(this.trace.open(step.output));
    const inLast = step.inputs.every(({ storage }) => String(this.#last.get(storage)?.shape) === String(shape));
    const inputs = step.inputs.map((input) => (inLast ? this.last(input) : this.first(input)));
    let node: string;
    if (kind === 'gelu') {
      // x / 2 · (1 + erf(x / √2))
      const erf = this.graph.add(name, 'Erf', [this.graph.add(name, 'Mul', [inputs[0], this.graph.number(Math.SQRT1_2)])]);
      node = this.graph.add(name, 'Mul', [
        this.graph.add(name, 'Mul', [inputs[0], this.graph.number(0.5)]),
        this.graph.add(name, 'AddV2', [erf, this.graph.number(1)]),
      ]);
    } else if (kind === 'clamp' || kind === 'hardsigmoid') {
      const { low, high } = { low: 0, high: 1, ...step.attributes };
      const sixth = () => this.graph.add(name, 'AddV2', [this.graph.add(name, 'Mul', [inputs[0], this.graph.number(1 / 6)]), this.graph.number(0.5)]);
      const from = kind === 'clamp' ? inputs[0] : sixth();
      node = this.graph.add(name, 'ClipByValue', [from, this.graph.number(low), this.graph.number(high)]);
    } else {
      node = this.graph.add(name, CELLWISE[kind], inputs, kind === 'leakyRelu' ? { alpha: { f: step.attributes?.slope } } : {});
    }
    if (inLast) this.#last.set(step.output.storage, { name: node, shape });
    else this.#first.set(step.output.storage, { name: node, shape: this.trace.open(step.output) });
  }

  /** (x − mean) / √(variance + eps) over the last axis. */
  #standardize(name: string, x: string, eps: number): string {
    const keep = { keep_dims: { b: true } };
    const axis = this.graph.integers('axes', [1], [2]);
    const mean = (of: string) => this.graph.add(name, 'Mean', [of, axis], keep);
    const centered = this.graph.add(name, 'Sub', [x, mean(x)]);
    const variance = mean(this.graph.add(name, 'Mul', [centered, centered]));
    const inverse = this.graph.add(name, 'Rsqrt', [this.graph.add(name, 'AddV2', [variance, this.graph.number(eps)])]);
    return this.graph.add(name, 'Mul', [centered, inverse]);
  }

  #pool(kind: 'averagePool' | 'maxPool', name: string, step: GraphStep): string {
    const g = geometryOf(step);
    const axes = spatialAxes(g);
    const { before, after } = reachedPadding(g);
    const x = this.graph.pad(this.last(step.inputs[0]), liftedPadding(before), liftedPadding(after), kind === 'maxPool' ? LOWEST : 0);
    if (g.dilation.some((distance) => distance > 1)) {
      if (kind === 'maxPool') throw new UnsupportedError('toTfjs', 'TensorFlow.js has no max pooling with dilation');
      return this.graph.convolve(name, x, filterOf(g, this.#known(step.inputs[1])), axes);
    }
    const ends = (triple: readonly number[]) => integers([1, ...triple.slice(-axes), 1]);
    const op = `${kind === 'maxPool' ? 'MaxPool' : 'AvgPool'}${axes === 3 ? '3D' : ''}`;
    return this.graph.add(name, op, [x], {
      ksize: ends(g.kernel),
      strides: ends(g.stride),
      padding: textAttribute('VALID'),
      data_format: textAttribute(DATA_FORMATS[axes]),
    });
  }

  #convolveTransposed(name: string, step: GraphStep): string {
    const g = geometryOf(step);
    if (g.paddingMode !== 'zero') throw new UnsupportedError('toTfjs', `a transposed convolution with padding mode '${g.paddingMode}' has no counterpart`);
    const axes = spatialAxes(g);
    const [x, weight] = step.inputs;
    let [spread, cells] = [this.last(x), [...g.output.slice(-axes)]];
    for (const [axis, stride] of g.stride.slice(-axes).entries()) {
      if (stride === 1) continue;
      // inserts zeros after every cell of this axis
      const behind = sizeOf(cells.slice(axis + 1)) * x.shape[1];
      const apart = this.graph.reshape(spread, [-1, sizeOf(cells.slice(0, axis + 1)), 1, behind]);
      const padded = this.graph.add('spread', 'PadV2', [
        apart,
        this.graph.integers(`behind_${stride}`, [4, 2], [0, 0, 0, 0, 0, stride - 1, 0, 0]),
        this.graph.number(0),
      ]);
      cells = cells.map((n, i) => (i === axis ? n * stride : n));
      spread = this.graph.reshape(padded, [this.trace.open(x)[0], ...cells, x.shape[1]]);
    }
    const before = g.before.map((padding, axis) => (g.kernel[axis] - 1) * g.dilation[axis] - padding).slice(-axes);
    const after = g.input
      .map((n, axis) => n + g.before[axis])
      .slice(-axes)
      .map((end, axis) => end - cells[axis]);
    let moved = this.graph.pad(spread, before, after, 0);
    if ([...before, ...after].some((side) => side < 0)) {
      const begin = this.graph.integers(`begin_of_${moved}`, [axes + 2], [0, ...before.map((side) => Math.max(-side, 0)), 0]);
      const size = this.graph.integers(`size_of_${moved}`, [axes + 2], [-1, ...cells.map((n, axis) => n + before[axis] + after[axis]), -1]);
      moved = this.graph.add('cut', 'Slice', [moved, begin, size]);
    }
    return this.graph.convolve(name, moved, turnedFilter(g, this.#known(weight)), axes);
  }

  #padded(x: string, g: ConvGeometry): string {
    const { before, after } = reachedPadding(g);
    if (g.paddingMode === 'zero' || g.paddingMode === 'constant') return this.graph.pad(x, liftedPadding(before), liftedPadding(after), g.paddingValue);
    // each axis is gathered by the engine's index table
    let padded = x;
    const axes = spatialAxes(g);
    for (let axis = 3 - axes; axis < 3; axis++) {
      if (g.before[axis] + g.after[axis] === 0) continue;
      const cells = borderTable(g, axis as 0 | 1 | 2);
      const at = this.graph.integers('axis', [], [axis - 3 + axes + 1]);
      padded = this.graph.add('padded', 'GatherV2', [padded, this.graph.integers(`cells_of_${padded}`, [cells.length], cells), at]);
    }
    return padded;
  }

  #known({ storage }: Value): Float32Array {
    const known = this.trace.numbers.get(storage);
    if (!known) throw new UnsupportedError('toTfjs', 'weights that are computed by the model cannot be exported');
    return known.data;
  }
}

/** Elementwise operations of one node; gelu and hardsigmoid take more. */
const CELLWISE = {
  relu: 'Relu',
  leakyRelu: 'LeakyRelu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  add: 'AddV2',
  multiply: 'Mul',
  gelu: 'Erf',
  clamp: 'ClipByValue',
  hardsigmoid: 'ClipByValue',
} as const;

const TFJS_KINDS = [
  ...(Object.keys(CELLWISE) as (keyof typeof CELLWISE)[]),
  ...([
    'softmax',
    'logSoftmax',
    'concatenate',
    'Linear',
    'averagePool',
    'maxPool',
    'convTranspose',
    'batchNormStatistics',
    'scaleChannels',
    'groupNorm',
    'repeatSamples',
    'conv',
  ] as const),
];

/** TensorFlow.js convolves over two or three spatial axes: a single one is extended to two. */
function spatialAxes(g: ConvGeometry): number {
  return Math.max(g.rank, 2);
}

function lifted(shape: OpenShape): OpenShape {
  return shape.length === 3 ? [shape[0], shape[1], 1, shape[2]] : shape;
}

function liftedPadding(cells: readonly number[]): readonly number[] {
  return cells.length === 1 ? [0, ...cells] : cells;
}
