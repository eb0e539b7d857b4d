import { ShapeError, show } from './errors.js';
import { isGivenBack } from './lent-memory.js';

/**
 * An n-dimensional array, row-major: the last axis varies fastest.
 * Signals and images have batch and channels first: `[N, C, W]`, `[N, C, H, W]`, `[N, C, D, H, W]`.
 */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Nested numbers of any depth: `[[1, 2], [3, 4]]`. */
export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * Makes a tensor: `tensor([[1, 2], [3, 4]])` takes its shape from the nesting,
 * `tensor(values, [2, 2])` takes flat values and a shape. A `Float32Array` is not copied.
 * @throws ShapeError if rows differ in length, or the number of values does not match the shape
 * @example
 * ```ts
 * import { tensor } from 'convlab';
 *
 * const image = tensor([[[[1, 2], [3, 4]]]]); // nested lists determine the shape
 * const same = tensor([1, 2, 3, 4], [1, 1, 2, 2]); // flat values and a shape
 * console.log(image.shape, same.data); // → [ 1, 1, 2, 2 ] Float32Array(4) [ 1, 2, 3, 4 ]
 * ```
 */
export function tensor(values: NestedNumbers | ArrayLike<number>, shape?: readonly number[]): Tensor {
  if (shape === undefined) {
    const inferred = nestedShape(values as NestedNumbers);
    return { shape: inferred, data: values instanceof Float32Array ? values : flattenNested(values as NestedNumbers) };
  }
  const flat = Array.isArray(values) ? flattenNested(values as NestedNumbers) : (values as ArrayLike<number>);
  const size = sizeOf(shape);
  if (flat.length !== size) {
    throw new ShapeError('tensor', `the shape ${show(shape)} holds ${size} values, received ${flat.length}`, { shape, length: flat.length });
  }
  return { shape: [...shape], data: flat instanceof Float32Array ? flat : Float32Array.from(flat) };
}

/**
 * A tensor filled with one value.
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
 * The same data in another shape, not copied. One dimension may be −1 and is inferred.
 * @throws ShapeError if the data does not fit the shape
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
 * The number of values in a tensor of this shape.
 * @throws ShapeError if a dimension is not an integer ≥ 0
 */
export function sizeOf(shape: readonly number[], operation = 'tensor'): number {
  let size = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new ShapeError(operation, `every dimension must be an integer ≥ 0, received ${show(shape)}`, { shape });
    }
    size *= dimension;
  }
  return size;
}

function flattenNested(values: NestedNumbers): Float32Array {
  const flat: number[] = [];
  const visit = (value: NestedNumbers) => {
    if (typeof value === 'number') flat.push(value);
    else for (const inner of value) visit(inner);
  };
  visit(values);
  return Float32Array.from(flat);
}

function nestedShape(values: NestedNumbers): number[] {
  if (typeof values === 'number') return [];
  if (ArrayBuffer.isView(values)) return [(values as unknown as Float32Array).length];
  const inner = values.map(nestedShape);
  const first = inner[0] ?? [];
  const odd = inner.find((shape) => shape.length !== first.length || shape.some((size, axis) => size !== first[axis]));
  if (odd) throw new ShapeError('tensor', `rows must have equal shapes, received ${show(first)} and ${show(odd)}`, { first, odd });
  return [values.length, ...first];
}

/** Describes the length of an array for an error message, with a reason if its buffer was detached or shrunk. */
export function countOf({ buffer, length }: Pick<Float32Array, 'buffer' | 'length'>): string {
  if (isDetached(buffer)) return `${length}, because its buffer was detached, for example by a transfer to a worker`;
  return (buffer as { resizable?: boolean }).resizable ? `${length}, because its buffer was resized` : `${length}`;
}

function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    return new Uint8Array(buffer).length < 0;
  } catch {
    return true;
  }
}

/** @throws ShapeError unless `x` is a tensor, of the expected shape if one is given */
export function checkTensor(operation: string, what: string, x: Tensor, expected?: readonly number[]): void {
  if (!(x?.data instanceof Float32Array) || !Array.isArray(x.shape)) {
    const received = x?.shape && x.data ? `{ shape: ${show(x.shape)}, data: ${show(x.data)} }` : show(x);
    throw new ShapeError(operation, `${what} must be a tensor { shape, data: Float32Array }, received ${received}`, { [what]: x });
  }
  const size = x.shape.reduce((product, dimension) => product * dimension, 1);
  if (size !== x.data.length) {
    throw new ShapeError(operation, `${what} has shape ${show(x.shape)}, which holds ${size} values, but its data has ${countOf(x.data)}`, { shape: x.shape });
  }
  if (isGivenBack(x.data)) throw new ShapeError(operation, `the memory of ${what} was freed and may now belong to another image`, { [what]: x });
  if (expected && show(x.shape) !== show(expected)) {
    throw new ShapeError(operation, `${what} must have shape ${show(expected)}, received ${show(x.shape)}`, { expected, received: x.shape });
  }
}

/** @throws ShapeError unless it is a list; the geometry checks its contents */
export function checkShape(operation: string, option: string, shape: unknown): void {
  if (!Array.isArray(shape)) throw new ShapeError(operation, `${option} must be a list of dimensions, received ${show(shape)}`, { [option]: shape });
}
