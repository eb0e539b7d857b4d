import { describe, expect, test } from 'vitest';
import { kernels } from '../../../src/filters/catalogue/catalogue.js';
import {
  binomial,
  box,
  catalogue,
  conv,
  DIFFERENCE_X,
  differenceOfGaussians,
  EMBOSS,
  emboss,
  gabor,
  gaborBank,
  gaussian,
  gaussian1d,
  gaussian3d,
  KIRSCH,
  laplacianOfGaussian,
  MOTION_DIAGONAL,
  motionBlur,
  OptionError,
  ROBINSON,
  reshape,
  SOBEL_X,
  SOBEL_Y,
  sharpen,
  sobel3d,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { ReferenceBackend } from '../../../src/kernels/backends/reference/reference.js';

const backend = new ReferenceBackend();

/** The response of a kernel on a surface f(x, y), with x to the right and y down from the kernel's anchor. */
async function at(kernel: Tensor, f: (x: number, y: number) => number): Promise<number> {
  const [height, width] = kernel.shape;
  const x = tensor(
    Array.from({ length: height * width }, (_, i) => f((i % width) - Math.floor(width / 2), Math.floor(i / width) - Math.floor(height / 2))),
    [1, 1, height, width],
  );
  return (await conv(x, reshape(kernel, [1, 1, height, width]), { backend })).data[0];
}

describe('every kernel of the catalogue', () => {
  test.each(Object.entries(kernels))('%s: what keeps flat gray is shown as it is, what removes it needs an output for negative values', async (_, entry) => {
    expect(await at(entry.make(), () => 10)).toBeCloseTo(entry.output === 'clamp' ? 10 : 0, 4);
  });

  test.each(Object.entries(kernels))('%s: its defaults are those of the function', (_, { make, parameters }) => {
    expect(make(...parameters.map((parameter) => parameter.default))).toEqual(make());
  });

  test.each(Object.entries(kernels).filter(([, { parameters }]) => parameters.length > 0))('%s: every parameter has an effect', (_, { make, parameters }) => {
    const usual = parameters.map((parameter) => parameter.default);
    parameters.forEach((parameter, i) => {
      expect(make(...usual.with(i, parameter.default + (parameter.name.startsWith('sigma') ? 0.5 : 1))), parameter.name).not.toEqual(make());
    });
  });

  test.each(
    Object.entries(kernels).flatMap(([name, { parameters }]) =>
      parameters.flatMap((parameter, i) => [Number.NaN, Number.POSITIVE_INFINITY].map((value) => [name, parameter.name, value, i] as const)),
    ),
  )('%s: %s %d is refused by name', (name, parameter, value, i) => {
    const values = kernels[name].parameters.map((each) => each.default).with(i, value);
    expect(() => kernels[name].make(...values)).toThrow(expect.objectContaining({ name: 'OptionError', option: parameter }));
  });

  test('the catalogue holds them all', () => {
    for (const [name, entry] of Object.entries(kernels)) expect(catalogue[name]).toBe(entry);
  });
});

test.each([
  ['box', [0]],
  ['box', [2.5]],
  ['box', [5000]],
  ['binomial', [0]],
  ['gaussian', [0]],
  ['gaussian', [1e9]],
  ['disk', [0]],
  ['disk', [1e5]],
  ['motion-blur', [0]],
  ['motion-blur', [1e5]],
  ['sharpen', [-1]],
  ['high-pass', [0]],
  ['high-pass', [1e4]],
  ['kirsch', [8]],
  ['kirsch', [0.5]],
  ['robinson', [-1]],
  ['laplacian-of-gaussian', [0.2]],
  ['laplacian-of-gaussian', [1e4]],
  ['difference-of-gaussians', [0]],
  ['difference-of-gaussians', [2, 2]],
  ['difference-of-gaussians', [1, 1e4]],
  ['gabor', [2]],
  ['gabor', [1e5]],
])('%s(%j) is refused', (name, parameters) => {
  expect(() => kernels[name].make(...parameters)).toThrow(OptionError);
});

test.each([
  ['sobel-x', 8, 0],
  ['sobel-y', 0, 8],
  ['scharr-x', 32, 0],
  ['scharr-y', 0, 32],
  ['prewitt-x', 6, 0],
  ['prewitt-y', 0, 6],
  ['roberts-falling', 1, 1],
  ['roberts-rising', 1, -1],
  ['kirsch', 24, 0],
  ['robinson', 8, 0],
  ['difference-x', 1, 0],
  ['emboss', 4, 4],
  ['laplacian-4', 0, 0],
  ['laplacian-8', 0, 0],
])('%s: a slope of 1 to the right gives %d, downwards %d', async (name, right, down) => {
  expect(await at(kernels[name].make(), (x) => x)).toBe(right);
  expect(await at(kernels[name].make(), (_, y) => y)).toBe(down);
});

test('Laplacians of x² + y²: the second derivatives are 2 and 2, the diagonals add 4 and 4', async () => {
  const bowl = (x: number, y: number) => x * x + y * y;
  expect(await at(kernels['laplacian-4'].make(), bowl)).toBe(4);
  expect(await at(kernels['laplacian-8'].make(), bowl)).toBe(12);
  // of the bell 6 parts in 100,000 are cut off, and far out they count most
  for (const sigma of [1, 2, 3.7]) expect(await at(laplacianOfGaussian(sigma), bowl)).toBeCloseTo(4, 1);
});

test('y is x, transposed', () => {
  const transposed = [0, 3, 6, 1, 4, 7, 2, 5, 8];
  for (const name of ['sobel', 'scharr', 'prewitt']) {
    const [x, y] = [kernels[`${name}-x`].make().data, kernels[`${name}-y`].make().data];
    expect([...y]).toEqual(transposed.map((i) => x[i]));
  }
});

test('the edges of the lecture: f(x, y) − f(x − 1, y), and the diagonal kernel', async () => {
  expect(await at(DIFFERENCE_X, (x) => [5, 12][x + 1])).toBe(7);
  expect([...kernels['difference-diagonal'].make().data]).toEqual([1, -1, 0, 0, 1, -1, 0, 0, 1]);
});

test('the motion blur of the lecture: a ninth on each of nine diagonal cells', () => {
  expect(MOTION_DIAGONAL.shape).toEqual([9, 9]);
  MOTION_DIAGONAL.data.forEach((weight, i) => {
    expect(weight).toBe(i % 10 === 0 ? Math.fround(1 / 9) : 0);
  });
});

test('motion: along the axes a whole length is the mean of so many pixels; half a turn changes nothing', () => {
  expect(motionBlur(5, 0)).toEqual(tensor([[0.2, 0.2, 0.2, 0.2, 0.2]]));
  expect(motionBlur(3, 90)).toEqual(reshape(motionBlur(3, 0), [3, 1]));
  expect(motionBlur(2, 0)).toEqual(tensor([[0.25, 0.5, 0.25]]));
  for (const angle of [10, 45, -30]) {
    const [there, back] = [motionBlur(11.5, angle), motionBlur(11.5, angle + 180)];
    expect(there.shape).toEqual(back.shape);
    there.data.forEach((weight, i) => {
      expect(weight).toBeCloseTo(back.data[i], 6);
    });
  }
});

test('motion: counter-clockwise from the right', () => {
  const { shape, data } = motionBlur(9, 30);
  const [height, width] = shape;
  const right = width - 2;
  const column = Array.from({ length: height }, (_, y) => data[y * width + right]);
  expect(column.indexOf(Math.max(...column))).toBeLessThan((height - 1) / 2); // at the right it is above the middle
});

test('sharpen: identity − strength · Laplacian', async () => {
  expect([...sharpen().data]).toEqual([0, -1, 0, -1, 5, -1, 0, -1, 0]);
  expect([...sharpen(0.5).data]).toEqual([0, -0.5, 0, -0.5, 3, -0.5, 0, -0.5, 0]);
  expect(await at(sharpen(0), (x, y) => 7 + x + y)).toBe(7);
});

test('box: the mean of its window, even windows too', async () => {
  expect(box(2).shape).toEqual([2, 2]);
  expect(await at(box(2), (x, y) => 1 + x + y)).toBe(0);
  expect(await at(box(5), (x) => x * x)).toBeCloseTo(2, 6);
});

test('emboss: light from the upper left is EMBOSS exactly; from above, below and the sides it is Sobel', () => {
  expect(emboss(135, 1)).toEqual(EMBOSS);
  const steered = (kernel: Tensor, factor: number) => Float32Array.from(kernel.data, (weight) => (weight === 0 ? 0 : (weight * factor) / Math.SQRT2));
  expect(emboss(180).data).toEqual(steered(SOBEL_X, 1));
  expect(emboss(0).data).toEqual(steered(SOBEL_X, -1));
  expect(emboss(90, 3).data).toEqual(steered(SOBEL_Y, 3));
  expect(emboss(-90).data).toEqual(steered(SOBEL_Y, -1));
});

test("compass: Robinson's first is Sobel's, the third looks up; Kirsch's look where their fives are", () => {
  expect(ROBINSON[0]).toEqual(SOBEL_X);
  expect([...ROBINSON[2].data]).toEqual(Array.from(SOBEL_Y.data, (weight) => (weight === 0 ? 0 : -weight)));
  expect(KIRSCH).toHaveLength(8);
  expect([...KIRSCH[1].data]).toEqual([-3, 5, 5, -3, 0, 5, -3, -3, -3]);
  expect([...KIRSCH[6].data]).toEqual([-3, -3, -3, -3, 0, -3, 5, 5, 5]);
});

test('binomial: integers over a power of four, however many', () => {
  expect([...binomial(3).data]).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1].map((weight) => weight / 16));
  expect(binomial(1200).data.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4); // C(1199, 600) is beyond float64
});

