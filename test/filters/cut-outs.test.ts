import { describe, expect, test } from 'vitest';
import {
  box,
  createBackend,
  createImage,
  type FilterOptions,
  filter,
  gaussian,
  gaussianPyramid,
  type Image,
  kernel2d,
  localMean,
  localStandardDeviation,
  localVariance,
  OUTPUTS,
  Random,
  sharpen,
  type Tensor,
  unsharpMask,
} from '../../src/index.js';

const [wasm, reference] = [await createBackend('wasm', { threads: 1 }), await createBackend('reference')];
const INK = [180, 120, 60] as const;

/** Columns of the color on both sides: opaque on the left, transparent and black on the right. */
function leftHalf(width = 12, height = 6): Image {
  const image = createImage(width, height, 4);
  for (let i = 0; i < width * height; i++) if (i % width < width / 2) image.data.set([...INK, 255], 4 * i);
  return image;
}

/** An image of noise, its alpha as chosen. */
function noise(width: number, height: number, channels: 2 | 4, alpha: (random: Random) => number, seed = 1): Image {
  const random = new Random(seed);
  const data = Uint8ClampedArray.from({ length: width * height * channels }, (_, i) => (i % channels === channels - 1 ? alpha(random) : random.integer(256)));
  return createImage(width, height, channels, data);
}

