import { describe, expect, test } from 'vitest';
import { box, type FilterOptions, filter, IDENTITY, type Image, kernel2d, OptionError, type Samples, ShapeError, sharpen } from '../../src/index.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';

const backend = new ReferenceBackend();

/** A gray 8-bit image from its rows. */
function gray(rows: readonly (readonly number[])[], make: (values: number[]) => Samples = (values) => Uint8ClampedArray.from(values)): Image {
  return { width: rows[0].length, height: rows.length, channels: 1, data: make(rows.flat()) };
}

/** An image of pixels. */
function pixels(rows: readonly (readonly (readonly number[])[])[]): Image {
  return { width: rows[0].length, height: rows.length, channels: rows[0][0].length as Image['channels'], data: Uint8ClampedArray.from(rows.flat(2)) };
}

async function filtered(image: Image, kernel: readonly (readonly number[])[], options: FilterOptions = {}): Promise<number[][]> {
  const { width, height, channels, data } = await filter(image, kernel2d(kernel), { backend, ...options });
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width * channels, (y + 1) * width * channels)]);
}

const RAMP = gray([[10, 20, 40, 80, 160]]);
const SUM3 = [[1, 1, 1]];
const LOOK_RIGHT = [[0, 0, 1]];

describe('where the kernel lies', () => {
  test('the picture keeps its size, and the default border is reflect: dcb|abcd|cba', async () => {
    expect(await filtered(RAMP, LOOK_RIGHT)).toEqual([[20, 40, 80, 160, 80]]);
  });

  test.each([
    ['zero', [10, 30, 0]],
    ['constant', [10, 30, 99]],
    ['replicate', [10, 30, 30]],
    ['reflect', [10, 30, 10]],
    ['symmetric', [10, 30, 30]],
    ['wrap', [10, 30, 20]],
  ] as const)('paddingMode %s', async (paddingMode, expected) => {
    const options = paddingMode === 'constant' ? { paddingMode, paddingValue: 99 } : { paddingMode };
    expect(await filtered(gray([[20, 10, 30]]), LOOK_RIGHT, options)).toEqual([expected]);
  });

  test('on a picture that is too small for reflect the default is symmetric', async () => {
    expect(await filtered(gray([[7]]), [[1, 1, 1]])).toEqual([[21]]);
    expect(await filtered(gray([[1, 10]]), [[1, 0, 0, 0, 0]])).toEqual([[10, 1]]);
    await expect(filtered(gray([[7]]), SUM3, { paddingMode: 'reflect' })).rejects.toThrow(OptionError);
  });

  test('padding: valid, a number, full, and each axis its own', async () => {
    expect(await filtered(RAMP, SUM3, { padding: 'valid' })).toEqual([[70, 140, 255]]);
    expect(await filtered(RAMP, SUM3, { padding: [0, 2], paddingMode: 'zero' })).toEqual([[10, 30, 70, 140, 255, 240, 160]]);
    expect(await filtered(RAMP, SUM3, { padding: 'full', paddingMode: 'zero' })).toEqual([[10, 30, 70, 140, 255, 240, 160]]);
    expect(await filtered(RAMP, SUM3, { padding: ['same', 'valid'] })).toEqual([[70, 140, 255]]);
  });

  test.each([
    [
      '3 × 3',
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    ],
    [
      '2 × 4',
      [
        [1, 2, 3, 4],
        [4, 3, 2, 1],
      ],
    ],
  ])('a stride filters, then subsamples: %s', async (_, kernel) => {
    const image = gray(Array.from({ length: 7 }, (_, y) => Array.from({ length: 8 }, (_, x) => (x * 37 + y * 53) % 101)));
    const whole = await filtered(image, kernel, { scale: 'sum' });
    const expected = whole.filter((_, y) => y % 2 === 0).map((row) => row.filter((_, x) => x % 3 === 0));
    expect(await filtered(image, kernel, { scale: 'sum', stride: [2, 3] })).toEqual(expected);
    expect(await filtered(image, kernel, { scale: 'sum', stride: [2, 3], padding: ['same', 'same'] })).toEqual(expected);
  });

  test('dilation spreads the cells', async () => {
    expect(await filtered(RAMP, LOOK_RIGHT, { dilation: 2 })).toEqual([[40, 80, 160, 80, 40]]);
  });

  test('an even kernel is anchored right of its middle: [−1 1] is f(x) − f(x − 1)', async () => {
    expect(await filtered(RAMP, [[-1, 1]], { paddingMode: 'replicate' })).toEqual([[0, 10, 20, 40, 80]]);
  });

  test('anchor: the kernel cell that lies on the output pixel', async () => {
    expect(await filtered(RAMP, LOOK_RIGHT, { anchor: [0, 2] })).toEqual([[10, 20, 40, 80, 160]]);
    expect(await filtered(RAMP, LOOK_RIGHT, { anchor: [0, 0], paddingMode: 'replicate' })).toEqual([[40, 80, 160, 160, 160]]);
    expect(await filtered(gray([[1], [2], [3]]), [[1], [0]], { anchor: 0 })).toEqual([[1], [2], [3]]);
  });

  test('flip turns the kernel round, and its anchor with it', async () => {
    expect(await filtered(RAMP, LOOK_RIGHT, { flip: true, paddingMode: 'replicate' })).toEqual([[10, 10, 20, 40, 80]]);
    // 1 at the cell left of the anchor: without flip the left neighbor, with flip the right one
    expect(await filtered(RAMP, [[1, 0]], { paddingMode: 'replicate' })).toEqual([[10, 10, 20, 40, 80]]);
    expect(await filtered(RAMP, [[1, 0]], { paddingMode: 'replicate', flip: true })).toEqual([[20, 40, 80, 160, 160]]);
    expect(await filtered(RAMP, LOOK_RIGHT, { flip: true, anchor: [0, 2] })).toEqual([[10, 20, 40, 80, 160]]);
  });
});

