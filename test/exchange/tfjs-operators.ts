import * as tf from '@tensorflow/tfjs';
import type { ConvCase, PoolCase } from '../conformance/cases.js';

/*
 * Every case of the table in terms of TensorFlow.js. We use what it has (strides, dilation, 'same' and 'valid', depthwise)
 * and build the rest from its differentiable parts (pad, gather, split, concat, reverse), so that its own
 * differentiation gives the gradients.
 */

type TfConv = (x: tf.Tensor, kernel: tf.Tensor, strides: number[], pad: 'same' | 'valid', dilations: number[]) => tf.Tensor;

/** By rank; TensorFlow's order of axes: x [N, ...spatial, C], kernel [...k, Cin, Cout]. */
const TF_CONV: Record<number, TfConv> = {
  1: (x, kernel, [s], pad, [d]) => tf.conv1d(x as tf.Tensor3D, kernel as tf.Tensor3D, s, pad, 'NWC', d),
  2: (x, kernel, s, pad, d) => tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, s as [number, number], pad, 'NHWC', d as [number, number]),
  3: (x, kernel, s, pad, d) => tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, s as [number, number, number], pad, 'NDHWC', d as [number, number, number]),
};

type TfPool = (x: tf.Tensor, window: number[], strides: number[]) => tf.Tensor;
const TF_POOL: Record<'max' | 'avg', Record<number, TfPool>> = {
  max: {
    2: (x, window, s) => tf.maxPool(x as tf.Tensor4D, window as [number, number], s as [number, number], 'valid'),
    3: (x, window, s) => tf.maxPool3d(x as tf.Tensor5D, window as [number, number, number], s as [number, number, number], 'valid'),
  },
  avg: {
    2: (x, window, s) => tf.avgPool(x as tf.Tensor4D, window as [number, number], s as [number, number], 'valid'),
    3: (x, window, s) => tf.avgPool3d(x as tf.Tensor5D, window as [number, number, number], s as [number, number, number], 'valid'),
  },
};

/** A convolution by TensorFlow; with a bias it is only computed, without one it can be differentiated too. */
export function tfConv(x: tf.Tensor, kernel: tf.Tensor, { geometry: g, options }: ConvCase, bias?: tf.Tensor): tf.Tensor {
  const [stride, before, after] = [g.stride, g.before, g.after].map((triple) => triple.slice(3 - g.rank));
  let dilation: number[] = g.dilation.slice(3 - g.rank);
  let weights = g.flip ? tf.reverse(kernel, axesOf(g.rank)) : kernel;
  // TensorFlow.js dilates only at stride 1, and not in gradients: otherwise zeros go between the weights
  if (dilation.some((d) => d > 1) && (!bias || stride.some((s) => s > 1))) {
    for (const axis of axesOf(g.rank)) weights = spread(weights, axis, dilation[axis - 2]);
    dilation = dilation.map(() => 1);
  }
  const same = options.padding === 'same' && g.paddingMode === 'zero' && options.anchor === undefined;
  let padded = x;
  if (!same) for (const axis of axesOf(g.rank)) padded = tfPad(padded, axis, before[axis - 2], after[axis - 2], g.paddingMode, g.paddingValue);

  const pad = same ? 'same' : 'valid';
  const last = [0, ...axesOf(g.rank), 1];
  const back = [0, g.rank + 1, ...axesOf(g.rank).map((axis) => axis - 1)];
  const [signal, bank] = [tf.transpose(padded, last), tf.transpose(weights, [...axesOf(g.rank), 1, 0])];
  const depthwise = g.rank === 2 && g.groups === g.inChannels && g.groups > 1 && stride.every((s) => s === stride[0]);
  let out: tf.Tensor;
  if (depthwise) {
    const [kh, kw] = bank.shape;
    const filter = tf.reshape(bank, [kh, kw, g.groups, g.outChannels / g.groups]) as tf.Tensor4D;
    out = tf.depthwiseConv2d(signal as tf.Tensor4D, filter, stride as [number, number], pad, 'NHWC', dilation as [number, number]);
  } else {
    // the gradient of a split into one part is missing in TensorFlow.js
    const parts = (t: tf.Tensor) => (g.groups === 1 ? [t] : tf.split(t, g.groups, g.rank + 1));
    const banks = parts(bank);
    const results = parts(signal).map((part, group) => TF_CONV[g.rank](part, banks[group], stride, pad, dilation));
    out = results.length > 1 ? tf.concat(results, g.rank + 1) : results[0];
  }
  return tf.transpose(bias ? tf.add(out, bias) : out, back);
}

