import { afterAll, describe, expect, test } from 'vitest';
import {
  type Algorithm,
  box,
  createBackend,
  createImage,
  filter,
  filterTensor,
  full,
  gaussian,
  type Image,
  kernel2d,
  OptionError,
  type PlanOption,
  pipeline,
  pipelineFromJSON,
  Random,
  type RunOptions,
} from '../../src/index.js';

const wasm = await createBackend('wasm');
afterAll(() => wasm.dispose());
const random = new Random(9);
const photo = (channels: Image['channels']) =>
  createImage(
    70,
    30,
    channels,
    Uint8ClampedArray.from({ length: 2100 * channels }, () => random.integer(256)),
  );

/** The programs of the plans that run over planes; of images, the algorithms from samples to samples. */
async function programs(work: (options: RunOptions & PlanOption) => Promise<unknown>): Promise<string[]> {
  const ran: string[] = [];
  await work({ backend: wasm, onPlan: ({ job, algorithm, passes }) => ran.push(...(job ? [algorithm] : passes.map(({ program }) => program))) });
  return ran;
}

/** A kernel with sum 1, separable and with zeros, so that every algorithm except runningSum is possible. */
const CROSS = kernel2d([
  [0.25, 0, 0.25],
  [0, 0, 0],
  [0.25, 0, 0.25],
]);
const PROGRAMS: [Algorithm | 'auto', overPlanes: string[], fromSamples: string][] = [
  ['auto', ['direct'], 'sparse'],
  ['direct', ['direct'], 'direct'],
  ['sparse', ['sparse'], 'sparse'],
  ['separable', ['direct', 'direct'], 'separable'],
  ['fft', ['fft'], 'fft'],
];

describe.each(PROGRAMS)('algorithm %s', (algorithm, overPlanes, fromSamples) => {
  test('filter runs it, and the picture is the same', async () => {
    const image = photo(3);
    expect(await programs((run) => filter(image, CROSS, { algorithm, ...run }))).toEqual([fromSamples]);
    const [{ data }, plain] = [await filter(image, CROSS, { algorithm, backend: wasm }), await filter(image, CROSS, { backend: wasm })];
    // exact halves may be rounded either way
    expect(Math.max(...Array.from(data, (value, i) => Math.abs(value - plain.data[i])))).toBeLessThanOrEqual(1);
  });

  test('with alpha, for colors and for alpha', async () => {
    const sum = algorithm === 'auto' ? 'separable' : fromSamples;
    expect(await programs((run) => filter(photo(4), CROSS, { algorithm, alpha: 'premultiply', ...run }))).toEqual([sum]);
  });

  test('filterTensor and a step of a pipeline', async () => {
    expect(await programs((run) => filterTensor(full([9, 9], 1), CROSS, { algorithm, ...run }))).toEqual(overPlanes);
    const loaded = pipelineFromJSON(JSON.stringify(pipeline([{ kernel: CROSS, algorithm }])));
    expect(await programs((run) => loaded.apply(photo(1), run))).toEqual([fromSamples]);
  });
});

test('runningSum, of a box', async () => {
  expect(await programs((run) => filter(photo(3), box(5), { algorithm: 'runningSum', ...run }))).toEqual(['runningSum']);
});

test('direct sums what lies under weights of zero, sparse does not', async () => {
  const image = createImage(20, 9, 1, new Float32Array(180).fill(0.5));
  image.data[90] = Number.NaN;
  const lost = async (algorithm: Algorithm) => (await filter(image, CROSS, { algorithm, output: 'float', backend: wasm })).data.filter(Number.isNaN).length;
  expect([await lost('direct'), await lost('sparse')]).toEqual([9, 4]);
});

test('a step of a pipeline that asks for an algorithm is not merged with its neighbors', async () => {
  const twice = kernel2d([[2]]);
  const apply = (algorithm?: Algorithm | 'auto') => (run: RunOptions & PlanOption) =>
    pipeline([{ kernel: twice, ...(algorithm && { algorithm }) }, 'sharpen']).apply(photo(1), run);
  expect(await programs(apply())).toEqual(['sparse']);
  expect(await programs(apply('auto'))).toEqual(['sparse']);
  expect(await programs(apply('direct'))).toEqual(['direct', 'sparse']);
});

describe('refused', () => {
  test.each<[string, Algorithm, string]>([
    ['an unknown name', 'winograd' as Algorithm, 'filter: algorithm must be one of auto, direct, sparse, separable, runningSum, fft, received "winograd"'],
    [
      'what cannot compute the kernel, with the reason and what would',
      'runningSum',
      'filter: algorithm cannot compute this kernel: the weights are not all equal; use one of direct, separable, fft, received "runningSum"',
    ],
  ])('%s', async (_, algorithm, message) => {
    await expect(filter(photo(1), gaussian(1), { algorithm, backend: wasm })).rejects.toThrow(OptionError);
    await expect(filter(photo(1), gaussian(1), { algorithm, backend: wasm })).rejects.toThrow(message);
  });

  test('a pipeline refuses the name when it is made, and the kernel when it is applied', async () => {
    expect(() => pipeline([{ kernel: 'box', algorithm: 'gemm' as Algorithm }])).toThrow('pipeline: algorithm must be one of auto');
    const sparse = pipeline([{ kernel: 'box', algorithm: 'sparse' }]);
    await expect(sparse.apply(photo(1), { backend: wasm })).rejects.toThrow('pipeline: algorithm cannot compute this kernel: no weight is zero');
  });
});
