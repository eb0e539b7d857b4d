import { describe, expect, test } from 'vitest';
import { createImage, crop, type FlipAxis, flip, type Image, rotate90, type Samples } from '../../src/index.js';

/** An image whose samples say where they are: 100 · y + 10 · x + c. */
function numbered(width: number, height: number, channels: number, of: typeof Uint8ClampedArray | typeof Uint16Array | typeof Float32Array): Image {
  const data = new of(width * height * channels).map((_, i) => {
    const pixel = Math.floor(i / channels);
    return (100 * Math.floor(pixel / width) + 10 * (pixel % width) + (i % channels)) / (of === Float32Array ? 1000 : 1);
  });
  return createImage(width, height, channels, data as Samples);
}

/** What lies at (x, y) of the result lies at `from(x, y)` of the source. */
function expectMoved(image: Image, result: Image, from: (x: number, y: number) => readonly [x: number, y: number]): void {
  expect(result.channels).toBe(image.channels);
  expect(result.data.constructor).toBe(image.data.constructor);
  for (let y = 0; y < result.height; y++) {
    for (let x = 0; x < result.width; x++) {
      const [u, v] = from(x, y);
      const at = (v * image.width + u) * image.channels;
      const to = (y * result.width + x) * image.channels;
      expect(result.data.slice(to, to + image.channels)).toEqual(image.data.slice(at, at + image.channels));
    }
  }
}

const pictures = [Uint8ClampedArray, Uint16Array, Float32Array].flatMap((of) =>
  [1, 2, 3, 4].map((channels) => [`${channels} channels, ${of.name}`, numbered(5, 2, channels, of)] as const),
);

describe.each(pictures)('%s', (_, image) => {
  const before = image.data.slice();
  const { width, height } = image;

  test('crop', async () => {
    expectMoved(image, await crop(image, { x: 1, y: 1, width: 3, height: 1 }), (x, y) => [x + 1, y + 1]);
    const whole = await crop(image, { x: 0, y: 0, width, height });
    expect(whole).toEqual(image);
    expect(whole.data).not.toBe(image.data);
  });

  test('flip', async () => {
    expectMoved(image, await flip(image, 'horizontal'), (x, y) => [width - 1 - x, y]);
    expectMoved(image, await flip(image, 'vertical'), (x, y) => [x, height - 1 - y]);
  });

  test('rotate90', async () => {
    for (const turns of [1, -3, 5]) {
      const turned = await rotate90(image, turns);
      expect([turned.width, turned.height]).toEqual([height, width]);
      // the upper right corner becomes the upper left one
      expectMoved(image, turned, (x, y) => [width - 1 - y, x]);
    }
    expectMoved(image, await rotate90(image, 2), (x, y) => [width - 1 - x, height - 1 - y]);
    for (const turns of [-1, 3]) expectMoved(image, await rotate90(image, turns), (x, y) => [y, height - 1 - x]);
    for (const turns of [0, -4]) {
      expect(await rotate90(image, turns)).toEqual(image);
      expect((await rotate90(image, turns)).data).not.toBe(image.data);
    }
  });

  test('nothing handed in is changed', () => expect(image.data).toEqual(before));
});

test('a picture of several squares is turned like a small one', async () => {
  const image = createImage(
    200,
    130,
    3,
    Uint8ClampedArray.from({ length: 78_000 }, (_, i) => (i * i) % 251),
  );
  expectMoved(image, await rotate90(image), (x, y) => [199 - y, x]);
  expect(await rotate90(await rotate90(image), -1)).toEqual(image);
});

test('arguments that are not valid are refused', async () => {
  const image = createImage(5, 4, 3);
  const part = (rectangle: object) => crop(image, { x: 1, y: 1, width: 2, height: 2, ...rectangle });
  await expect(part({ width: 5 })).rejects.toThrow(
    'crop: rectangle must be whole pixels inside the image of 5 × 4, received { x: 1, y: 1, width: 5, height: 2 }',
  );
  await expect(part({ x: -1 })).rejects.toThrow('rectangle must be whole pixels');
  await expect(part({ y: 0.5 })).rejects.toThrow('rectangle must be whole pixels');
  await expect(part({ height: 0 })).rejects.toThrow('rectangle must be whole pixels');
  await expect(part({ feather: 2 })).rejects.toThrow('crop: feather is not an option; the options are x, y, width, height');
  await expect(crop(image, 7 as never)).rejects.toThrow('crop: rectangle must be an object, received 7');
  await expect(flip(image, 'x' as FlipAxis)).rejects.toThrow('flip: axis must be one of horizontal, vertical, received "x"');
  await expect(flip(image, 'vertikal' as FlipAxis)).rejects.toThrow('did you mean vertical?');
  await expect(rotate90(image, 0.5)).rejects.toThrow('rotate90: turns must be an integer, received 0.5');
  await expect(rotate90({} as Image)).rejects.toThrow('rotate90: image must be');
});
