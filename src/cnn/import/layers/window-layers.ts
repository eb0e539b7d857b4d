import { show } from '../../../errors.js';
import type { Attribute } from '../plan.js';
import type { LayerCall, LayerTensor } from './layers-graph.js';

/** Converts a call of one layer class to nodes. */
export type LayerRow = (call: LayerCall) => LayerTensor;

/** The input of a layer with this number of spatial axes. */
function spatial(call: LayerCall, axes: number): LayerTensor {
  const x = call.input();
  if (call.text('data_format', 'channels_last') !== 'channels_last') throw call.refusal('data_format must be channels_last');
  if (x.rank !== axes + 2) throw call.refusal(`it requires ${axes + 2} axes, but its input has ${x.rank}`);
  return x;
}

/** Padding as attributes of a window. */
function padding(call: LayerCall, kernel: readonly number[], dilations: readonly number[]): Readonly<Record<string, Attribute>> {
  const mode = call.text('padding', 'valid');
  if (mode === 'same') return { auto_pad: 'SAME_UPPER' };
  if (mode === 'causal') return { pads: [(kernel[0] - 1) * dilations[0], 0] };
  if (mode !== 'valid') throw call.refusal(`padding must be valid, same or causal, received ${show(mode)}`);
  return {};
}

const ones = (axes: number) => Array<number>(axes).fill(1);
const axesTo = (count: number) => Array.from({ length: count }, (_, axis) => axis);

/** Bias and activation at the end of a layer. */
function bias(call: LayerCall): string[] {
  return (call.config.use_bias ?? true) ? [call.plain('bias')] : [];
}

const conv =
  (axes: number): LayerRow =>
  (call) => {
    const x = spatial(call, axes);
    const { tensor } = call.weight('kernel');
    const kernel = tensor.shape.slice(0, axes);
    const dilations = call.perAxis('dilation_rate', axes, ones(axes));
    // [...spatial, Cin / groups, Cout] → [Cout, Cin / groups, ...spatial]
    const weight = call.turned('kernel', [axes + 1, axes, ...axesTo(axes)]);
    const attributes = { strides: call.perAxis('strides', axes, ones(axes)), dilations, group: call.number('groups', 1), ...padding(call, kernel, dilations) };
    return call.activated(call.add('Conv', [x.name, weight, ...bias(call)], attributes), x.rank, tensor.shape[axes + 1]);
  };

/** Each channel separately. @param inputs more inputs, such as the bias */
function depthwise(call: LayerCall, role: string, inputs: readonly string[]): { output: string; channels: number } {
  const x = spatial(call, 2);
  const { shape } = call.weight(role).tensor;
  const [height, width, channels, multiplier] = shape;
  const dilations = call.perAxis('dilation_rate', 2, ones(2));
  const weight = call.turned(role, [2, 3, 0, 1], () => [channels * multiplier, 1, height, width]);
  const attributes = { strides: call.perAxis('strides', 2, ones(2)), dilations, group: channels, ...padding(call, [height, width], dilations) };
  return { output: call.add('Conv', [x.name, weight, ...inputs], attributes), channels: channels * multiplier };
}

function depthwiseConv(call: LayerCall): LayerTensor {
  const { output, channels } = depthwise(call, 'depthwise_kernel', bias(call));
  return call.activated(output, 4, channels);
}

function separableConv(call: LayerCall): LayerTensor {
  const { output } = depthwise(call, 'depthwise_kernel', []);
  const mixed = call.add('Conv', [output, call.turned('pointwise_kernel', [3, 2, 0, 1]), ...bias(call)]);
  return call.activated(mixed, 4, call.weight('pointwise_kernel').tensor.shape[3]);
}

