import { ShapeError, show } from '../../errors.js';
import { convGeometry } from '../../kernels/geometry.js';
import type { Value } from '../graph.js';

/**
 * a + b, in equal shapes.
 * @throws ShapeError if the shapes differ
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
export function add(a: Value, b: Value): Value {
  checkShapes('add', a, b);
  return a.graph.record('add', [a, b], a.shape, (out) => ({
    forward: (on) => on.pointwise('combine', [a.data, b.data], [1, 1], out.data),
    backward: (on) => {
      for (const x of [a, b]) x.storage.accumulate(on, (into) => on.pointwise('affine', [out.gradient], [1, 0], into));
    },
  }));
}

/**
 * a · b cell by cell, in equal shapes.
 * @throws ShapeError if the shapes differ
 */
export function multiply(a: Value, b: Value): Value {
  checkShapes('multiply', a, b);
  return a.graph.record('multiply', [a, b], a.shape, (out) => ({
    forward: (on) => on.pointwise('multiply', [a.data, b.data], [], out.data),
    backward: (on) => {
      a.storage.accumulate(on, (into) => on.pointwise('multiply', [out.gradient, b.data], [], into));
      b.storage.accumulate(on, (into) => on.pointwise('multiply', [out.gradient, a.data], [], into));
    },
  }));
}

/**
 * Values one after the other along the channels. Each goes to its place by a 1×1 convolution with ones on a shifted
 * diagonal, and the places are added.
 * @param values `[N, Ci, ...spatial]`, alike but for the channels; `[N, Ci]` counts as one cell
 * @throws ShapeError if they are not alike
 */
export function concatenate(values: readonly Value[]): Value {
  const [{ graph, shape }] = values;
  const rest = ({ shape: [n, , ...spatial] }: Value) => show([n, ...spatial]);
  const odd = values.find((value) => rest(value) !== rest(values[0]));
  if (odd) throw new ShapeError('concatenate', `shapes must be alike but for the channels, received ${show(shape)} and ${show(odd.shape)}`);
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

function checkShapes(operation: string, a: Value, b: Value): void {
  if (show(a.shape) !== show(b.shape))
    throw new ShapeError(operation, `shapes must be equal, received ${show(a.shape)} and ${show(b.shape)}`, { a: a.shape, b: b.shape });
}
