import { expect, test, vi } from 'vitest';
import { defaultBackend } from '../../src/kernels/backends/create.js';

// `auto` must not ask for a GPU: the default backend then fails with this error.
vi.mock('../../src/kernels/backends/gpu/create-gpu.js', () => ({ createGpuBackend: () => Promise.reject(new Error('a GPU was asked for')) }));

let failures = 1;
vi.mock('../../src/kernels/backends/wasm/wasm.js', async (original) => {
  const { createWasmBackend } = await original<typeof import('../../src/kernels/backends/wasm/wasm.js')>();
  return { createWasmBackend: () => (failures-- > 0 ? Promise.reject(new Error('no memory')) : createWasmBackend()) };
});

test('the default backend is created once; a failure is not kept', async () => {
  await expect(defaultBackend()).rejects.toThrow('no memory');
  const second = await defaultBackend();
  expect(second.name).toBe('auto');
  expect(await defaultBackend()).toBe(second);
});
