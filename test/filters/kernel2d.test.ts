import { expect, test } from 'vitest';
import { DataError, kernel2d, ShapeError } from '../../src/index.js';

test('a kernel keeps its rows and columns', () => {
  const kernel = kernel2d([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(kernel.shape).toEqual([2, 3]);
  expect([...kernel.data]).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  ['no rows', [], 'kernel2d: rows must be a list of rows of numbers, [[…], …], received []'],
  ['an empty row', [[]], 'kernel2d: rows must be a list of rows of numbers, [[…], …], received [[]]'],
  ['a single row without its list', [1, 2], 'kernel2d: rows must be a list of rows of numbers, [[…], …], received [1, 2]'],
  [
    'a square number of weights without rows',
    [1, 2, 3, 4],
    'kernel2d: 4 weights without rows are ambiguous: 2 × 2 (a list for each row, [[1, 2], [3, 4]]) or a row of 4, [[1, 2, 3, 4]]',
  ],
  ['nothing', undefined, 'kernel2d: rows must be a list of rows of numbers, [[…], …], received undefined'],
  ['rows of different lengths', [[1, 2], [3]], 'kernel2d: all rows must have the same length, but row 1 has 2 weights and row 2 has 1'],
])('refused: %s', (_, rows, message) => {
  expect(() => kernel2d(rows as number[][])).toThrow(ShapeError);
  expect(() => kernel2d(rows as number[][])).toThrow(message);
});

test.each([
  ['NaN', Number.NaN, 'NaN'],
  ['infinity', Number.POSITIVE_INFINITY, 'Infinity'],
  ['what float32 has no number for', 1e39, '1e+39'],
  ['text', '2', '"2"'],
])('refused: %s as a weight', (_, weight, shown) => {
  const make = () =>
    kernel2d([
      [1, 2],
      [3, weight as number],
    ]);
  expect(make).toThrow(DataError);
  expect(make).toThrow(`kernel2d: every weight must be a finite float32 number, received ${shown} in row 2, column 2`);
});
