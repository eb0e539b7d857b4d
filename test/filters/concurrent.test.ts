import { expect, test } from 'vitest';
import { type Backend, box, createBackend, createImage, filter, gaussian, kernel2d, Random, sharpen } from '../../src/index.js';
import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';

const random = new Random(9);
const kernels = [
  sharpen(),
  box(5),
  gaussian(2),
  kernel2d([[1, 0, 0, 0, 0, -1]]),
  kernel2d(Array.from({ length: 7 }, () => Array.from({ length: 7 }, () => random.uniform()))),
];
/** 64 calls: images of few sizes, so that what is kept for a size is used by several at once, and of all kinds. */
const calls = Array.from({ length: 64 }, (_, i) => {
  const [width, height, channels] = [10 + 3 * (i % 3), 12, 1 + (i % 4)];
  const noise = Array.from({ length: width * height * channels }, () => random.integer(256));
  const image = createImage(width, height, channels, new [Uint8ClampedArray, Uint16Array, Float32Array][i % 3](noise));
  return { image, kernel: kernels[i % kernels.length], scale: i % 2 === 0 ? ('sum' as const) : 1 };
});

test.each<[string, () => Promise<Backend | undefined>]>([
  ['the one that all calls share', async () => undefined],
  ['reference', () => createBackend('reference')],
  ['wasm, 1 thread', () => createBackend('wasm', { threads: 1 })],
  ['wasm, 3 threads', () => createBackend('wasm', { threads: 3 })],
  ["GPU.js's cpu mode", () => createGpuBackend({ mode: 'cpu' })],
])('64 calls at once give what 64 calls in turn give: %s', async (_, create) => {
  const backend = await create();
  const run = ({ image, kernel, scale }: (typeof calls)[number]) => filter(image, kernel, { scale, backend });
  const together = await Promise.all(calls.map(run));
  for (const [i, call] of calls.entries()) expect(together[i], `call ${i}`).toEqual(await run(call));
  backend?.dispose();
});
