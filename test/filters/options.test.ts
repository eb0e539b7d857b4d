import { describe, expect, test } from 'vitest';
import {
  box,
  type Channels,
  conv,
  createImage,
  type FilterOptions,
  filter,
  IDENTITY,
  type Image,
  kernel2d,
  LAPLACIAN_4,
  OptionError,
  Random,
  reshape,
  ShapeError,
  sharpen,
  type Tensor,
  tensor,
} from '../../src/index.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';
import { linearToSrgb, srgbToLinear } from '../../src/kernels/light.js';

const backend = new ReferenceBackend();
const random = new Random(3);

function bytes(width: number, height: number, channels: Image['channels'], values?: readonly number[]): Image {
  return createImage(
    width,
    height,
    channels,
    Uint8ClampedArray.from({ length: width * height * channels }, (_, i) => values?.[i] ?? random.integer(256)),
  );
}

const run = async (image: Image, kernel: Tensor, options: FilterOptions = {}) => [...(await filter(image, kernel, { backend, ...options })).data];
const channel = (samples: readonly number[], c: number, channels: number) => samples.filter((_, i) => i % channels === c);
const BLUR = kernel2d([[1, 2, 1]]);

describe('output 16bit', () => {
  test('the values of 8 bits times 257, limited, and rounded where 8 bits would lose them', async () => {
    const image = await filter(bytes(4, 1, 1, [10, 11, 0, 255]), kernel2d([[1.5]]), { backend, output: '16bit' });
    expect(image.data).toEqual(Uint16Array.of(3855, 4241, 0, 65535)); // 11 · 1.5 · 257 = 4240.5
  });

  test('floats times 65535; 16 bits stay what they are', async () => {
    const floats = createImage(3, 1, 1, Float32Array.of(-1, 0.5, 2));
    expect((await filter(floats, IDENTITY, { backend, output: '16bit' })).data).toEqual(Uint16Array.of(0, 32768, 65535));
    const wide = createImage(2, 1, 1, Uint16Array.of(7, 40000));
    expect(await filter(wide, IDENTITY, { backend, output: '16bit' })).toEqual(wide);
  });

  test('alpha comes along', async () => {
    expect(await run(bytes(1, 1, 2, [10, 100]), IDENTITY, { output: '16bit' })).toEqual([2570, 25700]);
  });
});

test('signed, abs and normalize concern colors: alpha is never shifted or spread, even where it is filtered', async () => {
  const image = bytes(2, 1, 2, [10, 100, 30, 200]);
  for (const output of ['signed', 'abs', 'normalize'] as const) {
    expect(channel(await run(image, IDENTITY, { output, channels: 'all' }), 1, 2)).toEqual([100, 200]);
  }
});

