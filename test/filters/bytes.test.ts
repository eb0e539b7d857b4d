import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Backend,
  box,
  type ConvPlan,
  convGeometry,
  createBackend,
  createImage,
  DataError,
  emboss,
  type FilterOptions,
  filter,
  GRADIENT_OPERATORS,
  gaussian,
  gradientMagnitude,
  type Image,
  kernel2d,
  LAPLACIAN_4,
  MOTION_DIAGONAL,
  motionBlur,
  type PictureSum,
  Random,
  SOBEL_X,
  sharpen,
  type Tensor,
  tensor,
} from '../../src/index.js';

// The short way of 8-bit images, from bytes to bytes, against the float64 reference: every sample is the exact value,
// rounded the right way or, where that lies within the error of float32 sums of half-way, the other way.

let [wasm, reference, calls]: [Backend, Backend, number] = [undefined as never, undefined as never, 0];
let way: string;
beforeAll(async () => {
  const backend = await createBackend('wasm');
  const run = backend.run.bind(backend);
  backend.run = (executable, ...rest) => {
    const done = run(executable, ...rest);
    const { job } = executable;
    if (job.operation === 'picture') {
      calls += Number(done);
      way = job.passes[0].sum.kind;
    }
    return done;
  };
  [wasm, reference] = [backend, await createBackend('reference')];
});

const random = new Random(1);
function noise(width: number, height: number, channels: number, opaque = false): Image {
  const alpha = (i: number) => channels % 2 === 0 && i % channels === channels - 1;
  const data = Uint8ClampedArray.from({ length: width * height * channels }, (_, i) => (opaque && alpha(i) ? 255 : random.integer(256)));
  return createImage(width, height, channels, data);
}

const dense = (height: number, width = height) =>
  tensor(
    Float32Array.from({ length: height * width }, () => random.uniform(-1, 1) / height),
    [height, width],
  );

/** @param exactly how the exact values are computed: where the reference would take long, by sums over planes of floats, which agree with it */
async function check(image: Image, kernel: Tensor, options: FilterOptions = {}, exactly: FilterOptions = { backend: reference }): Promise<void> {
  const before = Buffer.from(image.data);
  const got = await filter(image, kernel, { backend: wasm, ...options });
  const exact = await filter(image, kernel, { ...options, output: 'float', ...exactly });
  expect(before.equals(Buffer.from(image.data))).toBe(true);
  expect({ ...got, data: got.data.length }).toEqual({ ...image, data: image.data.length });
  const size = kernel.data.reduce((sum, weight) => sum + Math.abs(weight), 0);
  let worst = 0;
  for (const [i, value] of got.data.entries()) worst = Math.max(worst, Math.abs(value - Math.min(Math.max(255 * exact.data[i], 0), 255)));
  expect(worst).toBeLessThanOrEqual(0.5 + 2e-4 * size);
}

