import { expect, test } from 'vitest';
import { conv, convInputGradient, full } from '../../src/index.js';
import { createBackend } from '../../src/kernels/backends/create.js';
import { Operators } from '../../src/kernels/operators.js';

test('buffers behind 2 GiB of wasm memory work like any other, and what does not fit is refused', async () => {
  // in the memory of the backend itself: long calls that do not block are computed in another one
  const backend = await createBackend('wasm', { blocking: true });
  const large = [0, 1, 2].map(() => backend.allocate(2 ** 28 - 1024)); // almost 1 GiB each
  const behind = backend.allocate(5);
  backend.write(behind, Float32Array.of(1, 2, 3, 4, 5));
  new Operators(backend).pointwise('affine', [behind], [2, 0], behind);
  expect([...(await backend.read(behind))]).toEqual([2, 4, 6, 8, 10]);
  expect(() => [backend.allocate(2 ** 28 - 1024), backend.allocate(2 ** 28 - 1024)]).toThrow('the wasm memory is exhausted');
  // and a call that does not fit leaves nothing behind: the next one that does is computed
  large.push(backend.allocate(2 ** 26));
  const small = async () => [...(await conv(full([1, 1, 3], 2), full([1, 1, 3], 1), { backend })).data];
  for (let i = 0; i < 3; i++) {
    const call = convInputGradient(full([1, 1, 1, 1]), full([1, 1, 1, 1]), { inputShape: [1, 1, 15_810, 15_810], stride: 15_810, backend });
    const said = await call.then(
      () => 'computed',
      (error) => `${error.name}: ${error.message}`,
    );
    expect(said).toBe('UnsupportedError: convInputGradient: wasm: cannot allocate 999824400 bytes: the wasm memory is exhausted (4 GiB at most)');
    expect(await small()).toEqual([6]);
  }
  for (const buffer of large) backend.free(buffer);
  expect(await small()).toEqual([6]);
  backend.free(backend.allocate(2 ** 28 - 1024));
  expect(() => backend.allocate(2 ** 28)).toThrow('at most 1 GiB');
  backend.dispose();
});
