import { expect, test } from 'vitest';
import { compose, createImage, normalize, OptionError, ShapeError, type Tensor, tensor, toTensor } from '../../src/index.js';

test.each<[string, Parameters<typeof toTensor>[0], Tensor]>([
  ['a color picture', createImage(1, 2, 3, Uint8ClampedArray.of(0, 51, 255, 102, 153, 204)), tensor([0, 0.4, 0.2, 0.6, 1, 0.8], [3, 2, 1])],
  ['one of 16 bits', createImage(2, 1, 1, Uint16Array.of(65535, 13107)), tensor([1, 0.2], [1, 1, 2])],
  ['one of floats', createImage(2, 1, 1, Float32Array.of(0.25, 2)), tensor([0.25, 2], [1, 1, 2])],
  ['a digit', { shape: [1, 2], data: Uint8Array.of(255, 51) }, tensor([1, 0.2], [1, 1, 2])],
  ['bytes with channels', { shape: [2, 1, 1], data: Uint8Array.of(255, 51) }, tensor([1, 0.2], [2, 1, 1])],
])('toTensor: %s becomes planes from 0 to 1', (_, picture, expected) => {
  expect(toTensor(picture)).toEqual(expected);
});

test('normalize: channel by channel; what it is given stays as it was', () => {
  const x = tensor([1, 2, 3, 4], [2, 1, 2]);
  expect(normalize(1, 2)(x)).toEqual(tensor([0, 0.5, 1, 1.5], [2, 1, 2]));
  expect(normalize([1, 3], [1, 0.5])(x)).toEqual(tensor([0, 1, 0, 2], [2, 1, 2]));
  expect(normalize([1, 3], 2)(x)).toEqual(tensor([0, 0.5, 0, 0.5], [2, 1, 2]));
  expect(x).toEqual(tensor([1, 2, 3, 4], [2, 1, 2]));
});

test('compose: from first to last', () => {
  const both = compose([toTensor, normalize(0.5, 0.5), normalize(1, 2)]);
  expect(both({ shape: [1, 2], data: Uint8Array.of(0, 255) })).toEqual(tensor([-1, 0], [1, 1, 2]));
});

test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
  [
    'bytes that their shape does not hold',
    () => toTensor({ shape: [2, 2], data: new Uint8Array(3) }),
    ShapeError,
    'with the same number of values, received [2, 2] with Uint8Array(3)',
  ],
  ['bytes in a row', () => toTensor({ shape: [3], data: new Uint8Array(3) }), ShapeError, 'toTensor: bytes must be [H, W] or [C, H, W]'],
  ['a tensor', () => toTensor(tensor([[1]]) as never), ShapeError, 'received [1, 1] with Float32Array(1)'],
  ['std 0', () => normalize(0, 0), OptionError, 'normalize: std must be finite and not 0'],
  ['a mean that is no number', () => normalize(Number.NaN, 1), OptionError, 'normalize: mean must be finite'],
  [
    'two means for one channel',
    () => normalize([0, 0], 1)(tensor([[[1]]])),
    ShapeError,
    'normalize: mean must have one value for each of the 1 channels, received 2',
  ],
  ['a batch', () => normalize(0, 1)(tensor([[[[1]]]])), ShapeError, 'normalize: x must be a tensor [C, H, W], received [1, 1, 1, 1]'],
])('%s is refused', (_, call, kind, message) => {
  expect(call).toThrow(kind);
  expect(call).toThrow(message);
});
