import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  allocateImage,
  createBackend,
  createImage,
  freeImage,
  type Image,
  Random,
  RESIZE_METHODS,
  type ResizeMethod,
  type ResizeOptions,
  resize,
  type Samples,
} from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { readImage } from '../../src/node.js';

// scripts/make-pillow-fixture.py made pillow.json, pillow.png and pillow-contrast.png
const FIXTURES = 'test/filters/fixtures';
interface Case {
  readonly method: ResizeMethod;
  readonly width: number;
  readonly height: number;
}
const pillow: { bytes: Case[]; contrast: Case[]; floats: (Case & { values: number[] })[] } = JSON.parse(await readFile(`${FIXTURES}/pillow.json`, 'utf8'));
const [photo, sheet, contrastSheet] = await Promise.all(['crop', 'pillow', 'pillow-contrast'].map((file) => readImage(`${FIXTURES}/${file}.png`)));
const crop = { ...photo, data: photo.data.map((value) => 64 + (value >> 1)) as Samples };
const hard = contrasting(3);
const [reference, wasm, shared] = await Promise.all([createBackend('reference'), createWasmBackend(1), createWasmBackend(2, { handOver: 0 })]);

const name = ({ method, width, height }: Case) => `${method} ${width} × ${height}`;

function noise(width: number, height: number, channels: number, seed: number, of: typeof Uint8ClampedArray | typeof Uint16Array | typeof Float32Array): Image {
  const random = new Random(seed);
  const white = of === Float32Array ? 1 : of === Uint16Array ? 65535 : 255;
  return createImage(width, height, channels, new of(width * height * channels).map(() => white * random.uniform()) as Samples);
}

/** Samples that are black or white; a fourth channel is white. */
function contrasting(channels: 1 | 3 | 4, width = 45, height = 37): Image {
  const sample = (x: number, y: number, c: number) => (c === 3 || (37 * x * x + 91 * y * y + 13 * x * y + 5 * x + 57 * c) % 7 < 3 ? 255 : 0);
  const at = (i: number) => [Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels] as const;
  return createImage(
    width,
    height,
    channels,
    Uint8ClampedArray.from({ length: width * height * channels }, (_, i) => sample(...at(i))),
  );
}

/** Of results that stand one below the other at the left of a sheet, the one from row `top` on. */
function partOf(sheet: Image, top: number, { width, height }: Case): number[] {
  return Array.from({ length: height }, (_, y) => [...sheet.data.subarray(3 * (top + y) * sheet.width, 3 * ((top + y) * sheet.width + width))]).flat();
}