describe('scale and bias', () => {
  test('a number multiplies the weights', async () => {
    expect(await filtered(RAMP, [[1]], { scale: 0.5 })).toEqual([[5, 10, 20, 40, 80]]);
  });

  test("'sum' divides by the sum of the weights", async () => {
    expect(await filtered(RAMP, [[1, 2, 1]], { scale: 'sum', paddingMode: 'replicate' })).toEqual([[13, 23, 45, 90, 140]]);
  });

  test.each([
    ['−1 0 1', [[-1, 0, 1]]],
    ['0.1 0.2 −0.3, whose float32 sum is 1e-8 and not 0', [[0.1, 0.2, -0.3]]],
    ['0', [[0]]],
  ])("'sum' leaves a kernel as it is whose weights sum to zero: %s", async (_, kernel) => {
    const plain = await filtered(RAMP, kernel, { output: 'signed' });
    expect(await filtered(RAMP, kernel, { output: 'signed', scale: 'sum' })).toEqual(plain);
    expect(plain[0].every((value) => value >= 128 - 60 && value <= 255)).toBe(true);
  });

  test('bias is added after scaling, in the units of the picture', async () => {
    expect(await filtered(RAMP, [[1]], { scale: 0.5, bias: 100 })).toEqual([[105, 110, 120, 140, 180]]);
    const floats = await filter(
      gray([[0.25, 0.5]], (values) => Float32Array.from(values)),
      IDENTITY,
      { backend, bias: 0.25 },
    );
    expect([...floats.data]).toEqual([0.5, 0.75]);
  });
});

