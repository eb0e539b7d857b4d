import { describe, expect, test } from 'vitest';
import { createBackend, createImage, DataError, type Image, MATCH_METHODS, type MatchMethod, matchTemplate, Random } from '../../src/index.js';

const backends = [await createBackend('wasm', { threads: 1 }), await createBackend('reference')];
const ARRAYS = [Uint8ClampedArray, Uint16Array, Float32Array];
const CHANNELS = [1, 2, 3, 4] as const;

/** An image of the colors, alpha opaque. */
function flat(Samples: (typeof ARRAYS)[number], width: number, height: number, colors: readonly number[]): Image {
  const channels = colors.length as Image['channels'];
  return createImage(
    width,
    height,
    channels,
    new Samples(width * height * channels).map((_, i) => colors[i % channels]),
  );
}

/** Gray floats of noise, 0 … 1, times a factor, on a level. */
function noise(width: number, height: number, factor: number, level = 0, seed = 3): Image {
  const random = new Random(seed);
  return createImage(
    width,
    height,
    1,
    Float32Array.from({ length: width * height }, () => level + factor * random.uniform()),
  );
}

function cut({ width, channels, data }: Image, x: number, y: number, w: number, h: number): Image {
  const rows = Array.from({ length: h }, (_, row) => [...data.subarray(((y + row) * width + x) * channels, ((y + row) * width + x + w) * channels)]);
  return createImage(w, h, channels, Float32Array.from(rows.flat()));
}

describe.each(MATCH_METHODS)('%s of a picture of one color', (method) => {
  test.each(CHANNELS)('is finite, %s channels', async (channels) => {
    for (const Samples of ARRAYS) {
      const white = Samples === Float32Array ? 1 : 255;
      for (const level of [0, 0.1 * white, 0.7 * white, white]) {
        const color = Array.from({ length: channels }, (_, c) => (c === 0 ? level : level / 2));
        const image = flat(Samples, 17, 12, color);
        const patch = flat(Samples, 5, 4, color);
        // what a template needs to be compared at all
        if (method === 'zncc' || method === 'ncc') patch.data[0] = white / 3;
        for (const backend of backends) {
          const { scores, peaks } = await matchTemplate(image, patch, { method, backend });
          expect(scores.data.every(Number.isFinite)).toBe(true);
          expect(peaks).toHaveLength(1);
          if (method === 'zncc' || (method === 'ncc' && level === 0)) expect(scores.data.every((score) => score === 0)).toBe(true);
          if (method === 'ssd') {
            expect(scores.data.every((score) => score === 0)).toBe(true);
            expect(peaks[0]).toEqual({ x: 0, y: 0, score: 0 });
          }
        }
      }
    }
  });
});

const FINDING: readonly MatchMethod[] = ['zncc', 'ncc', 'ssd'];

describe.each(FINDING)('%s finds the place of a template', (method) => {
  // from the smallest normal number and below, where floats lose digits, to almost the largest
  test.each([1e-42, 1e-38, 1e-30, 1e-12, 1, 1e12, 1e30, 3e38])('of samples up to %s', async (factor) => {
    const image = noise(40, 30, factor);
    for (const backend of backends) {
      const { scores, peaks } = await matchTemplate(image, cut(image, 21, 9, 8, 6), { method, backend });
      expect(scores.data.some(Number.isNaN)).toBe(false);
      expect([Math.round(peaks[0].x), Math.round(peaks[0].y)]).toEqual([21, 9]);
      if (method !== 'ssd') {
        expect(scores.data.every(Number.isFinite)).toBe(true);
        expect(peaks[0].score).toBeCloseTo(1, 4);
      }
    }
  });

  test('of the contrast of denormal numbers', async () => {
    const image = noise(40, 30, 1e-40, 0);
    // half of it has no contrast at all
    image.data.fill(2e-41, 0, 20 * 40);
    const { scores, peaks } = await matchTemplate(image, cut(image, 21, 22, 8, 6), { method, backend: backends[0] });
    expect(scores.data.every(Number.isFinite)).toBe(true);
    expect([Math.round(peaks[0].x), Math.round(peaks[0].y)]).toEqual([21, 22]);
    if (method === 'zncc') expect(scores.data[0]).toBe(0);
  });

  test('beside one sample that is larger than all others together', async () => {
    const image = noise(40, 30, 1);
    image.data[45] = 3e4;
    const { scores } = await matchTemplate(image, cut(image, 21, 9, 8, 6), { method, backend: backends[0] });
    expect(scores.data.every(Number.isFinite)).toBe(true);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('beside a sample that is %s, which only its windows see', async (bad) => {
    const image = noise(40, 30, 1, 0.5);
    const template = cut(image, 21, 9, 8, 6);
    const clean = await matchTemplate(image, template, { method, backend: backends[0] });
    image.data[12 * 40 + 19] = bad;
    for (const backend of backends) {
      const { scores, peaks } = await matchTemplate(image, template, { method, backend });
      scores.data.forEach((score, i) => {
        const [x, y] = [i % 33, Math.floor(i / 33)];
        if (x > 19 - 8 && x <= 19 && y > 12 - 6 && y <= 12) expect(score).toBeNaN();
        else expect(score).toBeCloseTo(clean.scores.data[i], 4);
      });
      expect([Math.round(peaks[0].x), Math.round(peaks[0].y)]).toEqual([21, 9]);
    }
  });
});

test('correlation keeps to the formula from the smallest to the largest samples', async () => {
  const random = new Random(8);
  for (const [left, right] of [
    [1e-30, 1e30],
    [1e20, 1e15],
    [1e-20, 1e-15],
    [3e38, 1e-3],
  ]) {
    const [image, template] = [noise(12, 9, left, 0, random.integer(99)), noise(3, 3, right, 0, random.integer(99))];
    const { scores } = await matchTemplate(image, template, { method: 'correlation', backend: backends[0] });
    scores.data.forEach((score, i) => {
      let sum = 0;
      for (let k = 0; k < 9; k++) sum += template.data[k] * image.data[(Math.floor(i / 10) + Math.floor(k / 3)) * 12 + (i % 10) + (k % 3)];
      expect(Math.abs(score / sum - 1)).toBeLessThan(1e-5);
    });
  }
});

test.each(MATCH_METHODS)('%s refuses a template that is not finite', async (method) => {
  const image = noise(9, 9, 1);
  const template = cut(image, 0, 0, 3, 3);
  template.data[4] = Number.POSITIVE_INFINITY;
  const attempt = matchTemplate(image, template, { method, backend: backends[0] });
  await expect(attempt).rejects.toThrow(DataError);
  await expect(attempt).rejects.toThrow('must contain only finite values');
});