/** Cases with their names and their first rows in a sheet. */
function stacked(cases: readonly Case[]): (readonly [string, Case, number])[] {
  return cases.map((each, i) => [name(each), each, cases.slice(0, i).reduce((top, { height }) => top + height, 0)] as const);
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

describe.each([reference, wasm])('on $name', (backend) => {
  test.each(stacked(pillow.bytes))('Pillow gives the same within one level: %s', async (_, to, top) => {
    const { data } = await resize(crop, { ...to, backend });
    expect(worst(data, partOf(sheet, top, to))).toBeLessThanOrEqual(1);
  });

  test.each(stacked(pillow.contrast))('Pillow gives the same of black and white within one level: %s', async (_, to, top) => {
    const expected = partOf(contrastSheet, top, to);
    expect(worst((await resize(hard, { ...to, backend })).data, expected)).toBeLessThanOrEqual(1);
    const gray = await resize(contrasting(1), { ...to, backend });
    expect(
      worst(
        gray.data,
        expected.filter((_, i) => i % 3 === 0),
      ),
    ).toBeLessThanOrEqual(1);
    for (const options of [{}, { alpha: 'filter' }] as const) {
      const { data } = await resize(contrasting(4), { ...to, ...options, backend });
      expect(
        worst(
          [...data].filter((_, i) => i % 4 < 3),
          expected,
        ),
      ).toBeLessThanOrEqual(1);
      expect(data.every((value, i) => i % 4 < 3 || value === 255)).toBe(true);
    }
  });

  test.each(pillow.floats.map((each) => [name(each), each] as const))('Pillow gives the same floats: %s', async (_, { method, width, height, values }) => {
    const green = createImage(
      48,
      32,
      1,
      Float32Array.from({ length: 48 * 32 }, (_, i) => crop.data[3 * i + 1] / 255),
    );
    const { data } = await resize(green, { method, width, height, backend });
    expect(
      worst(
        data,
        values.map((value) => Math.min(1, Math.max(0, value))),
      ),
    ).toBeLessThan(1e-6);
  });

  // beyond the border libvips repeats the last pixel, where this cuts the window off; at factors from 4 on it takes means of blocks first, and
  // enlarges in another way
  test.each([
    ['the crop', crop, 24, 16],
    ['the crop', crop, 30, 11],
    ['the crop', crop, 40, 14],
    ['black and white', contrasting(3, 48, 36), 24, 18],
    ['black and white', contrasting(3, 48, 36), 16, 12],
  ])('libvips gives the same under Mitchell within one level, away from the border: %s, case %#', async (_, image, width, height) => {
    const raw = { width: image.width, height: image.height, channels: 3 as const };
    const expected = await sharp(image.data as Uint8ClampedArray, { raw })
      .resize(width, height, { kernel: 'mitchell', fit: 'fill' })
      .raw()
      .toBuffer();
    const { data } = await resize(image, { width, height, method: 'mitchell', backend });
    for (let y = 3; y < height - 3; y++) {
      const [from, to] = [3 * (y * width + 3), 3 * (y * width + width - 3)];
      expect(worst(data.subarray(from, to), expected.subarray(from, to))).toBeLessThanOrEqual(1);
    }
  });
});

const KERNELS: Readonly<Record<ResizeMethod, { radius: number; at: (x: number) => number }>> = {
  box: { radius: 0.5, at: () => 1 },
  triangle: { radius: 1, at: (x) => 1 - x },
  // Keys' cubic with a = −½
  'catmull-rom': { radius: 2, at: (x) => (x < 1 ? 1 - 2.5 * x * x + 1.5 * x ** 3 : 2 - 4 * x + 2.5 * x * x - 0.5 * x ** 3) },
  mitchell: { radius: 2, at: (x) => (x < 1 ? 7 * x ** 3 - 12 * x * x + 16 / 3 : (-7 / 3) * x ** 3 + 12 * x * x - 20 * x + 32 / 3) / 6 },
  lanczos3: { radius: 3, at: (x) => (x === 0 ? 1 : (3 * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / 3)) / (Math.PI * x) ** 2) },
};

/** One sample in float64: every source pixel of the image, weighed by its distance on both axes. */
function model({ width, height, channels, data }: Image, to: Case, x: number, y: number, c: number): number {
  const { radius, at } = KERNELS[to.method];
  const weight = (from: number, size: number, o: number, result: number) => {
    const factor = size / result;
    const distance = (from + 0.5 - (o + 0.5) * factor) / Math.max(1, factor);
    return distance > -radius && (distance < radius || (to.method === 'box' && distance === radius)) ? at(Math.abs(distance)) : 0;
  };
  let [sum, weights] = [0, 0];
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const w = weight(i, width, x, to.width) * weight(j, height, y, to.height);
      weights += w;
      sum += w * data[(j * width + i) * channels + c];
    }
  }
  return sum / weights;
}