describe('channels', () => {
  const RGBA = pixels([
    [
      [10, 20, 30, 200],
      [40, 50, 60, 100],
      [70, 80, 90, 0],
    ],
  ]);

  test('by default alpha passes through, even under a kernel that removes everything else', async () => {
    expect(await filtered(RGBA, [[0, 0, 0]])).toEqual([[0, 0, 0, 200, 0, 0, 0, 100, 0, 0, 0, 0]]);
    expect(
      await filtered(
        pixels([
          [
            [10, 200],
            [20, 100],
          ],
        ]),
        [[-1, 1]],
        { paddingMode: 'replicate' },
      ),
    ).toEqual([[0, 200, 10, 100]]);
  });

  test("'all' filters alpha too", async () => {
    expect(await filtered(RGBA, [[2]], { channels: 'all' })).toEqual([[20, 40, 60, 255, 80, 100, 120, 200, 140, 160, 180, 0]]);
  });

  test('a list filters these and no others, in any order', async () => {
    expect(await filtered(RGBA, [[2]], { channels: [2, 0] })).toEqual([[20, 20, 60, 200, 80, 50, 120, 100, 140, 80, 180, 0]]);
  });

  test('scale, bias and output leave the others alone', async () => {
    expect(await filtered(RGBA, [[-1]], { channels: [0], scale: 2, bias: 5, output: 'abs' })).toEqual([[15, 20, 30, 200, 75, 50, 60, 100, 135, 80, 90, 0]]);
    expect(await filtered(RGBA, [[1]], { channels: [0], output: 'signed' })).toEqual([[138, 20, 30, 200, 168, 50, 60, 100, 198, 80, 90, 0]]);
    expect(await filtered(RGBA, [[1]], { channels: [0], output: 'normalize' })).toEqual([[0, 20, 30, 200, 128, 50, 60, 100, 255, 80, 90, 0]]);
  });

  const STRIPES = pixels([
    [
      [1, 11],
      [2, 12],
      [3, 13],
      [4, 14],
      [5, 15],
    ],
  ]);
  const even = (row: readonly number[]) => row.filter((_, i) => i % 2 === 1);

  test.each<[string, number[][], FilterOptions, number[]]>([
    ['with a stride it is subsampled at the anchor', SUM3, { stride: 2 }, [11, 13, 15]],
    ['without padding it is cut at the anchor', SUM3, { padding: 'valid' }, [12, 13, 14]],
    ['dilation moves the anchor', SUM3, { padding: 'valid', dilation: 2 }, [13]],
    ['with flip the anchor of an even kernel moves', [[1, 1]], { padding: 'valid', flip: true }, [11, 12, 13, 14]],
    ['without flip it does not', [[1, 1]], { padding: 'valid' }, [12, 13, 14, 15]],
    ['on the padding it shows the padding', SUM3, { padding: [0, 2], paddingMode: 'constant', paddingValue: 77 }, [77, 11, 12, 13, 14, 15, 77]],
    ['and the picture where the padding does', SUM3, { padding: [0, 2], paddingMode: 'reflect' }, [12, 11, 12, 13, 14, 15, 14]],
  ])('an unfiltered channel where the size changes: %s', async (_, kernel, options, alpha) => {
    const [row] = await filtered(STRIPES, kernel, { ...options, alpha: 'ignore' });
    expect(even(row)).toEqual(alpha);
    // the same as filtering it with nothing but 1 at the anchor
    const delta = kernel.map((weights) => weights.map((_, i) => (i === Math.floor(weights.length / 2) ? 1 : 0)));
    expect((await filtered(STRIPES, delta, { ...options, channels: 'all' })).map(even)).toEqual([alpha]);
  });

  test('every number of channels keeps its pixels apart', async () => {
    for (const channels of [1, 2, 3, 4] as const) {
      const image: Image = { width: 3, height: 2, channels, data: Uint8ClampedArray.from({ length: 6 * channels }, (_, i) => i * 9) };
      expect(await filter(image, IDENTITY, { backend })).toEqual(image);
    }
  });
});