const kernels: [string, Tensor, FilterOptions?][] = [
  ['sharpen', sharpen()],
  ['Laplacian', LAPLACIAN_4],
  ['sharpen, rows apart', sharpen(3), { dilation: [3, 1] }],
  ['sharpen, half', sharpen(0.5)],
  ['emboss', emboss()],
  ['Sobel', SOBEL_X],
  ['box 3', box(3)],
  ['box 5', box(5)],
  ['box 15', box(15)],
  ['box of 1 × 31', kernel2d([Array(31).fill(1)]), { scale: 'sum' }],
  ['box of 40 × 1', kernel2d(Array(40).fill([0.03])), { paddingMode: 'replicate', bias: -3.25 }],
  ['negative box', box(9), { scale: -1, bias: 255 }],
  ['box 4, even', box(4)],
  ['box 4, anchor', box(4), { anchor: [0, 1] }],
  ['binomial row', kernel2d([[1, 2, 1]]), { scale: 'sum' }],
  ['one column', kernel2d([[1], [-3], [1]])],
  ['Gaussian 1', gaussian(1)],
  ['Gaussian 2', gaussian(2)],
  ['motion 9', motionBlur(9)],
  ['motion, diagonal', MOTION_DIAGONAL],
  ['halves', kernel2d([[0.5, 0, 0.5]])],
  [
    'differences of thirds',
    kernel2d([
      [1 / 3, 0],
      [0, -1 / 3],
    ]),
  ],
  [
    'tiny weights',
    kernel2d([
      [1e-4, 0, 1e-4],
      [0, 1e-4, 0],
    ]),
  ],
  [
    'a factor above 1',
    kernel2d([
      [1.5, 0, -1.5],
      [0, 1.5, 0],
    ]),
  ],
  ['dense 3', dense(3)],
  ['dense 7', dense(7)],
  ['dense 2 × 5', dense(2, 5)],
  ['2 × 9, separable', kernel2d(Array(2).fill([0.1, 0.2, -0.3, 0.15, 0.4, 0.05, 0.12, 0.21, 0.07]))],
  ['3 × 11, separable', kernel2d([0.5, -0.2, 0.4].map((weight) => [1, 3, -2, 1.5, 4, 0.5, 1.2, 2.1, 0.7, -1, 2].map((other) => (weight * other) / 8)))],
  ['whole bias', sharpen(), { bias: 10 }],
  ['bias', sharpen(), { bias: 10.5 }],
  ['a large factor', kernel2d([[150.5, 0, -150.5]]), { bias: 100 }],
  ['a large bias', box(3), { bias: 2e6 }],
  ['bias and factor', box(3), { bias: -20.25 }],
  ['flip', dense(5), { flip: true }],
  ['flip, separable', kernel2d([[1.3, 0.2, -0.7]]), { flip: true }],
  ['dilation', sharpen(), { dilation: 2 }],
  ['dilation, separable', gaussian(1), { dilation: [3, 2] }],
  ['wrap', dense(3), { paddingMode: 'wrap' }],
  ['replicate', sharpen(2), { paddingMode: 'replicate' }],
  ['symmetric', dense(5), { paddingMode: 'symmetric' }],
];

describe.each([1, 2, 3, 4])('%s channels', (channels) => {
  test.each(kernels)('%s', async (_name, kernel, options) => {
    calls = 0;
    for (const [width, height] of [
      [67, 29],
      [128, 50],
      [73, 7],
    ]) {
      await check(noise(width, height, channels), kernel, { alpha: channels % 2 === 0 ? 'ignore' : undefined, ...options });
    }
    expect(calls).toBe(3);
  });

  test('a border of zeros or of a value, whole or not', async () => {
    calls = 0;
    const alpha = channels % 2 === 0 ? 'ignore' : undefined;
    await check(noise(70, 20, channels), gaussian(2), { paddingMode: 'zero', alpha });
    for (const paddingValue of [77, 77.5, -12]) await check(noise(70, 20, channels), box(3), { paddingMode: 'constant', paddingValue, alpha });
    expect(calls).toBe(4);
  });
});

test.each([
  ['a bias', box(3), { bias: -3e6 }],
  ['weights', kernel2d([[9000.5, 0.3, -9000]]), {}],
  ['a border', dense(3), { paddingMode: 'constant', paddingValue: 1e7 }],
] as const)('too large to be rounded the quick way: %s', async (_name, kernel, options) => {
  calls = 0;
  await check(noise(70, 20, 3), kernel, options);
  expect(calls).toBe(1);
  expect(['window', 'separable']).toContain(way);
});

