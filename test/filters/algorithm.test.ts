import { afterAll, describe, expect, test } from 'vitest';
import {
  type Algorithm,
  type Backend,
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
  pipeline,
  pipelineFromJSON,
  Random,
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

/** The programs of convolutions that run on the backend that the work is handed; `picture` is the way from samples to samples. */
async function programs(work: (backend: Backend) => Promise<unknown>): Promise<string[]> {
  const ran: string[] = [];
  const watched = new Proxy(wasm, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'run') return value.bind(target);
      return (...args: Parameters<Backend['run']>) => {
        const done = target.run(...args);
        const { job } = args[0];
        if (done && job.operation === 'conv') ran.push(job.program);
        // not done: the picture is not opaque
        else if (done && job.operation === 'picture') ran.push('picture');
        return done;
      };
    },
  });
  await work(watched);
  return ran;
}

/** Of sum 1, a product, and with zeros: every algorithm but runningSum is possible. */
const CROSS = kernel2d([
  [0.25, 0, 0.25],
  [0, 0, 0],
  [0.25, 0, 0.25],
]);
const PROGRAMS: [Algorithm | 'auto', string[]][] = [
  ['auto', ['direct']],
  ['direct', ['direct']],
  ['sparse', ['sparse']],
  ['separable', ['direct', 'direct']],
  ['fft', ['fft']],
];

describe.each(PROGRAMS)('algorithm %s', (algorithm, expected) => {
  // 8-bit pictures have a way of their own, unless they are told which to take
  const ofBytes = algorithm === 'auto' ? ['picture'] : expected;

  test('filter runs it, and the picture is the same', async () => {
    const image = photo(3);
    expect(await programs((backend) => filter(image, CROSS, { algorithm, backend }))).toEqual(ofBytes);
    const [{ data }, plain] = [await filter(image, CROSS, { algorithm, backend: wasm }), await filter(image, CROSS, { backend: wasm })];
    // exact halves may be rounded either way
    expect(Math.max(...Array.from(data, (value, i) => Math.abs(value - plain.data[i])))).toBeLessThanOrEqual(1);
  });

  test('with alpha, for colors and for alpha', async () => {
    expect(await programs((backend) => filter(photo(4), CROSS, { algorithm, alpha: 'premultiply', backend }))).toEqual([...expected, ...expected]);
  });

  test('filterTensor and a step of a pipeline', async () => {
    expect(await programs((backend) => filterTensor(full([9, 9], 1), CROSS, { algorithm, backend }))).toEqual(expected);
    const loaded = pipelineFromJSON(JSON.stringify(pipeline([{ kernel: CROSS, algorithm }])));
    expect(await programs((backend) => loaded.apply(photo(1), { backend }))).toEqual(ofBytes);
  });
});

test('runningSum, of a box', async () => {
  expect(await programs((backend) => filter(photo(3), box(5), { algorithm: 'runningSum', backend }))).toEqual(['runningSum']);
});

test('a step of a pipeline that asks for an algorithm is not merged with its neighbors', async () => {
  const twice = kernel2d([[2]]);
  const apply = (algorithm?: Algorithm | 'auto') => (backend: Backend) =>
    pipeline([{ kernel: twice, ...(algorithm && { algorithm }) }, 'sharpen']).apply(photo(1), { backend });
  expect(await programs(apply())).toEqual(['picture']);
  expect(await programs(apply('auto'))).toEqual(['picture']);
  expect(await programs(apply('fft'))).toEqual(['fft', 'direct']);
});

describe('refused', () => {
  test.each<[string, Algorithm, string]>([
    ['a name that is none', 'winograd' as Algorithm, 'filter: algorithm must be one of auto, direct, sparse, separable, runningSum, fft, received "winograd"'],
    [
      'what cannot compute the kernel, with the reason and what would',
      'runningSum',
      'filter: algorithm does not go with this kernel: the weights are not all equal (direct, separable, fft would), received "runningSum"',
    ],
  ])('%s', async (_, algorithm, message) => {
    await expect(filter(photo(1), gaussian(1), { algorithm, backend: wasm })).rejects.toThrow(OptionError);
    await expect(filter(photo(1), gaussian(1), { algorithm, backend: wasm })).rejects.toThrow(message);
  });

  test('a pipeline refuses the name when it is made, and the kernel when it is applied', async () => {
    expect(() => pipeline([{ kernel: 'box', algorithm: 'gemm' as Algorithm }])).toThrow('pipeline: algorithm must be one of auto');
    const sparse = pipeline([{ kernel: 'box', algorithm: 'sparse' }]);
    await expect(sparse.apply(photo(1), { backend: wasm })).rejects.toThrow('pipeline: algorithm does not go with this kernel: none of the weights is zero');
  });
});
