import { afterAll, describe, expect, test } from 'vitest';
import {
  canny,
  createBackend,
  createImage,
  GRADIENT_OPERATORS,
  gradient,
  gradientDirection,
  gradientMagnitude,
  type Image,
  localMean,
  localStandardDeviation,
  localVariance,
  OUTPUTS,
  Random,
  unsharpMask,
} from '../../../src/index.js';

// Operations from samples to samples, against what the reference backend computes over planes, under random options.

const wasm = await createBackend('wasm', { threads: 1 });
const threads = await createBackend('wasm', { threads: 2 });
const reference = await createBackend('reference');
afterAll(() => {
  wasm.dispose();
  threads.dispose();
});

const random = new Random(2026);
const one = <T>(values: readonly T[]): T => values[random.integer(values.length)];

/** Soft spots and noise, in any format; of images with alpha half have holes. */
function picture(channels = one([1, 2, 3, 4, 4] as const), size = [1 + random.integer(90), 1 + random.integer(50)]): Image {
  const [width, height] = size;
  const white = one([255, 65535, 1]);
  const clear = random.uniform() < 0.5;
  const values = Array.from({ length: width * height * channels }, (_, i) => {
    const alpha = channels % 2 === 0 && i % channels === channels - 1;
    if (alpha) return clear ? one([0, 0.4, 1]) : 1;
    return 0.5 + 0.3 * Math.sin(i / channels / 7 + (i % channels)) + random.uniform(-0.2, 0.2);
  });
  const samples =
    white === 255 ? Uint8ClampedArray.from(values, (v) => 255 * v) : white === 65535 ? Uint16Array.from(values, (v) => 65535 * v) : Float32Array.from(values);
  return createImage(width, height, channels, samples);
}

function optionsFor(image: Image): { channels: never; paddingMode: never; paddingValue?: number; output: (typeof OUTPUTS)[number] } {
  const { channels: count, width, height } = image;
  const channels = one<unknown>(['color', 'color', 'all', [0], ...(count >= 3 ? ['luminance', 'gb', [0, 2]] : []), ...(count === 4 ? ['ra'] : [])]);
  const fits = Math.min(width, height) > 12;
  const paddingMode = one([undefined, 'replicate', 'symmetric', 'zero', 'constant', ...(fits ? ['reflect', 'wrap'] : [])]);
  const value = image.data instanceof Float32Array ? 0.4 : 77;
  return {
    channels: channels as never,
    paddingMode: paddingMode as never,
    ...(paddingMode === 'constant' ? { paddingValue: value } : {}),
    output: one(OUTPUTS),
  };
}

/** A level of 8 bits. */
function levelOf({ data }: Image): number {
  return data instanceof Float32Array ? 1 / 255 : data instanceof Uint16Array ? 257 : 1;
}

/** Values as large as white are a few roundings of float32 apart; whole ones may be rounded the other way. */
function expectSame(got: Image, exact: Image, error = 1e-5): void {
  expect({ ...got, data: got.data.constructor.name }).toEqual({ ...exact, data: exact.data.constructor.name });
  const most = got.data instanceof Float32Array ? error : got.data instanceof Uint16Array ? Math.max(1, error * 65535) : 1;
  let worst = 0;
  got.data.forEach((value, i) => {
    if (!Object.is(value, exact.data[i]) && !(Math.abs(value - exact.data[i]) <= worst)) worst = Math.abs(value - exact.data[i]);
  });
  expect(worst).toBeLessThanOrEqual(most);
}

type Operation = (image: Image, options: object) => Promise<Image>;
const OPERATIONS: readonly [name: string, run: Operation, own: (image: Image) => object, error?: number][] = [
  ['gradientMagnitude', gradientMagnitude, () => ({ operator: one(GRADIENT_OPERATORS) })],
  ['localMean', localMean, () => ({ size: 1 + random.integer(9) })],
  ['localVariance', localVariance, () => ({ size: 2 + random.integer(8) })],
  ['localStandardDeviation', localStandardDeviation, () => ({ size: 2 + random.integer(8) }), 1e-4],
  ['unsharpMask', unsharpMask, (image) => ({ radius: one([0.5, 1, 2]), amount: random.uniform(-1, 3), threshold: one([0, 3]) * levelOf(image) })],
];

describe.each(OPERATIONS)('%s', (_, run, own, error) => {
  test.each(Array.from({ length: 60 }, (_, i) => i))('as over planes, %i', async () => {
    const image = picture();
    const options = { ...optionsFor(image), ...own(image) };
    const ways: string[] = [];
    const got = await run(image, { ...options, backend: wasm, onPlan: ({ through }: { through: string }) => ways.push(through) });
    expectSame(got, await run(image, { ...options, backend: reference }), error);
    expect(await run(image, { ...options, backend: threads })).toEqual(got);
    expect(new Set(ways)).toEqual(new Set(['samples']));
  });
});

