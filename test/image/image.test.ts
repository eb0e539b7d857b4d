import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkImage, createImage, type Image, imageToImageData, imageToTensor, ShapeError, tensor, tensorToImage, UnsupportedError } from '../../src/index.js';

test('pixels are interleaved, tensors are planes', () => {
  const image = createImage(2, 2, 3, Uint8ClampedArray.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  const x = imageToTensor(image);
  expect(x.shape).toEqual([1, 3, 2, 2]);
  expect([...x.data]).toEqual([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
  expect(tensorToImage(x)).toEqual(image);
});

test('every sample of every depth survives the way there and back', () => {
  const samples = fc.constantFrom(
    Uint8ClampedArray.from({ length: 24 }, (_, i) => i * 11),
    Uint16Array.from({ length: 24 }, (_, i) => i * 2849),
    Float32Array.from({ length: 24 }, (_, i) => i / 7 - 1),
  );
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3, 4), samples, (channels, data) => {
      const image = createImage(2, 12 / channels, channels, data);
      const depth = data instanceof Float32Array ? 'float' : data instanceof Uint16Array ? 16 : 8;
      expect(tensorToImage(imageToTensor(image), { depth })).toEqual(image);
    }),
  );
});

const edges = [-1, -0.5, 0.49, 0.5, 1.5, 2.5, 254.5, 255.4, 300, 65534.5, 70000, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

test.each([
  [8, [0, 0, 0, 1, 2, 3, 255, 255, 255, 255, 255, 0, 255, 0]],
  [16, [0, 0, 0, 1, 2, 3, 255, 255, 300, 65535, 65535, 0, 65535, 0]],
  ['float', [...Float32Array.from(edges)]],
] as const)('depth %s rounds halves up and clamps, floats stay', (depth, expected) => {
  const image = tensorToImage(tensor(edges, [1, 1, 1, edges.length]), { depth });
  expect([...image.data]).toEqual(expected);
});

test('an image without data is black, and its data is used as it is', () => {
  expect([...createImage(1, 2, 2).data]).toEqual([0, 0, 0, 0]);
  const data = new Uint16Array(6);
  expect(createImage(2, 1, 3, data).data).toBe(data);
});

test.each<[string, () => unknown, string]>([
  ['width 0', () => createImage(0, 1, 1), 'createImage: the width of an image must be an integer ≥ 1, received 0'],
  ['height 1.5', () => createImage(1, 1.5, 1), 'the height of an image must be an integer ≥ 1, received 1.5'],
  ['5 channels', () => createImage(1, 1, 5), 'the channels of an image must be 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGBA), received 5'],
  ['too little data', () => createImage(2, 2, 3, new Uint8ClampedArray(11)), 'holds 12 samples, but its data has 11'],
  ['an array', () => createImage(1, 1, 1, [1] as unknown as Uint16Array), 'received [1]'],
  ['bytes that wrap round', () => createImage(1, 1, 1, new Uint8Array(1) as unknown as Uint16Array), 'received Uint8Array(1)'],
  ['nothing', () => checkImage('filter', undefined as unknown as Image), 'filter: image must be { width, height, channels, data'],
  ['a tensor for an image', () => imageToTensor(tensor([1], [1, 1, 1, 1]) as unknown as Image), 'imageToTensor: the width of an image'],
  ['two images at once', () => tensorToImage(tensor([1, 2], [2, 1, 1, 1])), 'must be [1, C, H, W] with the same number of values, received [2, 1, 1, 1]'],
  ['five planes', () => tensorToImage(tensor([1, 2, 3, 4, 5], [1, 5, 1, 1])), 'the channels of an image'],
  ['an image of no height', () => tensorToImage(tensor([], [1, 1, 0, 1])), 'the height of an image'],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(ShapeError);
  expect(call).toThrow(message);
});

test('an unknown depth and an unknown option are refused', () => {
  const x = tensor([1], [1, 1, 1, 1]);
  expect(() => tensorToImage(x, { depth: 12 as 8 })).toThrow("tensorToImage: depth must be 8, 16 or 'float', received 12");
  expect(() => tensorToImage(x, { clamp: true } as object)).toThrow('clamp is not an option');
});

test('outside the browser there is no ImageData', () => {
  expect(() => imageToImageData(createImage(1, 1, 1))).toThrow(UnsupportedError);
});
