import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { toOnnx } from '../../src/cnn/exchange/onnx.js';
import * as cnn from '../../src/cnn/index.js';
import type { Tensor } from '../../src/tensor.js';
import { difference, EXPORTED, prepared, randomTensor } from '../cnn/exchange/exported.js';

async function runOnnx(session: InferenceSession, inputs: readonly Tensor[]): Promise<Tensor> {
  const feeds = inputs.map(({ shape, data }, i) => [session.inputNames[i], new OnnxTensor('float32', data, shape)] as const);
  const { output } = await session.run(Object.fromEntries(feeds));
  return { shape: output.dims, data: output.data as Float32Array };
}

describe('onnxruntime computes what we compute', () => {
  test.each(EXPORTED)('%s', async (_name, make, ...shapes) => {
    const model = await prepared(make);
    const session = await InferenceSession.create(await toOnnx(model, ...shapes));
    // and with another number of samples
    for (const more of [0, 1, 3]) {
      const inputs = shapes.map(([batch, ...rest], i) => randomTensor([batch + more, ...rest], i + more));
      const [received, expected] = [await runOnnx(session, inputs), await model.run(...inputs)];
      expect(received.shape).toEqual(expected.shape);
      expect(difference(received.data, expected.data)).toBeLessThan(1e-5);
    }
  });
});

test('a model that depends on the size of its batch is for that one alone', async () => {
  const model = new cnn.Reshape([4, 6]);
  const session = await InferenceSession.create(await toOnnx(model, [2, 12]));
  expect(await runOnnx(session, [randomTensor([2, 12], 1)])).toEqual({ shape: [4, 6], data: randomTensor([2, 12], 1).data });
  await expect(runOnnx(session, [randomTensor([3, 12], 1)])).rejects.toThrow(/dimension/);
});

test('the file tells input and output, the batch open', async () => {
  const session = await InferenceSession.create(await toOnnx(new cnn.ConvNet(), [1, 1, 28, 28]));
  expect(session.inputMetadata).toEqual([{ name: 'input', isTensor: true, type: 'float32', shape: ['batch', 1, 28, 28] }]);
  expect(session.outputMetadata).toEqual([{ name: 'output', isTensor: true, type: 'float32', shape: ['batch', 10] }]);
});
