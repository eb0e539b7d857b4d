import { show } from '../../../errors.js';
import type { LayerCall, LayerTensor } from './layers-graph.js';
import type { LayerRow } from './window-layers.js';

/** Converts an axis index from channels last to channels first. */
function turnedAxis(call: LayerCall, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!(positive >= 0 && positive < rank)) throw call.refusal(`an axis must be from ${-rank} to ${rank - 1}, received ${axis}`);
  return rank < 3 || positive === 0 ? positive : positive === rank - 1 ? 1 : positive + 1;
}

/** Checks that the axis is the last one. */
function channelAxis(call: LayerCall, rank: number): void {
  const { axis = -1 } = call.config;
  const [only, ...more] = Array.isArray(axis) ? axis : [axis];
  if (more.length > 0 || (only !== -1 && only !== rank - 1)) throw call.refusal(`axis must be the last of ${rank}, received ${show(axis)}`);
}

function dense(call: LayerCall): LayerTensor {
  const [given] = call.inputs;
  const { name, tensor } = call.weight('kernel');
  const [rows, units] = tensor.shape;
  const bias = (call.config.use_bias ?? true) ? [call.plain('bias')] : [];
  if (given.rank > 2) {
    const weight = call.turned('kernel', [1, 0], ([outputs, inputs]) => [outputs, inputs, ...Array<number>(given.rank - 2).fill(1)]);
    return call.activated(call.add('Conv', [given.name, weight, ...bias]), given.rank, units);
  }
  const channels = given.flattened?.channels;
  // reorders the rows for a flattened image, which is stored channel by channel here
  const turned = given.flattened && channels !== undefined && rows % channels === 0;
  const x = turned ? given : call.input();
  const data = turned ? rowsByChannel(tensor.data as Float32Array, rows, units, channels) : (tensor.data as Float32Array);
  return call.activated(call.add('Gemm', [x.name, call.graph.weight(name, [rows, units], data), ...bias]), 2, units);
}

function rowsByChannel(data: Float32Array, rows: number, units: number, channels: number): Float32Array {
  const places = rows / channels;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const from = (row % places) * channels + Math.floor(row / places);
    out.set(data.subarray(from * units, (from + 1) * units), row * units);
  }
  return out;
}

function batchNormalization(call: LayerCall): LayerTensor {
  const x = call.input();
  channelAxis(call, x.rank);
  const [channels] = call.weight('moving_mean').tensor.shape;
  const or = (role: string, used: unknown, value: number) =>
    used === false ? call.graph.constant([channels], Array(channels).fill(value), false) : call.plain(role);
  const inputs = [x.name, or('gamma', call.config.scale, 1), or('beta', call.config.center, 0), call.plain('moving_mean'), call.plain('moving_variance')];
  return { ...x, name: call.add('BatchNormalization', inputs, { epsilon: call.number('epsilon', 1e-3), momentum: call.number('momentum', 0.99) }) };
}

function layerNormalization(call: LayerCall): LayerTensor {
  const x = call.input();
  channelAxis(call, x.rank);
  const { channels } = x;
  if (channels === undefined) throw call.refusal('the size of its last axis must be known');
  const or = (role: string, used: unknown, value: number) =>
    used === false ? call.graph.constant([channels], Array(channels).fill(value), false) : call.plain(role);
  const inputs = [call.graph.channelsLast(call.name, x), or('gamma', call.config.scale, 1), or('beta', call.config.center, 0)];
  const normal = call.add('LayerNormalization', inputs, { axis: -1, epsilon: call.number('epsilon', 1e-3) });
  return { ...x, name: call.graph.channelsFirst(call.name, normal, x.rank) };
}

function flatten(call: LayerCall): LayerTensor {
  const x = call.input();
  if (x.rank === 2) return x;
  return { name: call.add('Flatten', [x.name]), rank: 2, channels: undefined, flattened: x };
}

function reshape(call: LayerCall): LayerTensor {
  const given = call.config.target_shape;
  // null stands for the inferred size
  const target = Array.isArray(given) ? given.map((size) => size ?? -1) : [];
  if (target.length === 0 || !target.every((size) => Number.isSafeInteger(size))) throw call.refusal(`target_shape must be integers, received ${show(given)}`);
  const x = call.input();
  const shape = call.graph.constant([target.length + 1], [0, ...target], true);
  const moved = call.add('Reshape', [call.graph.channelsLast(call.name, x), shape]);
  const [rank, last] = [target.length + 1, target[target.length - 1]];
  return { name: call.graph.channelsFirst(call.name, moved, rank), rank, channels: last > 0 ? last : undefined };
}

