import { UnsupportedError } from '../../errors.js';
import type { ConvGeometry } from '../../kernels/geometry.js';
import type { GraphStep, Storage, Value } from '../graph.js';
import type { Module } from '../module.js';
import { type ExportTrace, geometryOf, inputNames, kindOf, LOWEST, type OpenShape, reachedPadding, traceForExport } from './export-trace.js';
import { encodeOnnx, type OnnxNode } from './onnx-file.js';
import { OnnxGraphBuilder } from './onnx-graph.js';

/**
 * A model in evaluation mode as the bytes of an ONNX file (opset 13), for onnxruntime and others. The batch
 * axis is dynamic unless something in the model depends on its size. Parameters keep PyTorch's names.
 * @param inputShapes one per input, with the batch axis: `[1, 1, 28, 28]`
 * @throws UnsupportedError if the model contains a custom operation
 * @example
 * ```ts
 * import { ConvNet, toOnnx } from 'convlab';
 *
 * const bytes = await toOnnx(new ConvNet(), [1, 1, 28, 28]);
 * console.log(bytes.length > 4 * 207_258); // → true
 * ```
 */
export async function toOnnx(model: Module, ...inputShapes: (readonly number[])[]): Promise<Uint8Array> {
  const trace = await traceForExport('toOnnx', model, inputShapes);
  const writer = new OnnxWriter(trace);
  const names = inputNames(trace);
  const inputs = trace.inputs.map((value, i) => ({ name: names[i], shape: trace.open(value) }));
  for (const [i, { storage }] of trace.inputs.entries()) writer.define(storage, inputs[i].name, inputs[i].shape);
  for (const step of trace.steps) writer.step(step);
  writer.graph.nodes.push({ name: 'output', type: 'Identity', inputs: [writer.use(trace.output)], output: 'output', attributes: {} });
  const used = new Set(writer.graph.nodes.flatMap((node) => node.inputs));
  const initializers = [...writer.graph.initializers.values()].filter(({ name }) => used.has(name));
  return encodeOnnx({ nodes: writer.graph.nodes, initializers, inputs, outputs: [{ name: 'output', shape: trace.open(trace.output) }] });
}

class OnnxWriter {
  readonly graph = new OnnxGraphBuilder();
  /** The name and shape of each value. */
  readonly #places = new Map<Storage, { name: string; shape: OpenShape }>();
  /** Batch normalizations without scale and shift, by output. */
  readonly #normalized = new Map<Storage, OnnxNode>();
  /** Mean, variance and ε of a batch normalization, by the storage of its factors. */
  readonly #statistics = new Map<Storage, { mean: Value; variance: Value; eps: number }>();

  constructor(readonly trace: ExportTrace) {
    for (const name of ['output', ...inputNames(trace)]) this.graph.reserve(name);
  }

  define(storage: Storage, name: string, shape: OpenShape): void {
    this.#places.set(storage, { name, shape });
  }

  /** The name of a value with a given shape, reshaped if necessary. */
  use(value: Value, shape = this.trace.open(value)): string {
    const known = this.trace.numbers.get(value.storage);
    // one sample of a constant that grows with the batch is kept
    if (known) return this.graph.floats(known.name, shape[0] === -1 ? [1, ...shape.slice(1)] : shape, known.data);
    const place = this.#places.get(value.storage) as { name: string; shape: OpenShape };
    if (String(place.shape) === String(shape)) return place.name;
    return this.graph.add(`${place.name}_reshaped`, 'Reshape', [place.name, this.graph.integers(`shape_${shape.join('_')}`, shape)]);
  }