test('alpha is filtered, passes through, or counts; opaque pictures take the short way', async () => {
  // of two channels, the programs of integers would sum both
  const [lastClear, firstClear] = [noise(41, 31, 4, true), noise(50, 31, 2, true)];
  lastClear.data[lastClear.data.length - 1] = 254;
  firstClear.data[1] = 0;
  for (const [options, image, expected] of [
    [{ alpha: 'filter' }, noise(40, 30, 4), 'integer'],
    [{ alpha: 'ignore' }, noise(40, 30, 4), 'integer'],
    [{ alpha: 'premultiply' }, noise(40, 30, 4), 'separable'],
    [{ alpha: 'premultiply' }, noise(40, 30, 4, true), 'integer'],
    [{ alpha: 'premultiply' }, lastClear, 'separable'],
    [{ alpha: 'premultiply' }, firstClear, 'separable'],
    [{}, noise(50, 30, 2, true), 'separable'],
  ] as const) {
    calls = 0;
    const got = await filter(image, box(3), { ...options, backend: wasm });
    expect([options, calls, way]).toEqual([options, 1, expected]);
    const want = await filter(image, box(3), { ...options, backend: reference });
    expect(got.data.every((value, i) => Math.abs(value - want.data[i]) <= 1)).toBe(true);
  }
});

describe.each(GRADIENT_OPERATORS)('magnitude by %s', (operator) => {
  test.each([1, 2, 3, 4])('%s channels', async (channels) => {
    calls = 0;
    for (const options of [{}, { paddingMode: 'wrap' }, { paddingMode: 'constant', paddingValue: 77 }, { paddingMode: 'zero' }] as const) {
      const image = noise(71, 23, channels);
      const got = await gradientMagnitude(image, { operator, ...options, backend: wasm });
      const exact = await gradientMagnitude(image, { operator, ...options, output: 'float', backend: reference });
      const errors = Array.from(got.data, (value, i) => Math.abs(value - Math.min(255 * exact.data[i], 255)));
      expect(Math.max(...errors)).toBeLessThanOrEqual(0.501);
    }
    expect(calls).toBe(4);
  });
});

test('magnitude into a picture that is there, also the one it is taken of', async () => {
  const image = noise(40, 30, 4);
  const want = await gradientMagnitude(image, { backend: wasm });
  for (const out of [createImage(40, 30, 4), { ...image, data: image.data.slice() }, image]) {
    expect(await gradientMagnitude(image, { backend: wasm, out })).toBe(out);
    expect(out.data).toEqual(want.data);
  }
  await expect(gradientMagnitude(image, { out: createImage(30, 40, 4) })).rejects.toThrow(/gradientMagnitude: out must have the format of the result, 40 × 30/);
  calls = 0;
  const gray = await gradientMagnitude(want, { channels: 'luminance', backend: wasm, out: createImage(40, 30, 4) });
  expect(gray.data).toEqual((await gradientMagnitude(want, { channels: 'luminance', backend: reference })).data);
  expect(calls).toBe(1);
});

test('multiples of any fraction are rounded the right way, up to the brightest sum', async () => {
  const image = noise(64, 9, 1);
  image.data.fill(255, 0, 320); // five rows of white
  for (let unit = 0.9; unit > 0.0005; unit *= 0.93) {
    await check(image, kernel2d([[unit, unit]]));
    await check(
      image,
      kernel2d([
        [unit, 0, 2 * unit],
        [-unit, unit, 0],
      ]),
    );
  }
});

