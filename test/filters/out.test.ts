import { beforeAll, expect, test } from 'vitest';
import { type Backend, createBackend, createImage, filter, gaussian, type Image, pipeline, Random, ShapeError, sharpen } from '../../src/index.js';

let backend: Backend;
beforeAll(async () => {
  backend = await createBackend('wasm');
});

const random = new Random(3);
const photo = (channels = 4, width = 40, height = 30) =>
  createImage(
    width,
    height,
    channels,
    Uint8ClampedArray.from({ length: width * height * channels }, () => random.integer(256)),
  );

// bytes to bytes, over planes of floats, with premultiplied alpha, part of the image
const WAYS = [
  ['bytes', {}],
  ['planes', { algorithm: 'direct' }],
  ['premultiplied', { alpha: 'premultiply' }],
  ['a region', { region: { x: 3, y: 4, width: 10, height: 11 } }],
] as const;

test.each(WAYS)('out takes the result: %s', async (_, options) => {
  const image = photo();
  const before = image.data.slice();
  const expected = await filter(image, sharpen(), { ...options, backend });
  const out = photo();
  expect(await filter(image, sharpen(), { ...options, out, backend })).toBe(out);
  expect(out).toEqual(expected);
  expect(image.data).toEqual(before);
});

test.each(WAYS)('out may be the picture itself: %s', async (_, options) => {
  const image = photo();
  const expected = await filter(image, gaussian(1), { ...options, backend });
  await filter(image, gaussian(1), { ...options, out: image, backend });
  expect(image).toEqual(expected);
});

test('a pipeline has it too', async () => {
  const [image, out] = [photo(3), photo(3)];
  const look = pipeline([gaussian(1), 'sharpen']);
  expect(await look.apply(image, { out, backend })).toBe(out);
  expect(out).toEqual(await look.apply(image, { backend }));
});

test.each<[string, Image, object, string]>([
  [
    'another size',
    photo(4, 39),
    {},
    'filter: out must have the format of the result, 40 × 30 with 4 channels in a Uint8ClampedArray of 4800, received 39 × 30 with 4 channels in a Uint8ClampedArray of 4680',
  ],
  ['the size before stride', photo(), { stride: 2 }, 'filter: out must have the format of the result, 20 × 15 with 4 channels'],
  ['fewer channels', photo(3), {}, 'received 40 × 30 with 3 channels in a'],
  [
    'another sample type',
    photo(),
    { output: 'float' },
    '4 channels in a Float32Array of 4800, received 40 × 30 with 4 channels in a Uint8ClampedArray of 4800',
  ],
  ['a height that its data does not have', { ...photo(), height: 29 }, {}, 'received 40 × 29 with 4 channels in a Uint8ClampedArray of 4800'],
  ['no picture', {} as Image, {}, 'received {}'],
])('%s is refused, and nothing is written', async (_, out, options, message) => {
  const before = out.data?.slice();
  const error = await filter(photo(), sharpen(), { ...options, out, backend }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(ShapeError);
  expect(error.message).toContain(message);
  expect(out.data).toEqual(before);
});