  /** Writes one step of the model. */
  step(step: GraphStep): void {
    const [x, second, third] = step.inputs;
    const emit = (type: string, inputs: string[], attributes: OnnxNode['attributes'] = {}, shape?: OpenShape) => {
      const name = this.graph.add(step.scope || step.operation, type, inputs, attributes);
      this.define(step.output.storage, name, shape ?? this.trace.open(step.output));
      return name;
    };
    const kinds = [...(Object.keys(SIMPLE) as (keyof typeof SIMPLE)[]), ...ONNX_KINDS];
    const kind = kindOf('toOnnx', step, kinds);
    switch (kind) {
      case 'Linear': {
        const [batch, features] = this.trace.open(x);
        const [outputs] = second.shape;
        const inputs = [this.use(x, [batch, features]), this.use(second, [outputs, features]), ...(third ? [this.use(third)] : [])];
        emit('Gemm', inputs, { transB: 1 }, [batch, outputs]);
        break;
      }
      case 'averagePool':
      case 'maxPool':
      case 'conv':
        this.#window(kind, step, emit);
        break;
      case 'convTranspose': {
        const g = geometryOf(step);
        if (g.paddingMode !== 'zero') throw new UnsupportedError('toOnnx', `a transposed convolution with padding mode '${g.paddingMode}' has no counterpart`);
        const { rank, input, output, stride, dilation, kernel, before, after } = g;
        // cells after the last window of a strided convolution
        const left = input.map((n, axis) => n + before[axis] + after[axis] - (output[axis] - 1) * stride[axis] - (kernel[axis] - 1) * dilation[axis] - 1);
        const pads = [...before.slice(3 - rank), ...after.slice(3 - rank)];
        emit('ConvTranspose', [this.use(x), this.use(second)], { ...windowOf(g), group: g.groups, pads, output_padding: left.slice(3 - rank) });
        break;
      }
      case 'batchNormStatistics':
        this.#statistics.set(step.output.storage, { mean: x, variance: second, eps: step.attributes?.eps as number });
        break;
      case 'scaleChannels':
        this.#scale(step, emit);
        break;
      case 'leakyRelu':
        emit('LeakyRelu', [this.use(x)], { alpha: { float: step.attributes?.slope as number } });
        break;
      case 'repeatSamples': {
        const shape = this.trace.open(step.output);
        // sums and products broadcast a single sample themselves
        if (shape[0] === -1) this.define(step.output.storage, this.use(x), [1, ...shape.slice(1)]);
        else {
          // a target size of 1 keeps the tensor's own size, which may be open
          const target = shape.map((size) => Math.max(size, 1));
          emit('Expand', [this.use(x), this.graph.integers(`shape_${target.join('_')}`, target)]);
        }
        break;
      }
      case 'clamp': {
        const { low, high } = step.attributes as { low: number; high: number };
        emit('Clip', [this.use(x), this.graph.number(low), this.graph.number(high)]);
        break;
      }
      case 'affine': {
        const { scale, shift } = step.attributes as { scale: number; shift: number };
        const scaled = scale === 1 ? this.use(x) : emit('Mul', [this.use(x), this.graph.number(scale)]);
        if (shift !== 0 || scale === 1) emit('Add', [scaled, this.graph.number(shift)]);
        break;
      }
      case 'hardsigmoid':
        emit('HardSigmoid', [this.use(x)], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
        break;
      case 'groupNorm': {
        const [, groups] = x.shape;
        const [ones, zeros] = this.#channels(groups);
        emit('InstanceNormalization', [this.use(x), ones, zeros], { epsilon: { float: step.attributes?.eps as number } });
        break;
      }
      case 'gelu': {
        // x / 2 · (1 + erf(x / √2)): a single operator only since opset 20
        const scaled = this.graph.add('gelu_scaled', 'Mul', [this.use(x), this.graph.number(Math.SQRT1_2)]);
        const grown = this.graph.add('gelu_grown', 'Add', [this.graph.add('gelu_erf', 'Erf', [scaled]), this.graph.number(1)]);
        emit('Mul', [this.graph.add('gelu_half', 'Mul', [this.use(x), this.graph.number(0.5)]), grown]);
        break;
      }
      default:
        emit(
          SIMPLE[kind].type,
          step.inputs.map((input) => this.use(input)),
          SIMPLE[kind].attributes,
        );
    }
  }

  #window(
    kind: 'conv' | 'averagePool' | 'maxPool',
    step: GraphStep,
    emit: (type: string, inputs: string[], attributes: OnnxNode['attributes']) => string,
  ): void {
    const g = geometryOf(step);
    if (g.flip) throw new UnsupportedError('toOnnx', 'a convolution with flip: true has no counterpart; rotate its kernel by 180° instead');
    const [x, weight, bias] = step.inputs;
    const { before, after } = reachedPadding(g);
    const pads = [...before, ...after];
    const window = windowOf(g);
    if (kind === 'maxPool') {
      // onnxruntime rejects padding as wide as the window, which is valid for a dilated window
      const wide = pads.some((cells, i) => cells >= window.kernel_shape[i % g.rank]);
      if (wide) emit('MaxPool', [this.graph.pad(this.use(x), pads, 'constant', LOWEST)], window);
      else emit('MaxPool', [this.use(x)], { ...window, pads });
    } else if (kind === 'averagePool' && window.dilations.every((distance) => distance === 1)) {
      const { kernel_shape, strides } = window;
      emit('AveragePool', [this.use(x)], { kernel_shape, strides, pads, count_include_pad: 1 });
    } else {
      const inputs = [this.graph.padded(this.use(x), g, pads), this.use(weight), ...(bias ? [this.use(bias)] : [])];
      emit('Conv', inputs, { ...window, group: g.groups, ...(g.paddingMode === 'zero' && { pads }) });
    }
  }