describe('a float64 model of the definition gives', () => {
  const sizes = [
    [3, 2],
    [11, 23],
    [40, 9],
  ] as const;
  const cases = RESIZE_METHODS.flatMap((method) => sizes.map(([width, height]) => ({ method, width, height })));

  test.each(cases.map((each) => [name(each), each] as const))('the same: %s', async (_, to) => {
    for (const channels of [1, 2, 3, 4]) {
      // gray enough that nothing is clamped, and so is what weights below zero add
      const image = noise(17, 13, channels, channels, Float32Array);
      for (let i = 0; i < image.data.length; i++) image.data[i] = 0.4 + 0.2 * image.data[i];
      const wide = createImage(
        17,
        13,
        channels,
        Uint16Array.from(image.data, (value) => 65535 * value),
      );
      const alpha = channels % 2 === 0 ? { alpha: 'filter' as const } : {};
      for (const backend of [reference, wasm, shared]) {
        const floats = await resize(image, { ...to, ...alpha, backend });
        const words = await resize(wide, { ...to, ...alpha, backend });
        for (let y = 0; y < to.height; y++) {
          for (let x = 0; x < to.width; x++) {
            for (let c = 0; c < channels; c++) {
              const at = (y * to.width + x) * channels + c;
              expect(Math.abs(floats.data[at] - model(image, to, x, y, c))).toBeLessThan(1e-5);
              expect(Math.abs(words.data[at] - model(wide, to, x, y, c))).toBeLessThan(0.75);
            }
          }
        }
      }
    }
  });
});

test('8 bits on wasm are within one level of the definition, hardly a sample off, and the same bits on any threads and from its own memory', async () => {
  const random = new Random(7);
  const size = (most: number) => 1 + Math.floor(random.uniform() ** 2 * most);
  let [off, count] = [0, 0];
  for (let i = 0; i < 160; i++) {
    const channels = 1 + (i % 4);
    const image = noise(size(150), size(150), channels, i, Uint8ClampedArray);
    const options: ResizeOptions = { width: size(200), height: size(200), method: RESIZE_METHODS[i % 5] };
    if (channels % 2 === 0) options.alpha = 'filter';
    const exact = await resize(image, { ...options, backend: reference });
    const fixed = await resize(image, { ...options, backend: wasm });
    expect([i, worst(fixed.data, exact.data)]).toEqual([i, expect.toSatisfy((most: number) => most <= 1)]);
    fixed.data.forEach((value, at) => {
      if (value !== exact.data[at]) off++;
    });
    count += fixed.data.length;
    expect(await resize(image, { ...options, backend: shared })).toEqual(fixed);
    const [from, out] = [await allocateImage(image, { backend: shared }), await allocateImage(fixed, { backend: shared })];
    from.data.set(image.data);
    expect(await resize(from, { ...options, backend: shared, out })).toBe(out);
    expect(worst(out.data, fixed.data)).toBe(0);
    await Promise.all([freeImage(from, { backend: shared }), freeImage(out, { backend: shared })]);
  }
  expect(off / count).toBeLessThan(0.01);
});

test('random options, all at once: wasm gives what the definition does, the same bits on any threads', async () => {
  const random = new Random(11);
  const size = (most: number) => 1 + Math.floor(random.uniform() ** 2 * most);
  const pick = <T>(values: readonly T[]) => values[random.integer(values.length)];
  for (let i = 0; i < 150; i++) {
    const channels = 1 + (i % 4);
    const [of, hidden] = [pick([Uint8ClampedArray, Uint16Array, Float32Array] as const), pick([0, 0.5, 1])];
    // some of these are of several tiles and bands
    const large = i % 30 === 0 ? 8 : 1;
    const image = noise(size(120 * large), size(120 * large), channels, i, of);
    const white = of === Float32Array ? 1 : of === Uint16Array ? 65535 : 255;
    if (channels % 2 === 0) {
      for (let at = channels - 1; at < image.data.length; at += channels) if (!random.chance(hidden * 0.99)) image.data[at] = white;
    }
    const options: ResizeOptions = { width: size(180), height: size(180), method: pick(RESIZE_METHODS), output: pick(['clamp', 'float', '16bit'] as const) };
    options.linear = random.chance(0.4);
    if (channels % 2 === 0 && random.chance(0.4)) options.alpha = 'filter';
    const [exact, result] = [await resize(image, { ...options, backend: reference }), await resize(image, { ...options, backend: wasm })];
    expect(await resize(image, { ...options, backend: shared })).toEqual(result);
    const full = result.data instanceof Float32Array ? 1 : result.data instanceof Uint16Array ? 65535 : 255;
    result.data.forEach((value, at) => {
      // what colors there are where next to nothing is opaque depends on the last bits
      if (channels % 2 === 0 && Math.abs(exact.data[at - (at % channels) + channels - 1]) < 0.02 * full) return;
      const off = Math.abs(value - exact.data[at]);
      if (off > (full === 1 ? 1e-5 : full === 255 ? 1 : 2)) expect({ i, options, value, at }).toEqual({ i, options, value: exact.data[at], at });
    });
  }
});

