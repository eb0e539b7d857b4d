import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { createBackend, createImage, grayscale, type Image, linearToSrgb, Random, type Samples, srgbToLinear, threshold } from '../../src/index.js';
import { readImage } from '../../src/node.js';

const FIXTURES = 'test/filters/fixtures';
const TYPES = [Uint8ClampedArray, Uint16Array, Float32Array] as const;
const whiteOf = (of: (typeof TYPES)[number]) => (of === Float32Array ? 1 : of === Uint16Array ? 65535 : 255);

describe('grayscale', () => {
  test('Pillow gives the same within one level, by the weights of Rec. 601', async () => {
    const photo = await readImage(`${FIXTURES}/crop.png`);
    const crop = { ...photo, data: photo.data.map((value) => 64 + (value >> 1)) as Samples };
    const { gray }: { gray: number[] } = JSON.parse(await readFile(`${FIXTURES}/pillow.json`, 'utf8'));
    const { data, channels } = await grayscale(crop, { weights: 'rec601' });
    expect(channels).toBe(1);
    expect(Math.max(...gray.map((value, i) => Math.abs(value - data[i])))).toBeLessThanOrEqual(1);
  });

  test.each(TYPES.map((of) => [of.name, of] as const))('sums samples, or light, and keeps alpha: %s', async (_, of) => {
    const white = whiteOf(of);
    const tolerance = white === 1 ? 1e-6 : 0.51;
    const [r, g, b, a] = [0.9, 0.3, 0.6, 0.2].map((value) => (white === 1 ? value : Math.round(value * white)));
    const [three, four] = [createImage(1, 1, 3, of.from([r, g, b]) as Samples), createImage(1, 1, 4, of.from([r, g, b, a]) as Samples)];
    const light = (value: number) => srgbToLinear(value / white);
    for (const [options, expected] of [
      [{}, 0.2126 * r + 0.7152 * g + 0.0722 * b],
      [{ weights: 'rec601' }, 0.299 * r + 0.587 * g + 0.114 * b],
      [{ linear: true }, white * linearToSrgb(0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b))],
    ] as const) {
      const [gray, withAlpha] = [await grayscale(three, options), await grayscale(four, options)];
      expect([gray.channels, withAlpha.channels]).toEqual([1, 2]);
      expect(gray.data).toBeInstanceOf(of);
      expect(Math.abs(gray.data[0] - expected)).toBeLessThan(tolerance);
      expect(withAlpha.data[0]).toBe(gray.data[0]);
      expect(withAlpha.data[1]).toBe(four.data[3]);
    }
  });

  test('of a gray picture it is a copy', async () => {
    const image = createImage(2, 1, 2, Uint8ClampedArray.of(1, 2, 3, 4));
    const same = await grayscale(image);
    expect(same).toEqual(image);
    expect(same.data).not.toBe(image.data);
  });

  test('refuses what it does not know', async () => {
    await expect(grayscale(createImage(1, 1, 3), { weights: 'rec601 ' as 'rec601' })).rejects.toThrow('grayscale: weights must be one of rec709, rec601');
  });
});

/** The level whose two classes have the least weighted variance, each computed for itself, in float64. */
function leastWithin(values: readonly number[]): number {
  const spread = (of: readonly number[]) => {
    const mean = of.reduce((a, b) => a + b, 0) / of.length;
    return of.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  const levels = [...new Set(values)].sort((a, b) => a - b).slice(0, -1);
  const within = levels.map((level) => spread(values.filter((value) => value <= level)) + spread(values.filter((value) => value > level)));
  return levels[within.indexOf(Math.min(...within))];
}

describe('threshold', () => {
  test.each(TYPES.map((of) => [of.name, of] as const))('what is above the level is white, what is not is black: %s', async (_, of) => {
    const white = whiteOf(of);
    const level = white === 1 ? 0.5 : 128;
    const just = white === 1 ? 0.5001 : 129;
    const image = createImage(2, 2, 1, of.from([0, level, just, white]) as Samples);
    expect(await threshold(image, { level })).toEqual(createImage(2, 2, 1, of.from([0, 0, white, white]) as Samples));
  });

  test.each(TYPES.map((of) => [of.name, of] as const))("'otsu' leaves the least variance within the classes: %s", async (_, of) => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed);
      const [low, high, share] = [random.uniform(0.1, 0.4), random.uniform(0.5, 0.9), random.uniform(0.2, 0.8)];
      const data = new of(300).map(() => whiteOf(of) * Math.min(1, Math.max(0, (random.chance(share) ? low : high) + 0.08 * random.normal()))) as Samples;
      const level = leastWithin([...data]);
      const { data: result } = await threshold(createImage(20, 15, 1, data));
      expect([...result]).toEqual(Array.from(data, (value) => (value > level ? whiteOf(of) : 0)));
    }
  });

  test('channels are divided each for itself, or all by their luminance; alpha stays', async () => {
    const image = createImage(2, 1, 4, Uint8ClampedArray.of(200, 10, 10, 7, 10, 200, 10, 99));
    expect([...(await threshold(image, { level: 100 })).data]).toEqual([255, 0, 0, 7, 0, 255, 0, 99]);
    expect([...(await threshold(image, { level: 100, channels: 'g' })).data]).toEqual([200, 0, 10, 7, 10, 255, 10, 99]);
    expect([...(await threshold(image, { level: 100, channels: 'luminance' })).data]).toEqual([0, 0, 0, 7, 255, 255, 255, 99]);
  });

  test('nothing is above one value, and nothing handed in is changed', async () => {
    const image = createImage(2, 2, 1, new Uint8ClampedArray(4).fill(90));
    expect([...(await threshold(image)).data]).toEqual([0, 0, 0, 0]);
    expect([...(await threshold(createImage(1, 2, 1, Float32Array.of(0.3, 0.3)))).data]).toEqual([0, 0]);
    expect([...image.data]).toEqual([90, 90, 90, 90]);
  });

  test('refuses what is no level', async () => {
    const image = createImage(1, 1, 1);
    await expect(threshold(image, { level: Number.NaN })).rejects.toThrow('threshold: level must be a finite number, or one of otsu, received NaN');
    await expect(threshold(image, { channels: 'luminance' })).rejects.toThrow("threshold: channels 'luminance' requires a color image");
  });
});

