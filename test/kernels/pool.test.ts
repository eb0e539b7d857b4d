// biome-ignore-all format: matrices are laid out as matrices
import { describe, expect, test } from 'vitest';
import { averagePool, averagePoolGradient, maxPool, maxPoolGradient, Random, type Tensor, tensor } from '../../src/index.js';
import { BACKENDS } from './backends.js';

describe.each(BACKENDS)('pooling on $name', ({ backend }) => {
  const X = tensor([[[
    [1, 3, 2, 1, 9],
    [4, 2, 0, 1, 9],
    [5, 1, 7, 8, 9],
    [0, 0, 6, 6, 9],
  ]]]);

  test('the largest of every window, and where it lies; the remainder is dropped', async () => {
    const { output, indices } = await maxPool(X, { kernelSize: 2, backend });
    expect(output).toEqual(tensor([[[[4, 2], [5, 8]]]]));
    expect([...indices]).toEqual([5, 2, 10, 13]);
  });

  test('windows of 3×3 that do not overlap, as the lecture shows them', async () => {
    const six = tensor([[[
      [0, 1, 0, 2, 0, 1],
      [1, 4, 1, 0, 3, 0],
      [0, 1, 0, 1, 0, 2],
      [5, 0, 1, 0, 0, 0],
      [0, 1, 0, 0, 6, 1],
      [1, 0, 2, 0, 1, 0],
    ]]]);
    expect((await maxPool(six, { kernelSize: 3, backend })).output).toEqual(tensor([[[[4, 3], [5, 6]]]]));
  });

  test('indices count inside the own plane, volume or signal', async () => {
    const planes = tensor([[[[1, 2], [3, 4]], [[8, 7], [6, 5]]]]);
    expect([...(await maxPool(planes, { kernelSize: 2, backend })).indices]).toEqual([3, 0]);
    const volume = tensor([[[[[1, 2], [3, 4]], [[5, 9], [7, 8]]]]]);
    expect([...(await maxPool(volume, { kernelSize: 2, backend })).indices]).toEqual([5]);
    const signal = tensor([[[1, 5, 2, 4, 3]]]);
    expect([...(await maxPool(signal, { kernelSize: 2, stride: 1, dilation: 2, backend })).indices]).toEqual([2, 1, 4]);
  });

  test('padding never wins, not even over negative numbers', async () => {
    const { output, indices } = await maxPool(tensor([[[-5, -3, -4]]]), { kernelSize: 3, stride: 2, padding: 1, backend });
    expect([...output.data]).toEqual([-3, -3]);
    expect([...indices]).toEqual([1, 1]);
  });

  test('of equals the first wins, and NaN wins over all', async () => {
    const { output, indices } = await maxPool(tensor([[[2, 2, 9, Number.NaN, Number.NaN, Number.NaN]]]), { kernelSize: 2, backend });
    expect([...output.data]).toEqual([2, Number.NaN, Number.NaN]);
    expect([...indices]).toEqual([0, 3, 4]);
  });

  test('what a winner won comes back to it, from every window that it won', async () => {
    const x = tensor([[[1, 9, 2, 3]]]);
    const window = { kernelSize: 2, stride: 1, backend };
    const { indices } = await maxPool(x, window);
    const back = await maxPoolGradient(tensor([[[1, 10, 100]]]), { ...window, inputShape: x.shape, indices });
    expect(back).toEqual(tensor([[[0, 11, 0, 100]]]));
  });

  test('indices lead back through padding and dilation, in every rank', async () => {
    const random = new Random(3);
    for (const shape of [[2, 3, 11], [2, 2, 6, 7], [1, 2, 5, 4, 6]]) {
      const x: Tensor = { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()) };
      const window = { kernelSize: 3, stride: 2, padding: 2, dilation: 2, backend };
      const { output, indices } = await maxPool(x, window);
      const planes = shape[0] * shape[1];
      const [cells, outputs] = [x.data.length / planes, output.data.length / planes];
      const expected = new Float32Array(x.data.length);
      indices.forEach((index, o) => {
        const at = Math.floor(o / outputs) * cells + index;
        expect(x.data[at]).toBe(output.data[o]);
        expected[at] += 1;
      });
      const ones: Tensor = { shape: output.shape, data: new Float32Array(output.data.length).fill(1) };
      expect((await maxPoolGradient(ones, { ...window, inputShape: shape, indices })).data).toEqual(expected);
    }
  });

  test('averages count the padding unless they are told not to', async () => {
    const x = tensor([[[4, 8, 12, 16]]]);
    const window = { kernelSize: 4, stride: 2, padding: 2, backend };
    expect((await averagePool(x, window)).data).toEqual(Float32Array.of(3, 10, 7));
    expect((await averagePool(x, { ...window, countIncludePad: false })).data).toEqual(Float32Array.of(6, 10, 14));
  });

  test('the gradient of an average is shared out in equal parts', async () => {
    const gradient = tensor([[[4, 8, 12]]]);
    const window = { kernelSize: 4, stride: 2, padding: 2, inputShape: [1, 1, 4], backend };
    expect((await averagePoolGradient(gradient, window)).data).toEqual(Float32Array.of(3, 3, 5, 5));
    expect((await averagePoolGradient(gradient, { ...window, countIncludePad: false })).data).toEqual(Float32Array.of(4, 4, 8, 8));
  });

  test('channels and samples do not mix', async () => {
    const x = tensor([[[1, 3], [10, 30]], [[100, 300], [1000, 3000]]]);
    expect(await averagePool(x, { kernelSize: 2, backend })).toEqual(tensor([[[2], [20]], [[200], [2000]]]));
    expect((await maxPool(x, { kernelSize: 2, backend })).output).toEqual(tensor([[[3], [30]], [[300], [3000]]]));
  });
});