/** A pool by TensorFlow, 1D lifted to 2D; an average over the cells inside is the quotient of two over the whole window. */
export function tfPool(x: tf.Tensor, { geometry: g }: PoolCase, kind: 'max' | 'avg', includePad: boolean): tf.Tensor {
  const rank = Math.max(g.rank, 2);
  const [input, window, stride, before, after] = [g.input, g.kernel, g.stride, g.before, g.after].map((triple) => triple.slice(3 - rank));
  const lifted = tf.transpose(tf.reshape(x, [g.batch, g.inChannels, ...input]), [0, ...axesOf(rank), 1]);
  const pad = (t: tf.Tensor, value: number) => tf.pad(t, [[0, 0], ...before.map((b, axis): [number, number] => [b, after[axis]]), [0, 0]], value);
  const pool = (t: tf.Tensor) => TF_POOL[kind][rank](t, window, stride);
  const inside = () => pool(pad(tf.onesLike(lifted), 0));
  const out = kind === 'max' ? pool(pad(lifted, -1e9)) : includePad ? pool(pad(lifted, 0)) : tf.div(pool(pad(lifted, 0)), inside());
  return tf.reshape(tf.transpose(out, [0, rank + 1, ...axesOf(rank).map((axis) => axis - 1)]), [...g.outShape]);
}

/** Padding along one axis, from a list of which cell every padded cell shows. */
function tfPad(x: tf.Tensor, axis: number, before: number, after: number, mode: string, value: number): tf.Tensor {
  if (before === 0 && after === 0) return x;
  if (mode === 'zero' || mode === 'constant') {
    return tf.pad(
      x,
      x.shape.map((_, a): [number, number] => (a === axis ? [before, after] : [0, 0])),
      value,
    );
  }
  const cells = Array.from({ length: x.shape[axis] }, (_, i) => i);
  const [first, last] = [cells[0], cells[cells.length - 1]];
  const period = mode === 'wrap' ? cells : mode === 'symmetric' ? [...cells, ...cells.toReversed()] : [...cells, ...cells.slice(1, -1).toReversed()];
  const turns = Math.ceil(Math.max(before, after + cells.length) / period.length);
  const line = Array(turns).fill(period).flat();
  const shown =
    mode === 'replicate'
      ? [...Array(before).fill(first), ...cells, ...Array(after).fill(last)]
      : [...(before ? line.slice(-before) : []), ...line.slice(0, cells.length + after)];
  return tf.gather(x, tf.tensor1d(shown, 'int32'), axis);
}

/** Puts `distance − 1` zeros between neighbors along one axis. */
function spread(x: tf.Tensor, axis: number, distance: number): tf.Tensor {
  const size = x.shape[axis];
  const apart = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const zeros = apart.map((_, a): [number, number] => (a === axis + 1 ? [0, distance - 1] : [0, 0]));
  const wide = tf.reshape(tf.pad(tf.reshape(x, apart), zeros), [...x.shape.slice(0, axis), size * distance, ...x.shape.slice(axis + 1)]);
  return tf.slice(
    wide,
    wide.shape.map(() => 0),
    wide.shape.map((length, a) => (a === axis ? (size - 1) * distance + 1 : length)),
  );
}

function axesOf(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis + 2);
}