const pixel = ({ data, width }: Image, x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
const column = (image: Image, x: number) => Array.from({ length: image.height }, (_, y) => pixel(image, x, y));

const SHARPENING: readonly (readonly [string, Tensor])[] = [
  ['sharpen(1)', sharpen()],
  ['sharpen(0.3)', sharpen(0.3)],
  [
    'all eight neighbors',
    kernel2d([
      [-1, -1, -1],
      [-1, 9, -1],
      [-1, -1, -1],
    ]),
  ],
  [
    'of sum 3',
    kernel2d([
      [0, -1, 0],
      [-1, 7, -1],
      [0, -1, 0],
    ]),
  ],
  [
    'of thirds',
    kernel2d([
      [-1 / 9, -1 / 9, -1 / 9],
      [-1 / 9, 17 / 9, -1 / 9],
      [-1 / 9, -1 / 9, -1 / 9],
    ]),
  ],
];

describe('a kernel of positive sum with negative weights', () => {
  test.each([wasm, reference])('the last visible column of a sharpened cut-out keeps its color, the first transparent one stays empty', async (backend) => {
    const sharp = await filter(leftHalf(), sharpen(), { backend });
    expect(column(sharp, 5)).toEqual(Array(6).fill([...INK, 255]));
    expect(column(sharp, 6)).toEqual(Array(6).fill([0, 0, 0, 0]));
    // what it saves from
    expect(pixel(await filter(leftHalf(), sharpen(), { alpha: 'ignore', backend }), 5, 2)).toEqual([255, 240, 120, 255]);
  });

  test('a soft edge becomes steeper: alpha is sharpened, and the color stays what it is', async () => {
    const image = leftHalf();
    for (let y = 0; y < 6; y++) image.data.set([...INK, 102], 4 * (y * 12 + 6));
    const sharp = await filter(image, sharpen(), { backend: reference });
    // 5 · 102 − 2 · 102 − 255 − 0 = 51
    expect([5, 6, 7].map((x) => pixel(sharp, x, 3))).toEqual([
      [...INK, 255],
      [...INK, 51],
      [0, 0, 0, 0],
    ]);
  });

  test.each(SHARPENING)('%s: no color of a transparent pixel gets into a visible one, whatever it is', async (_, kernel) => {
    for (const backend of [wasm, reference]) {
      const image = noise(19, 13, 4, (random) => [0, 0, 80, 255][random.integer(4)]);
      const other = createImage(19, 13, 4, image.data.slice());
      for (let i = 0; i < other.data.length; i += 4) if (other.data[i + 3] === 0) other.data.set([255, 0, 130], i);
      expect((await filter(image, kernel, { backend })).data).toEqual((await filter(other, kernel, { backend })).data);
    }
  });

  test.each(SHARPENING)('%s by the formula, in every output', async (_, kernel) => {
    const image = noise(15, 9, 4, (random) => random.integer(256), 4);
    for (const output of OUTPUTS) {
      const floats = await filter(image, kernel, { output, backend: reference });
      expect(floats.data.every(Number.isFinite)).toBe(true);
    }
    const { data } = await filter(image, kernel, { output: 'float', backend: reference });
    const sum = kernel.data.reduce((total, weight) => total + weight, 0);
    for (let y = 1; y < 8; y++) {
      for (let x = 1; x < 14; x++) {
        let [alpha, red] = [0, 0];
        for (let i = 0; i < 9; i++) {
          const at = 4 * ((y + Math.floor(i / 3) - 1) * 15 + x + (i % 3) - 1);
          alpha += (kernel.data[i] / sum) * (image.data[at + 3] / 255);
          red += kernel.data[i] * (image.data[at + 3] / 255) * (image.data[at] / 255);
        }
        if (Math.abs(alpha) < 0.01) continue; // a quotient of noise
        const at = 4 * (y * 15 + x);
        expect(data[at + 3]).toBeCloseTo(Math.min(1, Math.max(0, alpha)), 5);
        expect(data[at]).toBeCloseTo(alpha > 0 ? red / alpha : 0, 2);
      }
    }
  });

  test.each(SHARPENING)('%s: an opaque picture comes out as with alpha ignored, bit for bit, and is planned as that', async (_, kernel) => {
    const borders: readonly FilterOptions[] = [{}, { paddingMode: 'zero' }, { paddingMode: 'constant', paddingValue: 77 }, { paddingMode: 'wrap' }];
    for (const channels of [2, 4] as const) {
      const image = noise(41, 23, channels, () => 255);
      for (const options of borders.flatMap((border) => [border, { ...border, stride: 2 }, { ...border, bias: 9, output: 'signed' as const }])) {
        for (const backend of [wasm, reference]) {
          const ran: string[] = [];
          const onPlan = ({ through, algorithm }: { through: string; algorithm: string }) => ran.push(`${through} ${algorithm}`);
          const got = await filter(image, kernel, { ...options, backend, onPlan });
          const want = await filter(image, kernel, { ...options, alpha: 'ignore', backend, onPlan });
          expect(got).toEqual(want);
          expect(ran).toEqual([ran[1], ran[1]]);
        }
      }
    }
  });

  test('beyond a border of zero nothing is transparent then: alpha would be cut off along the picture', async () => {
    const image = noise(9, 7, 4, (random) => random.integer(256));
    const options = { paddingMode: 'zero', backend: reference } as const;
    expect(await filter(image, sharpen(), options)).toEqual(await filter(image, sharpen(), { ...options, alpha: 'ignore' }));
    expect(await filter(image, box(3), options)).toEqual(await filter(image, box(3), { ...options, alpha: 'premultiply' }));
  });

  test('weights that nearly cancel out leave no rounding where nothing is opaque', async () => {
    const image = noise(16, 8, 4, (random) => random.integer(256));
    image.data.fill(0, 0, image.data.length / 2);
    const hole = noise(16, 8, 4, () => 77);
    hole.data.set([9, 9, 9, 255], 0);
    // Σk = 0.01: over an even alpha the weights of both signs leave alpha as it is, up to what float32 rounds
    const kernel = kernel2d([[-33.33, -33.33, 66.67]]);
    const { data } = await filter(hole, kernel, { output: 'float', backend: wasm });
    expect(data.every((value) => Number.isFinite(value))).toBe(true);
    const empty = await filter(image, kernel, { output: 'float', backend: wasm });
    expect(empty.data.subarray(0, 4 * 16 * 4).every((value) => value === 0)).toBe(true);
  });
});

describe('operations on a cut-out', () => {
  test.each([undefined, 'luminance', 'r', 'rgb', [0, 2]] as const)('unsharpMask with channels %s keeps the color to the edge', async (channels) => {
    const sharp = await unsharpMask(leftHalf(), { radius: 1.5, channels, backend: reference });
    expect(column(sharp, 5)).toEqual(Array(6).fill([...INK, 255]));
  });

  test('local statistics count pixels as much as they are opaque, and leave alpha alone', async () => {
    const on = { size: 5, backend: reference } as const;
    for (const channels of ['color', 'luminance', 'rb'] as const) {
      const varies = channels === 'luminance' ? [0, 0, 0] : channels === 'rb' ? [0, INK[1], 0] : [0, 0, 0];
      expect(column(await localStandardDeviation(leftHalf(), { ...on, channels }), 5)).toEqual(Array(6).fill([...varies, 255]));
    }
    const mean = await localMean(leftHalf(), on);
    expect(column(mean, 5)).toEqual(Array(6).fill([...INK, 255]));
    expect(column(mean, 6)).toEqual(Array(6).fill([...INK, 0])); // what little it sees
    expect(column(mean, 11)).toEqual(Array(6).fill([0, 0, 0, 0]));
  });

  test('local statistics by the definition, where alpha is between', async () => {
    const image = noise(11, 9, 2, (random) => random.integer(256), 7);
    const [mean, variance] = [localMean, localVariance].map((measure) => measure(image, { size: 3, output: 'float', backend: reference }));
    const [means, variances] = [(await mean).data, (await variance).data];
    for (let y = 1; y < 8; y++) {
      for (let x = 1; x < 10; x++) {
        const window = Array.from({ length: 9 }, (_, i) => 2 * ((y + Math.floor(i / 3) - 1) * 11 + x + (i % 3) - 1));
        const weigh = (f: (gray: number) => number) => window.reduce((sum, at) => sum + image.data[at + 1] * f(image.data[at] / 255), 0) / weights;
        const weights = window.reduce((sum, at) => sum + image.data[at + 1], 0);
        const m = weigh((gray) => gray);
        expect(means[2 * (y * 11 + x)]).toBeCloseTo(m, 5);
        expect(variances[2 * (y * 11 + x)]).toBeCloseTo(
          weigh((gray) => (gray - m) ** 2),
          5,
        );
      }
    }
  });

  test('the levels of a pyramid keep it too', async () => {
    for (const level of await gaussianPyramid(leftHalf(16, 16), 3, { backend: reference })) {
      for (let i = 0; i < level.data.length; i += 4) if (level.data[i + 3] > 0) expect([...level.data.subarray(i, i + 3)]).toEqual([...INK]);
    }
  });
});

describe('one translucent pixel anywhere makes a picture transparent', () => {
  const [width, height] = [70, 41];
  const places = [0, 1, width - 1, width, 17 * width + 33, (height - 1) * width, (height - 1) * width + 40, height * width - 1];
  const formats: readonly (readonly [string, number, (length: number) => Image['data']])[] = [
    ['uint8', 255, (length) => new Uint8ClampedArray(length)],
    ['uint16', 65535, (length) => new Uint16Array(length)],
    ['float32', 1, (length) => new Float32Array(length)],
  ];
  const cases: readonly (readonly [string, Tensor, FilterOptions])[] = [
    ['sharpen', sharpen(), {}],
    ['its anchor in a corner', sharpen(), { anchor: [0, 2] }],
    ['valid', sharpen(), { padding: 'valid' }],
    ['normalize', sharpen(), { output: 'normalize' }],
    ['abs', sharpen(0.3), { output: 'abs' }],
    ['linear', sharpen(), { linear: true }],
    ['stride', box(3), { stride: 2 }],
    ['rows and columns', gaussian(2), {}],
  ];
  const threaded = createBackend('wasm', { threads: 2, blocking: true });
  test.each(formats)('%s', async (_, white, allocate) => {
    const random = new Random(5);
    const data = allocate(4 * width * height).map((_, i) => (i % 4 === 3 ? white : (random.integer(256) * white) / 255));
    for (const [name, kernel, options] of cases) {
      for (const place of [undefined, ...places]) {
        const image = createImage(width, height, 4, data.slice() as Uint8ClampedArray);
        if (place !== undefined) image.data[4 * place + 3] = white / 2;
        const want = await filter(image, kernel, { ...options, backend: reference });
        const most = want.data instanceof Float32Array ? 1e-4 : want.data instanceof Uint16Array ? 8 : 1;
        for (const backend of [wasm, await threaded]) {
          const got = await filter(image, kernel, { ...options, backend });
          expect([name, place, got.data.every((value, i) => Math.abs(value - want.data[i]) <= most)]).toEqual([name, place, true]);
        }
      }
    }
  });
});