function permute(call: LayerCall): LayerTensor {
  const x = call.input();
  const order = call.perAxis('dims', x.rank - 1);
  const moved = call.add('Transpose', [call.graph.channelsLast(call.name, x)], { perm: [0, ...order] });
  return { name: call.graph.channelsFirst(call.name, moved, x.rank), rank: x.rank, channels: undefined };
}

/** An elementwise layer; a flattened input stays flattened. */
const cellwise =
  (compute: (call: LayerCall, x: LayerTensor) => string): LayerRow =>
  (call) => {
    const [x] = call.inputs;
    if (!x) throw call.refusal('input 0 is missing');
    return { ...x, name: compute(call, x), ...(x.flattened && { flattened: { ...x.flattened, name: compute(call, x.flattened) } }) };
  };

function relu(call: LayerCall, x: LayerTensor): string {
  if (call.number('threshold', 0) !== 0) throw call.refusal('threshold must be 0');
  const slope = call.number('negative_slope', 0);
  const most = call.config.max_value;
  const positive = call.add('LeakyRelu', [x.name], { alpha: slope });
  return typeof most === 'number' ? call.add('Min', [positive, call.graph.constant([], [most], false)]) : positive;
}

function prelu(call: LayerCall): LayerTensor {
  const x = call.input();
  const { shape } = call.weight('alpha').tensor;
  // [...spatial, C] → [C, ...spatial]
  const last = shape.length - 1;
  return { ...x, name: call.add('PRelu', [x.name, call.turned('alpha', [last, ...Array.from({ length: last }, (_, axis) => axis)])]) };
}

/** A layer with several inputs of equal or broadcast shapes. */
const merge =
  (type: string): LayerRow =>
  (call) => {
    const inputs = call.inputs.map((_, i) => call.input(i));
    if (inputs.length < 2 || new Set(inputs.map(({ rank }) => rank)).size > 1)
      throw call.refusal(`it requires at least two inputs with the same number of axes, received ${inputs.map(({ rank }) => rank)}`);
    const channels = inputs.find(({ channels: size }) => size !== 1)?.channels;
    const [first, ...rest] = inputs.map(({ name }) => name);
    const folded = type === 'Mul' || type === 'Sub' ? rest.reduce((sum, name) => call.add(type, [sum, name]), first) : call.add(type, [first, ...rest]);
    return { ...inputs[0], name: folded, channels };
  };

function concatenate(call: LayerCall): LayerTensor {
  const inputs = call.inputs.map((_, i) => call.input(i));
  const { rank } = inputs[0];
  const axis = turnedAxis(call, call.number('axis', -1), rank);
  const sizes = inputs.map(({ channels }) => channels);
  const channels = axis === 1 ? (sizes.every((size) => size !== undefined) ? (sizes as number[]).reduce((sum, size) => sum + size, 0) : undefined) : sizes[0];
  return {
    name: call.add(
      'Concat',
      inputs.map(({ name }) => name),
      { axis },
    ),
    rank,
    channels,
  };
}

function softmax(call: LayerCall): LayerTensor {
  const x = call.input();
  return { ...x, name: call.add('Softmax', [x.name], { axis: turnedAxis(call, call.number('axis', -1), x.rank) }) };
}

function rescaling(call: LayerCall, x: LayerTensor): string {
  const scaled = call.add('Mul', [x.name, call.graph.constant([], [call.number('scale', 1)], false)]);
  return call.add('Add', [scaled, call.graph.constant([], [call.number('offset', 0)], false)]);
}

/** Layers without a sliding window, by Keras's name. */
export const PLAIN_LAYERS: Readonly<Record<string, LayerRow>> = {
  Dense: dense,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  Activation: (call) => {
    const x = call.config.activation === 'softmax' ? call.input() : call.inputs[0];
    return call.config.activation === 'softmax'
      ? call.activated(x.name, x.rank, x.channels)
      : cellwise((each, y) => each.activated(y.name, y.rank, y.channels).name)(call);
  },
  ReLU: cellwise(relu),
  LeakyReLU: cellwise((call, x) => call.add('LeakyRelu', [x.name], { alpha: call.number('alpha', call.number('negative_slope', 0.3)) })),
  ELU: cellwise((call, x) => call.add('Elu', [x.name], { alpha: call.number('alpha', 1) })),
  PReLU: prelu,
  Softmax: softmax,
  Rescaling: cellwise(rescaling),
  Dropout: cellwise((call, x) => call.add('Dropout', [x.name, call.graph.constant([], [call.number('rate', 0.5)], false)])),
  Add: merge('Sum'),
  Subtract: merge('Sub'),
  Multiply: merge('Mul'),
  Average: merge('Mean'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Concatenate: concatenate,
};
