// biome-ignore-all format: matrices are laid out as matrices
import { describe, expect, test } from 'vitest';
import { full, type NestedNumbers, reshape, ShapeError, tensor } from '../src/index.js';

describe('tensor', () => {
  test('takes its shape from the nesting', () => {
    expect(tensor([[1, 2, 3], [4, 5, 6]])).toEqual({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(tensor([[[1]], [[2]]]).shape).toEqual([2, 1, 1]);
    expect(tensor([7])).toEqual({ shape: [1], data: Float32Array.of(7) });
    expect(tensor(7)).toEqual({ shape: [], data: Float32Array.of(7) });
    expect(tensor([])).toEqual({ shape: [0], data: new Float32Array(0) });
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  test('takes flat or nested values for a given shape', () => {
    expect(tensor([1, 2, 3, 4], [2, 2])).toEqual(tensor([[1, 2], [3, 4]]));
    expect(tensor([[1, 2], [3, 4]], [4])).toEqual(tensor([1, 2, 3, 4]));
    expect(tensor(Uint8Array.of(0, 255), [1, 2])).toEqual(tensor([[0, 255]]));
    expect(tensor(Float64Array.of(0.1, 0.2))).toEqual(tensor([0.1, 0.2]));
  });

  test('uses a Float32Array as it is, and copies anything else', () => {
    const values = Float32Array.of(1, 2);
    expect(tensor(values).data).toBe(values);
    expect(tensor(values, [2, 1]).data).toBe(values);
    const shape = [2, 1];
    const x = tensor(values, shape);
    shape[0] = 9;
    expect(x.shape).toEqual([2, 1]);
  });

  test.each<readonly [string, NestedNumbers, number[] | undefined, string]>([
    ['rows of unequal length', [[1, 2], [3]], undefined, 'tensor: rows must have equal shapes, received [2] and [1]'],
    ['rows of unequal depth', [1, [2]], undefined, 'tensor: rows must have equal shapes, received [] and [1]'],
    ['planes of unequal shapes', [[[1]], [[1], [2]]], undefined, 'tensor: rows must have equal shapes, received [1, 1] and [2, 1]'],
    ['too few values', [1, 2, 3], [2, 2], 'tensor: the shape [2, 2] holds 4 values, received 3'],
    ['a broken shape', [1, 2], [-1, -2], 'tensor: every dimension must be an integer ≥ 0, received [-1, -2]'],
    ['a shape with half cells', [1, 2], [0.5, 4], 'tensor: every dimension must be an integer ≥ 0, received [0.5, 4]'],
  ])('refuses %s', (_, values, shape, message) => {
    expect(() => tensor(values, shape)).toThrow(ShapeError);
    expect(() => tensor(values, shape)).toThrow(message);
  });
});

test('full holds one value everywhere, 0 unless told otherwise', () => {
  expect(full([2, 2], 3)).toEqual(tensor([[3, 3], [3, 3]]));
  expect(full([3])).toEqual(tensor([0, 0, 0]));
  expect(() => full([Number.NaN])).toThrow('tensor: every dimension must be an integer ≥ 0, received [NaN]');
});

describe('reshape', () => {
  const x = tensor(Array.from({ length: 16 }, (_, i) => i), [4, 4]);

  test('keeps the numbers and shares them', () => {
    expect(reshape(x, [16]).data).toBe(x.data);
    expect(reshape(x, [2, 8]).shape).toEqual([2, 8]);
    expect(x.shape).toEqual([4, 4]);
  });

  test('infers one dimension, as the lecture does with view: 4×4 → 16 → 2×8', () => {
    expect(reshape(x, [-1]).shape).toEqual([16]);
    expect(reshape(x, [-1, 8]).shape).toEqual([2, 8]);
    expect(reshape(x, [2, -1, 2]).shape).toEqual([2, 4, 2]);
    expect(reshape(tensor([], [0, 3]), [-1, 3]).shape).toEqual([0, 3]);
  });

  test.each<readonly [number[], string]>([
    [[5, 5], 'reshape: [4, 4] holds 16 values, which do not fit [5, 5]'],
    [[3, -1], 'reshape: [4, 4] holds 16 values, which do not fit [3, -1]'],
    [[0, -1], 'reshape: [4, 4] holds 16 values, which do not fit [0, -1]'],
    [[-1, -1], 'reshape: at most one dimension may be -1, received [-1, -1]'],
    [[-2, -8], 'reshape: every dimension must be an integer ≥ 0, received [-2, -8]'],
  ])('refuses %j', (shape, message) => {
    expect(() => reshape(x, shape)).toThrow(ShapeError);
    expect(() => reshape(x, shape)).toThrow(message);
  });
});
