import { poolGeometry, type WindowOptions } from '../../kernels/geometry.js';
import { windowCounts } from '../../kernels/pooling-operators.js';
import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';
import { multiply } from './arithmetic.js';
import { convolve } from './convolution.js';
import { view } from './shape.js';

/**
 * The largest value of every window; see `maxPool` of the engine.
 * @param x `[N, C, ...spatial]`
 * @example
 * ```ts
 * import { maxPooling, Module, tensor, type Value } from 'convlab';
 *
 * class Pool extends Module {
 *   forward(x: Value) {
 *     return maxPooling(x, { kernelSize: 2 });
 *   }
 * }
 * console.log((await new Pool().run(tensor([[[1, 5, 2, 3]]]))).data); // → Float32Array(2) [ 5, 3 ]
 * ```
 */
export function maxPooling(x: Value, options: WindowOptions): Value {
  const geometry = poolGeometry(x.shape, options, 'maxPool');
  const winners = x.graph.temporary(geometry.outShape);
  return x.graph.record('maxPool', [x], geometry.outShape, (out) => ({
    attributes: { geometry },
    forward: (on) => on.maxPool(geometry, x.data, out.data, winners.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.maxPoolGradient(geometry, out.gradient, winners.data, into)),
  }));
}

/** The mean of every window: the depthwise convolution with a box kernel. @param x `[N, C, ...spatial]` */
export function averagePooling(x: Value, options: WindowOptions, countIncludePad = true): Value {
  const geometry = poolGeometry(x.shape, options, 'averagePool');
  const cells = sizeOf(geometry.kernel);
  const box = x.graph.constant(geometry.kernelShape, new Float32Array(sizeOf(geometry.kernelShape)).fill(1 / cells));
  const { stride, dilation, padding } = { stride: options.kernelSize, ...options };
  const mean = convolve(x, box, null, { stride, dilation, padding, groups: geometry.groups }, 'averagePool');
  if (countIncludePad) return mean;
  const counts = windowCounts(geometry);
  const factors = Float32Array.from({ length: sizeOf(mean.shape) }, (_, i) => cells / counts[i % counts.length]);
  return multiply(mean, x.graph.constant(mean.shape, factors));
}

/**
 * The mean of equal shares of the input, however large it is: window o of n cells runs from floor(o·n / size) to
 * ceil((o + 1)·n / size), as PyTorch's adaptive_avg_pool. Along one axis that is a matrix product, so each axis is one
 * convolution that covers it.
 * @param x `[N, C, ...spatial]`
 * @param size of the output, one number per spatial axis
 */
export function adaptiveAveragePooling(x: Value, size: readonly number[]): Value {
  let out = x;
  size.forEach((o, axis) => {
    const shape = out.shape;
    const n = shape[2 + axis];
    const [before, after] = [sizeOf(shape.slice(0, 2 + axis)), sizeOf(shape.slice(3 + axis))];
    const weights = Float32Array.from({ length: o * n }, (_, i) => {
      const [row, cell] = [Math.floor(i / n), i % n];
      const [from, to] = [Math.floor((row * n) / o), Math.ceil(((row + 1) * n) / o)];
      return cell >= from && cell < to ? 1 / (to - from) : 0;
    });
    const kernel = x.graph.constant([o, n, 1], weights);
    const rows = convolve(view(out, [before, n, after]), kernel, null, {}, 'adaptiveAveragePool');
    out = view(rows, [...shape.slice(0, 2 + axis), o, ...shape.slice(3 + axis)]);
  });
  return out;
}
