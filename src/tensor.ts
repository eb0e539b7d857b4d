import { ShapeError, show } from './errors.js';

/**
 * Numbers in a shape: row-major, the last axis runs fastest.
 * Signals and images carry their batch and channels in front: `[N, C, W]`, `[N, C, H, W]`, `[N, C, D, H, W]`.
 */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Numbers nested to any depth, as they are written by hand: `[[1, 2], [3, 4]]`. */
export type Nested = number | readonly Nested[];

/**
 * Makes a tensor: `tensor([[1, 2], [3, 4]])` takes its shape from the nesting,
 * `tensor(values, [2, 2])` takes flat values and a shape. A `Float32Array` is used as it is, not copied.
 * @throws ShapeError if rows differ in length, or the shape does not hold exactly that many values
 * @example
 * ```ts
 * import { tensor } from 'convlab';
 *
 * const image = tensor([[[[1, 2], [3, 4]]]]); // nested: the shape is read off
 * const same = tensor([1, 2, 3, 4], [1, 1, 2, 2]); // flat, and a shape
 * console.log(image.shape, same.data); // → [ 1, 1, 2, 2 ] Float32Array(4) [ 1, 2, 3, 4 ]
 * ```
 */
export function tensor(values: Nested | ArrayLike<number>, shape?: readonly number[]): Tensor {
  if (shape === undefined) {
    const inferred = nestedShape(values as Nested);
    return { shape: inferred, data: values instanceof Float32Array ? values : flattenNested(values as Nested) };
  }
  const flat = Array.isArray(values) ? flattenNested(values as Nested) : (values as ArrayLike<number>);
  const size = sizeOf(shape);
  if (flat.length !== size) {
    throw new ShapeError('tensor', `the shape ${show(shape)} holds ${size} values, received ${flat.length}`, { shape, length: flat.length });
  }
  return { shape: [...shape], data: flat instanceof Float32Array ? flat : Float32Array.from(flat) };
}

/**
 * A tensor full of one value.
 * @param value default 0
 * @example
 * ```ts
 * import { full } from 'convlab';
 *
 * console.log(full([2, 2], 0.25).data); // → Float32Array(4) [ 0.25, 0.25, 0.25, 0.25 ]
 * ```
 */
export function full(shape: readonly number[], value = 0): Tensor {
  return { shape: [...shape], data: new Float32Array(sizeOf(shape)).fill(value) };
}

/**
 * The same numbers in another shape, not copied. One dimension may be −1: it is inferred.
 * @throws ShapeError if the numbers do not fit the shape
 * @example
 * ```ts
 * import { reshape, tensor } from 'convlab';
 *
 * console.log(reshape(tensor([[1, 2], [3, 4]]), [4]).shape); // → [ 4 ]
 * ```
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const holes = shape.filter((size) => size === -1).length;
  const known = sizeOf(
    shape.filter((size) => size !== -1),
    'reshape',
  );
  if (holes > 1) throw new ShapeError('reshape', `at most one dimension may be -1, received ${show(shape)}`, { shape });
  const inferred = shape.map((size) => (size === -1 ? x.data.length / known : size));
  if (!inferred.every(Number.isInteger) || sizeOf(inferred) !== x.data.length) {
    throw new ShapeError('reshape', `${show(x.shape)} holds ${x.data.length} values, which do not fit ${show(shape)}`, { from: x.shape, to: shape });
  }
  return { shape: inferred, data: x.data };
}

/**
 * How many values a shape holds.
 * @throws ShapeError if a dimension is not a whole number ≥ 0
 */
export function sizeOf(shape: readonly number[], operation = 'tensor'): number {
  let size = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new ShapeError(operation, `every dimension must be a whole number ≥ 0, received ${show(shape)}`, { shape });
    }
    size *= dimension;
  }
  return size;
}

function flattenNested(values: Nested): Float32Array {
  const flat: number[] = [];
  const visit = (value: Nested) => {
    if (typeof value === 'number') flat.push(value);
    else for (const inner of value) visit(inner);
  };
  visit(values);
  return Float32Array.from(flat);
}

function nestedShape(values: Nested): number[] {
  if (typeof values === 'number') return [];
  if (ArrayBuffer.isView(values)) return [(values as unknown as Float32Array).length];
  const inner = values.map(nestedShape);
  const first = inner[0] ?? [];
  const odd = inner.find((shape) => shape.length !== first.length || shape.some((size, axis) => size !== first[axis]));
  if (odd) throw new ShapeError('tensor', `rows must have equal shapes, received ${show(first)} and ${show(odd)}`, { first, odd });
  return [values.length, ...first];
}