  /** Names of a scale of 1 and a shift of 0 for a number of channels. */
  #channels(count: number): string[] {
    return [1, 0].map((value) => this.graph.floats(`channels/${value}/${count}`, [count], new Float32Array(count).fill(value)));
  }

  /** scale · x + shift per channel: a batch normalization, the second half of one, or plain arithmetic. */
  #scale(step: GraphStep, emit: (type: string, inputs: string[], attributes?: OnnxNode['attributes']) => string): void {
    const [x, scale, shift] = step.inputs;
    const [, channels, ...spatial] = x.shape;
    const statistics = this.#statistics.get(scale.storage);
    if (statistics) {
      const { mean, variance, eps } = statistics;
      const [ones, zeros] = this.#channels(channels);
      emit('BatchNormalization', [this.use(x), ones, zeros, this.use(mean), this.use(variance)], { epsilon: { float: eps } });
      if (this.trace.uses(step.output) === 1) this.#normalized.set(step.output.storage, this.graph.nodes.at(-1) as OnnxNode);
      return;
    }
    const normalized = this.#normalized.get(x.storage);
    if (normalized && shift && [scale, shift].every(({ storage }) => this.trace.numbers.has(storage))) {
      normalized.inputs.splice(1, 2, this.use(scale, [channels]), this.use(shift, [channels]));
      this.define(step.output.storage, normalized.output, this.trace.open(step.output));
      return;
    }
    const shape = [channels, ...spatial.map(() => 1)];
    const ones = this.trace.numbers.get(scale.storage)?.data.every((value) => value === 1);
    const scaled = ones && shift ? this.use(x) : emit('Mul', [this.use(x), this.use(scale, shape)]);
    if (shift) emit('Add', [scaled, this.use(shift, shape)]);
  }
}

/** Operations that are one node. */
const SIMPLE: Readonly<Record<string, { type: string; attributes?: OnnxNode['attributes'] }>> = {
  relu: { type: 'Relu' },
  sigmoid: { type: 'Sigmoid' },
  tanh: { type: 'Tanh' },
  softmax: { type: 'Softmax', attributes: { axis: 1 } },
  logSoftmax: { type: 'LogSoftmax', attributes: { axis: 1 } },
  add: { type: 'Add' },
  multiply: { type: 'Mul' },
  divide: { type: 'Div' },
  exp: { type: 'Exp' },
  log: { type: 'Log' },
  squareRoot: { type: 'Sqrt' },
  concatenate: { type: 'Concat', attributes: { axis: 1 } },
};

/** Operations of several nodes; special cases of a convolution precede it. */
const ONNX_KINDS = [
  ...(['Linear', 'averagePool', 'maxPool', 'convTranspose', 'batchNormStatistics', 'scaleChannels', 'groupNorm', 'repeatSamples'] as const),
  ...(['leakyRelu', 'affine', 'clamp', 'hardsigmoid', 'gelu', 'conv'] as const),
];

function windowOf(g: ConvGeometry): { kernel_shape: number[]; strides: number[]; dilations: number[] } {
  const axes = (triple: readonly number[]) => triple.slice(3 - g.rank);
  return { kernel_shape: axes(g.kernel), strides: axes(g.stride), dilations: axes(g.dilation) };
}
