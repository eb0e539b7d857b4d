import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dense } from '../../bench/rows/filters.js';
import { box, gaussian, planFilter, sharpen, type Tensor } from '../../src/index.js';
import { BEST } from '../../src/kernels/backends/auto/calibration.js';
import { jobFor } from '../../src/kernels/backends/auto/job-for.js';
import { GPU_SUMS, pictureLaunches } from '../../src/kernels/backends/gpu/picture/picture-launches.js';
import { COLUMNS } from '../../src/kernels/backends/gpu/picture/store-text.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { workOfPicture } from '../../src/kernels/plan/work.js';

const KERNELS: Readonly<Record<string, Tensor>> = {
  'sharpen 3 × 3': sharpen(),
  'box 15 × 15': box(15),
  'Gaussian σ 2': gaussian(2),
  'dense 7 × 7': dense(7),
  'dense 31 × 31, a Fourier transform on `wasm`': dense(31),
  'Gaussian σ 10': gaussian(10),
};

test('the table of counts is what the model says', async () => {
  const [, table] = readFileSync('docs/backends.md', 'utf8').split('| 8-bit RGBA, 1920 × 1080 |');
  const told = table.split('\n\n')[0].split('\n').slice(2);
  const wasm = await createWasmBackend(1);
  const lines = Object.entries(KERNELS).map(([name, kernel]) => {
    const [{ job, cost }] = planFilter({ width: 1920, height: 1080, channels: 4, samples: 'uint8' }, [{ kernel }], {}, wasm).steps;
    const onGpu = job?.operation === 'picture' ? jobFor(job, { programs: [], pictures: GPU_SUMS }) : undefined;
    if (!onGpu || 'name' in onGpu) throw new Error(`a GPU has no program for ${name}`);
    const { up, down } = workOfPicture(onGpu);
    const rate = (up + down) / (cost - BEST.roundTrip) / 1e6;
    const programs = pictureLaunches(onGpu, COLUMNS).launches.length;
    return `| ${name} | ${programs} | ${((up + down) / 1e6).toFixed(1)} | ${cost.toFixed(1)} | ${rate.toPrecision(2)} GB/s |`;
  });
  wasm.dispose();
  expect(told).toEqual(lines);
});
