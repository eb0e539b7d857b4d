import { afterAll, expect, test } from 'vitest';
import { compareImages, createBackend, createImage, type Image, Random } from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { withAbilities } from './with-abilities.js';

// The comparison that runs in the engine, against the loops.

const wasm = await createBackend('wasm', { threads: 1 });
const threads = await createWasmBackend(2, { handOver: 0 });
const bands = await createWasmBackend(1, { bandRows: 1 });
const loops = withAbilities(wasm, { comparison: false });
afterAll(() => {
  for (const backend of [wasm, threads, bands]) backend.dispose();
});

const random = new Random(17);
const one = <T>(values: readonly T[]): T => values[random.integer(values.length)];
const KINDS = [
  { white: 255, from: Uint8ClampedArray },
  { white: 65535, from: Uint16Array },
  { white: 1, from: Float32Array },
];

/** Waves and another image of some noise on them: here and there none, in one channel nowhere. */
function pair(): readonly [Image, Image] {
  const [width, height, channels] = [1 + random.integer(220), 1 + random.integer(90), one([1, 2, 3, 4] as const)];
  const { white, from } = one(KINDS);
  const [noise, same] = [one([0.01, 0.2]), random.integer(channels + 1)];
  const values = Float64Array.from({ length: width * height * channels }, (_, i) => white * (0.5 + 0.4 * Math.sin(i / channels / 9 + (i % channels))));
  const others = values.map((value, i) => (i % channels === same || i < values.length / 3 ? value : value + white * random.uniform(-noise, noise)));
  return [createImage(width, height, channels, from.from(values)), createImage(width, height, channels, from.from(others))];
}

test.each(Array.from({ length: 30 }, (_, i) => i))('as by loops, %i', async () => {
  const [a, b] = pair();
  const got = await compareImages(a, b, { backend: wasm });
  const exact = await compareImages(a, b, { backend: loops });
  expect(got.max).toBe(exact.max);
  for (const name of ['mean', 'rmse'] as const) expect(got[name] / (exact[name] || 1)).toBeCloseTo(exact[name] === 0 ? 0 : 1, 9);
  if (exact.ssim === null) expect(got.ssim).toBeNull();
  else expect(got.ssim).toBeCloseTo(exact.ssim, 6);
  for (const backend of [threads, bands]) expect(await compareImages(a, b, { backend })).toEqual(got);
});

test('equal pictures are alike to the bit, and one value that is no number makes no window alike', async () => {
  const image = createImage(
    40,
    30,
    1,
    Float32Array.from({ length: 1200 }, () => random.uniform()),
  );
  expect((await compareImages(image, image, { backend: wasm })).ssim).toBe(1);
  image.data[700] = Number.NaN;
  for (const backend of [wasm, loops]) {
    const { max, mean, ssim } = await compareImages(image, image, { backend });
    expect([max, mean, ssim]).toEqual([0, Number.NaN, Number.NaN]);
  }
});