describe('output', () => {
  const EDGE = [[-1, 1]];
  const STEPS = [[0, 255, 100, 100]];
  const to16 = (values: number[]) => Uint16Array.from(values, (value) => value * 257);
  const toFloat = (values: number[]) => Float32Array.from(values, (value) => value / 255);

  test.each<[NonNullable<FilterOptions['output']>, number[]]>([
    ['clamp', [0, 255, 0, 0]],
    ['signed', [128, 255, 0, 128]],
    ['abs', [0, 255, 155, 0]],
    ['normalize', [96, 255, 0, 96]], // −155 … 255; 0 lies at 155 / 410
    ['float', [0, 1, -155 / 255, 0]],
  ])('%s of 0, 255, −155, 0 in 8 bits', async (output, expected) => {
    const image = await filter(gray(STEPS), kernel2d(EDGE), { backend, output, paddingMode: 'replicate' });
    expect(image.data).toBeInstanceOf(output === 'float' ? Float32Array : Uint8ClampedArray);
    expect([...image.data]).toEqual(expected.map((value) => Math.fround(value)));
  });

  test.each<[NonNullable<FilterOptions['output']>, number[], number[]]>([
    ['clamp', [0, 65535, 0, 0], [0, 1, 0, 0]],
    ['signed', [32768, 65535, 0, 32768], [0.5, 1, 0, 0.5]],
    ['abs', [0, 65535, 155 * 257, 0], [0, 1, 155 / 255, 0]],
    ['normalize', [24775, 65535, 0, 24775], [155 / 410, 1, 0, 155 / 410]],
    ['float', [0, 1, -155 / 255, 0], [0, 1, -155 / 255, 0]],
  ])('%s of the same in 16 bits and floats', async (output, in16, inFloat) => {
    const options = { backend, output, paddingMode: 'replicate' } as const;
    const wide = await filter(gray(STEPS, to16), kernel2d(EDGE), options);
    expect(wide.data).toBeInstanceOf(output === 'float' ? Float32Array : Uint16Array);
    [...wide.data].forEach((value, i) => {
      expect(value).toBeCloseTo(in16[i], 6);
    });
    const floats = await filter(gray(STEPS, toFloat), kernel2d(EDGE), options);
    expect(floats.data).toBeInstanceOf(Float32Array);
    [...floats.data].forEach((value, i) => {
      expect(value).toBeCloseTo(inFloat[i], 6);
    });
  });

  test('float loses nothing: not the sign, not what is brighter than white, not fractions', async () => {
    const image = await filter(gray([[0, 255, 1]]), kernel2d([[-4, 0.5, 4]]), { backend, output: 'float', paddingMode: 'zero' });
    expect([...image.data].map((value) => value * 255)).toEqual([1020, 131.5, -1019.5].map((value) => expect.closeTo(value, 3)));
  });

  test('normalize takes its range over all filtered channels, and a flat result is black', async () => {
    expect(
      await filtered(
        pixels([
          [
            [0, 50, 100],
            [25, 75, 200],
          ],
        ]),
        [[1]],
        { output: 'normalize' },
      ),
    ).toEqual([[0, 64, 128, 32, 96, 255]]);
    expect(await filtered(gray([[9, 9]]), [[1]], { output: 'normalize' })).toEqual([[0, 0]]);
  });

  test('integers are rounded to the nearest, not cut off', async () => {
    expect(await filtered(gray([[10, 11, 12, 13]]), [[1]], { scale: 0.1 })).toEqual([[1, 1, 1, 1]]);
    expect(await filtered(gray([[16, 17, 18, 19]]), [[1]], { scale: 0.1 })).toEqual([[2, 2, 2, 2]]);
  });
});

test('nothing that is handed in is changed', async () => {
  const image = gray([[1, 2, 3]]);
  const floats = gray([[0.1, 0.9]], (values) => Float32Array.from(values));
  const kernel = sharpen();
  const options: FilterOptions = Object.freeze({ backend, output: 'signed', scale: 'sum', channels: Object.freeze([0]) as number[] });
  const before = structuredClone([image, floats, kernel]);
  await filter(image, kernel, options);
  await filter(floats, kernel, options);
  await filter(floats, IDENTITY, { backend, output: 'abs' });
  expect([image, floats, kernel]).toEqual(before);
});

