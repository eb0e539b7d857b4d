import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createBackend, filter, gaussian, sharpen } from '../../src/index.js';
import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { difference, runCase } from './compare-pictures.js';
import { PICTURE_CASES, type PictureCase } from './picture-cases.js';

// Pictures from samples to samples, on SwiftShader, which stands in for a GPU.

const wasm = await createBackend('wasm', { threads: 1 });
afterAll(() => wasm.dispose());

describe('webgpu', async () => {
  const gpu = await createGpuBackend({ mode: 'webgpu' });
  afterAll(() => gpu.dispose());
  afterEach(() => vi.restoreAllMocks());

  test.each(PICTURE_CASES)('$name', async (each) => {
    const [want, got] = [await runCase(each, wasm), await runCase(each, gpu)];
    expect(got.plans.map(({ through }) => through)).toEqual(['samples']);
    expect(difference(got.image, want.image)).toBeLessThanOrEqual(each.exact ? 0 : 1);
  });

  test.each([sharpen(), gaussian(2)])('a picture goes there and back once', async (kernel) => {
    const { image } = PICTURE_CASES[0];
    const square = { ...image, width: 36, data: image.data.slice(0, 36 * 4 * image.height) };
    await filter(square, kernel, { backend: gpu });
    const [write, submit, map] = [vi.spyOn(GPUQueue.prototype, 'writeBuffer'), vi.spyOn(GPUQueue.prototype, 'submit'), vi.spyOn(GPUBuffer.prototype, 'mapAsync')];
    const create = vi.spyOn(GPUDevice.prototype, 'createBuffer');
    await filter(square, kernel, { backend: gpu });
    expect(write.mock.calls.map(([, , data]) => data)).toEqual([square.data.buffer]);
    expect([submit, map, create].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0]);
  });
});

describe('webgl2', async () => {
  const gpu = await createGpuBackend({ mode: 'webgl2' });
  afterAll(() => gpu.dispose());

  test.each(PICTURE_CASES)('$name', async (each) => {
    const [want, got] = [await runCase(each, wasm), await runCase(each, gpu)];
    expect(new Set(got.plans.map(({ through }) => through))).toEqual(new Set([isOfBytes(each) ? 'samples' : 'planes']));
    expect(difference(got.image, want.image)).toBeLessThanOrEqual(each.exact ? 0 : 1);
  });
});

/** What programs of GPU.js compute: 8 bits to 8 bits, not normalized, and without a mask. */
function isOfBytes({ image, options: { output, mask } }: PictureCase): boolean {
  return image.data instanceof Uint8ClampedArray && output !== 'normalize' && output !== 'float' && output !== '16bit' && !mask;
}
