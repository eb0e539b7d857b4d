// biome-ignore-all format: matrices are laid out as matrices
import { describe, expect, test } from 'vitest';
import { type ConvCallOptions, conv, convBiasGradient, convInputGradient, convKernelGradient, full, type NestedNumbers, PADDING_MODES, tensor } from '../../src/index.js';
import { BACKENDS } from './backends.js';

describe.each(BACKENDS)('conv on $name', ({ backend }) => {
  /** One channel in, one out; 1, 2 or 3 axes by the nesting. */
  const plain = async (x: NestedNumbers, kernel: NestedNumbers, options: ConvCallOptions = {}) =>
    (await conv(tensor([[x]]), tensor([[kernel]]), { ...options, backend })).data;

  test('slides the kernel as it is written; flip turns it round', async () => {
    expect(await plain([1, 2, 3, 4], [10, 1])).toEqual(Float32Array.of(12, 23, 34));
    expect(await plain([1, 2, 3, 4], [10, 1], { flip: true })).toEqual(Float32Array.of(21, 32, 43));
  });

  test('flip turns round every axis', async () => {
    const kernel = [[1, 2], [3, 4]];
    const impulse = [[0, 0, 0], [0, 1, 0], [0, 0, 0]];
    expect(await plain(impulse, kernel)).toEqual(Float32Array.of(4, 3, 2, 1));
    expect(await plain(impulse, kernel, { flip: true })).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  test('stride drops the remainder, dilation spreads the kernel', async () => {
    expect(await plain([1, 2, 3, 4, 5, 6], [1, 10], { stride: 2 })).toEqual(Float32Array.of(21, 43, 65));
    expect(await plain([1, 2, 3, 4, 5], [1, 10], { stride: 2 })).toEqual(Float32Array.of(21, 43));
    expect(await plain([1, 2, 3, 4, 5, 6], [1, 10, 100], { dilation: 2 })).toEqual(Float32Array.of(531, 642));
    for (const stride of [6, 2 ** 31, 2 ** 32, 2 ** 53 - 1]) expect(await plain([1, 2, 3, 4, 5, 6], [1, 10], { stride })).toEqual(Float32Array.of(21));
  });

  test('options per axis come in the order of the shape', async () => {
    const x = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
    expect(await plain(x, [[1]], { stride: [2, 1] })).toEqual(Float32Array.of(1, 2, 3, 7, 8, 9));
    expect(await plain(x, [[1, 1]], { dilation: [1, 2] })).toEqual(Float32Array.of(4, 10, 16));
    const bordered = await conv(tensor([[x]]), full([1, 1, 1, 1], 1), { padding: [[1, 0], [0, 2]], backend });
    expect(bordered).toEqual(tensor([[[[0, 0, 0, 0, 0], [1, 2, 3, 0, 0], [4, 5, 6, 0, 0], [7, 8, 9, 0, 0]]]]));
  });

  test.each([
    ['zero', [0, 0, 0, 1, 2, 3, 4, 0, 0, 0]],
    ['constant', [9, 9, 9, 1, 2, 3, 4, 9, 9, 9]],
    ['replicate', [1, 1, 1, 1, 2, 3, 4, 4, 4, 4]],
    ['reflect', [4, 3, 2, 1, 2, 3, 4, 3, 2, 1]],
    ['symmetric', [3, 2, 1, 1, 2, 3, 4, 4, 3, 2]],
    ['wrap', [2, 3, 4, 1, 2, 3, 4, 1, 2, 3]],
  ] as const)('what lies beyond the border of 1234: %s', async (paddingMode, shown) => {
    const options = { padding: 3, paddingMode, ...(paddingMode === 'constant' && { paddingValue: 9 }) };
    expect(await plain([1, 2, 3, 4], [1], options)).toEqual(Float32Array.from(shown));
  });

  test.each(PADDING_MODES)("'%s' goes round a corner axis by axis", async (paddingMode) => {
    const corner = await plain([[1, 2], [3, 4]], [[1]], { padding: 1, paddingMode });
    const expected = {
      zero: [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0],
      constant: [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0],
      replicate: [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4],
      reflect: [4, 3, 4, 3, 2, 1, 2, 1, 4, 3, 4, 3, 2, 1, 2, 1],
      symmetric: [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4],
      wrap: [4, 3, 4, 3, 2, 1, 2, 1, 4, 3, 4, 3, 2, 1, 2, 1],
    };
    expect(corner).toEqual(Float32Array.from(expected[paddingMode]));
  });

  test('groups see only their own channels; the bias is added per output channel', async () => {
    const x = tensor([[[1, 2], [10, 20]]]);
    const kernel = tensor([[[1]], [[2]], [[3]], [[4]]]);
    const out = await conv(x, kernel, { groups: 2, bias: tensor([0, 0.5, 0, -1]), backend });
    expect(out).toEqual(tensor([[[1, 2], [2.5, 4.5], [30, 60], [39, 79]]]));
    const summed = await conv(x, tensor([[[1], [2]]]), { backend });
    expect(summed).toEqual(tensor([[[21, 42]]]));
  });

  test.each([false, true])('a kernel that is 1 at its anchor and 0 elsewhere changes nothing (flip %s)', async (flip) => {
    const x = [1, 2, 3, 4, 5, 6, 7];
    for (const kernelSize of [1, 2, 3, 4, 5]) {
      for (let anchor = 0; anchor < kernelSize; anchor++) {
        const delta = Array.from({ length: kernelSize }, (_, k) => (k === anchor ? 1 : 0));
        for (const [stride, dilation] of [[1, 1], [1, 2], [2, 1], [3, 2]]) {
          const out = await plain(x, delta, { padding: 'same', anchor, flip, stride, dilation });
          expect([...out], `anchor ${anchor} of ${kernelSize}`).toEqual(x.filter((_, i) => i % stride === 0));
        }
      }
    }
  });

  test('NaN and infinity flow through, as everywhere in arithmetic', async () => {
    expect(await plain([1, Number.NaN, 3, 4], [1, 1])).toEqual(Float32Array.of(Number.NaN, Number.NaN, 7));
    expect(await plain([1, 2], [Number.POSITIVE_INFINITY])).toEqual(Float32Array.of(Infinity, Infinity));
  });

  test('gradients by hand', async () => {
    const [x, kernel, gradient] = [tensor([[[1, 2, 3]]]), tensor([[[10, 1]]]), tensor([[[1, 100]]])];
    expect((await convInputGradient(gradient, kernel, { inputShape: x.shape, backend })).data).toEqual(Float32Array.of(10, 1001, 100));
    expect((await convKernelGradient(x, gradient, { kernelShape: kernel.shape, backend })).data).toEqual(Float32Array.of(201, 302));
    const sums = await convBiasGradient(tensor([[[1, 2], [3, 4]], [[10, 20], [30, 40]]]), { backend });
    expect(sums).toEqual(tensor([33, 77]));
  });

  test('the gradient of a border goes to the cells that it shows', async () => {
    const options = { padding: [2, 1] as const, backend, inputShape: [1, 1, 3] };
    const back = async (paddingMode: (typeof PADDING_MODES)[number]) =>
      (await convInputGradient(tensor([[[1, 10, 100, 1000, 1e4, 1e5]]]), tensor([[[1]]]), { ...options, paddingMode })).data;
    expect(await back('zero')).toEqual(Float32Array.of(100, 1000, 1e4)); // ··abc·
    expect(await back('constant')).toEqual(Float32Array.of(100, 1000, 1e4)); // vvabcv
    expect(await back('replicate')).toEqual(Float32Array.of(111, 1000, 110000)); // aaabcc
    expect(await back('reflect')).toEqual(Float32Array.of(100, 101010, 10001)); // cbabcb
    expect(await back('symmetric')).toEqual(Float32Array.of(110, 1001, 110000)); // baabcc
    expect(await back('wrap')).toEqual(Float32Array.of(100100, 1001, 10010)); // bcabca
  });

  test('nothing handed in is changed', async () => {
    const [x, kernel, bias] = [full([1, 2, 4], 2), full([2, 2, 3], 3), full([2], 4)];
    const options = Object.freeze({ padding: Object.freeze([1, 0] as const), bias, backend });
    await conv(x, kernel, options);
    expect([x, kernel, bias]).toEqual([full([1, 2, 4], 2), full([2, 2, 3], 3), full([2], 4)]);
  });
});