describe('channels', () => {
  const image = bytes(2, 1, 4, [10, 20, 30, 200, 40, 50, 60, 100]);

  test.each<[Channels, number[]]>([
    ['r', [20, 20, 30, 200, 80, 50, 60, 100]],
    ['gb', [10, 40, 60, 200, 40, 100, 120, 100]],
    ['a', [10, 20, 30, 255, 40, 50, 60, 200]],
    ['rgba', [20, 40, 60, 255, 80, 100, 120, 200]],
  ])('%s by letter', async (channels, expected) => {
    expect(await run(image, kernel2d([[2]]), { channels })).toEqual(expected);
  });

  test.each<[Channels, Image]>([
    ['r', bytes(1, 1, 1)],
    ['a', bytes(1, 1, 3)],
    ['b', bytes(1, 1, 2)],
    ['luminance', bytes(1, 1, 1)],
    ['luminance', bytes(1, 1, 2)],
    ['br' as Channels, bytes(1, 1, 3)],
  ])('%s is refused of a picture that has none', async (channels, one) => {
    await expect(run(one, IDENTITY, { channels })).rejects.toThrow(OptionError);
  });

  test('one kernel for each filtered channel: [C, kH, kW]', async () => {
    const kernels = tensor([[[1]], [[2]], [[3]]]);
    expect(await run(image, kernels)).toEqual([10, 40, 90, 200, 40, 100, 180, 100]);
    expect(await run(image, tensor([[[2]], [[4]]]), { channels: [0, 2] })).toEqual([20, 20, 120, 200, 80, 50, 240, 100]);
    expect(await run(image, tensor([[[1, 3]], [[0, 2]], [[1, 1]]]), { scale: 'sum', padding: 'valid', alpha: 'ignore' })).toEqual([33, 50, 45, 100]);
    await expect(run(image, tensor([[[1]], [[2]]]))).rejects.toThrow('3 channels are filtered, received [2, 1, 1]');
  });

  test('luminance: Rec. 709 luma is filtered, and what changed is added to red, green and blue', async () => {
    const colors = bytes(3, 1, 3, [10, 200, 30, 90, 20, 50, 120, 80, 160]);
    const luma = (i: number) => 0.2126 * colors.data[i] + 0.7152 * colors.data[i + 1] + 0.0722 * colors.data[i + 2];
    const change = (luma(0) + luma(3) + luma(6)) / 3 - luma(3);
    const [r, g, b] = (await run(colors, box(3), { channels: 'luminance', output: 'float' })).slice(3, 6).map((value) => value * 255);
    expect([r, g, b]).toEqual([90, 20, 50].map((value) => expect.closeTo(value + change, 3)));
  });

  test('luminance where the picture shrinks, and with alpha', async () => {
    const [first, second] = [bytes(3, 1, 4, [9, 9, 9, 1, 60, 60, 60, 50, 90, 90, 90, 3]), kernel2d([[1, 0, 0]])];
    expect(await run(first, second, { channels: 'luminance', padding: 'valid' })).toEqual([9, 9, 9, 50]);
    expect(await run(first, second, { channels: 'luminance', stride: 2, paddingMode: 'replicate' })).toEqual([9, 9, 9, 1, 60, 60, 60, 3]);
  });

  test('luminance of gray is the same as filtering all colors', async () => {
    const gray = bytes(
      5,
      4,
      3,
      Array.from({ length: 60 }, (_, i) => (Math.floor(i / 3) * 37) % 256),
    );
    expect(await run(gray, sharpen(0.2), { channels: 'luminance' })).toEqual(await run(gray, sharpen(0.2)));
  });
});

