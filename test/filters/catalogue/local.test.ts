import { describe, expect, test } from 'vitest';
import { box, filter, type Image, localMean, localStandardDeviation, localVariance, OptionError } from '../../../src/index.js';
import { BACKENDS } from '../../kernels/backends.js';

const [width, height] = [40, 30];

/** A float image: bright, with differences of one part in a million. */
const SKY: Image = {
  width,
  height,
  channels: 1,
  data: Float32Array.from({ length: width * height }, (_, i) => 0.98 + 1e-6 * ((i * 7919) % 13) + (i > 600 ? 1e-4 : 0)),
};

/** By the definition, in float64: the mean first, then the squares of what is left. */
function definition({ data }: Image, size: number, x: number, y: number): { mean: number; variance: number } {
  const reflect = (i: number, n: number) => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
  const values: number[] = [];
  for (let ky = 0; ky < size; ky++) {
    for (let kx = 0; kx < size; kx++) {
      values.push(data[reflect(y + ky - Math.floor(size / 2), height) * width + reflect(x + kx - Math.floor(size / 2), width)]);
    }
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

describe.each(BACKENDS)('with $name', ({ backend }) => {
  test.each([3, 4, 9, 21])('variance and deviation are right to six digits where Σf² − m² in float32 has none: size %d', async (size) => {
    const [variance, deviation, mean] = await Promise.all(
      [localVariance, localStandardDeviation, localMean].map((measure) => measure(SKY, { size, output: 'float', backend })),
    );
    for (let y = 0; y < height; y += 3) {
      for (let x = 0; x < width; x++) {
        const expected = definition(SKY, size, x, y);
        const i = y * width + x;
        expect(Math.abs(variance.data[i] / expected.variance - 1)).toBeLessThan(1e-5);
        expect(Math.abs(deviation.data[i] / Math.sqrt(expected.variance) - 1)).toBeLessThan(1e-5);
        expect(Math.abs(mean.data[i] - expected.mean)).toBeLessThan(6e-8);
      }
    }
  });

  test('a flat picture varies nowhere, whatever its gray', async () => {
    for (const gray of [0.1, 0.7, 1000.3, -3e5]) {
      const flat: Image = { width, height, channels: 1, data: new Float32Array(width * height).fill(gray) };
      const { data } = await localStandardDeviation(flat, { size: 7, output: 'float', backend });
      expect(Math.max(...data)).toBeLessThan(1e-7 * Math.abs(gray));
    }
  });

  test('white counts as 1 in the variance, as itself in the deviation', async () => {
    const stripes: Image = { width: 8, height: 8, channels: 1, data: Uint8ClampedArray.from({ length: 64 }, (_, i) => (i % 2) * 255) };
    // half of 2 × 2 pixels is white: variance ¼
    expect([...(await localVariance(stripes, { size: 2, backend })).data].every((value) => value === 64)).toBe(true);
    expect([...(await localStandardDeviation(stripes, { size: 2, backend })).data].every((value) => value === 128)).toBe(true);
  });
});

const [{ backend }] = BACKENDS;

test('the mean is that of box, at every border', async () => {
  for (const options of [
    {},
    { paddingMode: 'zero' },
    { paddingMode: 'constant', paddingValue: 0.3 },
    { paddingMode: 'wrap' },
    { paddingMode: 'replicate' },
  ] as const) {
    const [mean, expected] = [
      await localMean(SKY, { size: 6, output: 'float', backend, ...options }),
      await filter(SKY, box(6), { output: 'float', backend, ...options }),
    ];
    mean.data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.data[i], 6);
    });
  }
});

test('beyond a constant border the constant counts', async () => {
  const flat: Image = { width: 4, height: 4, channels: 1, data: new Float32Array(16).fill(0.5) };
  const { data } = await localVariance(flat, { size: 3, paddingMode: 'constant', paddingValue: 1, output: 'float', backend });
  expect(data[0]).toBeCloseTo((5 / 9) * (4 / 9) * 0.25, 6); // five of nine are 1, four are ½
  expect(data[5]).toBe(0);
});

test.each([0, -1, 2.5, 5000])('size %d is refused', async (size) => {
  await expect(localVariance(SKY, { size, backend })).rejects.toThrow(OptionError);
});