test('a picture of many bands is the same on any threads', async () => {
  for (const of of [Uint8ClampedArray, Uint16Array]) {
    const image = noise(1300, 1100, 3, 1, of);
    for (const [width, height] of [
      [650, 550],
      [1301, 37],
      [90, 2200],
    ]) {
      const one = await resize(image, { width, height, backend: wasm });
      expect(worst((await resize(image, { width, height, backend: shared })).data, one.data)).toBe(0);
      expect(worst((await resize(image, { width, height, backend: reference })).data, one.data)).toBeLessThanOrEqual(1);
    }
  }
});

test("output 'float' is from 0 to 1 and keeps what is beyond, '16bit' is scaled", async () => {
  const step = createImage(8, 1, 1, Uint8ClampedArray.of(0, 0, 0, 0, 255, 255, 255, 255));
  for (const backend of [reference, wasm]) {
    const options = { width: 16, height: 1, backend } as const;
    const [bytes, words, floats] = [
      await resize(step, options),
      await resize(step, { ...options, output: '16bit' }),
      await resize(step, { ...options, output: 'float' }),
    ];
    expect(floats.data).toBeInstanceOf(Float32Array);
    expect(Math.min(...floats.data)).toBeLessThan(-0.02);
    expect(Math.max(...floats.data)).toBeGreaterThan(1.02);
    floats.data.forEach((value, i) => {
      const limited = Math.min(1, Math.max(0, value));
      expect(Math.abs(words.data[i] - 65535 * limited)).toBeLessThan(0.6);
      expect(Math.abs(bytes.data[i] - 255 * limited)).toBeLessThan(0.6);
    });
  }
});

