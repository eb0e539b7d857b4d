import { expect, test } from 'vitest';
import { ConvlabError, DataError, OptionError, ShapeError, show, UnsupportedError } from '../src/errors.js';

test.each([
  [new ShapeError('conv', 'too small', { x: [1] }), 'ShapeError'],
  [new DataError('conv', 'too small', { x: [1] }), 'DataError'],
  [new UnsupportedError('conv', 'too small', { x: [1] }), 'UnsupportedError'],
])('an error names itself and its operation, and carries what was received', (error, name) => {
  expect(error).toBeInstanceOf(ConvlabError);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name, operation: 'conv', values: { x: [1] }, message: 'conv: too small' });
  expect(String(error)).toBe(`${name}: conv: too small`);
});

test('an OptionError also names the option and shows the value', () => {
  const error = new OptionError('conv', 'stride', 'must be an integer ≥ 1', 0);
  expect(error).toMatchObject({ name: 'OptionError', option: 'stride', values: { stride: 0 } });
  expect(String(error)).toBe('OptionError: conv: stride must be an integer ≥ 1, received 0');
});

test('an OptionError may know what was meant', () => {
  const error = new OptionError('filter', 'output', 'must be one of abs, clamp', 'clmap', 'clamp');
  expect(error.message).toBe('filter: output must be one of abs, clamp, received "clmap"; did you mean clamp?');
  expect(error.complaint).toBe('output must be one of abs, clamp, received "clmap"; did you mean clamp?');
});

test('an error keeps its cause', () => {
  const cause = new RangeError('no memory');
  expect(new UnsupportedError('allocate', 'too large', {}, { cause }).cause).toBe(cause);
});

test.each<readonly [unknown, string]>([
  [0.5, '0.5'],
  [Number.NaN, 'NaN'],
  [null, 'null'],
  [undefined, 'undefined'],
  [true, 'true'],
  [12n, '12n'],
  [Symbol('s'), 'Symbol(s)'],
  ['two "words"', '"two \\"words\\""'],
  ['x'.repeat(100), `"${'x'.repeat(77)}..."`],
  [[1, 'a', [2, 3]], '[1, "a", [2, 3]]'],
  [Array(20).fill(0), '[0, 0, 0, 0, 0, 0, 0, 0, … 20 in all]'],
  [new Float32Array(5), 'Float32Array(5)'],
  [{ shape: [1], data: 2 }, '{ shape, data }'],
  [Math.sqrt, 'function sqrt'],
  [{}, '{}'],
  [Object.create(null), '{}'],
  [Promise.resolve(1), 'Promise'],
  [new ArrayBuffer(8), 'ArrayBuffer'],
  [new AbortController().signal, 'AbortSignal'],
  [Object.assign(new Map(), { size2: 1 }), 'Map { size2 }'],
])('%s is shown short and unmistakably', (value, shown) => {
  expect(show(value)).toBe(shown);
});
