import { describe, expect, test } from 'vitest';
import { averagePoolGradient, type ConvOptions, convGeometry, convInputGradient, PADDING_MODES, Random, tensor } from '../../src/index.js';
import { inputGradientParts } from '../../src/kernels/backends/wasm/layers/input-gradient.js';
import { sizeOf } from '../../src/tensor.js';
import { BACKENDS } from './backends.js';

const random = new Random(7);
const noise = (shape: readonly number[]) =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1)),
    shape,
  );
const [{ backend: reference }, { backend: wasm }] = BACKENDS;

/** The largest difference between wasm and the reference. */
async function difference(x: readonly number[], kernel: readonly number[], options: ConvOptions): Promise<number> {
  const [gradient, weights] = [noise(convGeometry(x, kernel, options).outShape), noise(kernel)];
  const [got, want] = await Promise.all([wasm, reference].map((backend) => convInputGradient(gradient, weights, { ...options, inputShape: x, backend })));
  return got.data.reduce((most, value, i) => Math.max(most, Math.abs(value - want.data[i])), 0);
}

describe('the parts of an input gradient', () => {
  // the length of an axis grows with the stride, as in an image with a thumbnail of 3 × 3
  describe.each([1, 2, 3])('on %i axes', (rank) => {
    test.each([10, 100, 500, 15_810])('are at most as many as the taps, with stride %i', (stride) => {
      for (const [taps, dilation, padding] of [
        [1, 1, 0],
        [2, 1, 1],
        [3, 1, 1],
        [3, 2, 2],
        [3, stride, 1],
        [5, 3, 4],
      ]) {
        // biome-ignore format: a table
        for (const paddingMode of ['zero', 'wrap'] as const) {
          const axis = 3 * stride + (taps - 1) * dilation;
          const g = convGeometry([1, 1, ...Array(rank).fill(axis)], [1, 1, ...Array(rank).fill(taps)], { stride, dilation, padding, paddingMode });
          const parts = inputGradientParts(g);
          expect(parts.length).toBeLessThanOrEqual(taps ** rank);
          // every tap is in one of them
          expect(parts.reduce((sum, { correlation }) => sum + sizeOf(correlation.kernel), 0)).toBe(taps ** rank);
        }
      }
    });
  });

  test('have no zeros between their taps with a dilation that the stride divides', () => {
    const g = convGeometry([1, 1, 40, 40], [1, 1, 3, 3], { stride: 2, dilation: 4 });
    expect(inputGradientParts(g).map(({ step, correlation: { kernel, dilation } }) => [step, kernel, dilation])).toEqual([[[1, 2, 2], [1, 3, 3], [1, 2, 2]]]); // biome-ignore format: one part
  });

  test('that no output reaches are left out', () => {
    // the remainder of 7 cells behind the only window
    expect(inputGradientParts(convGeometry([1, 1, 10], [1, 1, 3], { stride: 8 }))).toHaveLength(3);
    expect(inputGradientParts(convGeometry([1, 1, 2], [1, 1, 5], { stride: 8, padding: [1, 2] }))).toHaveLength(2);
  });
});

describe('an input gradient', () => {
  test.each([
    [[1, 1, 2_000_000], [1, 1, 3], { stride: 1_000_000 }],
    [[1, 2, 1100, 1100], [2, 2, 3, 3], { stride: 500, padding: 1 }],
    [[1, 1, 130, 130, 130], [1, 1, 2, 2, 2], { stride: 60 }],
    [[1, 1, 1100, 1100], [1, 1, 3, 3], { stride: 500, dilation: 500 }],
    [[1, 1, 700, 700], [1, 1, 3, 3], { stride: 300, dilation: 7, padding: 20, paddingMode: 'reflect' }],
  ] satisfies [number[], number[], ConvOptions][])('of x %j under %j with %j is that of the reference', async (x, kernel, options) => {
    expect(await difference(x, kernel, options)).toBeLessThan(1e-5);
  });

  test('is that of the reference with 300 random strides, dilations and paddings', async () => {
    for (let n = 0; n < 300; n++) {
      const rank = 1 + random.integer(3);
      const axes = (least: number, most: number) => Array.from({ length: rank }, () => least + random.integer(most - least + 1));
      const [groups, kernel, dilation] = [1 + random.integer(2), axes(1, 4), axes(1, 6)];
      const spatial = kernel.map((taps, axis) => (taps - 1) * dilation[axis] + 1 + random.integer(12));
      const options: ConvOptions = {
        ...{ groups, dilation, stride: axes(1, 9), padding: axes(0, 5).map((cells, axis) => Math.min(cells, spatial[axis] - 1)) },
        ...{ paddingMode: PADDING_MODES[random.integer(PADDING_MODES.length)], flip: random.integer(2) === 1 },
      };
      if (rank === 1) options.padding = (options.padding as number[])[0];
      expect(
        await difference([2, 2 * groups, ...spatial], [3 * groups, 2, ...kernel], options),
        `case ${n}: ${JSON.stringify({ spatial, kernel, ...options })}`,
      ).toBeLessThan(1e-5);
    }
  });

  test('of an average of windows far apart is that of the reference', async () => {
    const options = { kernelSize: 2, stride: 700, inputShape: [1, 1, 1500, 1500] };
    const gradient = noise([1, 1, 3, 3]);
    const [got, want] = await Promise.all([wasm, reference].map((backend) => averagePoolGradient(gradient, { ...options, backend })));
    expect(got.data).toEqual(want.data);
  });
});
