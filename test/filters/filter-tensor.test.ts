import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createBackend, filterTensor, type NestedNumbers, OptionError, ShapeError, type Tensor, tensor } from '../../src/index.js';

// scripts/make-volume-fixture.py made these
const fixture: Record<string, NestedNumbers> = JSON.parse(await readFile('test/filters/fixtures/volume.json', 'utf8'));
const volume = tensor(fixture.volume);

/** exp(−i² / 2σ²) out to 4σ, as scipy cuts it off, of sum 1. */
function bell(sigma: number): number[] {
  const radius = Math.floor(4 * sigma + 0.5);
  const values = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const sum = values.reduce((a, b) => a + b);
  return values.map((value) => value / sum);
}
const outer3 = (a: readonly number[], b: readonly number[], c: readonly number[]) => tensor(a.map((p) => b.map((q) => c.map((r) => p * q * r))));
const closeTo = ({ shape, data }: Tensor, expected: NestedNumbers) => {
  const wanted = tensor(expected);
  expect(shape).toEqual(wanted.shape);
  expect([...data]).toEqual(Array.from(wanted.data, (value) => expect.closeTo(value, 3)));
};

describe.each(['reference', 'wasm'] as const)('as scipy.ndimage, on %s', async (name) => {
  const backend = await createBackend(name);

  test('3D Gaussian, another σ for each axis', async () => {
    closeTo(await filterTensor(volume, outer3(bell(0.8), bell(1), bell(1.2)), { backend }), fixture.gaussian);
  });

  test.each([0, 1, 2])('3D Sobel along axis %i', async (axis) => {
    const [z, y, x] = [0, 1, 2].map((each) => (each === axis ? [-1, 0, 1] : [1, 2, 1]));
    closeTo(await filterTensor(volume, outer3(z, y, x), { backend, paddingMode: 'replicate' }), (fixture.sobel as NestedNumbers[])[axis]);
  });

  test('a Gaussian along a signal', async () => {
    closeTo(await filterTensor(tensor(fixture.signal), tensor(bell(1.5)), { backend, paddingMode: 'symmetric' }), fixture.gaussian1d);
  });

  test('an even plane kernel over every slice of a volume', async () => {
    const kernel = tensor([
      [1, 2],
      [3, 4],
      [5, -6],
    ]);
    closeTo(await filterTensor(volume, kernel, { backend, paddingMode: 'wrap' }), fixture.perSlice);
  });
});

describe('options', async () => {
  const backend = await createBackend('reference');
  const run = async (x: NestedNumbers, kernel: NestedNumbers, options = {}) => {
    const { shape, data } = await filterTensor(tensor(x), tensor(kernel), { backend, ...options });
    return [shape, [...data]];
  };

  test.each<[object, number[]]>([
    [{}, [6, 9, 18, 24]],
    [{ paddingMode: 'zero' }, [4, 9, 18, 20]],
    [{ paddingMode: 'constant', paddingValue: 3 }, [7, 9, 18, 23]],
    [{ padding: 'valid' }, [9, 18]],
    [{ padding: [2, 0], paddingMode: 'zero' }, [1, 4, 9, 18]],
    [{ stride: 2 }, [6, 18]],
    [{ dilation: 2, paddingMode: 'wrap' }, [10, 20, 10, 20]],
    [{ scale: 'sum', padding: 'valid' }, [2.25, 4.5]],
    [{ scale: 0.5, bias: 1, padding: 'valid' }, [5.5, 10]],
    [{ anchor: 0, paddingMode: 'replicate' }, [9, 18, 28, 32]],
  ])('%j on a signal', async (options, expected) => {
    expect(await run([1, 2, 4, 8], [1, 2, 1], options)).toEqual([[expected.length], expected]);
  });

  test('flip turns the kernel round on every axis', async () => {
    expect(
      await run(
        [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        ],
        [
          [
            [1, 0],
            [0, 0],
          ],
          [
            [0, 0],
            [0, 0],
          ],
        ],
        { padding: 'valid', flip: true },
      ),
    ).toEqual([[1, 1, 1], [8]]);
  });

  test('axes in front are filtered one by one', async () => {
    expect(
      await run(
        [
          [1, 5],
          [2, 9],
        ],
        [-1, 1],
        { padding: 'valid' },
      ),
    ).toEqual([
      [2, 1],
      [4, 7],
    ]);
  });

  test.each<[NestedNumbers, NestedNumbers, object, new (...args: never[]) => Error, string]>([
    [[1, 2], [[1]], {}, ShapeError, 'filterTensor: kernel must have 1 to 3 axes, and x at least the same number, received x [2] and kernel [1, 1]'],
    [[[[[1]]]], [[[[1]]]], {}, ShapeError, 'kernel must have 1 to 3 axes'],
    [[1, 2], [1], { output: 'abs' }, OptionError, 'filterTensor: output is not an option'],
    [[1, 2], [1], { stride: [1, 1] }, OptionError, 'filterTensor: stride must be a number, or a list with one for each of the 1 spatial axes'],
    [[1, 2], [1, 1, 1], { padding: 'valid' }, ShapeError, 'filterTensor: the output would be empty'],
  ])('%j with %j, %j is refused', async (x, kernel, options, kind, message) => {
    await expect(run(x, kernel, options)).rejects.toThrow(kind);
    await expect(run(x, kernel, options)).rejects.toThrow(message);
  });
});
