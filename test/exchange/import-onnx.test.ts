import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import * as cnn from '../../src/cnn/index.js';
import { Random } from '../../src/random.js';
import { sizeOf, type Tensor } from '../../src/tensor.js';
import { EXPORTED, prepared, randomTensor } from '../cnn/exchange/exported.js';
import { writeModel } from '../cnn/import/onnx-writer.js';
import { OPERATOR_CASES, WRITTEN_OTHERWISE } from '../cnn/import/operator-cases.js';

/** Numbers between 0.05 and 1: for roots and logarithms too. */
function randomInput(shape: readonly number[], seed: number): Tensor {
  const random = new Random(seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(0.05, 1)) };
}

async function runOnnx(bytes: Uint8Array, inputs: readonly Tensor[]): Promise<Tensor> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const feeds = inputs.map(({ shape, data }, i) => [session.inputNames[i], new OnnxTensor('float32', data as Float32Array, shape)] as const);
  const results = await session.run(Object.fromEntries(feeds));
  const { dims, data } = results[session.outputNames[0]];
  return { shape: dims, data: data as Float32Array };
}

/** The largest difference, as a share of the largest number. */
function relative({ data: a }: Tensor, { data: b }: Tensor): number {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / scale;
}

describe('an imported operator computes what onnxruntime computes', () => {
  test.each(OPERATOR_CASES)('%s', async (_name, model) => {
    const bytes = writeModel(model);
    const inputs = Object.values(model.inputs).map((shape, i) => randomInput(shape, i + 1));
    const expected = await runOnnx(bytes, inputs);
    const net = cnn.fromOnnx(bytes).eval();
    const received = await net.run(...inputs);
    expect(received.shape).toEqual(expected.shape);
    expect(relative(received, expected)).toBeLessThan(1e-5);

    // and written again, onnxruntime computes it still
    const again = await cnn.toOnnx(net, ...inputs.map(({ shape }) => shape));
    expect(relative(await runOnnx(again, inputs), expected)).toBeLessThan(1e-5);
  });

  test.each(WRITTEN_OTHERWISE)('%s', async (_name, more) => {
    const [, model] = OPERATOR_CASES.find(([name]) => name.startsWith('Conv 2D')) as (typeof OPERATOR_CASES)[number];
    const input = randomInput(model.inputs.in0, 1);
    const expected = await runOnnx(writeModel(model), [input]);
    expect(relative(await cnn.fromOnnx(writeModel({ ...model, ...more })).run(input), expected)).toBeLessThan(1e-6);
  });
});

describe('there and back again', () => {
  test.each(EXPORTED)('%s', async (_name, make, ...shapes) => {
    const model = await prepared(make);
    const back = cnn.fromOnnx(await cnn.toOnnx(model, ...shapes)).eval();
    for (const more of [0, 1]) {
      const inputs = shapes.map(([batch, ...rest], i) => randomTensor([batch + more, ...rest], i + more));
      const [received, expected] = [await back.run(...inputs), await model.run(...inputs)];
      expect(received.shape).toEqual(expected.shape);
      expect(relative(received, expected)).toBeLessThan(1e-5);
    }
  });
});