const convTranspose =
  (axes: number): LayerRow =>
  (call) => {
    const x = spatial(call, axes);
    const { tensor } = call.weight('kernel');
    const kernel = tensor.shape.slice(0, axes);
    const strides = call.perAxis('strides', axes, ones(axes));
    if (call.config.output_padding !== undefined && call.config.output_padding !== null) throw call.refusal('output_padding is not supported');
    if (!call.perAxis('dilation_rate', axes, ones(axes)).every((rate) => rate === 1)) throw call.refusal('dilation_rate must be 1');
    // same: n · stride cells; valid: all cells that a window reaches, at least n · stride
    const total = kernel.map((k, axis) => (call.text('padding', 'valid') === 'same' ? Math.max(k - strides[axis], 0) : 0));
    const before = total.map((cells) => Math.floor(cells / 2));
    const attributes = {
      strides,
      pads: [...before, ...total.map((cells, axis) => cells - before[axis])],
      output_padding: kernel.map((k, axis) => Math.max(strides[axis] - k, 0)),
    };
    // [...spatial, Cout, Cin] → [Cin, Cout, ...spatial]
    const weight = call.turned('kernel', [axes + 1, axes, ...axesTo(axes)]);
    return call.activated(call.add('ConvTranspose', [x.name, weight, ...bias(call)], attributes), x.rank, tensor.shape[axes]);
  };

const pool =
  (type: string, axes: number): LayerRow =>
  (call) => {
    const x = spatial(call, axes);
    const kernel = call.perAxis('pool_size', axes, ones(axes).fill(2));
    const attributes = { kernel_shape: kernel, strides: call.perAxis('strides', axes, kernel), ...padding(call, kernel, ones(axes)) };
    return { ...x, name: call.add(type, [x.name], attributes) };
  };

const globalPool =
  (type: string, axes: number): LayerRow =>
  (call) => {
    const x = spatial(call, axes);
    const pooled = call.add(type, [x.name]);
    return call.config.keepdims ? { ...x, name: pooled } : { name: call.add('Flatten', [pooled]), rank: 2, channels: x.channels };
  };

const upsampling =
  (axes: number): LayerRow =>
  (call) => {
    const x = spatial(call, axes);
    const size = call.perAxis('size', axes, ones(axes).fill(2));
    const mode = call.text('interpolation', 'nearest');
    if (mode !== 'nearest' && mode !== 'bilinear') throw call.refusal(`interpolation must be nearest or bilinear, received ${show(mode)}`);
    const scales = call.graph.constant([axes + 2], [1, 1, ...size], false);
    const attributes = { mode: mode === 'nearest' ? 'nearest' : 'linear', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return { ...x, name: call.add('Resize', [x.name, '', scales], attributes) };
  };

/** Cells added to (or, with −1, removed from) the two spatial axes. */
const bordering =
  (option: string, sign: 1 | -1): LayerRow =>
  (call) => {
    const x = spatial(call, 2);
    const value = call.config[option] ?? 1;
    const sides = (Array.isArray(value) ? value : [value, value]).map((side) => (Array.isArray(side) ? side : [side, side])) as number[][];
    if (sides.length !== 2 || !sides.flat().every((cells) => Number.isSafeInteger(cells) && cells >= 0))
      throw call.refusal(`${option} must be integers, received ${show(value)}`);
    const pads = [0, 0, sides[0][0], sides[1][0], 0, 0, sides[0][1], sides[1][1]].map((cells) => sign * cells);
    return { ...x, name: call.add('Pad', [x.name, call.graph.constant([8], pads, true)]) };
  };

/** Layers with a sliding window, by Keras's name. */
export const WINDOW_LAYERS: Readonly<Record<string, LayerRow>> = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  DepthwiseConv2D: depthwiseConv,
  SeparableConv2D: separableConv,
  Conv2DTranspose: convTranspose(2),
  Conv3DTranspose: convTranspose(3),
  MaxPooling1D: pool('MaxPool', 1),
  MaxPooling2D: pool('MaxPool', 2),
  MaxPooling3D: pool('MaxPool', 3),
  AveragePooling1D: pool('AveragePool', 1),
  AveragePooling2D: pool('AveragePool', 2),
  AveragePooling3D: pool('AveragePool', 3),
  GlobalAveragePooling1D: globalPool('GlobalAveragePool', 1),
  GlobalAveragePooling2D: globalPool('GlobalAveragePool', 2),
  GlobalMaxPooling1D: globalPool('GlobalMaxPool', 1),
  GlobalMaxPooling2D: globalPool('GlobalMaxPool', 2),
  UpSampling1D: upsampling(1),
  UpSampling2D: upsampling(2),
  ZeroPadding2D: bordering('padding', 1),
  Cropping2D: bordering('cropping', -1),
};
