import { poolGeometry, type WindowOptions } from '../../kernels/geometry.js';
import { windowFactors } from '../../kernels/pooling-operators.js';
import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';
import { alongAxis } from './along-axis.js';
import { multiply } from './arithmetic.js';
import { convolve } from './convolution.js';

/**
 * The largest value of every window; see `maxPool` for tensors.
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
  const { rank, before, after, groups, kernelShape } = geometry;
  const cells = sizeOf(geometry.kernel);
  const box = x.graph.constant(kernelShape, new Float32Array(sizeOf(kernelShape)).fill(1 / cells));
  const [stride, dilation] = [geometry.stride, geometry.dilation].map((cells) => cells.slice(3 - rank));
  const padding = before.map((side, axis) => [side, after[axis]] as const).slice(3 - rank);
  const mean = convolve(x, box, null, { stride, dilation, padding, groups }, 'averagePool');
  const factors = windowFactors(x.shape, options, countIncludePad, 'averagePool');
  if (!factors) return mean;
  const all = Float32Array.from({ length: sizeOf(mean.shape) }, (_, i) => factors[i % factors.length]);
  return multiply(mean, x.graph.constant(mean.shape, all));
}

/**
 * Part o of `size` parts of n cells: from floor(o·n / size) to ceil((o + 1)·n / size), as in PyTorch's adaptive
 * pooling.
 */
function share(o: number, n: number, size: number): [from: number, to: number] {
  return [Math.floor((o * n) / size), Math.ceil(((o + 1) * n) / size)];
}

/**
 * Divides the input into as many parts as the output has elements, and takes the mean of each. As in PyTorch, the parts
 * overlap and may differ in size if an axis is not a multiple of the output size. Along one axis, this is a matrix product.
 * @param x `[N, C, ...spatial]`
 * @param size the size of the output, one number per spatial axis
 */
export function adaptiveAveragePooling(x: Value, size: readonly number[]): Value {
  return size.reduce((value, o, axis) => {
    const n = value.shape[2 + axis];
    const weights = Float32Array.from({ length: o * n }, (_, i) => {
      const [from, to] = share(Math.floor(i / n), n, o);
      return i % n >= from && i % n < to ? 1 / (to - from) : 0;
    });
    return alongAxis(value, 2 + axis, weights, o, 'adaptiveAveragePool');
  }, x);
}

/**
 * Divides the input into as many parts as the output has cells, and takes the maximum of each. Parts that overlap or
 * differ in size are first copied side by side; shorter ones are padded by repeating their last cell.
 * @param x `[N, C, ...spatial]`
 * @param size the size of the output, one number per spatial axis
 */
export function adaptiveMaxPooling(x: Value, size: readonly number[]): Value {
  const kernelSize: number[] = [];
  const even = size.reduce((value, o, axis) => {
    const n = value.shape[2 + axis];
    const shares = Array.from({ length: o }, (_, i) => share(i, n, o));
    const longest = Math.max(...shares.map(([from, to]) => to - from));
    kernelSize.push(longest);
    if (n % o === 0) return value;
    const gather = new Float32Array(o * longest * n);
    for (const [i, [from, to]] of shares.entries()) {
      for (let k = 0; k < longest; k++) gather[(i * longest + k) * n + Math.min(from + k, to - 1)] = 1;
    }
    return alongAxis(value, 2 + axis, gather, o * longest, 'adaptiveMaxPoolShares');
  }, x);
  return maxPooling(even, { kernelSize });
}
