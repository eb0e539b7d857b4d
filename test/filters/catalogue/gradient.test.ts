import { describe, expect, test } from 'vitest';
import { createImage, GRADIENT_OPERATORS, gradient, gradientDirection, gradientMagnitude, type Image, OptionError } from '../../../src/index.js';
import { ReferenceBackend } from '../../../src/kernels/backends/reference/reference.js';

const backend = new ReferenceBackend();

/** A gray float image, 9 × 9, of f(x, y) from the middle, x to the right and y downwards. */
function surface(f: (x: number, y: number) => number): Image {
  const data = Float32Array.from({ length: 81 }, (_, i) => f((i % 9) - 4, Math.floor(i / 9) - 4));
  return { width: 9, height: 9, channels: 1, data };
}

const middle = 40;

describe.each(GRADIENT_OPERATORS)('%s', (operator) => {
  test.each([0, 45, 90, 135, 180, -135, -90, -45])('finds a slope that rises towards %d°', async (degrees) => {
    const [ux, uy] = [Math.cos((degrees * Math.PI) / 180), -Math.sin((degrees * Math.PI) / 180)];
    const { direction } = await gradient(
      surface((x, y) => 0.5 + 0.05 * (ux * x + uy * y)),
      { operator, backend },
    );
    expect(direction.data[middle]).toBeCloseTo((degrees * Math.PI) / 180, 4);
  });

  test.each([
    ['columns', (x: number) => (x < 0 ? 0 : 1)],
    ['rows', (_: number, y: number) => (y < 0 ? 1 : 0)],
  ])('a step between two %s from black to white is 1, for Kirsch on its dark side', async (_, f) => {
    const { magnitude } = await gradient(surface(f), { operator, backend });
    const besides = operator === 'kirsch' ? [middle - 1, middle] : [middle];
    expect(Math.max(...besides.map((i) => magnitude.data[i]))).toBeCloseTo(1, 6);
  });

  test('a flat picture has no slope, and its direction is 0', async () => {
    const { magnitude, direction } = await gradient(
      surface(() => 0.7),
      { operator, backend },
    );
    for (const value of [...magnitude.data, ...direction.data]) expect(Math.abs(value)).toBeLessThan(1e-6);
  });
});

test('Scharr measures the direction of a wave more truly than Sobel, Sobel than Prewitt', async () => {
  const degrees = 25;
  const [ux, uy] = [Math.cos((degrees * Math.PI) / 180), -Math.sin((degrees * Math.PI) / 180)];
  const wave = surface((x, y) => 0.5 + 0.5 * Math.sin((ux * x + uy * y) * 0.8));
  const error = async (operator: 'scharr' | 'sobel' | 'prewitt') =>
    Math.abs((await gradient(wave, { operator, backend })).direction.data[middle] - (degrees * Math.PI) / 180);
  expect(await error('scharr')).toBeLessThan(await error('sobel'));
  expect(await error('sobel')).toBeLessThan(await error('prewitt'));
});

test('float images with a channel for each that was looked at, in the same units for 8 and 16 bits', async () => {
  const step = (white: number) => (i: number) => (i % 16 < 8 ? 0 : white) * (i % 4 === 1 ? 1 : 0.5);
  const eight: Image = { width: 4, height: 4, channels: 4, data: Uint8ClampedArray.from({ length: 64 }, (_, i) => step(254)(i)) };
  const sixteen: Image = { ...eight, data: Uint16Array.from({ length: 64 }, (_, i) => step(254 * 257)(i)) };
  const [a, b] = [await gradient(eight, { backend }), await gradient(sixteen, { backend })];
  expect([a.magnitude.channels, a.magnitude.width, a.magnitude.height]).toEqual([3, 4, 4]);
  expect(a.magnitude.data).toBeInstanceOf(Float32Array);
  expect([...a.magnitude.data.subarray(3, 6)]).toEqual([127 / 255, 254 / 255, 127 / 255].map((value) => expect.closeTo(value, 6)));
  b.magnitude.data.forEach((value, i) => {
    expect(value).toBeCloseTo(a.magnitude.data[i], 6);
  });
  expect((await gradient(eight, { channels: 'luminance', backend })).direction.channels).toBe(1);
});

test('what lies beyond the border is looked at', async () => {
  const flat = surface(() => 0.5);
  const corner = async (options: object) => (await gradient(flat, { operator: 'prewitt', backend, ...options })).magnitude.data[0];
  expect(await corner({})).toBe(0);
  // two of three columns and rows see the difference: √2 · 2 / 3 of it
  expect(await corner({ paddingMode: 'zero' })).toBeCloseTo((Math.SQRT2 * 2 * 0.5) / 3, 6);
  expect(await corner({ paddingMode: 'constant', paddingValue: 0.8 })).toBeCloseTo((Math.SQRT2 * 2 * 0.3) / 3, 6);
});

test('the magnitude as a picture: a step of half the contrast is half white', async () => {
  const image: Image = { width: 4, height: 1, channels: 1, data: Uint8ClampedArray.from([10, 10, 138, 138]) };
  expect([...(await gradientMagnitude(image, { backend })).data]).toEqual([0, 128, 128, 0]);
});

test.each([
  [0, [255, 0, 0]],
  [60, [255, 255, 0]],
  [120, [0, 255, 0]],
  [180, [0, 255, 255]],
  [-120, [0, 0, 255]],
  [-60, [255, 0, 255]],
])('the direction as a hue: %d°', async (degrees, rgb) => {
  const [ux, uy] = [Math.cos((degrees * Math.PI) / 180), -Math.sin((degrees * Math.PI) / 180)];
  // a slope of 4 per pixel, so that the hue is at its brightest
  const { data } = await gradientDirection(
    surface((x, y) => 4 * (ux * x + uy * y)),
    { backend },
  );
  const at = 3 * middle;
  rgb.forEach((value, c) => {
    expect(data[at + c] * 255).toBeCloseTo(value, 0);
  });
});

test('the direction is that of the channel where it is steepest', async () => {
  const image = createImage(5, 1, 3);
  for (let x = 0; x < 5; x++) image.data.set([10 * x, 200 - 40 * x, 0], 3 * x); // red rises a little, green falls much
  expect([...(await gradientDirection(image, { backend })).data.subarray(6, 9)]).toEqual([0, 80, 80]);
});

test('operator: an unknown one is refused, and each gives another picture', async () => {
  const image = surface((x, y) => Math.sin(x * y + x) / 2 + 0.5);
  const pictures = await Promise.all(GRADIENT_OPERATORS.map((operator) => gradientMagnitude(image, { operator, backend })));
  expect(new Set(pictures.map(({ data }) => data.join())).size).toBe(GRADIENT_OPERATORS.length);
  for (const measure of [gradient, gradientMagnitude, gradientDirection] as readonly ((image: Image, options: object) => Promise<unknown>)[]) {
    await expect(measure(image, { operator: 'laplace' })).rejects.toThrow(OptionError);
  }
  await expect(gradient(image, { output: 'abs' } as object)).rejects.toThrow(OptionError);
});
