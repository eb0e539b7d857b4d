import { DataError, ShapeError, show } from '../errors.js';
import { sizeOf, type Tensor } from '../tensor.js';

/**
 * The batch type of samples `S`: numbers become an `Int32Array`, tensors `[...]` a tensor `[B, ...]`;
 * records and lists keep their structure, `{ x: [Tensor, Tensor], y: number }` becomes `{ x: [Tensor, Tensor], y: Int32Array }`.
 */
export type Batch<S> = S extends number ? Int32Array : S extends Tensor ? Tensor : { [K in keyof S]: Batch<S[K]> };

/**
 * Joins samples into a batch.
 * @param indices the samples' indices in their dataset, for errors
 * @throws ShapeError if their tensors or lists differ in shape
 * @throws DataError if they differ in kind, or hold unsupported values or fractional numbers
 */
export function collate<S>(samples: readonly S[], indices: ArrayLike<number>): Batch<S> {
  if (samples.length === 0) throw new ShapeError('batch', 'requires at least one sample');
  return join(samples, (k) => `sample ${indices[k]}`) as Batch<S>;
}

/** @param where returns the name of the k-th value for errors */
function join(values: readonly unknown[], where: (k: number) => string): unknown {
  const [first] = values;
  const kind = valueKind(first);
  const stranger = values.findIndex((value) => valueKind(value) !== kind || kind === undefined);
  if (stranger !== -1) {
    const rule = kind ? `must be a ${kind} as in ${where(0)}` : 'must consist of numbers, tensors, and records and lists of them';
    throw new DataError('batch', `${where(stranger)} ${rule}, received ${show(values[stranger])}`, { received: values[stranger] });
  }
  const shape = describeShape(first);
  const odd = values.findIndex((value) => describeShape(value) !== shape);
  if (odd !== -1) {
    throw new ShapeError('batch', `samples must have the same shape: ${where(0)} has ${shape}, ${where(odd)} has ${describeShape(values[odd])}`, {
      expected: shape,
      received: describeShape(values[odd]),
    });
  }
  if (kind === 'number') return toLabels('batch', values as number[], where);
  if (kind === 'tensor') return stack(values as Tensor[]);
  const inner = (key: string | number, name: string) =>
    join(
      values.map((value) => (value as Record<string | number, unknown>)[key]),
      (k) => `${name} of ${where(k)}`,
    );
  if (kind === 'list') return (first as unknown[]).map((_, i) => inner(i, `entry ${i}`));
  return Object.fromEntries(Object.keys(first as object).map((key) => [key, inner(key, key)]));
}

/** Class labels. @throws DataError if one is not an integer of 32 bits */
export function toLabels(operation: string, values: ArrayLike<number>, where: (k: number) => string): Int32Array {
  const labels = Int32Array.from(values);
  const odd = labels.findIndex((label, k) => label !== values[k]);
  if (odd === -1) return labels;
  throw new DataError(operation, `${where(odd)} must be an integer label (put measured values in a tensor), received ${values[odd]}`, {
    received: values[odd],
  });
}

export function isTensor(value: unknown): value is Tensor {
  return (value as Tensor | null)?.data instanceof Float32Array && Array.isArray((value as Tensor).shape);
}

/** Stacks tensors `[...]` of one shape into a tensor `[B, ...]`. */
function stack(tensors: readonly Tensor[]): Tensor {
  const [{ shape }] = tensors;
  const size = sizeOf(shape, 'batch');
  const data = new Float32Array(tensors.length * size);
  tensors.forEach((tensor, k) => {
    data.set(tensor.data, k * size);
  });
  return { shape: [tensors.length, ...shape], data };
}

function valueKind(value: unknown): 'number' | 'tensor' | 'list' | 'record' | undefined {
  if (typeof value === 'number') return 'number';
  if (isTensor(value)) return 'tensor';
  if (Array.isArray(value)) return 'list';
  return value !== null && typeof value === 'object' && !ArrayBuffer.isView(value) ? 'record' : undefined;
}

/** What must be equal to join values, as shown in errors. */
function describeShape(value: unknown): string {
  if (isTensor(value)) return `shape ${show(value.shape)}`;
  if (Array.isArray(value)) return `${value.length} entries`;
  return typeof value === 'object' ? `the keys ${Object.keys(value as object).join(', ')}` : '';
}