test('it runs on the backend that it is handed', async () => {
  let calls = 0;
  class Counting extends ReferenceBackend {
    override conv(...args: Parameters<ReferenceBackend['conv']>) {
      calls++;
      super.conv(...args);
    }
  }
  await filter(RAMP, box(3), { backend: new Counting() });
  expect(calls).toBe(1);
});

const CHANNELS_RULE = "channels must be 'color', 'all', 'luminance', letters of 'rgba' in this order, or a list of channel numbers";
test.each<[string, unknown, string]>([
  ['stride', 0, 'filter: stride must be an integer ≥ 1, received 0'],
  ['dilation', 1.5, 'filter: dilation must be an integer ≥ 1, received 1.5'],
  ['padding', -1, 'filter: padding must be'],
  ['paddingMode', 'mirror', 'filter: paddingMode must be one of zero, constant'],
  ['paddingValue', 3, "filter: paddingValue requires paddingMode 'constant' (it is 'reflect'), received 3"],
  ['anchor', 3, 'filter: anchor must be a cell of the kernel, 0 to 2, received 3'],
  ['flip', 1, 'filter: flip must be true or false, received 1'],
  ['scale', 'mean', 'filter: scale must be a finite number or \'sum\', received "mean"'],
  ['scale', Number.NaN, "filter: scale must be a finite number or 'sum', received NaN"],
  ['bias', Number.POSITIVE_INFINITY, 'filter: bias must be a finite float32 number, received Infinity'],
  ['channels', 'red', `filter: ${CHANNELS_RULE}, received "red"`],
  ['channels', 'colour', `filter: ${CHANNELS_RULE}, received "colour"; did you mean color?`],
  ['channels', [], `filter: ${CHANNELS_RULE}, received []`],
  ['channels', 'r', "filter: channels must be 'color', 'all' or a list of channel numbers from 0 to 0, received \"r\""],
  ['channels', [1], "filter: channels must be 'color', 'all' or a list"],
  ['output', 'uint8', 'filter: output must be one of clamp, signed, abs, normalize, float, 16bit, received "uint8"'],
  ['output', 'normalise', 'filter: output must be one of clamp, signed, abs, normalize, float, 16bit, received "normalise"; did you mean normalize?'],
  ['outptu', 'abs', 'filter: outptu is not an option; did you mean output? The options are '],
  ['groups', 1, 'filter: groups is not an option; the options are '],
])('%s: %j is refused', async (option, value, message) => {
  const attempt = filter(
    gray([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]),
    box(3),
    { backend, [option]: value },
  );
  await expect(attempt).rejects.toThrow(OptionError);
  await expect(attempt).rejects.toThrow(message);
});

test('an anchor where the padding is not same is refused', async () => {
  await expect(filter(RAMP, box(1), { backend, anchor: 0, padding: 'valid' })).rejects.toThrow("filter: anchor requires padding 'same'");
});

test.each([['valid'], [0], [['valid', 0]]] as const)('a border where the padding is %j is refused: it would never be seen', async (padding) => {
  await expect(filter(RAMP, kernel2d(SUM3), { backend, padding: padding as 'valid', paddingMode: 'wrap' })).rejects.toThrow(
    `filter: paddingMode requires padding (it is`,
  );
  await filter(RAMP, kernel2d(SUM3), { backend, padding: ['valid', 'same'], paddingMode: 'wrap' });
});

test('a kernel of another rank, or larger than the picture without padding, is refused', async () => {
  await expect(filter(RAMP, { shape: [1, 1, 3, 3], data: new Float32Array(9) }, { backend })).rejects.toThrow(
    'filter: kernel must be [kH, kW], or [C, kH, kW] with one kernel for each channel, received [1, 1, 3, 3]',
  );
  await expect(filter(RAMP, 1 as never, { backend })).rejects.toThrow(ShapeError);
  await expect(filter(RAMP, box(3), { backend, padding: 'valid' })).rejects.toThrow('filter: the output would be empty');
});
