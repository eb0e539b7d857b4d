import { describe, expect, test } from 'vitest';
import { operations } from '../../../src/filters/catalogue/catalogue.js';
import {
  type Backend,
  catalogue,
  createImage,
  filter,
  gaussian,
  type Image,
  type Job,
  type OperationOptions,
  OptionError,
  type Samples,
  ShapeError,
  unsharpMask,
} from '../../../src/index.js';
import { ReferenceBackend } from '../../../src/kernels/backends/reference/reference.js';

const backend: Backend = new ReferenceBackend();

/** A small image of noise and edges with any channels and samples. */
function picture(channels: Image['channels'], make: (values: number[]) => Samples = (values) => Uint8ClampedArray.from(values)): Image {
  const values = Array.from({ length: 12 * 10 * channels }, (_, i) => {
    const [x, c] = [Math.floor(i / channels) % 12, i % channels];
    return (x < 5 ? 40 : 190) + ((i * 7919 + c * 31) % 47);
  });
  return { width: 12, height: 10, channels, data: make(values) };
}

const color = picture(3);
const ALL = Object.entries(operations);

describe.each(ALL)('%s', (_, { apply, parameters }) => {
  const usual = parameters.map((parameter) => parameter.default);
  const run = (image: Image, options: OperationOptions = {}, values: readonly (number | undefined)[] = usual) => apply(image, values, { backend, ...options });

  test('its defaults are those of the function', async () => {
    expect(await run(color)).toEqual(await apply(color, undefined, { backend }));
    expect(await run(color)).toEqual(await apply(color, [], { backend }));
  });

  test.each(parameters.map((parameter, i) => [parameter.name, i] as const))('%s has an effect, and is refused by name', async (name, i) => {
    // a threshold of half the contrast; else half as much again
    const other = usual.with(i, name === 'threshold' ? 20 : name === 'high' ? 0.9 : name === 'low' ? 0 : name === 'size' ? 4 : usual[i] * 1.5);
    const image = name === 'low' ? picture(1, weakBesideStrong) : color;
    expect(await run(image, {}, other)).not.toEqual(await run(image));
    await expect(run(color, {}, usual.with(i, Number.NaN))).rejects.toThrow(expect.objectContaining({ name: 'OptionError', option: name }));
  });

  test('paddingMode and paddingValue have an effect', async () => {
    const wrapped = await run(color, { paddingMode: 'wrap' });
    const black = await run(color, { paddingMode: 'zero' });
    const white = await run(color, { paddingMode: 'constant', paddingValue: 255 });
    expect(wrapped).not.toEqual(await run(color));
    expect(black).not.toEqual(await run(color));
    expect(white).not.toEqual(black);
    expect(await run(color, { paddingMode: 'constant' })).toEqual(black);
    await expect(run(color, { paddingMode: 'zero', paddingValue: 3 })).rejects.toThrow(OptionError);
    await expect(run(color, { paddingMode: 'reflect', paddingValue: 3 })).rejects.toThrow(OptionError);
    await expect(run(color, { paddingMode: 'constant', paddingValue: Number.NaN })).rejects.toThrow(OptionError);
    await expect(run(color, { paddingMode: 'mirror' as 'reflect' })).rejects.toThrow(OptionError);
  });

  test('channels has an effect', async () => {
    expect(await run(color, { channels: [1] })).not.toEqual(await run(color));
    expect(await run(color, { channels: 'luminance' })).not.toEqual(await run(color, { channels: [1] }));
    await expect(run(color, { channels: [3] })).rejects.toThrow(OptionError);
    await expect(run(picture(1), { channels: 'luminance' })).rejects.toThrow(OptionError);
  });

  test('output has an effect', async () => {
    const float = await run(color, { output: 'float' });
    expect(float.data).toBeInstanceOf(Float32Array);
    expect((await run(color, { output: '16bit' })).data).toBeInstanceOf(Uint16Array);
    expect(await run(color, { output: 'signed' })).not.toEqual(await run(color));
    const spread = await run(color, { output: 'normalize' });
    expect([Math.min(...spread.data), Math.max(...spread.data)]).toEqual([0, 255]);
    await expect(run(color, { output: 'sharp' as 'clamp' })).rejects.toThrow(OptionError);
  });

  test('it runs on the backend that it is given', async () => {
    let calls = 0;
    const counting: Backend = Object.create(backend, {
      run: {
        value: (...args: Parameters<Backend['run']>) => {
          calls++;
          return backend.run(...args);
        },
      },
      prepare: { value: (job: Job) => backend.prepare(job) },
    });
    expect(await run(color, { backend: counting })).toEqual(await run(color));
    expect(calls).toBeGreaterThan(0);
  });

  test('samples of 8 bits, 16 bits and floats give the same picture', async () => {
    const eight = await run(picture(3), { output: 'float' }, inUnits(1));
    const sixteen = await run(
      picture(3, (values) => Uint16Array.from(values, (value) => value * 257)),
      { output: 'float' },
      inUnits(257),
    );
    const float = await run(
      picture(3, (values) => Float32Array.from(values, (value) => value / 255)),
      {},
      inUnits(1 / 255),
    );
    eight.data.forEach((value, i) => {
      expect(sixteen.data[i]).toBeCloseTo(value, 4);
      expect(float.data[i]).toBeCloseTo(Math.min(1, Math.max(0, value)), 4);
    });
  });

  /** a threshold is in the image's units */
  function inUnits(factor: number): readonly number[] {
    return parameters.map((parameter) => (parameter.name === 'threshold' ? 10 * factor : parameter.default));
  }

  test('a picture of one pixel, and of one row', async () => {
    for (const [width, height] of [
      [1, 1],
      [9, 1],
      [1, 9],
    ]) {
      const image = createImage(width, height, 3);
      const result = await run(image);
      expect([result.width, result.height]).toEqual([width, height]);
    }
  });

  test('the picture is not changed, and no picture is refused', async () => {
    const image = picture(4);
    const before = image.data.slice();
    await run(image);
    expect(image.data).toEqual(before);
    await expect(run({ ...image, width: 13 })).rejects.toThrow(ShapeError);
    await expect(run(undefined as unknown as Image)).rejects.toThrow(ShapeError);
  });

  test('an unknown option is refused', async () => {
    await expect(run(color, { stride: 2 } as object)).rejects.toThrow(expect.objectContaining({ name: 'OptionError', option: 'stride' }));
  });
});

