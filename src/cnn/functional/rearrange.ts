import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';
import { alongAxis } from './along-axis.js';
import { concatenate } from './arithmetic.js';
import { convolve, convolveTransposed } from './convolution.js';
import { view } from './shape.js';

/**
 * Reorders the axes of x, like NumPy's transpose. Two blocks of axes are swapped by a convolution with the identity:
 * its kernel covers the shorter block, which becomes the channels. The cost is the size of the shorter block times the
 * number of cells.
 * @param order the axis of x for each axis of the result
 */
export function transpose(x: Value, order: readonly number[]): Value {
  // axes of size 1 can be at any position
  const target = order.filter((axis) => x.shape[axis] > 1);
  let current = [...target].sort((a, b) => a - b);
  let out = x;
  const cells = (axes: readonly number[]) => sizeOf(axes.map((axis) => x.shape[axis]));
  for (let at = 0; at < target.length; at++) {
    const from = current.indexOf(target[at]);
    if (from === at) continue;
    let end = from + 1;
    while (end < current.length && current[end] === target[at + end - from]) end++;
    const [before, front, back, behind] = [current.slice(0, at), current.slice(at, from), current.slice(from, end), current.slice(end)];
    out = swap(out, cells(before), cells(front), cells(back), cells(behind));
    current = [...before, ...back, ...front, ...behind];
  }
  return view(
    out,
    order.map((axis) => x.shape[axis]),
  );
}

/** `[p, a, b, q]` → `[p, b, a, q]` */
function swap(x: Value, p: number, a: number, b: number, q: number): Value {
  const size = Math.min(a, b);
  const identity = new Float32Array(size * size);
  for (let i = 0; i < size; i++) identity[i * (size + 1)] = 1;
  const kernel = x.graph.constant([size, 1, 1, size, 1], identity);
  if (b <= a) return convolve(view(x, [p, 1, a, b, q]), kernel, null, {}, 'transpose');
  return convolveTransposed(view(x, [p, a, b, 1, q]), kernel, null, [p, 1, b, a, q], {});
}

/** Elements start, start + step … of an axis: a convolution whose kernel is 1 at the first of them. @param step ≥ 1 */
export function slice(x: Value, axis: number, start: number, size: number, step = 1): Value {
  const { shape } = x;
  const n = shape[axis];
  if (size === n && step === 1) return x;
  const width = n - (size - 1) * step;
  const kernel = new Float32Array(width);
  kernel[start] = 1;
  const flat = view(x, [sizeOf(shape.slice(0, axis)), 1, n, sizeOf(shape.slice(axis + 1))]);
  const cut = convolve(flat, x.graph.constant([1, 1, width, 1], kernel), null, { stride: [step, 1] }, 'slice');
  return view(cut, [...shape.slice(0, axis), size, ...shape.slice(axis + 1)]);
}

/** Elements of an axis in any order, possibly repeated. */
export function gather(x: Value, axis: number, indices: readonly number[]): Value {
  const n = x.shape[axis];
  const matrix = new Float32Array(indices.length * n);
  for (const [o, index] of indices.entries()) matrix[o * n + index] = 1;
  return alongAxis(x, axis, matrix, indices.length, 'gather');
}

/** Concatenates values along any axis; the other axes must be equal. */
export function join(values: readonly Value[], axis: number): Value {
  const [{ shape }] = values;
  if (values.length === 1) return values[0];
  if (axis === 1) return concatenate(values);
  const [before, behind] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const flat = concatenate(values.map((x) => view(x, [before, x.shape[axis], behind])));
  return view(flat, [...shape.slice(0, axis), flat.shape[1], ...shape.slice(axis + 1)]);
}
