import { afterAll, expect, test } from 'vitest';
import { box, createBackend, type FilterOptions, type Format, full, gaussian, planFilter, type Tensor } from '../../src/index.js';
import { jobFor } from '../../src/kernels/backends/auto/job-for.js';
import { GPU_SUMS, pictureLaunches } from '../../src/kernels/backends/gpu/picture/picture-launches.js';
import { COLUMNS } from '../../src/kernels/backends/gpu/picture/store-text.js';

const wasm = await createBackend('wasm', { threads: 1 });
afterAll(() => wasm.dispose());

/** Of each launch, whether its sums run. */
function runs(
  kernel: Tensor,
  options: Pick<FilterOptions, 'stride' | 'dilation'> = {},
  samples: Format['samples'] = 'uint8',
  columns = COLUMNS,
): readonly boolean[] {
  const [{ job }] = planFilter({ width: 64, height: 64, channels: 3, samples }, [{ kernel, ...options }], {}, wasm).steps;
  const onGpu = job?.operation === 'picture' ? jobFor(job, { programs: [], pictures: GPU_SUMS }) : undefined;
  if (!onGpu || 'name' in onGpu) throw new Error('a GPU has no program for it');
  return pictureLaunches(onGpu, columns).launches.map(({ window }) => window.running === true);
}

test('sums run down the columns of large boxes', () => {
  expect(runs(box(25))).toEqual([false, true]);
  expect(runs(full([24, 2], 1 / 48))).toEqual([false, true]);
  expect(runs(box(25), {}, 'uint16')).toEqual([false, true]);
  expect(runs(box(25), { stride: [1, 3] })).toEqual([false, true]);
});

test('they do not where windows are small or of other weights, rows are left out, values round, or a program computes one pixel', () => {
  expect(runs(box(23))).not.toContain(true);
  expect(runs(gaussian(6))).not.toContain(true);
  expect(runs(box(25), { stride: 2 })).not.toContain(true);
  expect(runs(box(25), { dilation: 2 })).not.toContain(true);
  expect(runs(box(25), {}, 'float32')).not.toContain(true);
  expect(runs(box(25), {}, 'uint8', 1)).not.toContain(true);
});