describe('alpha', () => {
  /** A red disc on what is transparent, and there black. */
  function disc(): Image {
    const image = bytes(21, 21, 4, Array(21 * 21 * 4).fill(0));
    for (let y = 0; y < 21; y++) for (let x = 0; x < 21; x++) if ((x - 10) ** 2 + (y - 10) ** 2 <= 36) image.data.set([255, 0, 0, 255], (y * 21 + x) * 4);
    return image;
  }

  test('a red disc on transparent, blurred, stays red to its last visible pixel, and its edge becomes soft', async () => {
    const { data } = await filter(disc(), box(5), { backend });
    let soft = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 0) continue;
      expect([...data.subarray(at, at + 3)]).toEqual([255, 0, 0]);
      if (data[at + 3] < 255) soft++;
    }
    expect(soft).toBeGreaterThan(40);
    // what it saves from: the black of transparent pixels in the color of visible ones
    const ignored = await run(disc(), box(5), { alpha: 'ignore' });
    expect(ignored.some((value, i) => i % 4 === 0 && ignored[i + 3] === 255 && value < 200)).toBe(true);
  });

  test("premultiply by hand: each pixel counts as much as it is opaque; the weights' sum still brightens", async () => {
    const image = bytes(2, 1, 2, [200, 255, 50, 51]); // opacity 1 and 1/5
    // color (200 · 1 + 50 · 0.2) / 1.2 = 175, alpha (255 + 51) / 2
    expect(await run(image, kernel2d([[0.5, 0.5]]), { padding: 'valid' })).toEqual([175, 153]);
    expect(await run(image, kernel2d([[0.6, 0.6]]), { padding: 'valid' })).toEqual([210, 153]);
    expect(await run(image, kernel2d([[0.5, 0.5]]), { padding: 'valid', bias: 7 })).toEqual([182, 153]);
  });

  test('an opaque picture comes out as without alpha', async () => {
    const [opaque, plain] = [bytes(6, 5, 4), bytes(6, 5, 3)];
    for (let i = 0; i < 30; i++) opaque.data.set([...plain.data.subarray(3 * i, 3 * i + 3), 255], 4 * i);
    for (const options of [{}, { paddingMode: 'constant', paddingValue: 90 }, { scale: 0.7, bias: 9, stride: 2 }] as const) {
      const [with4, with3] = [await run(opaque, BLUR, options), await run(plain, BLUR, options)];
      expect(with4.filter((_, i) => i % 4 < 3)).toEqual(with3);
      expect(channel(with4, 3, 4).every((value) => value === 255)).toBe(true);
    }
  });

  test('an opaque picture costs one convolution, one with holes a second for alpha', async () => {
    let calls = 0;
    class Counting extends ReferenceBackend {
      override conv(...args: Parameters<ReferenceBackend['conv']>) {
        calls++;
        super.conv(...args);
      }
    }
    const counted = async (opacity: number) => {
      calls = 0;
      await filter(bytes(2, 1, 2, [10, 255, 20, opacity]), BLUR, { backend: new Counting() });
      return calls;
    };
    expect([await counted(255), await counted(254)]).toEqual([1, 2]);
  });

  test('beyond the border zero is transparent, constant is an opaque color', async () => {
    const image = bytes(1, 1, 2, [80, 255]);
    expect(await run(image, box(3), { paddingMode: 'zero', scale: 'sum' })).toEqual([80 * 1, 28]);
    expect(await run(bytes(1, 1, 2, [90, 255]), kernel2d([[1, 1, 1]]), { paddingMode: 'constant', paddingValue: 30, scale: 'sum' })).toEqual([50, 255]);
  });

  test('a kernel whose sum is not positive leaves alpha alone', async () => {
    const image = bytes(4, 3, 4);
    for (const kernel of [LAPLACIAN_4, kernel2d([[1, -3, 1]]), kernel2d([[0]])]) {
      expect(channel(await run(image, kernel), 3, 4)).toEqual(channel([...image.data], 3, 4));
    }
  });

  test('ignore and filter, when asked for', async () => {
    const image = bytes(3, 1, 2, [10, 100, 20, 200, 30, 0]);
    expect(await run(image, box(1), { alpha: 'ignore' })).toEqual([10, 100, 20, 200, 30, 0]);
    const sum = kernel2d([[1, 1, 1]]);
    expect(await run(image, sum, { alpha: 'ignore', scale: 'sum', padding: 'valid' })).toEqual([20, 200]);
    expect(await run(image, sum, { alpha: 'filter', channels: 'all', scale: 'sum', padding: 'valid' })).toEqual([20, 100]);
    expect(await run(image, sum, { alpha: 'filter', scale: 'sum', padding: 'valid' })).toEqual([20, 100]);
    expect(await run(image, sum, { alpha: 'premultiply', scale: 'sum', padding: 'valid' })).toEqual([17, 100]);
  });

  test.each<[string, Image, Tensor, FilterOptions, string]>([
    ['no alpha', bytes(3, 3, 3), BLUR, { alpha: 'premultiply' }, 'requires an image with alpha (channels: 3)'],
    ['a word', bytes(3, 3, 4), BLUR, { alpha: 'keep' as never }, 'must be one of premultiply, ignore, filter'],
    ['all channels', bytes(3, 3, 4), BLUR, { alpha: 'ignore', channels: 'all' }, "must be 'filter' if channels includes alpha"],
    ['luminance', bytes(3, 3, 4), BLUR, { alpha: 'filter', channels: 'luminance' }, "'filter' cannot be combined with channels 'luminance'"],
    ['some colors', bytes(3, 3, 4), BLUR, { alpha: 'premultiply', channels: 'r' }, "requires channels 'color'"],
    ['kernels for each channel', bytes(3, 3, 4), tensor([[[1]], [[1]], [[2]]]), { alpha: 'premultiply' }, 'one kernel for all channels'],
    ['a sum of zero', bytes(3, 3, 4), LAPLACIAN_4, { alpha: 'premultiply' }, 'weights with a positive sum'],
  ])('%s: refused', async (_, image, kernel, options, message) => {
    await expect(run(image, kernel, options)).rejects.toThrow(OptionError);
    await expect(run(image, kernel, options)).rejects.toThrow(message);
  });
});