describe.each([reference, wasm])('on $name', (backend) => {
  test.each(RESIZE_METHODS)('%s keeps flat areas, and what is symmetric', async (method) => {
    const flat = await resize(createImage(31, 17, 1, new Uint8ClampedArray(31 * 17).fill(203)), { width: 12, height: 40, method, backend });
    expect(new Set(flat.data)).toEqual(new Set([203]));
    const ramp = createImage(9, 1, 1, Float32Array.of(0, 0.1, 0.5, 0.7, 0.9, 0.7, 0.5, 0.1, 0));
    const { data } = await resize(ramp, { width: 5, height: 1, method, backend });
    expect(worst(data, data.slice().reverse())).toBeLessThan(1e-6);
  });

  test.each(RESIZE_METHODS.filter((method) => method !== 'mitchell'))('%s of the same size changes nothing', async (method) => {
    for (const of of [Uint8ClampedArray, Uint16Array, Float32Array]) {
      const image = noise(21, 14, 3, 5, of);
      const same = await resize(image, { width: 21, method, backend });
      expect(same).not.toBe(image);
      expect(worst(same.data, image.data)).toBeLessThan(of === Float32Array ? 1e-6 : 0.5);
    }
  });

  test('light: half black and half white is 188, and 128 as samples', async () => {
    const image = createImage(2, 1, 1, Uint8ClampedArray.of(0, 255));
    expect((await resize(image, { width: 1, height: 1, method: 'box', linear: true, backend })).data[0]).toBe(188);
    expect((await resize(image, { width: 1, height: 1, method: 'box', backend })).data[0]).toBe(128);
  });

  test('alpha: colors count as they are opaque; as a channel it does not matter to them', async () => {
    for (const white of [255, 65535, 1]) {
      const of = white === 255 ? Uint8ClampedArray : white === 1 ? Float32Array : Uint16Array;
      const share = white === 1 ? 0.25 : Math.round(white / 4);
      // red that is opaque, green that is a quarter, blue that is not there
      const image = createImage(3, 1, 4, of.from([white, 0, 0, white, 0, white, 0, share, 0, 0, white, 0]) as Samples);
      const to = { width: 1, height: 1, method: 'box', backend } as const;
      const expected = [0.8 * white, 0.2 * white, 0, (white + share) / 3];
      expect(worst((await resize(image, to)).data, expected)).toBeLessThan(white === 1 ? 1e-6 : white / 500 + 0.51);
      expect(worst((await resize(image, { ...to, alpha: 'filter' })).data, [white / 3, white / 3, white / 3, (white + share) / 3])).toBeLessThan(
        white === 1 ? 1e-6 : 0.51,
      );
      const clear = createImage(3, 1, 4, of.from([white, 0, 0, 0, 0, white, 0, 0, 0, 0, white, 0]) as Samples);
      expect([...(await resize(clear, to)).data]).toEqual([0, 0, 0, 0]);
    }
  });

  test('an opaque picture comes out as it does without alpha', async () => {
    const image = noise(40, 30, 3, 3, Uint8ClampedArray);
    const opaque = createImage(
      40,
      30,
      4,
      Uint8ClampedArray.from({ length: 4800 }, (_, i) => (i % 4 === 3 ? 255 : image.data[3 * (i >> 2) + (i % 4)])),
    );
    const [three, four] = [await resize(image, { width: 17, backend }), await resize(opaque, { width: 17, backend })];
    expect([...four.data].filter((_, i) => i % 4 < 3)).toEqual([...three.data]);
    expect(four.data.every((value, i) => i % 4 < 3 || value === 255)).toBe(true);
  });
});

test('one of width and height: the other keeps the aspect ratio, rounded, halves up, at least 1', async () => {
  const image = createImage(100, 30, 1);
  const sizeOf = async (options: ResizeOptions) => {
    const { width, height } = await resize(image, options);
    return [width, height];
  };
  expect(await sizeOf({ width: 50 })).toEqual([50, 15]);
  expect(await sizeOf({ width: 35 })).toEqual([35, 11]);
  expect(await sizeOf({ width: 34 })).toEqual([34, 10]);
  expect(await sizeOf({ width: 1 })).toEqual([1, 1]);
  expect(await sizeOf({ height: 45 })).toEqual([150, 45]);
  expect(await sizeOf({ width: 7, height: 9 })).toEqual([7, 9]);
});

test('nothing handed in is changed, and out takes the result', async () => {
  const image = noise(20, 10, 4, 2, Uint8ClampedArray);
  const before = image.data.slice();
  const result = await resize(image, { width: 10, linear: true });
  expect(image.data).toEqual(before);
  const out = createImage(10, 5, 4);
  expect(await resize(image, { width: 10, linear: true, out })).toBe(out);
  expect(out).toEqual(result);
});

test('what does not go together is refused', async () => {
  const image = createImage(8, 8, 3);
  await expect(resize(image, {})).rejects.toThrow('resize: width or height must be set, an integer ≥ 1, received undefined');
  await expect(resize(image, { width: 0 })).rejects.toThrow('resize: width must be an integer ≥ 1, received 0');
  await expect(resize(image, { width: 4, method: 'lanczos' as 'lanczos3' })).rejects.toThrow('did you mean lanczos3?');
  await expect(resize(image, { width: 4, alpha: 'filter' })).rejects.toThrow('resize: alpha requires an image with alpha (channels: 3)');
  await expect(resize(image, { width: 4, out: createImage(4, 3, 3) })).rejects.toThrow('resize: out must have the format of the result, 4 × 4 with 3 channels');
  const half = createImage(4, 4, 3, (image.data as Uint8ClampedArray).subarray(0, 48));
  await expect(resize(image, { width: 4, out: half })).rejects.toThrow('resize: out must not share memory with the image');
});