describe('gaussian', () => {
  test('size cuts it off', () => {
    expect(gaussian(2).shape).toEqual([17, 17]);
    expect(gaussian(2, { size: 5 }).shape).toEqual([5, 5]);
    expect(gaussian([1, 2], { size: [3, 7] }).shape).toEqual([3, 7]);
    expect(gaussian1d(1).shape).toEqual([9]);
    expect(gaussian3d([1, 2, 0.5]).shape).toEqual([9, 17, 5]);
  });

  test.each([
    [1, { size: 4 }, 'size'],
    [1, { size: 0 }, 'size'],
    [1, { size: 10001 }, 'size'],
    [1, { size: [3, 3, 3] }, 'size'],
    [[1, 2, 3], {}, 'sigma'],
    [[1, -2], {}, 'sigma'],
    [1, { truncate: 3 }, 'truncate'],
  ])('gaussian(%j, %j) is refused', (sigma, options, option) => {
    expect(() => gaussian(sigma, options as object)).toThrow(expect.objectContaining({ name: 'OptionError', option }));
  });

  test('difference of Gaussians: the second sigma follows the first', () => {
    expect(differenceOfGaussians(2)).toEqual(differenceOfGaussians(2, 3.2));
  });
});

describe('gabor', () => {
  test('gives 1 on its own wave, 0 on flat gray and next to nothing on waves across and of other lengths', async () => {
    const wave =
      (length: number, degrees: number, shift = 0) =>
      (x: number, y: number) =>
        Math.cos((2 * Math.PI * (x * Math.cos((degrees * Math.PI) / 180) - y * Math.sin((degrees * Math.PI) / 180))) / length + (shift * Math.PI) / 180);
    for (const orientation of [0, 30, 90, -70]) {
      const kernel = gabor({ wavelength: 6, orientation });
      expect(await at(kernel, wave(6, orientation))).toBeCloseTo(1, 5);
      expect(await at(kernel, () => 1)).toBeCloseTo(0, 5);
      expect(Math.abs(await at(kernel, wave(6, orientation + 90)))).toBeLessThan(0.01);
      expect(Math.abs(await at(kernel, wave(18, orientation)))).toBeLessThan(0.1);
    }
    expect(await at(gabor({ phase: 90 }), wave(6, 0, 90))).toBeCloseTo(1, 5);
    expect(await at(gabor({ phase: 90 }), (x) => -x)).toBeGreaterThan(0); // an edge from bright to dark
  });

  test('sigma and aspect shape the bell', () => {
    expect(gabor({ sigma: 2 }).shape).toEqual([25, 25]);
    expect(gabor({ sigma: 2, aspect: 1 }).shape).toEqual([13, 13]);
    expect(gabor({ sigma: 2, aspect: 2 }).shape).toEqual([13, 13]);
    expect(gabor({ sigma: 2, aspect: 2 })).not.toEqual(gabor({ sigma: 2, aspect: 1 }));
  });

  test('a bank is its kernels, orientations running fastest, the smaller ones in the middle', () => {
    const bank = gaborBank({ orientations: 3, wavelengths: [4, 6], phase: 20, aspect: 0.8 });
    const large = gabor({ wavelength: 6, orientation: 120, phase: 20, aspect: 0.8 });
    const side = large.shape[0];
    expect(bank.shape).toEqual([6, 1, side, side]);
    const part = (i: number) => bank.data.subarray(i * side * side, (i + 1) * side * side);
    expect(part(5)).toEqual(large.data);
    const small = gabor({ wavelength: 4, orientation: 60, phase: 20, aspect: 0.8 });
    const margin = (side - small.shape[0]) / 2;
    part(1).forEach((weight, i) => {
      const [y, x] = [Math.floor(i / side) - margin, (i % side) - margin];
      const inside = Math.min(x, y) >= 0 && Math.max(x, y) < small.shape[0];
      expect(weight).toBeCloseTo(inside ? small.data[y * small.shape[0] + x] : 0, 7);
    });
    expect(gaborBank().shape.slice(0, 2)).toEqual([8, 1]);
  });

  test.each([
    [{ orientations: 0 }, 'orientations'],
    [{ wavelengths: [] }, 'wavelengths'],
    [{ wavelengths: 4 }, 'wavelengths'],
    [{ wavelengths: [4, 2] }, 'wavelengths'],
    [{ orientations: 1e7 }, 'orientations'],
    [{ sigma: 3 }, 'sigma'],
  ])('gaborBank(%j) is refused', (options, option) => {
    expect(() => gaborBank(options as object)).toThrow(expect.objectContaining({ name: 'OptionError', option }));
  });

  test.each([
    [{ aspect: 0 }, 'aspect'],
    [{ sigma: -1 }, 'sigma'],
    [{ aspect: 1e-4 }, 'sigma'],
    [{ theta: 3 }, 'theta'],
  ])('gabor(%j) is refused', (options, option) => {
    expect(() => gabor(options as object)).toThrow(expect.objectContaining({ name: 'OptionError', option }));
  });
});

test('sobel3d knows three axes', () => {
  expect(() => sobel3d('w' as 'x')).toThrow(OptionError);
});
