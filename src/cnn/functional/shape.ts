import { ShapeError, show } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { Value } from '../graph.js';

/**
 * Changes the shape without copying, like PyTorch's view. One dimension may be −1, which is inferred.
 * @throws ShapeError if the number of values would change
 * @example
 * ```ts
 * import { full, Module, type Value, view } from 'convlab';
 *
 * class Flat extends Module {
 *   forward(x: Value) {
 *     return view(x, [-1, 8]); // one axis may be -1
 *   }
 * }
 * console.log((await new Flat().run(full([3, 2, 2, 2]))).shape); // → [ 3, 8 ]
 * ```
 */
export function view(x: Value, shape: readonly number[]): Value {
  const known = sizeOf(
    shape.filter((size) => size !== -1),
    'view',
  );
  const inferred = shape.map((size) => (size === -1 ? x.storage.length / known : size));
  if (shape.filter((size) => size === -1).length > 1 || !inferred.every(Number.isInteger) || sizeOf(inferred) !== x.storage.length) {
    throw new ShapeError('view', `${show(x.shape)} holds ${x.storage.length} values, which do not fit ${show(shape)} (one dimension may be -1)`, {
      from: x.shape,
      to: shape,
    });
  }
  return x.graph.view(inferred, x.storage);
}

/** `[N, ...]` to `[N, everything else]`. */
export function flatten(x: Value): Value {
  return view(x, [x.shape[0], -1]);
}
