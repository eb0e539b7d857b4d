import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadTfjs } from '../../../src/cnn/exchange/load-tfjs.js';
import { saveTfjs } from '../../../src/cnn/exchange/model-files.js';
import { toTfjs } from '../../../src/cnn/exchange/tfjs.js';
import type { TfjsModel } from '../../../src/cnn/exchange/tfjs-file.js';
import * as cnn from '../../../src/cnn/index.js';
import { UnsupportedError } from '../../../src/errors.js';
import type { Tensor } from '../../../src/tensor.js';
import { Custom, difference, EXPORTED, prepared, randomTensor } from './exported.js';

type TensorFlow = typeof import('@tensorflow/tfjs');
type GraphModel = Awaited<ReturnType<TensorFlow['loadGraphModel']>>;

let tf: TensorFlow;
beforeAll(async () => {
  tf = await loadTfjs<TensorFlow>();
  tf.env().set('PROD', true);
});

function load({ modelJson, weights }: TfjsModel): Promise<GraphModel> {
  const { modelTopology, weightsManifest, format, signature } = JSON.parse(JSON.stringify(modelJson));
  const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength) as ArrayBuffer;
  return tf.loadGraphModel(tf.io.fromMemory({ modelTopology, format, signature, weightSpecs: weightsManifest[0].weights, weightData }));
}

async function runTfjs(graph: GraphModel, inputs: readonly Tensor[]): Promise<Tensor> {
  const feeds = inputs.map(({ shape, data }, i) => [graph.inputs[i].name, tf.tensor(data, [...shape])] as const);
  const output = graph.predict(Object.fromEntries(feeds)) as ReturnType<TensorFlow['tensor']>;
  return { shape: output.shape, data: (await output.data()) as Float32Array };
}

const CANNOT = 'MaxPool2d, dilated, padded wider than its window';

describe('TensorFlow.js computes what we compute', () => {
  test.each(EXPORTED.filter(([name]) => name !== CANNOT))('%s', async (_name, make, ...shapes) => {
    const model = await prepared(make);
    const graph = await load(await toTfjs(model, ...shapes));
    // and with another number of samples
    for (const more of [0, 1, 3]) {
      const inputs = shapes.map(([batch, ...rest], i) => randomTensor([batch + more, ...rest], i + more));
      const [received, expected] = [await runTfjs(graph, inputs), await model.run(...inputs)];
      expect(received.shape).toEqual(expected.shape);
      expect(difference(received.data, expected.data)).toBeLessThan(1e-5);
    }
    graph.dispose();
  });
});

test('a model that depends on the size of its batch is for that one alone', async () => {
  const graph = await load(await toTfjs(new cnn.Reshape([4, 6]), [2, 12]));
  expect(await runTfjs(graph, [randomTensor([2, 12], 1)])).toEqual({ shape: [4, 6], data: randomTensor([2, 12], 1).data });
  await expect(runTfjs(graph, [randomTensor([3, 12], 1)])).rejects.toThrow(/shape/);
});

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

  test('is written as model.json beside weights.bin', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'convlab-tfjs-')), 'new', 'net');
    const model = new cnn.Sequential([new cnn.Conv2d(1, 2, 3), new cnn.Flatten(), new cnn.Linear(8, 2)]).initialize(3);
    await saveTfjs(folder, model, [1, 1, 4, 4]);
    const modelJson = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
    const graph = await load({ modelJson, weights: await readFile(join(folder, modelJson.weightsManifest[0].paths[0])) });
    const x = randomTensor([5, 1, 4, 4], 1);
    expect(difference((await runTfjs(graph, [x])).data, (await model.run(x)).data)).toBeLessThan(1e-6);
    await expect(saveTfjs(join(folder, 'model.json'), model, [1, 1, 4, 4])).rejects.toThrow(/model.json is no folder/);
    await rm(join(folder, '..', '..'), { recursive: true });
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
    ['a kernel that is computed', (x) => cnn.convolve(x, cnn.relu(x), null), /weights that the model itself computes/],
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
    await expect(loadTfjs()).rejects.toThrow(/npm install @tensorflow\/tfjs brings it/);
  });
});
