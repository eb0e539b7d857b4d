import { expect, test } from 'vitest';
import { createBackend } from '../../src/kernels/backends/create.js';

test('buffers behind 2 GiB of wasm memory work like any other, and what does not fit is refused', async () => {
  const backend = await createBackend('wasm');
  const large = [0, 1, 2].map(() => backend.allocate(2 ** 28 - 1024)); // almost 1 GiB each
  const behind = backend.allocate(5);
  backend.write(behind, Float32Array.of(1, 2, 3, 4, 5));
  backend.pointwise('affine', [behind], [2, 0], behind);
  expect([...(await backend.read(behind))]).toEqual([2, 4, 6, 8, 10]);
  expect(() => [backend.allocate(2 ** 28 - 1024), backend.allocate(2 ** 28 - 1024)]).toThrow('the wasm memory is exhausted');
  for (const buffer of large) backend.free(buffer);
  backend.free(backend.allocate(2 ** 28 - 1024));
  expect(() => backend.allocate(2 ** 28)).toThrow('at most 1 GiB');
  backend.dispose();
});
