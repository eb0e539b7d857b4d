import { describe, expect, test } from 'vitest';
import { toOnnx } from '../../../src/cnn/exchange/onnx.js';
import * as cnn from '../../../src/cnn/index.js';
import { UnsupportedError } from '../../../src/errors.js';
import { Custom } from './exported.js';

describe('the file', () => {
  /** Every text in a file, which is where operators and names stand. */
  const texts = (bytes: Uint8Array) => [...new TextDecoder('latin1').decode(bytes).matchAll(/[\w.]{3,}/g)].map(([text]) => text);

  test("has PyTorch's names and whole operators", async () => {
    const found = texts(
      await toOnnx(
        new cnn.Sequential({ conv: new cnn.Conv2d(1, 2, 3), norm: new cnn.BatchNorm2d(2), flat: new cnn.Flatten(), fc: new cnn.Linear(8, 2) }),
        [1, 1, 4, 4],
      ),
    );
    for (const name of ['conv.weight', 'conv.bias', 'norm.running_mean', 'norm.weight', 'fc.weight', 'batch']) expect(found).toContain(name);
    expect(found.filter((text) => /channels/.test(text))).toEqual([]);
    expect(found.filter((text) => ['Conv', 'BatchNormalization', 'Gemm', 'Reshape', 'Mul', 'Add'].includes(text))).toEqual([
      'Conv',
      'BatchNormalization',
      'Reshape',
      'Gemm',
    ]);
  });
});

test('the model is as it was: in training, part of it in evaluation', async () => {
  const model = new cnn.Sequential([new cnn.Dropout(), new cnn.Sequential([new cnn.BatchNorm1d(3)]).eval()]);
  await toOnnx(model, [4, 3]);
  expect(model.modules().map(({ training }) => training)).toEqual([true, true, false, false]);
});

describe('what has no counterpart is refused', () => {
  const own = (x: cnn.Value) => x.graph.record('cube', [x], x.shape, () => ({ forward: () => {} }));
  test.each<[what: string, compute: (x: cnn.Value) => cnn.Value, says: RegExp]>([
    ['an operation of your own', own, /toOnnx: the operation "cube" cannot be exported; the supported operations are relu,/],
    ['a kernel that is turned round', (x) => cnn.convolve(x, x.graph.constant([1, 1, 2], Float32Array.of(1, 2)), null, { flip: true }), /flip: true/],
    [
      'a transposed convolution with a border',
      (x) => cnn.convolveTransposed(x, x.graph.constant([1, 1, 3], Float32Array.of(1, 2, 3)), null, [1, 1, 5], { padding: 1, paddingMode: 'wrap' }),
      /padding mode 'wrap'/,
    ],
  ])('%s', async (_what, compute, says) => {
    await expect(toOnnx(new Custom(compute), [1, 1, 5])).rejects.toThrow(UnsupportedError);
    await expect(toOnnx(new Custom(compute), [1, 1, 5])).rejects.toThrow(says);
  });

  test('no input', async () => {
    await expect(toOnnx(new cnn.ReLU())).rejects.toThrow(/the shape of the input is required/);
  });
});
