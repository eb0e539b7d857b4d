import { describe, expect, test } from 'vitest';
import { box, createBackend, createImage, type FilterOptions, filter, gaussian, kernel2d, Random, sharpen, type Tensor, tensor } from '../../src/index.js';

const [wasm, reference] = [await createBackend('wasm', { threads: 1 }), await createBackend('reference')];

describe('a kernel for each channel', () => {
  const equal = (kernel: Tensor, count: number) =>
    tensor(
      Float32Array.from({ length: count * kernel.data.length }, (_, i) => kernel.data[i % kernel.data.length]),
      [count, ...kernel.shape],
    );

  test('by hand: [1, 1, 3] over gray and alpha is [1, 3]', async () => {
    const image = createImage(3, 1, 2, Uint8ClampedArray.of(100, 255, 200, 0, 50, 255));
    const options = { scale: 'sum', paddingMode: 'reflect', backend: reference } as const;
    for (const kernel of [kernel2d([[1, 1, 1]]), tensor([[[1, 1, 1]]])]) {
      expect([...(await filter(image, kernel, options)).data]).toEqual([100, 85, 75, 170, 50, 85]);
    }
  });

  test.each([1, 2, 3, 4] as const)('%s channels: [1, kH, kW], equal kernels and the shared one are the same', async (channels) => {
    const colors = channels % 2 === 0 ? channels - 1 : channels;
    const random = new Random(2);
    const image = createImage(
      31,
      17,
      channels,
      Uint8ClampedArray.from({ length: 31 * 17 * channels }, () => random.integer(256)),
    );
    const settings: readonly FilterOptions[] = [{}, { scale: 'sum', bias: 3 }, { stride: 2 }, { paddingMode: 'constant', paddingValue: 30 }, { linear: true }];
    for (const kernel of [box(3), sharpen(), gaussian(1), kernel2d([[1, 2, -3]])]) {
      for (const options of settings) {
        for (const backend of [wasm, reference]) {
          const want = await filter(image, kernel, { ...options, backend });
          for (const count of new Set([1, colors])) expect(await filter(image, equal(kernel, count), { ...options, backend })).toEqual(want);
          if (channels % 2 === 0) {
            const all = { ...options, channels: 'all', backend } as const;
            expect(await filter(image, equal(kernel, channels), all)).toEqual(await filter(image, kernel, all));
          }
        }
      }
    }
    // the count still has to fit
    await expect(filter(image, equal(box(3), 5), { backend: reference })).rejects.toThrow('one kernel for each filtered channel');
  });
});