test.each([1, 2, 3, 4])('by Fourier transform, %s channels', async (channels) => {
  const [kH, kW] = [9, 12];
  const window = dense(kH, kW).data;
  for (const [width, height, options] of [
    [300, 200, { paddingMode: 'reflect' }],
    [70, 30, { paddingMode: 'wrap' }],
    [131, 65, { paddingMode: 'constant', paddingValue: 100.5 }],
    [67, 40, { paddingMode: 'replicate', dilation: [2, 3] }],
  ] as const) {
    const [image, dilation] = [noise(width, height, channels), 'dilation' in options ? options.dilation : [1, 1]];
    const padding = [kH, kW].map((k, axis) => [4 * dilation[axis], (k - 5) * dilation[axis]] as const);
    const keepsAlpha = channels % 2 === 0;
    const cells = keepsAlpha ? channels - 1 : channels;
    const geometry = convGeometry([1, cells, height, width], [cells, 1, kH, kW], { ...options, padding, groups: cells });
    const chosen = Array.from({ length: cells }, (_, c) => c);
    const same = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
    const load = { samples: 'uint8', channels, white: 255, take: 'chosen', chosen, light: false, opaque: false } as const;
    const kept = keepsAlpha ? { rows: same(height), columns: same(width), value: 0 } : undefined;
    const clamp = { kept, absolute: false, normalized: false, offset: 0, unit: 1, part: undefined, clamped: true };
    const store = { samples: 'uint8', alphaScale: 1, nothing: 0, bias: 0, ...clamp } as const;
    const border = chosen.map(() => geometry.paddingValue);
    const runBy = (sum: PictureSum, to: Uint8ClampedArray) => {
      const job = { operation: 'picture', load, passes: [{ geometry, border, bias: 3.25, sum }], store } as const;
      wasm.run(wasm.prepare(job), [image.data as Uint8ClampedArray], [to]);
    };
    const [got, want] = [image.data.slice(), image.data.slice()].map((data) => data.fill(1) as Uint8ClampedArray);
    runBy({ kind: 'fft', window }, got);
    runBy({ kind: 'window', window, zeros: false }, want);
    const off = got.filter((value, i) => value !== want[i]);
    expect(got.every((value, i) => Math.abs(value - want[i]) <= 1)).toBe(true);
    expect(off.length).toBeLessThanOrEqual(1 + got.length / 1000);
  }
});

test('a large dense kernel of a photo goes by Fourier transform', async () => {
  const ran: string[] = [];
  const onPlan = ({ algorithm }: ConvPlan) => ran.push(algorithm);
  await check(noise(256, 128, 4), dense(41), { alpha: 'ignore', onPlan }, { backend: wasm, algorithm: 'direct' });
  expect(ran).toEqual(['fft', 'direct']);
});

test('weights that are changed in place are planned anew', async () => {
  const image = noise(64, 20, 3);
  const kernel = tensor(Float32Array.of(0, 0, 0, 0, 2, 0, 0, 0, 0), [3, 3]);
  for (const weight of [2, 0.3, Number.NaN, 2, 5]) {
    kernel.data[0] = weight;
    if (Number.isNaN(weight)) await expect(filter(image, kernel, { backend: wasm })).rejects.toThrow(DataError);
    else await check(image, kernel);
  }
});

test('all four channels of a picture', async () => {
  calls = 0;
  await check(noise(97, 31, 4), sharpen(), { alpha: 'filter' });
  await check(noise(97, 31, 4), LAPLACIAN_4, { alpha: 'filter', paddingMode: 'constant', paddingValue: 9 });
  for (const sigma of [0.8, 1, 1.3, 2, 3]) await check(noise(97, 31, 4), gaussian(sigma), { alpha: 'filter' });
  expect(calls).toBe(7);
});

describe('a picture of several bands', () => {
  const image = noise(520, 420, 4); // 0.87 MB; on one thread a band has 0.77
  let alone: Backend;
  beforeAll(async () => {
    alone = await createBackend('wasm', { threads: 1 });
  });

  test.each([
    ['integer', sharpen(), {}],
    ['integer, wrap', sharpen(), { paddingMode: 'wrap' }],
    ['high', kernel2d(Array(61).fill([1])), { scale: 'sum', paddingMode: 'symmetric' }],
    ['box', box(15), { paddingMode: 'replicate' }],
    ['separable', gaussian(1.5), {}],
    ['separable, in tiles', gaussian(10), { paddingMode: 'replicate' }],
    ['window', dense(4), { paddingMode: 'zero', anchor: [3, 0] }],
  ] as [string, Tensor, FilterOptions][])('%s', async (name, kernel, options) => {
    const settled = { alpha: 'ignore', ...options, backend: alone } as const;
    await check(image, kernel, settled, { algorithm: name.startsWith('separable') ? 'separable' : 'direct' });
    const got = await filter(image, kernel, settled);
    const inPlace = { ...image, data: image.data.slice() };
    await filter(inPlace, kernel, { ...settled, out: inPlace });
    expect(Buffer.from(inPlace.data).equals(Buffer.from(got.data))).toBe(true);
  });

  test('of which the last lets something through goes the long way', async () => {
    const nearly = noise(520, 420, 4, true);
    nearly.data[nearly.data.length - 1] = 254;
    const want = await filter(nearly, box(3), { backend: reference });
    const got = await filter(nearly, box(3), { backend: alone });
    expect(got.data.every((value, i) => Math.abs(value - want.data[i]) <= 1)).toBe(true);
    expect(got.data.at(-1)).toBe(255);
  });
});

