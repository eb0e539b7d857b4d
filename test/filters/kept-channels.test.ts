import { describe, expect, test } from 'vitest';
import {
  box,
  createBackend,
  createImage,
  type FilterOptions,
  filter,
  gaussian,
  type Image,
  kernel2d,
  LAPLACIAN_4,
  LAPLACIAN_8,
  MOTION_DIAGONAL,
  Random,
  sharpen,
  type Tensor,
} from '../../src/index.js';

// Channels that are not filtered pass through from the pixel that the anchor lies on, whatever program filters the others.

const backend = await createBackend('wasm', { threads: 1 });
const random = new Random(3);

/** Every channel varies from pixel to pixel, alpha too. */
function noise(channels: number): Image {
  return createImage(
    40,
    11,
    channels,
    Uint8ClampedArray.from({ length: 40 * 11 * channels }, () => random.integer(256)),
  );
}

const kernels: [string, Tensor, FilterOptions?][] = [
  ['cross', sharpen()],
  ['cross of sum 0', LAPLACIAN_4],
  ['cross, rows apart', sharpen(2), { dilation: [3, 1] }],
  ['cross, columns apart', sharpen(2), { dilation: [1, 2] }],
  ['cross, turned', sharpen(3), { flip: true }],
  ['cross with bias', sharpen(), { bias: 7 }],
  ['cross of fractions', sharpen(0.3)],
  ['whole weights', LAPLACIAN_8],
  ['multiples of a fraction', MOTION_DIAGONAL],
  ['box', box(3)],
  ['box of even size', box(4)],
  ['floats', kernel2d([-0.31, 0.82, 0.07].map((weight, y) => [weight, 0.4 - weight, 0.1 * y]))],
  ['Gaussian', gaussian(1)],
];

const pictures: [channels: number, options: FilterOptions, kept: readonly number[]][] = [
  [2, { alpha: 'ignore' }, [1]],
  [4, { alpha: 'ignore' }, [3]],
  [4, { channels: 'r' }, [1, 2, 3]],
  [4, { channels: 'ga' }, [0, 2]],
  [3, { channels: [0, 2] }, [1]],
  [2, { channels: 'a' }, [0]],
];

describe.each(pictures)('%s channels, %j keeps %j', (channels, options, kept) => {
  test.each(kernels)('under any anchor of a %s', async (_name, kernel, more) => {
    const image = noise(channels);
    const [kH, kW] = kernel.shape;
    const moved: string[] = [];
    for (let y = 0; y < kH; y++) {
      for (let x = 0; x < kW; x++) {
        const { data } = await filter(image, kernel, { ...options, ...more, anchor: [y, x], backend });
        expect(data).not.toEqual(image.data);
        if (data.some((value, i) => kept.includes(i % channels) && value !== image.data[i])) moved.push(`${y}, ${x}`);
      }
    }
    expect(moved).toEqual([]);
  });
});
