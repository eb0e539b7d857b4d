import { expect, test, vi } from 'vitest';
import {
  createImage,
  DataError,
  filter,
  imageFromBlob,
  imageFromCanvas,
  imageToBlob,
  imageToCanvas,
  imageToImageData,
  ShapeError,
  UnsupportedError,
} from '../../src/index.js';

const rgba = createImage(2, 1, 4, Uint8ClampedArray.of(10, 20, 30, 255, 200, 100, 0, 255));

test.each([
  ['HTMLCanvasElement', () => document.createElement('canvas')],
  ['OffscreenCanvas', () => new OffscreenCanvas(7, 7)],
])('what is drawn on a %s comes back from it, and the canvas takes on its size', (_, make) => {
  const canvas = make();
  imageToCanvas(rgba, canvas);
  expect([canvas.width, canvas.height]).toEqual([2, 1]);
  expect(imageFromCanvas(canvas)).toEqual(rgba);
});

test('an ImageData is copied, not shared', () => {
  const pixels = imageToImageData(rgba);
  expect(pixels.data).toEqual(rgba.data);
  const image = imageFromCanvas(pixels);
  pixels.data[0] = 99;
  expect(image.data[0]).toBe(10);
  expect(rgba.data[0]).toBe(10);
});

test.each([
  ['gray', createImage(1, 1, 1, Uint8ClampedArray.of(7)), [7, 7, 7, 255]],
  ['gray and alpha', createImage(1, 1, 2, Uint8ClampedArray.of(7, 9)), [7, 7, 7, 9]],
  ['RGB, 16 bits', createImage(1, 1, 3, Uint16Array.of(65535, 128 * 257, 300)), [255, 128, 1, 255]],
  ['floats, clamped', createImage(1, 1, 3, Float32Array.of(-0.2, 0.5, 1.7)), [0, 128, 255, 255]],
])('%s becomes 8-bit RGBA', (_, image, expected) => {
  expect([...imageToImageData(image).data]).toEqual(expected);
});

test.each(['image/png', 'image/webp'])('a picture goes to a Blob of %s and comes back', async (type) => {
  const flat = createImage(
    9,
    5,
    4,
    Uint8ClampedArray.from({ length: 180 }, (_, i) => [90, 120, 60, 255][i % 4]),
  );
  const blob = await imageToBlob(flat, { type, quality: 100 });
  expect(blob.type).toBe(type);
  const { width, height, channels, data } = await imageFromBlob(blob);
  expect([width, height, channels]).toEqual([9, 5, 4]);
  expect(Math.max(...Array.from(data, (value, i) => Math.abs(value - flat.data[i])))).toBeLessThanOrEqual(type === 'image/png' ? 0 : 3);
});

test('a large picture goes to a Blob and comes back in workers, with the bits of the page, and without them where none starts', async () => {
  const large = createImage(
    1200,
    900,
    3,
    Uint8ClampedArray.from({ length: 1200 * 900 * 3 }, (_, i) => (i * 7919) >> 5),
  );
  let started = 0;
  vi.stubGlobal(
    'Worker',
    class extends Worker {
      constructor(...how: ConstructorParameters<typeof Worker>) {
        super(...how);
        started++;
      }
    },
  );
  const blob = await imageToBlob(large);
  const away = await imageFromBlob(blob);
  expect(started).toBe(2);
  const differ = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.prototype.findIndex.call(a, (value, i) => value !== b[i]);
  expect(
    differ(
      away.data.filter((_, i) => i % 4 < 3),
      large.data,
    ),
  ).toBe(-1);
  // as under a policy that allows no worker
  vi.stubGlobal(
    'Worker',
    class {
      constructor() {
        throw new DOMException('refused', 'SecurityError');
      }
    },
  );
  const here = await imageFromBlob(await imageToBlob(large));
  vi.unstubAllGlobals();
  expect(differ(here.data, away.data)).toBe(-1);
});

test('a Blob that is no picture, and a type that the browser does not write, are refused', async () => {
  await expect(imageFromBlob(new Blob(['hello']))).rejects.toThrow(DataError);
  await expect(imageToBlob(rgba, { type: 'image/heic' })).rejects.toThrow('this browser cannot encode "image/heic"; it returned "image/png"');
});

test('what is no canvas, and a canvas of another kind, are refused', () => {
  const webgl = document.createElement('canvas');
  webgl.getContext('webgl');
  expect(() => imageFromCanvas(webgl)).toThrow(UnsupportedError);
  expect(() => imageToCanvas(rgba, webgl)).toThrow("must have a 2d context, but has one of another type, such as 'webgl'");
  expect(() => imageFromCanvas({ width: 1, height: 1 } as HTMLCanvasElement)).toThrow(ShapeError);
});

test('canvas, ImageBitmap, VideoFrame and ImageData are pictures', async () => {
  const pixels = imageToImageData(
    createImage(
      4,
      2,
      3,
      Uint8ClampedArray.from({ length: 24 }, (_, i) => 10 * i),
    ),
  );
  const canvas = new OffscreenCanvas(4, 2);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const expected = await filter(imageFromCanvas(pixels), 'box:3');
  for (const source of [pixels, canvas, await createImageBitmap(pixels), frame])
    expect(await filter(source, 'box:3'), source.constructor.name).toEqual(expected);
  frame.close();
});