describe('the gradient', () => {
  test.each(Array.from({ length: 40 }, (_, i) => i))('as over planes, %i', async () => {
    const image = picture();
    const { output: _, ...rest } = optionsFor(image);
    const options = { ...rest, operator: one(GRADIENT_OPERATORS) };
    const [got, exact] = [await gradient(image, { ...options, backend: wasm }), await gradient(image, { ...options, backend: reference })];
    expectSame(got.magnitude, exact.magnitude);
    // of two responses of a compass that are equal but for rounding, either may be the largest
    const compass = options.operator === 'kirsch' || options.operator === 'robinson';
    if (compass && (image.data instanceof Float32Array || (rest.channels as unknown) === 'luminance')) return;
    // where hardly anything rises, rounding decides the direction; π and −π are the same one
    got.direction.data.forEach((angle, i) => {
      const apart = Math.abs(angle - exact.direction.data[i]);
      if (exact.magnitude.data[i] > 1e-3) expect(Math.min(apart, Math.abs(2 * Math.PI - apart))).toBeLessThan(1e-3);
    });
    const hues = await gradientDirection(image, { ...options, backend: wasm, output: 'float' });
    expectSame(hues, await gradientDirection(image, { ...options, backend: reference, output: 'float' }), 1e-3);
  });

  test('the whole circle of directions, and lengths of any magnitude', async () => {
    const across = Array.from({ length: 64 }, (_, i) => Math.cos((i * Math.PI) / 32));
    const down = Array.from({ length: 64 }, (_, i) => Math.sin((i * Math.PI) / 32));
    for (const unit of [1, 1e-30, 1e30]) {
      for (let i = 0; i < 64; i++) {
        const image = createImage(
          20,
          3,
          1,
          Float32Array.from({ length: 60 }, (_, at) => unit * (across[i] * (at % 20) + down[i] * Math.floor(at / 20))),
        );
        const { magnitude, direction } = await gradient(image, { backend: wasm });
        const exact = await gradient(image, { backend: reference });
        expect(magnitude.data[30] / unit).toBeCloseTo(exact.magnitude.data[30] / unit, 5);
        expect(direction.data[30]).toBeCloseTo(exact.direction.data[30], 4);
      }
    }
  });
});

describe('canny', () => {
  // sums of integers are exact in both; where they are not, of two slopes that are nearly equal either may be the larger
  test.each(Array.from({ length: 60 }, (_, i) => i))('as over planes, %i', async () => {
    const image = picture(one([1, 2, 3, 4] as const), [2 + random.integer(90), 2 + random.integer(50)]);
    const { output: _, ...rest } = optionsFor(image);
    const options = { ...rest, sigma: one([0, 0.6, 1, 2]), low: 0.03, high: random.uniform(0.03, 0.2) };
    const [got, exact] = [await canny(image, { ...options, backend: wasm }), await canny(image, { ...options, backend: reference })];
    const others = Array.from(got.data).filter((value, i) => value !== exact.data[i]).length;
    const whole = options.sigma === 0 && !(image.data instanceof Float32Array) && (rest.channels as unknown) !== 'luminance';
    expect(others).toBeLessThanOrEqual(whole ? 0 : Math.ceil(got.data.length / 500));
    expect(await canny(image, { ...options, backend: threads })).toEqual(got);
  });
});

test('the mean of a cut-out of 8 bits counts pixels as they are opaque', async () => {
  const image = createImage(
    40,
    20,
    4,
    Uint8ClampedArray.from({ length: 3200 }, (_, i) => (i % 4 === 3 ? one([0, 100, 255]) : random.integer(256))),
  );
  expectSame(await localMean(image, { backend: wasm }), await localMean(image, { backend: reference }));
});

test('a cut-out of 8 bits is sharpened as over planes, and its alpha stays', async () => {
  for (const channels of ['color', 'luminance', 'r'] as const) {
    const image = createImage(
      40,
      20,
      4,
      Uint8ClampedArray.from({ length: 3200 }, (_, i) => (i % 4 === 3 ? one([0, 100, 255]) : random.integer(256))),
    );
    const options = { channels, radius: 1.5, amount: 0.8, threshold: 2 };
    const got = await unsharpMask(image, { ...options, backend: wasm });
    expectSame(got, await unsharpMask(image, { ...options, backend: reference }));
    expect(got.data.filter((_, i) => i % 4 === 3)).toEqual(image.data.filter((_, i) => i % 4 === 3));
  }
});