describe('linear light', () => {
  test.each([
    [0, 0],
    [10 / 255, 0.0030352698354884], // below the bend: 10 / 255 / 12.92
    [0.5, 0.214041140482],
    [188 / 255, 0.502886458033],
    [1, 1],
    [-0.5, -0.214041140482],
  ])('sRGB %f is light %f, and back', (encoded, linear) => {
    expect(srgbToLinear(encoded)).toBeCloseTo(linear, 11);
    expect(linearToSrgb(linear)).toBeCloseTo(encoded, 10);
  });

  test('half of black and white is 188, not 128', async () => {
    const half = kernel2d([[0.5, 0.5]]);
    const image = bytes(2, 1, 1, [0, 255]);
    expect(await run(image, half, { padding: 'valid', linear: true })).toEqual([188]);
    expect(await run(image, half, { padding: 'valid' })).toEqual([128]);
    expect(await run(createImage(2, 1, 1, Uint16Array.of(0, 65535)), half, { padding: 'valid', linear: true })).toEqual([48192]); // 65535 · 0.735356…
    expect(await run(createImage(2, 1, 1, Float32Array.of(0, 1)), half, { padding: 'valid', linear: true })).toEqual([expect.closeTo(0.735356983, 6)]);
  });

  test('every 8-bit value survives the way there and back, and alpha is no light', async () => {
    const ramp = bytes(
      256,
      1,
      2,
      Array.from({ length: 512 }, (_, i) => i >> 1),
    );
    expect(await run(ramp, IDENTITY, { linear: true, alpha: 'filter' })).toEqual([...ramp.data]);
    expect(await run(bytes(2, 1, 2, [0, 0, 0, 255]), kernel2d([[0.5, 0.5]]), { linear: true, alpha: 'filter', padding: 'valid' })).toEqual([0, 128]);
  });

  test('luminance of light differs from luma', async () => {
    const image = bytes(2, 1, 3, [255, 0, 0, 0, 255, 0]);
    const options: FilterOptions = { channels: 'luminance', padding: 'valid', output: 'float' };
    const half = kernel2d([[0.5, 0.5]]);
    const change = (0.2126 - 0.7152) / 2; // of green's luminance towards the mean
    const [, green] = await run(image, half, { ...options, linear: true });
    expect(green).toBeCloseTo(linearToSrgb(1 + change), 5);
    expect((await run(image, half, options))[1]).toBeCloseTo(1 + change, 5);
  });

  test('anything but true or false is refused', async () => {
    await expect(run(bytes(1, 1, 1), IDENTITY, { linear: 1 as never })).rejects.toThrow('filter: linear must be true or false, received 1');
  });
});