test.each<[string, PictureSum['kind'], Tensor, FilterOptions, Image?]>([
  ['a kernel for each channel', 'window', tensor([[[1, 0, -1]], [[0, 1, 0]], [[1, 2, 1]]]), {}],
  ['a stride', 'separable', box(3), { stride: 2 }],
  ['valid padding', 'integer', box(3), { padding: 'valid' }],
  ['one channel', 'separable', box(3), { channels: 'r' }],
  ['the luminance', 'separable', box(3), { channels: 'luminance' }],
  ['light', 'separable', box(3), { linear: true }],
  ['absolute values', 'integer', box(3), { output: 'abs' }],
  ['normalized values', 'integer', box(3), { output: 'normalize' }],
  ['floats', 'integer', box(3), { output: 'float' }],
  ['an algorithm that is asked for', 'window', box(3), { algorithm: 'direct' }],
  ['a region', 'separable', box(3), { region: { x: 2, y: 2, width: 9, height: 9 } }],
  ['16 bits', 'integer', box(3), {}, { ...noise(40, 30, 3), data: Uint16Array.from({ length: 3600 }, () => random.integer(65536)) }],
  ['a small picture', 'separable', box(3), {}, noise(10, 10, 3)],
])('%s: from samples to samples too', async (_name, kind, kernel, options, image = noise(40, 30, 3)) => {
  calls = 0;
  const got = await filter(image, kernel, { ...options, backend: wasm });
  expect([calls, way]).toEqual([1, kind]);
  const want = await filter(image, kernel, { ...options, ...(options.algorithm && { algorithm: 'auto' }), backend: reference });
  const floats = want.data instanceof Float32Array;
  expect(got.data.every((value, i) => Math.abs(value - want.data[i]) <= (floats ? 1e-6 : 1))).toBe(true);
});

test('a large picture: many strips', async () => {
  const image = noise(1200, 160, 4);
  for (const kernel of [sharpen(), gaussian(2), dense(7)]) await check(image, kernel, { alpha: 'ignore' }, { backend: wasm });
});

test('normalized sums are rounded as quotients of integers are', async () => {
  // neighbors a and b in every combination, and everything between the smallest and largest of their sums
  for (const [most, weight, other] of [
    ...Array.from({ length: 24 }, () => [1 + random.integer(255), 1 + random.integer(84), 1]),
    [255, 84, 1],
    [255, 85, 1],
    [1, 1, 1],
    [255, -42, 42],
  ]) {
    const image = createImage(2 * (most + 1), most + 1, 1);
    for (let i = 0; i < image.data.length; i++) image.data[i] = i % 2 === 0 ? Math.floor(i / 2) % (most + 1) : Math.floor(i / image.width);
    const { data } = await filter(image, kernel2d([[other, weight]]), { output: 'normalize', padding: 'valid', stride: [1, 2], backend: wasm });
    const sums = Array.from(data, (_, i) => other * image.data[2 * i] + weight * image.data[2 * i + 1]);
    const least = sums.reduce((a, b) => Math.min(a, b));
    const range = sums.reduce((a, b) => Math.max(a, b)) - least;
    const wrong = sums.findIndex((sum, i) => data[i] !== Math.floor((510 * (sum - least) + range) / (2 * range)));
    expect([most, weight, wrong]).toEqual([most, weight, -1]);
  }
});
