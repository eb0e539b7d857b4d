import { ShapeError, show } from '../../errors.js';
import { convGeometry } from '../../kernels/geometry.js';
import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';
import { alongAxis, repeatSamples } from './along-axis.js';
import { view } from './shape.js';

/**
 * a + b. Shapes are broadcast as in PyTorch: axes are aligned at the last one, and an axis of size 1 is repeated.
 * @throws ShapeError if the sizes of an axis differ and neither is 1
 * @example
 * ```ts
 * import { add, Module, multiply, tensor, type Value } from 'convlab';
 *
 * class Square extends Module {
 *   forward(x: Value) {
 *     return add(x, multiply(x, x)); // x + x²
 *   }
 * }
 * console.log((await new Square().run(tensor([[1, 2, 3]]))).data); // → Float32Array(3) [ 2, 6, 12 ]
 * ```
 */
export function add(left: Value, right: Value): Value {
  const [a, b] = broadcast('add', left, right);
  return a.graph.record('add', [a, b], a.shape, (out) => ({
    forward: (on) => on.pointwise('combine', [a.data, b.data], [1, 1], out.data),
    backward: (on) => {
      for (const x of [a, b]) x.storage.accumulate(on, (into) => on.pointwise('affine', [out.gradient], [1, 0], into));
    },
  }));
}

/**
 * Element-wise a · b, with shapes broadcast as in {@link add}, e.g. `[N, C, H, W]` by a factor `[N, C, 1, 1]` per map.
 * @throws ShapeError if the sizes of an axis differ and neither is 1
 */
export function multiply(left: Value, right: Value): Value {
  const [a, b] = broadcast('multiply', left, right);
  return a.graph.record('multiply', [a, b], a.shape, (out) => ({
    forward: (on) => on.pointwise('multiply', [a.data, b.data], [], out.data),
    backward: (on) => {
      a.storage.accumulate(on, (into) => on.pointwise('multiply', [out.gradient, b.data], [], into));
      b.storage.accumulate(on, (into) => on.pointwise('multiply', [out.gradient, a.data], [], into));
    },
  }));
}

/**
 * Concatenates values along the channels. Each is moved to its place by a 1×1 convolution with ones on a shifted
 * diagonal, and the results are added.
 * @param values `[N, Ci, ...spatial]`, equal except for the channels; `[N, Ci]` is treated as a single position
 * @throws ShapeError if their shapes differ
 */
export function concatenate(values: readonly Value[]): Value {
  const [{ graph, shape }] = values;
  const rest = ({ shape: [n, , ...spatial] }: Value) => show([n, ...spatial]);
  const odd = values.find((value) => rest(value) !== rest(values[0]));
  if (odd) throw new ShapeError('concatenate', `shapes must be equal except for the channels, received ${show(shape)} and ${show(odd.shape)}`);
  const [n, , ...spatial] = shape;
  const total = values.reduce((sum, value) => sum + value.shape[1], 0);
  const cells = spatial.length > 0 ? spatial : [1];
  let offset = 0;
  const parts = values.map((x) => {
    const [, channels] = x.shape;
    const diagonal = new Float32Array(total * channels);
    for (let c = 0; c < channels; c++) diagonal[(offset + c) * channels + c] = 1;
    offset += channels;
    const kernelShape = [total, channels, ...cells.map(() => 1)];
    return { x, geometry: convGeometry([n, channels, ...cells], kernelShape, {}, 'concatenate'), kernel: graph.constant(kernelShape, diagonal) };
  });
  const outShape = [n, total, ...spatial];
  const part = graph.temporary(outShape);
  return graph.record('concatenate', values, outShape, (out) => ({
    forward: (on) => {
      for (const [i, { x, geometry, kernel }] of parts.entries()) {
        on.conv(geometry, x.data, kernel.data, null, i === 0 ? out.data : part.data);
        if (i > 0) on.pointwise('combine', [out.data, part.data], [1, 1], out.data);
      }
    },
    backward: (on) => {
      for (const { x, geometry, kernel } of parts) {
        x.storage.accumulate(on, (into) => on.convInputGradient(geometry, out.gradient, kernel.data, into));
      }
    },
  }));
}

/** Broadcasts both to a common shape. */
export function broadcast(operation: string, a: Value, b: Value): [Value, Value] {
  if (show(a.shape) === show(b.shape)) return [a, b];
  const rank = Math.max(a.shape.length, b.shape.length);
  const [left, right] = [a, b].map((x) => view(x, [...Array(rank - x.shape.length).fill(1), ...x.shape]));
  const shape = left.shape.map((size, axis) => (size === 1 ? right.shape[axis] : size));
  if (right.shape.some((size, axis) => size !== 1 && size !== shape[axis])) {
    const rule = `shapes must be equal, or broadcast from size 1, received ${show(a.shape)} and ${show(b.shape)}`;
    throw new ShapeError(operation, rule, { a: a.shape, b: b.shape });
  }
  return [repeat(left, shape), repeat(right, shape)];
}

/** Repeats axes of size 1: neighboring axes together, samples last. */
export function repeat(x: Value, shape: readonly number[]): Value {
  let out = x;
  for (let axis = 1; axis < shape.length; axis++) {
    let end = axis;
    while (end < shape.length && out.shape[end] === 1 && shape[end] > 1) end++;
    if (end === axis) continue;
    const times = sizeOf(shape.slice(axis, end));
    const joined = view(out, [...out.shape.slice(0, axis), 1, ...out.shape.slice(end)]);
    const repeated = alongAxis(joined, axis, new Float32Array(times).fill(1), times, 'repeat');
    out = view(repeated, [out.shape[0], ...shape.slice(1, end), ...out.shape.slice(end)]);
  }
  return out.shape[0] === shape[0] ? out : repeatSamples(out, shape[0]);
}