/** A step that fades downwards. */
function weakBesideStrong(values: number[]): Uint8ClampedArray {
  return Uint8ClampedArray.from(values, (_, i) => (i % 12 < 6 ? 100 : 190 - 9 * Math.floor(i / 12)));
}

test('alpha stays as it was where the channels do', async () => {
  const image = picture(4);
  for (const [name, { apply }] of ALL) {
    const result = await apply(image, [], { backend });
    if (name === 'canny') expect(result.channels).toBe(1);
    else if (name === 'gradient-direction') expect(result.channels).toBe(3);
    else for (let i = 3; i < image.data.length; i += 4) expect(result.data[i]).toBe(image.data[i]);
  }
});

test('the catalogue holds them all', () => {
  for (const [name, entry] of ALL) expect(catalogue[name]).toBe(entry);
});

describe('unsharp mask', () => {
  test('without threshold it is f + amount · (f − blur)', async () => {
    const [soft, sharp] = [
      await filter(color, gaussian(1.5), { output: 'float', backend }),
      await unsharpMask(color, { radius: 1.5, amount: 0.7, output: 'float', backend }),
    ];
    sharp.data.forEach((value, i) => {
      expect(value).toBeCloseTo(color.data[i] / 255 + 0.7 * (color.data[i] / 255 - soft.data[i]), 5);
    });
  });

  test('luminance: the same is added to red, green and blue', async () => {
    const sharp = await unsharpMask(color, { channels: 'luminance', output: 'float', backend });
    for (let i = 0; i < color.data.length; i += 3) {
      const [red, green, blue] = [0, 1, 2].map((c) => sharp.data[i + c] - color.data[i + c] / 255);
      expect(green).toBeCloseTo(red, 5);
      expect(blue).toBeCloseTo(red, 5);
    }
  });

  test('what transparent pixels hold does not reach the others', async () => {
    // opaque gray on the left; on the right transparent pixels that hold black or white
    const half = (hidden: number): Image => ({
      width: 8,
      height: 1,
      channels: 2,
      data: Uint8ClampedArray.from({ length: 16 }, (_, i) => (i < 8 ? [100 + 5 * i, 255][i % 2] : [hidden, 0][i % 2])),
    });
    const [black, white] = [await unsharpMask(half(0), { backend }), await unsharpMask(half(255), { backend })];
    expect(black.data.subarray(0, 8)).toEqual(white.data.subarray(0, 8));
  });
});
