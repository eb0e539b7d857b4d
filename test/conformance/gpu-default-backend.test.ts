import { expect, test, vi } from 'vitest';
import { defaultBackend } from '../../src/kernels/backends/create.js';

vi.mock('../../src/kernels/backends/gpu/create-gpu.js', async () => {
  const { UnsupportedError } = await import('../../src/errors.js');
  return { createGpuBackend: () => Promise.reject(new UnsupportedError('createBackend', 'no GPU answers')) };
});

let failures = 1;
vi.mock('../../src/kernels/backends/wasm/wasm.js', async (original) => {
  const { createWasmBackend } = await original<typeof import('../../src/kernels/backends/wasm/wasm.js')>();
  return { createWasmBackend: () => (failures-- > 0 ? Promise.reject(new Error('no memory')) : createWasmBackend()) };
});

test('the default backend is created once; a failure is not kept', async () => {
  await expect(defaultBackend()).rejects.toThrow('no memory');
  const second = await defaultBackend();
  expect(second.name).toBe('wasm');
  expect(await defaultBackend()).toBe(second);
});
