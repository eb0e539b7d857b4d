import { freemem } from 'node:os';
import { describe, expect, test } from 'vitest';
import { script } from '../faults/process.js';

interface Size {
  readonly algorithm: string;
  readonly seconds: number;
  /** the largest difference from a direct sum, in some hundred windows, many of them at corners */
  readonly worst: number;
  /** bytes that the process held at most */
  readonly peak: number;
}

/**
 * Filters in a process of its own, and compares windows with direct sums.
 * @param call an expression: `[input, output]` of `x`, its `shape` with channels last, and `kernel`
 */
async function measured(shape: readonly number[], type: string, kernel: string, call: string): Promise<Size> {
  const { code, stdout, stderr } = await script(`
    import * as library from './src/index.ts';
    const { createBackend, createImage, filter, filterTensor, gaussian, gaussian3d, tensor } = library;
    const backend = await createBackend('wasm');
    const [shape, kernel] = [${JSON.stringify(shape)}, ${kernel}];
    const x = new ${type}(shape.reduce((size, n) => size * n));
    const unit = x instanceof Float32Array ? 2 ** -32 : 1;
    for (let i = 0; i < x.length; i++) x[i] = (Math.imul(i, 2654435761) >>> 0) * unit;
    let algorithm;
    const onPlan = (plan) => (algorithm = plan.algorithm);
    const begun = performance.now();
    const { data } = await ${call};
    const seconds = (performance.now() - begun) / 1000;
    const peak = 1024 * process.resourceUsage().maxRSS;
    const [axes, taps] = [kernel.shape.length, kernel.shape];
    const channels = shape.length > axes ? shape[axes] : 1;
    const reflect = (i, n) => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
    const random = new library.Random(5);
    let worst = 0;
    for (let window = 0; window < 400; window++) {
      const at = taps.map((_, axis) => {
        const [near, kind] = [random.integer(6), window < 200 ? random.integer(3) : 1];
        return kind === 0 ? near : kind === 2 ? shape[axis] - 1 - near : random.integer(shape[axis]);
      });
      const offset = (cell) => cell.reduce((sum, i, axis) => sum * shape[axis] + i, 0) * channels + (window % channels);
      let sum = 0;
      for (let tap = 0; tap < kernel.data.length; tap++) {
        let rest = tap;
        const cell = at.slice();
        for (let axis = axes - 1; axis >= 0; axis--) {
          cell[axis] = reflect(at[axis] + (rest % taps[axis]) - (taps[axis] >> 1), shape[axis]);
          rest = Math.floor(rest / taps[axis]);
        }
        sum += kernel.data[tap] * x[offset(cell)];
      }
      worst = Math.max(worst, Math.abs(sum - data[offset(at)]));
    }
    backend.dispose();
    console.log(JSON.stringify({ algorithm, seconds, worst, peak }));`).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2);
/** What a test needs, with room for others. */
const free = (needed: number) => freemem() > 1.3 * needed;
const DENSE = 'tensor(Float32Array.from({ length: 27 }, (_, i) => Math.sin(i * i + 1)), [3, 3, 3])';

describe('sizes', () => {
  test.each([
    [512, 'a dense 3 × 3 × 3', DENSE, 1.5e9],
    [512, 'a Gaussian', 'gaussian3d(2)', 1.5e9],
    [768, 'a dense 3 × 3 × 3', DENSE, 4.2e9],
    [768, 'a Gaussian', 'gaussian3d(2)', 4.2e9],
  ])('a volume of %i³ under %s', async (side, name, kernel, most) => {
    if (!free(most)) return console.warn(`${side}³ was LEFT OUT: ${gigabytes(freemem())} GB of memory are free`);
    const size = await measured([side, side, side], 'Float32Array', kernel, 'filterTensor({ shape, data: x }, kernel, { backend, onPlan })');
    console.log(`${side}³, ${name}, ${size.algorithm}: ${size.seconds.toFixed(1)} s, ${gigabytes(size.peak)} GB at most`);
    expect(size.worst).toBeLessThan(4e-6);
    expect(size.peak).toBeLessThan(most);
  });

  test('a picture of 400 megapixels, RGB of 16 bits, under gaussian(2)', async () => {
    const most = 5.3e9;
    if (!free(most)) return console.warn(`400 megapixels were LEFT OUT: ${gigabytes(freemem())} GB of memory are free`);
    const call = 'filter(createImage(20_000, 20_000, 3, x), kernel, { backend, onPlan })';
    const size = await measured([20_000, 20_000, 3], 'Uint16Array', 'gaussian(2)', call);
    console.log(`400 megapixels, ${size.algorithm}: ${size.seconds.toFixed(1)} s, ${gigabytes(size.peak)} GB at most`);
    // rounded, and half a level is within the error of float32 sums of 65,535
    expect(size.worst).toBeLessThan(0.52);
    expect(size.peak).toBeLessThan(most);
  });

  test('a signal of 400 million values', async () => {
    const most = 3.7e9;
    if (!free(most)) return console.warn(`the signal was LEFT OUT: ${gigabytes(freemem())} GB of memory are free`);
    const kernel = 'tensor([1, 2, 3, 4, -5])';
    const size = await measured([4e8], 'Float32Array', kernel, 'filterTensor({ shape, data: x }, kernel, { backend, onPlan })');
    console.log(`a signal of 4·10⁸, ${size.algorithm}: ${size.seconds.toFixed(1)} s, ${gigabytes(size.peak)} GB at most`);
    expect(size.worst).toBeLessThan(4e-6);
    expect(size.peak).toBeLessThan(most);
  });
});
