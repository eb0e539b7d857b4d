import { describe, expect, test } from 'vitest';
import { operations } from '../../src/filters/catalogue/catalogue.js';
import {
  box,
  createBackend,
  createImage,
  disk,
  downsample,
  filter,
  filterTensor,
  full,
  gaussian,
  gaussianPyramid,
  type Image,
  localMean,
  localStandardDeviation,
  localVariance,
  Random,
  type Tensor,
} from '../../src/index.js';

// A sample that is not finite reaches the results whose windows see it, and no others.

const backends = [await createBackend('wasm', { threads: 1 }), await createBackend('wasm', { threads: 2 }), await createBackend('reference')];
const BAD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const [WIDTH, HEIGHT] = [64, 48];
const [X, Y] = [20, 20];

function picture(channels: Image['channels'], bad?: number): Image {
  const random = new Random(6);
  const data = Float32Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => (channels % 2 === 0 && i % channels === channels - 1 ? 1 : random.uniform()));
  if (bad !== undefined) data[(Y * WIDTH + X) * channels] = bad;
  return createImage(WIDTH, HEIGHT, channels, data);
}

/** The largest difference of two lists; NaN and infinities count as equal to themselves. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= most)) most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return most;
}

/** Asserts that two images differ by rounding at most, but for `reach` pixels around the bad one. */
function differsAround(clean: Image, spoiled: Image, reach: number, step = 1) {
  const { width, channels } = clean;
  const far = (_: number, i: number) => {
    const pixel = Math.floor(i / channels);
    const [x, y] = [step * (pixel % width) - X, step * Math.floor(pixel / width) - Y];
    return Math.max(Math.abs(x), Math.abs(y)) > reach;
  };
  expect(distance(clean.data.filter(far), spoiled.data.filter(far))).toBeLessThan(1e-5);
}

describe.each(BAD)('one sample that is %s', (bad) => {
  test.each([1, 5, 8, 15])('local statistics of size %s are lost where box has lost them', async (size) => {
    for (const backend of backends) {
      for (const channels of backend === backends[0] ? ([1, 3] as const) : ([1] as const)) {
        const [clean, spoiled] = [picture(channels), picture(channels, bad)];
        const on = { output: 'float', backend } as const;
        const mean = await filter(spoiled, box(size), on);
        expect(mean.data.filter((value) => !Number.isFinite(value))).toHaveLength(size ** 2);
        const local = await localMean(spoiled, { size, ...on });
        expect(distance(local.data, mean.data)).toBeLessThan(1e-5);
        const seen = (_: number, i: number) => !Number.isFinite(mean.data[i]);
        for (const measure of [localVariance, localStandardDeviation]) {
          const [want, got] = [await measure(clean, { size, ...on }), await measure(spoiled, { size, ...on })];
          expect(got.data.filter(seen).every(Number.isNaN)).toBe(true);
          want.data.forEach((_, i) => {
            if (seen(0, i)) want.data[i] = Number.NaN;
          });
          expect(distance(got.data, want.data)).toBeLessThan(1e-5);
        }
      }
    }
  });

  test.each(Object.keys(operations))('%s of the catalogue', async (name) => {
    for (const channels of [1, 4] as const) {
      const apply = (image: Image) => operations[name].apply(image, undefined, { output: 'float', backend: backends[0] });
      // canny links edges along their length, so what is lost can end one further away
      if (name !== 'canny') differsAround(await apply(picture(channels)), await apply(picture(channels, bad)), 8);
      else expect((await apply(picture(channels, bad))).data.some((value) => value > 0)).toBe(true);
    }
  });

  test.each<[string, Tensor, number]>([
    ['a small box', box(5), 2],
    ['running sums', box(21), 10],
    ['a Fourier transform', disk(10), 10],
    ['a row and a column', gaussian(3), 12],
  ])('filter by %s', async (_, kernel, reach) => {
    for (const backend of backends) {
      const apply = (image: Image) => filter(image, kernel, { output: 'float', backend });
      differsAround(await apply(picture(4)), await apply(picture(4, bad)), reach);
    }
  });

  test('downsample and the levels of a pyramid', async () => {
    const on = { output: 'float', backend: backends[0] } as const;
    differsAround(await downsample(picture(3), 2, on), await downsample(picture(3, bad), 2, on), 5, 2);
    const [clean, spoiled] = [await gaussianPyramid(picture(3), 3), await gaussianPyramid(picture(3, bad), 3)];
    for (const level of [1, 2]) differsAround(clean[level], spoiled[level], 2 * (2 ** level - 1), 2 ** level);
  });

  test.each([
    ['a signal', [500], [9]],
    ['a long signal', [500], [101]],
    ['a volume', [20, 24, 28], [5, 5, 5]],
    ['a volume, widely', [16, 18, 20], [9, 9, 9]],
  ])('%s', async (_, shape, window) => {
    const x = full(shape, 0.5);
    const cells = shape.map((size) => size >> 1);
    x.data[cells.reduce((at, cell, axis) => at * shape[axis] + cell, 0)] = bad;
    for (const backend of backends) {
      const { data } = await filterTensor(x, full(window, 1), { backend });
      // a window that reflects at the border may see it twice
      const seen = window.reduce((count, k, axis) => count * Math.min(k, shape[axis]), 1);
      expect(data.filter((value) => !Number.isFinite(value)).length).toBe(seen);
    }
  });
});

describe('local statistics', () => {
  test.each([1e-42, 1e-30, 1e12, 1e30, 3e38])('of samples up to %s are those of samples up to 1', async (factor) => {
    const unit = picture(1);
    const scaled = createImage(WIDTH, HEIGHT, 1, unit.data.map((value) => value * factor) as Float32Array);
    const exact = createImage(
      WIDTH,
      HEIGHT,
      1,
      (scaled.data as Float32Array).map((value) => value / factor),
    );
    for (const measure of [localMean, localStandardDeviation]) {
      const [want, got] = [exact, scaled].map((image) => measure(image, { size: 7, output: 'float', backend: backends[0] }));
      const [{ data }, { data: large }] = [await want, await got];
      // a denormal float has few digits
      expect(
        distance(
          large.map((value) => value / factor),
          data,
        ),
      ).toBeLessThan(1e-5 + 1e-45 / factor);
    }
  });

  test('one huge sample costs the windows that do not see it nothing', async () => {
    const [clean, spoiled] = [picture(1), picture(1, 1e10)];
    const on = { size: 5, output: 'float', backend: backends[0] } as const;
    for (const measure of [localMean, localVariance, localStandardDeviation]) differsAround(await measure(clean, on), await measure(spoiled, on), 2);
  });
});
