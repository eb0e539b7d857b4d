import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Backend,
  box,
  convGeometry,
  createBackend,
  createImage,
  type FilterOptions,
  filter,
  gaussian,
  type Image,
  kernel2d,
  OptionError,
  pipeline,
  Random,
  type Tensor,
} from '../../src/index.js';
import { fixedWeights } from '../../src/kernels/plan/fixed.js';

// Sums in fixed point: never more than a level from the float64 reference, and that only where the exact value lies near half-way.

let [wasm, reference]: [Backend, Backend] = [undefined as never, undefined as never];
const ways: string[] = [];
beforeAll(async () => {
  const backend = await createBackend('wasm');
  const run = backend.run.bind(backend);
  backend.run = (executable, ...rest) => {
    const { job } = executable;
    if (job.operation === 'picture') ways.push(job.passes[0].sum.kind);
    return run(executable, ...rest);
  };
  [wasm, reference] = [backend, await createBackend('reference')];
});

const random = new Random(7);
function picture(width: number, height: number, channels: number, value: (i: number) => number = () => random.integer(256)): Image {
  const alpha = (i: number) => channels % 2 === 0 && i % channels === channels - 1;
  const data = Uint8ClampedArray.from({ length: width * height * channels }, (_, i) => (alpha(i) ? 255 : value(i)));
  return createImage(width, height, channels, data);
}

const fixed = (image: Image, kernel: Tensor, options: FilterOptions = {}) => filter(image, kernel, { precision: 'fixed', backend: wasm, ...options });

/** The share of samples that are off, none of them by more than one level; on the backend itself, as small pictures are planned otherwise. */
async function shareOff(image: Image, kernel: Tensor, options: Pick<FilterOptions, 'paddingMode' | 'paddingValue' | 'anchor'> = {}, by = reference) {
  const { width, height, channels } = image;
  const [kH, kW] = kernel.shape;
  const geometry = convGeometry([1, channels, height, width], [channels, 1, kH, kW], { paddingMode: 'reflect', ...options, padding: 'same', groups: channels });
  const row = new Float32Array(kW);
  const column = new Float32Array(kH);
  const total = kernel.data.reduce((all, weight) => all + weight, 0);
  for (const [i, weight] of kernel.data.entries()) {
    row[i % kW] += weight;
    column[Math.floor(i / kW)] += weight / total;
  }
  const sum = fixedWeights(row, column);
  if (!sum) throw new Error('there are no such weights');
  const keepsAlpha = channels % 2 === 0;
  const got = image.data.slice() as Uint8ClampedArray;
  const load = { samples: 'uint8', channels, filtered: keepsAlpha ? channels - 1 : channels, opaque: false } as const;
  const executable = wasm.prepare({ operation: 'picture', load, passes: [{ geometry, sum }], store: { bias: 0 } });
  wasm.run(executable, [image.data as Uint8ClampedArray], [got]);
  wasm.release(executable);
  const want = await filter(image, kernel, { ...options, ...(keepsAlpha && { alpha: 'ignore' }), backend: by });
  const off = got.map((sample, i) => Math.abs(sample - want.data[i]));
  expect(off.every((levels) => levels <= 1)).toBe(true);
  return off.reduce((sum, levels) => sum + levels, 0) / off.length;
}

describe.each([1, 2, 3, 4])('%s channels', (channels) => {
  test.each([
    ['Gaussian 1', gaussian(1), {}],
    ['Gaussian 2', gaussian(2), { paddingMode: 'wrap' }],
    ['Gaussian 3, replicate', gaussian(3), { paddingMode: 'replicate' }],
    ['symmetric', gaussian(1.5), { paddingMode: 'symmetric' }],
    ['a border of a value', gaussian(1.5), { paddingMode: 'constant', paddingValue: 200 }],
    ['an anchor', gaussian(1.2), { anchor: [1, 4] }],
    ['a row and a column', product([0.3, 0.4, 0.3], [0.1171, 0.2033, 0.3592, 0.2033, 0.1171]), {}],
    ['a sum below 1', product([0.3, 0.37, 0.3], [0.07, 0.2, 0.41, 0.2, 0.07]), {}],
    ['hollow', product([0.21, 0.25, 0.08, 0.25, 0.21], [0.31, 0.1, 0.18, 0.1, 0.31]), {}],
  ] as [string, Tensor, FilterOptions][])('%s', async (_name, kernel, options) => {
    for (const [width, height] of [
      [67, 29],
      [129, 50],
      [64, 1 + kernel.shape[0]],
    ]) {
      expect(await shareOff(picture(width, height, channels), kernel, options)).toBeLessThan(0.005);
    }
  });

  test('a flat picture stays flat', async () => {
    for (const sigma of [1, 2, 5]) {
      for (const level of [0, 127, 128, 255]) {
        const flat = picture(300, 190, channels, () => level);
        ways.length = 0;
        const { data } = await fixed(flat, gaussian(sigma));
        expect(ways).toEqual(['fixed']);
        expect(Buffer.from(data).equals(Buffer.from(flat.data))).toBe(true);
      }
    }
  });
});

