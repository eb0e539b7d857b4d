import { expect, test } from 'vitest';
import { box, catalogue, conv, DIFFERENCE_X, MOTION_DIAGONAL, OptionError, reshape, SOBEL_X, SOBEL_Y, sharpen, type Tensor, tensor } from '../../src/index.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';

const backend = new ReferenceBackend();

/** What a kernel makes of the 3 × 3 (or its own size) around the middle of a surface f(x, y), x to the right, y downwards. */
async function at(kernel: Tensor, f: (x: number, y: number) => number): Promise<number> {
  const [height, width] = kernel.shape;
  const x = tensor(
    Array.from({ length: height * width }, (_, i) => f((i % width) - Math.floor(width / 2), Math.floor(i / width) - Math.floor(height / 2))),
    [1, 1, height, width],
  );
  return (await conv(x, reshape(kernel, [1, 1, height, width]), { backend })).data[0];
}

test.each(Object.entries(catalogue))('%s: its response to flat grey is the sum of its weights', async (_name, { make, output }) => {
  const flat = await at(make(), () => 10);
  // what keeps the grey is shown as it is; what removes it needs an output for negative values
  expect(flat).toBeCloseTo(output === 'clamp' ? 10 : 0, 5);
});

test.each([
  ['sobel-x', 8, 0],
  ['sobel-y', 0, 8],
  ['difference-x', 1, 0],
  ['emboss', 4, 4],
  ['laplacian-4', 0, 0],
  ['laplacian-8', 0, 0],
])('%s: a slope of 1 to the right gives %d, downwards %d', async (name, right, down) => {
  const kernel = catalogue[name].make();
  expect(await at(kernel, (x) => x)).toBe(right);
  expect(await at(kernel, (_, y) => y)).toBe(down);
});

test('Laplacians of x² + y²: the second derivatives are 2 and 2, the diagonals add 4 and 4', async () => {
  expect(await at(catalogue['laplacian-4'].make(), (x, y) => x * x + y * y)).toBe(4);
  expect(await at(catalogue['laplacian-8'].make(), (x, y) => x * x + y * y)).toBe(12);
});

test('sobel-y is sobel-x transposed', () => {
  expect([...SOBEL_Y.data]).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => SOBEL_X.data[i]));
});

test('the edges of the lecture: f(x, y) − f(x − 1, y), and the diagonal kernel', async () => {
  expect(await at(DIFFERENCE_X, (x) => [5, 12][x + 1])).toBe(7);
  expect([...catalogue['difference-diagonal'].make().data]).toEqual([1, -1, 0, 0, 1, -1, 0, 0, 1]);
});

test('motion-diagonal: a ninth on each of nine diagonal cells', () => {
  expect(MOTION_DIAGONAL.shape).toEqual([9, 9]);
  MOTION_DIAGONAL.data.forEach((weight, i) => {
    expect(weight).toBe(i % 10 === 0 ? Math.fround(1 / 9) : 0);
  });
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

test.each([
  ['box', [0]],
  ['box', [2.5]],
  ['box', [Number.NaN]],
  ['sharpen', [-1]],
  ['sharpen', [Number.POSITIVE_INFINITY]],
])('%s(%j) is refused', (name, parameters) => {
  expect(() => catalogue[name].make(...parameters)).toThrow(OptionError);
});

test('every default in the catalogue is the default of the function', () => {
  for (const { make, parameters } of Object.values(catalogue)) {
    expect(make(...parameters.map((parameter) => parameter.default))).toEqual(make());
  }
});
