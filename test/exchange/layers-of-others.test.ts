import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import * as cnn from '../../src/cnn/index.js';
import { Random } from '../../src/random.js';
import { sizeOf, type Tensor } from '../../src/tensor.js';

const load = createRequire(import.meta.url);

/** Layers models of TensorFlow.js that others trained and publish on npm: what they are, their folder, their shards, and width and height of an input. */
const FILES: readonly (readonly [what: string, folder: string, shards: number, side: number])[] = [
  ['a MobileNetV2 of Keras, its weights in 8 bits', 'nsfwjs/dist/models/mobilenet_v2', 1, 224],
  ['an Inception V3 of Keras, its weights in 8 bits', 'nsfwjs/dist/models/inception_v3', 6, 299],
];

interface Model {
  modelTopology: object;
  weightsManifest: [{ weights: tf.io.WeightsManifestEntry[] }];
}

/** The package has the files as modules: JSON, and shards in base64. */
function files(folder: string, shards: number): [Model, Uint8Array] {
  const parts = Array.from({ length: shards }, (_, i): string => load(`./node_modules/${folder}/group1-shard${i + 1}of${shards}.min.js`));
  return [load(`./node_modules/${folder}/model.min.js`), new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part, 'base64'))))];
}

/** The largest difference, as a share of the largest number. */
function apart({ data: a }: Tensor, { data: b }: Tensor): number {
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / scale;
}

beforeAll(async () => {
  await tf.setBackend('wasm');
});

describe.each(FILES)('%s', (_, folder, shards, side) => {
  test('runs as in TensorFlow.js, is fine-tuned, and is written as ONNX', { timeout: 600_000 }, async () => {
    const [model, weights] = files(folder, shards);
    const { modelTopology, weightsManifest } = model;
    const theirs = await tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData: weights.slice().buffer, format: 'layers-model' }),
    );
    const net = cnn.fromTfjsLayers(model, weights, { name: folder }).eval();
    const random = new Random(1);
    const x = { shape: [1, 3, side, side], data: Float32Array.from({ length: 3 * side ** 2 }, () => random.uniform(0, 1)) };
    const want = theirs.predict(tf.transpose(tf.tensor(x.data, x.shape as [number, number, number, number]), [0, 2, 3, 1])) as tf.Tensor;
    const expected = { shape: want.shape, data: (await want.data()) as Float32Array };
    const got = await net.run(x);
    expect(got.shape).toEqual(expected.shape);
    console.log(`${folder}: relative difference ${apart(got, expected).toExponential(1)}`);
    expect(apart(got, expected)).toBeLessThan(1e-4);
    // probabilities that are not all alike, or the comparison would say little
    expect(Math.max(...got.data) - Math.min(...got.data)).toBeGreaterThan(0.01);

    // one step makes the least probable class more probable
    const optimizer = new cnn.SGD(net, { lr: 1e-2 });
    const target = got.data.indexOf(Math.min(...got.data));
    const goal = { shape: got.shape, data: got.data.map((_, i) => Number(i === target)) };
    optimizer.zeroGrad();
    (await new cnn.MSELoss().run(await net.run(x), goal)).backward();
    optimizer.clipGradNorm(1);
    optimizer.step();
    const tuned = await net.run(x);
    expect(tuned.data[target]).toBeGreaterThan(got.data[target]);

    const session = await InferenceSession.create(await cnn.toOnnx(net, x.shape), { logSeverityLevel: 3 });
    const results = await session.run({ [session.inputNames[0]]: new OnnxTensor('float32', x.data, x.shape) });
    const output = results[session.outputNames[0]];
    expect(sizeOf(output.dims)).toBe(got.data.length);
    expect(apart({ shape: output.dims, data: output.data as Float32Array }, tuned)).toBeLessThan(1e-4);
    net.dispose();
    optimizer.dispose();
    theirs.dispose();
  });
});
