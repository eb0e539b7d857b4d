import { expect, test } from 'vitest';
import { createBackend } from '../../src/kernels/backends/create.js';
import { course } from './stripes.js';

test.each(['webgl2', 'webgpu'] as const)('a few steps of training on %s give the reference its loss', async (gpuMode) => {
  const reference = await course(await createBackend('reference'));
  const backend = await createBackend('gpu', { gpuMode });
  expect(backend.device).toContain(gpuMode);
  for (const [i, loss] of (await course(backend)).entries()) expect(loss).toBeCloseTo(reference[i], 4);
  backend.dispose();
});
