import { afterAll, expect, test } from 'vitest';
import {
  type ConvPlan,
  createBackend,
  createImage,
  differenceOfGaussians,
  type FilterOptions,
  filter,
  highPass,
  laplacianOfGaussian,
  Random,
  tensor,
} from '../../src/index.js';

// Kernels that are a sum of a few products of a row and a column, from samples to samples, against the reference.

const wasm = await createBackend('wasm', { threads: 1 });
const reference = await createBackend('reference');
afterAll(() => wasm.dispose());
const random = new Random(7);
const one = <T>(values: readonly T[]): T => values[random.integer(values.length)];

/** A sum of `count` products. */
function sumOfProducts(height: number, width: number, count: number) {
  const vector = (length: number) => Array.from({ length }, () => random.uniform(-1, 1) / length);
  const pairs = Array.from({ length: count }, () => [vector(height), vector(width)]);
  const weights = Array.from({ length: height * width }, (_, i) =>
    pairs.reduce((sum, [down, across]) => sum + down[Math.floor(i / width)] * across[i % width], 0),
  );
  return tensor(Float32Array.from(weights), [height, width]);
}

const KERNELS = [
  ['two products', () => sumOfProducts(15 + random.integer(6), 15 + random.integer(6), 2)],
  ['three products', () => sumOfProducts(23, 21, 3)],
  ['a difference of Gaussians', () => differenceOfGaussians(1.5, 2.5)],
  ['a Laplacian of a Gaussian', () => laplacianOfGaussian(2.5)],
  ['a high pass', () => highPass(2.5)],
] as const;

test.each(KERNELS.flatMap(([name, kernel]) => Array.from({ length: 4 }, (_, i) => [name, i, kernel] as const)))('%s, %i', async (_, __, kernel) => {
  const [width, height, channels] = [30 + random.integer(40), 30 + random.integer(20), one([1, 2, 3, 4])];
  const white = one([255, 65535, 1]);
  const values = Array.from({ length: width * height * channels }, () => white * random.uniform());
  const samples = white === 255 ? Uint8ClampedArray.from(values) : white === 65535 ? Uint16Array.from(values) : Float32Array.from(values);
  const image = createImage(width, height, channels, samples);
  const options: FilterOptions = {
    ...{ output: 'float', stride: one([1, 1, 2, [3, 1]]), paddingMode: one(['replicate', 'zero', 'symmetric']), bias: one([0, white / 4]) },
    ...(channels > 2 ? { channels: one(['color', 'all', 'luminance', 'rb']) } : {}),
  };
  const plans: ConvPlan[] = [];
  const weights = kernel();
  const got = await filter(image, weights, { ...options, backend: wasm, onPlan: (plan) => plans.push(plan) });
  const exact = await filter(image, weights, { ...options, backend: reference });
  expect([plans[0].through, plans[0].algorithm, plans[0].reason.name]).toEqual(['samples', 'separable', 'products']);
  const size = weights.data.reduce((sum, weight) => sum + Math.abs(weight), 0);
  for (const [i, value] of got.data.entries()) expect(Math.abs(value - exact.data[i])).toBeLessThanOrEqual(4e-6 * (1 + size));
});
