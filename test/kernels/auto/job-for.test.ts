import { expect, test } from 'vitest';
import {
  box,
  createBackend,
  differenceOfGaussians,
  disk,
  type Format,
  gaussian,
  planFilter,
  Random,
  SOBEL_X,
  sharpen,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { jobFor } from '../../../src/kernels/backends/auto/job-for.js';
import type { PictureJob } from '../../../src/kernels/job.js';

const wasm = await createBackend('wasm', { threads: 1 });
const FORMAT: Format = { width: 64, height: 48, channels: 4, samples: 'uint8' };
const random = new Random(3);
const picture = Uint8ClampedArray.from({ length: 64 * 48 * 4 }, (_, i) => (i % 4 === 3 ? 255 : 256 * random.uniform()));

function jobOf(kernel: Tensor): PictureJob {
  return planFilter(FORMAT, [{ kernel, paddingMode: 'reflect' }], {}, wasm).steps[0].job as PictureJob;
}

async function run(job: PictureJob): Promise<Uint8ClampedArray> {
  const executable = wasm.prepare(job);
  const out = new Uint8ClampedArray(picture.length);
  expect(await wasm.run(executable, [picture], [out])).toBe(true);
  wasm.release(executable);
  return out;
}

test.each([
  ['integer', sharpen()],
  ['integer', SOBEL_X],
  ['box', box(9)],
  ['separable', gaussian(2)],
  ['products', differenceOfGaussians(1, 2)],
  ['fft', disk(15)],
] as const)('%s: the window gives the same samples, but for rounding', async (kind, kernel) => {
  const job = jobOf(kernel);
  expect(job.passes[0].sum.kind).toBe(kind);
  const other = jobFor(job, { programs: ['direct'], pictures: ['window'] }) as PictureJob;
  expect(other.passes[0].sum.kind).toBe('window');
  const [a, b] = [await run(job), await run(other)];
  expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeLessThanOrEqual(1);
});

test('sums that the backend has stay as they are; measures have no window', () => {
  const job = jobOf(gaussian(2));
  expect(jobFor(job, { programs: ['direct'], pictures: ['window', 'separable'] })).toEqual(job);
  expect(jobFor(job, { programs: ['direct'], pictures: ['integer'] })).toEqual({ name: 'noGpuProgram' });
  const measure: PictureJob = { ...job, passes: [{ ...job.passes[0], sum: { kind: 'moments', measure: 'mean', weighted: false, brightness: false } }] };
  expect(jobFor(measure, { programs: ['direct'], pictures: ['window'] })).toEqual({ name: 'noGpuProgram' });
});

test('what the backend refuses has its reason', () => {
  const refused = { name: 'notFinite' } as const;
  expect(jobFor(jobOf(sharpen()), { programs: ['direct'], pictures: ['window'], refuses: () => refused })).toBe(refused);
});

test('a kernel that is no product', () => {
  const kernel = tensor([
    [0.1, 0.7, 0.3],
    [0.9, 0.2, 0.8],
    [0.4, 0.6, 0.5],
  ]);
  const job = jobOf(kernel);
  expect(jobFor(job, wasm.abilities)).toEqual(job);
});