describe('regions and masks', () => {
  const image = bytes(12, 10, 3);
  const at = (samples: readonly number[], x: number, y: number) => samples.slice((y * 12 + x) * 3, (y * 12 + x) * 3 + 3);

  test.each<[string, FilterOptions, { x: number; y: number; width: number; height: number }]>([
    ['inside', {}, { x: 4, y: 3, width: 5, height: 4 }],
    ['in a corner', {}, { x: 0, y: 0, width: 2, height: 1 }],
    ['in the other corner, wrapped', { paddingMode: 'wrap' }, { x: 11, y: 9, width: 1, height: 1 }],
    ['at an edge, a dilated and shifted kernel', { dilation: 2, anchor: [0, 2], paddingMode: 'zero' }, { x: 0, y: 4, width: 3, height: 6 }],
    ['everywhere', {}, { x: 0, y: 0, width: 12, height: 10 }],
  ])('a rectangle %s: inside it is the filtered picture, whose kernel sees the real neighbors; outside nothing changes', async (_, options, region) => {
    const kernel = kernel2d([
      [1, 2, 3],
      [0, 1, 0],
      [2, 0, 2],
    ]);
    const [whole, part] = [await run(image, kernel, { ...options, scale: 'sum' }), await run(image, kernel, { ...options, scale: 'sum', region })];
    for (let y = 0; y < 10; y++) {
      for (let x = 0; x < 12; x++) {
        const within = x >= region.x && x < region.x + region.width && y >= region.y && y < region.y + region.height;
        expect(at(part, x, y), `${x}, ${y}`).toEqual(at(within ? whole : [...image.data], x, y));
      }
    }
  });

  test('feather fades the filter out inwards, but not along the border of the picture', async () => {
    const gray = bytes(8, 1, 1, Array(8).fill(100));
    const black = kernel2d([[0]]);
    expect(await run(gray, black, { region: { x: 2, y: 0, width: 6, height: 1, feather: 2 } })).toEqual([100, 100, 75, 25, 0, 0, 0, 0]);
    expect(await run(gray, black, { region: { x: 1, y: 0, width: 6, height: 1, feather: 2 } })).toEqual([100, 75, 25, 0, 0, 25, 75, 100]);
  });

  test('a mask is the share of the filter; with a region the shares multiply', async () => {
    const gray = bytes(4, 1, 1, Array(4).fill(200));
    const mask = bytes(4, 1, 1, [0, 51, 102, 255]);
    expect(await run(gray, kernel2d([[0.5]]), { mask })).toEqual([200, 180, 160, 100]);
    expect(await run(gray, kernel2d([[0.5]]), { mask, region: { x: 2, y: 0, width: 2, height: 1, feather: 1 } })).toEqual([200, 200, 180, 100]);
    const halves = createImage(4, 1, 1, Float32Array.of(-3, 0, 0.5, 7));
    expect(await run(gray, kernel2d([[0.5]]), { mask: halves })).toEqual([200, 200, 150, 100]);
  });

  test('the rest is brought into the type of the output, the range of normalize is that of the region', async () => {
    const gray = bytes(4, 1, 1, [0, 100, 110, 255]);
    const region = { x: 1, y: 0, width: 2, height: 1 };
    expect(await run(gray, IDENTITY, { region, output: 'normalize' })).toEqual([0, 0, 255, 255]);
    expect(await run(gray, IDENTITY, { region, output: '16bit' })).toEqual([0, 25700, 28270, 65535]);
    expect(await run(gray, kernel2d([[-1]]), { region, output: 'float' })).toEqual([0, -100 / 255, -110 / 255, 1].map((value) => expect.closeTo(value, 6)));
  });

  test('half a filter over transparency mixes colors as much as they are opaque', async () => {
    const dot = bytes(3, 1, 4, [0, 0, 0, 0, 200, 0, 0, 255, 0, 0, 0, 0]);
    const mask = bytes(3, 1, 1, [128, 128, 128]);
    const data = await run(dot, kernel2d([[1, 1, 1]]), { scale: 'sum', mask });
    expect(data.slice(0, 3)).toEqual([200, 0, 0]);
    expect(data.slice(4, 7)).toEqual([200, 0, 0]);
  });

  test.each<[FilterOptions, new (...args: never[]) => Error, string]>([
    [{ region: { x: 8, y: 0, width: 5, height: 1 } }, ShapeError, 'region must be whole pixels inside the image of 12 × 10'],
    [{ region: { x: 0.5, y: 0, width: 5, height: 1 } }, ShapeError, 'received { x: 0.5'],
    [{ region: { x: 0, y: 0, width: 5, height: 1, feather: -1 } }, OptionError, 'feather must be a finite number ≥ 0'],
    [{ region: { x: 0, y: 0, width: 5, height: 1, round: 1 } as never }, OptionError, 'round is not an option'],
    [{ region: 'all' as never }, OptionError, 'region must be { x, y, width, height, feather? }'],
    [{ mask: bytes(12, 10, 3) }, OptionError, 'mask must be a gray image with 1 channel'],
    [{ mask: bytes(10, 12, 1) }, ShapeError, 'mask must have the size of the image, 12 × 10, received 10 × 12'],
    [{ mask: bytes(12, 10, 1), stride: 2 }, ShapeError, 'a filter that keeps the size of the image, 12 × 10; this one gives 6 × 5'],
    [{ region: { x: 0, y: 0, width: 5, height: 1 }, padding: 'valid' }, ShapeError, 'this one gives 10 × 8'],
  ])('%j is refused', async (options, kind, message) => {
    await expect(run(image, box(3), options)).rejects.toThrow(kind);
    await expect(run(image, box(3), options)).rejects.toThrow(message);
  });
});

test('the same numbers as conv: options around it do not touch the arithmetic', async () => {
  const image = bytes(7, 6, 1);
  const x = tensor(Array.from(image.data), [1, 1, 6, 7]);
  const { data } = await conv(x, reshape(BLUR, [1, 1, 1, 3]), { padding: 'same', paddingMode: 'reflect', backend });
  expect((await run(image, BLUR, { output: 'float' })).map((value) => value * 255)).toEqual(Array.from(data, (value) => expect.closeTo(value, 3)));
});
