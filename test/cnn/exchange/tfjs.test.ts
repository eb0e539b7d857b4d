import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadTfjs } from '../../../src/cnn/exchange/load-tfjs.js';
import { toTfjs } from '../../../src/cnn/exchange/tfjs.js';
import * as cnn from '../../../src/cnn/index.js';
import { UnsupportedError } from '../../../src/errors.js';
import { Custom } from './exported.js';

describe('the file', () => {
  test('tells input and output, the batch open, and every weight', async () => {
    const { modelJson, weights } = await toTfjs(new cnn.ConvNet(), [1, 1, 28, 28]);
    const dim = (...sizes: number[]) => ({ dim: sizes.map((size) => ({ size: String(size) })) });
    expect(modelJson.signature).toEqual({
      inputs: { input: { name: 'input:0', dtype: 'DT_FLOAT', tensorShape: dim(-1, 1, 28, 28) } },
      outputs: { output: { name: 'output:0', dtype: 'DT_FLOAT', tensorShape: dim(-1, 10) } },
    });
    const [{ paths, weights: specs }] = modelJson.weightsManifest;
    expect(paths).toEqual(['weights.bin']);
    expect(weights.length).toBe(4 * specs.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0));
    const learned = specs.filter(({ dtype, shape }) => dtype === 'float32' && shape.length > 0);
    expect(learned.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)).toBe(207_258);
  });

  test("the lecture's network turns its axes twice only", async () => {
    const { modelJson } = await toTfjs(new cnn.ConvNet(), [1, 1, 28, 28]);
    const operations = modelJson.modelTopology.node.map(({ op }) => op).filter((op) => op !== 'Const' && op !== 'AddV2');
    expect(operations).toEqual([
      ...['Placeholder', 'Transpose', 'PadV2', 'Conv2D', 'Relu', 'MaxPool', 'PadV2', 'Conv2D', 'Relu', 'MaxPool', 'Transpose', 'Reshape'],
      ...['MatMul', 'Relu', 'MatMul', 'LogSoftmax', 'Identity'],
    ]);
  });
});

describe('what has no counterpart is refused', () => {
  test.each<[what: string, compute: (x: cnn.Value) => cnn.Value, says: RegExp]>([
    ['an operation of your own', (x) => x.graph.record('cube', [x], x.shape, () => ({ forward: () => {} })), /toTfjs: the operation "cube" cannot be exported/],
    ['a kernel that is turned round', (x) => cnn.convolve(x, x.graph.constant([1, 1, 2], Float32Array.of(1, 2)), null, { flip: true }), /flip: true/],
    [
      'a transposed convolution with a border',
      (x) => cnn.convolveTransposed(x, x.graph.constant([1, 1, 3], Float32Array.of(1, 2, 3)), null, [1, 1, 5], { padding: 1, paddingMode: 'wrap' }),
      /padding mode 'wrap'/,
    ],
    ['max pooling with dilation', (x) => cnn.maxPooling(x, { kernelSize: 2, dilation: 2 }), /no max pooling with dilation/],
    ['a kernel that is computed', (x) => cnn.convolve(x, cnn.relu(x), null), /weights that are computed by the model cannot be/],
  ])('%s', async (_what, compute, says) => {
    await expect(toTfjs(new Custom(compute), [1, 1, 5])).rejects.toThrow(UnsupportedError);
    await expect(toTfjs(new Custom(compute), [1, 1, 5])).rejects.toThrow(says);
  });
});

describe('loadTfjs', () => {
  afterEach(() => {
    vi.doUnmock('@tensorflow/tfjs-node');
    vi.doUnmock('@tensorflow/tfjs');
  });

  test('prefers native operations', async () => {
    vi.doMock('@tensorflow/tfjs-node', () => ({ native: true }));
    expect(await loadTfjs()).toMatchObject({ native: true });
  });

  test('says what is missing where there is neither', async () => {
    for (const name of ['@tensorflow/tfjs-node', '@tensorflow/tfjs']) {
      vi.doMock(name, () => {
        throw new Error('nothing there');
      });
    }
    await expect(loadTfjs()).rejects.toThrow(UnsupportedError);
    await expect(loadTfjs()).rejects.toThrow(/requires TensorFlow.js: npm install @tensorflow\/tfjs/);
  });
});