describe('of a larger picture, beside floats on the same backend, which agree with the reference', () => {
  const smooth = (i: number) => 127 + 60 * Math.sin((i % 1200) / 90) + 50 * Math.cos(Math.floor(i / 1200) / 53);
  test.each([1, 1.5, 2, 3, 5, 10, 20])('fewer than one in a thousand samples are off: sigma %s', async (sigma) => {
    expect(await shareOff(picture(400, 400, 3), gaussian(sigma), {}, wasm)).toBeLessThan(0.001);
    expect(await shareOff(picture(400, 400, 3, smooth), gaussian(sigma), {}, wasm)).toBeLessThan(0.001);
  });
});

test('the same bits on any number of threads, and in place', async () => {
  const image = picture(520, 420, 4);
  const results = [];
  for (const threads of [1, 2, 3, 4]) {
    const backend = await createBackend('wasm', { threads });
    const inPlace = { ...image, data: image.data.slice() };
    results.push(
      Buffer.from((await fixed(image, gaussian(3), { backend })).data),
      Buffer.from((await fixed(inPlace, gaussian(3), { out: inPlace, backend })).data),
    );
    backend.dispose();
  }
  for (const result of results) expect(result.equals(results[0])).toBe(true);
});

test('alpha passes through, and where it is not opaque, the picture goes the way of all others', async () => {
  const image = picture(300, 200, 4);
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = random.integer(256);
  const ignored = await fixed(image, gaussian(2), { alpha: 'ignore' });
  for (let i = 3; i < image.data.length; i += 4) expect(ignored.data[i]).toBe(image.data[i]);
  expect(await fixed(image, gaussian(2))).toEqual(await filter(image, gaussian(2), { backend: wasm }));
});

test.each([
  ['a box', box(5), {}],
  ['a narrow Gaussian', gaussian(0.5), {}],
  ['weights below zero', product([1, 2.1, 1], [-1, 0, 1]), {}],
  ['a row that is not symmetric', product([0.2, 0.5, 0.3], [0.3, 0.4, 0.3]), {}],
  ['a sum above 1', product([0.4, 0.45, 0.4], [0.3, 0.41, 0.3]), {}],
  ['bias', gaussian(2), { bias: 3 }],
  ['dilation', gaussian(2), { dilation: 2 }],
  ['a border that is no byte', gaussian(2), { paddingMode: 'constant', paddingValue: 12.5 }],
  ['another backend', gaussian(2), { backend: 'reference' }],
  ['floats', gaussian(2), { output: 'float' }],
] as const)('exact, as ever: %s', async (_name, kernel, { backend, ...options }: Record<string, unknown> = {}) => {
  ways.length = 0;
  const image = picture(300, 200, 3);
  const on = backend === undefined ? wasm : reference;
  expect(await fixed(image, kernel, { ...options, backend: on })).toEqual(await filter(image, kernel, { ...options, backend: on }));
  expect(ways).not.toContain('fixed');
});

test('a pipeline passes it on', async () => {
  const image = picture(300, 200, 3);
  ways.length = 0;
  const blur = pipeline([gaussian(2)], { precision: 'fixed' });
  expect(await blur.apply(image, { backend: wasm })).toEqual(await fixed(image, gaussian(2)));
  expect(ways).toEqual(['fixed', 'fixed']);
});

test('anything else is refused', async () => {
  const precision = 'half' as 'fixed';
  const image = picture(8, 8, 1);
  await expect(filter(image, box(3), { precision, backend: wasm })).rejects.toThrow(
    new OptionError('filter', 'precision', 'must be one of exact, fixed', 'half'),
  );
  expect(() => pipeline(['box'], { precision })).toThrow('pipeline: precision must be one of exact, fixed, received "half"');
});

function product(row: readonly number[], column: readonly number[]): Tensor {
  return kernel2d(column.map((c) => row.map((r) => r * c)));
}