describe('from samples to samples', async () => {
  const reference = await createBackend('reference');
  const backends = [await createBackend('wasm', { threads: 1 }), await createBackend('wasm', { threads: 2 })];
  afterAll(() => backends.map((backend) => backend.dispose()));

  const random = new Random(12);
  const one = <T>(values: readonly T[]): T => values[random.integer(values.length)];
  /** Up to `beyond` on both sides of black … white, where samples may be; a float may be no number. */
  function picture(beyond: number): Image {
    const [of, channels, width, height] = [one(TYPES), one([1, 2, 3, 4] as const), 1 + random.integer(70), 1 + random.integer(40)];
    const values = () => whiteOf(of) * random.uniform(-beyond, 1 + beyond);
    const data = new of(width * height * channels).map(() => (random.chance(0.002) ? Number.NaN : values())) as Samples;
    return createImage(width, height, channels, data);
  }
  /** As many results as differ by more than the tolerance. */
  const different = (a: Image, b: Image, tolerance: number) =>
    a.data.filter((value, i) => !(Math.abs(value - b.data[i]) <= tolerance || Object.is(value, b.data[i]))).length;

  test('grayscale is what its definition gives, within one level', async () => {
    for (let round = 0; round < 120; round++) {
      const image = picture(0.3);
      const options = { weights: one(['rec709', 'rec601'] as const), linear: random.chance(0.4) };
      const exact = await grayscale(image, { ...options, backend: reference });
      for (const backend of backends) {
        const got = await grayscale(image, { ...options, backend });
        expect({ ...got, data: got.data.constructor }).toEqual({ ...exact, data: exact.data.constructor });
        expect(different(got, exact, image.data instanceof Float32Array ? 2e-6 : 1)).toBe(0);
        // the other way only where halves are near
        if (!(image.data instanceof Float32Array)) expect(different(got, exact, 0)).toBeLessThanOrEqual(2 + exact.data.length / 100);
      }
    }
  });

  test('threshold is what its definition gives', async () => {
    for (let round = 0; round < 160; round++) {
      const image = picture(0.3);
      const white = whiteOf(image.data.constructor as (typeof TYPES)[number]);
      const given = one([0, -0, 0.25, 0.5, 1, -0.1, 1e300, -1e300].map((share) => share * white));
      const level = one(['otsu', given, image.data[0] || 0, random.uniform(0, white)] as const);
      const channels = one(['color', 'all', [0], ...(image.channels > 2 ? ['luminance', 'gb'] : [])] as const) as 'color';
      const exact = await threshold(image, { level, channels, backend: reference });
      for (const backend of backends) {
        const got = await threshold(image, { level, channels, backend });
        // a luminance that float32 rounds to the other side
        const most = (channels as string) === 'luminance' ? (image.channels * image.data.length) / 200 + 3 : 0;
        expect(different(got, exact, 0)).toBeLessThanOrEqual(most);
        const out = { ...image, data: image.data.slice() };
        expect(await threshold(out, { level, channels, backend, out })).toEqual(got);
      }
    }
  });

  test('both take the result in a picture, and tell how they run', async () => {
    const image = createImage(
      40,
      30,
      4,
      Uint8ClampedArray.from({ length: 4800 }, () => random.integer(256)),
    );
    const [out, plans] = [createImage(40, 30, 2), [] as string[]];
    const onPlan = ({ through }: { through: string }) => plans.push(through);
    expect(await grayscale(image, { out, backend: backends[0], onPlan })).toBe(out);
    await threshold(image, { backend: backends[0], onPlan });
    expect(plans).toEqual(['samples', 'samples']);
    await expect(grayscale(image, { out: image })).rejects.toThrow('grayscale: out must have the format of the result, 40 × 30 with 2 channels');
    await expect(threshold(image, { out })).rejects.toThrow('threshold: out must have the format of the result, 40 × 30 with 4 channels');
  });
});
