import sharp from 'sharp';
import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import {
  type Backend,
  createBackend,
  createImage,
  crop,
  type FilterOptions,
  filter,
  gaussian,
  type Image,
  localMean,
  type Pipeline,
  pipeline,
  Random,
  resize,
  type Samples,
  sharpen,
  toImage,
} from '../../src/index.js';

let backend: Backend;
beforeAll(async () => {
  backend = await createBackend('wasm', { threads: 1 });
});

const random = new Random(8);
const bytes = Uint8ClampedArray.from({ length: 6 * 5 * 4 }, () => random.integer(256));
const size = { width: 6, height: 5 };
const image = createImage(6, 5, 4, bytes);

describe('a picture may be handed in', () => {
  test.each([
    ['as an Image', image],
    ['as an ImageData, which has no channels', { ...size, data: bytes, colorSpace: 'srgb' }],
    ['in a Uint8Array', { ...size, channels: 4, data: new Uint8Array(bytes.buffer) }],
    ['in a Buffer', { ...size, channels: 4, data: Buffer.from(bytes) }],
    [
      'in the middle of a larger Buffer',
      { ...size, channels: 4, data: Buffer.concat([Buffer.alloc(3), Buffer.from(bytes), Buffer.alloc(2)]).subarray(3, 123) },
    ],
    ['as sharp gives it', { data: Buffer.from(bytes), info: { ...size, channels: 4, format: 'raw', size: 120 } }],
  ])('%s', async (_, source) => {
    const expected = await filter(image, sharpen(), { backend });
    expect(await filter(source, sharpen(), { backend })).toEqual(expected);
    expect(await pipeline(['sharpen']).apply(source, { backend })).toEqual(expected);
    expect(await localMean(source, { backend })).toEqual(await localMean(image, { backend }));
    expect(await crop(source, { x: 1, y: 1, width: 2, height: 2 })).toEqual(await crop(image, { x: 1, y: 1, width: 2, height: 2 }));
  });

  test('by sharp itself, which takes the result back', async () => {
    const raw = await sharp(Buffer.from(bytes), { raw: { ...size, channels: 4 } })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { data, width, height, channels } = await filter(raw, 'box:3', { backend });
    const png = await sharp(data, { raw: { width, height, channels } }).png().toBuffer();
    expect(new Uint8ClampedArray(await sharp(png).raw().toBuffer())).toEqual((await filter(image, 'box:3', { backend })).data);
  });

  test('its samples are not copied', () => {
    const data = Buffer.from(bytes);
    const { data: samples } = toImage({ ...size, channels: 4, data });
    expect([samples.buffer, samples.byteOffset, samples.constructor]).toEqual([data.buffer, data.byteOffset, Uint8ClampedArray]);
    expect(toImage(image).data).toBe(bytes);
  });

  test('as a mask too', async () => {
    const mask = { ...size, channels: 1, data: Buffer.alloc(30, 255).fill(0, 0, 12) };
    const expected = await filter(image, sharpen(), { mask: createImage(6, 5, 1, new Uint8ClampedArray(mask.data)), backend });
    expect(await filter(image, sharpen(), { mask, backend })).toEqual(expected);
  });
});

test.each<[string, unknown, string]>([
  ['16 bits in bytes', { ...size, channels: 2, data: new Uint8Array(120) }, 'but its data has 120; 16-bit samples must be in a Uint16Array'],
  ['no channels, and not RGBA', { ...size, data: new Uint8Array(90) }, 'the channels of an image must be 1 (gray)'],
  ['a Promise', Promise.resolve(image), 'filter: image must be { width, height, channels, data: Uint8Array, Uint8ClampedArray,'],
  ['an ArrayBuffer', { ...size, channels: 4, data: bytes.buffer }, 'received ArrayBuffer'],
  ['a list', { ...size, channels: 4, data: [...bytes] }, 'received ['],
  ['a Float64Array', { ...size, channels: 4, data: new Float64Array(120) }, 'received Float64Array(120)'],
  ['a file name', 'photo.jpg', 'received "photo.jpg"'],
  ['nothing', undefined, 'received undefined'],
  ['what is drawn, where nothing can be', { ...size, close() {} }, 'filter: requires OffscreenCanvas, which only browsers provide'],
])('refused: %s', async (_, source, message) => {
  await expect(filter(source as Image, sharpen(), { backend })).rejects.toThrow(message);
});

test('the result is typed by the picture and the output', async () => {
  const floats = createImage(2, 2, 1, new Float32Array(4));
  const wide = createImage(2, 2, 1, new Uint16Array(4));
  const buffer = { width: 2, height: 2, channels: 1, data: Buffer.alloc(4) };
  const any: Image = image;
  expectTypeOf((await filter(image, 'box')).data).toEqualTypeOf<Uint8ClampedArray>();
  expectTypeOf((await filter(buffer, 'box', { output: 'clamp' })).data).toEqualTypeOf<Uint8ClampedArray>();
  expectTypeOf((await filter(wide, 'box', { output: 'abs', stride: 2 })).data).toEqualTypeOf<Uint16Array>();
  expectTypeOf((await filter(floats, 'box')).data).toEqualTypeOf<Float32Array>();
  expectTypeOf((await filter(image, 'box', { output: 'float' })).data).toEqualTypeOf<Float32Array>();
  expectTypeOf((await filter(image, 'box', { output: '16bit' })).data).toEqualTypeOf<Uint16Array>();
  expectTypeOf((await filter(any, 'box')).data).toEqualTypeOf<Samples>();
  expectTypeOf((await filter(any, 'box', { output: 'float' })).data).toEqualTypeOf<Float32Array>();
  const options: FilterOptions = {};
  expectTypeOf((await filter(image, 'box', options)).data).toEqualTypeOf<Samples>();
  expectTypeOf((await pipeline(['box'], { output: 'float' }).apply(image)).data).toEqualTypeOf<Float32Array>();
  expectTypeOf((await pipeline(['box']).apply(wide)).data).toEqualTypeOf<Uint16Array>();
  expectTypeOf((await resize(image, { width: 2 })).data).toEqualTypeOf<Uint8ClampedArray>();
  expectTypeOf((await localMean(image, { output: 'float' })).data).toEqualTypeOf<Float32Array>();
  expectTypeOf((await crop(floats, { x: 0, y: 0, width: 1, height: 1 })).data).toEqualTypeOf<Float32Array>();
  expectTypeOf(createImage(1, 1, 1).data).toEqualTypeOf<Uint8ClampedArray>();
  const look: Pipeline = pipeline(['box']);
  expectTypeOf((await look.apply(image)).data).toEqualTypeOf<Samples>();
  // @ts-expect-error a misspelt option
  await expect(filter(image, gaussian(1), { strid: 2 })).rejects.toThrow('did you mean stride?');
});
