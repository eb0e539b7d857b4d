import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTfjs } from '../../src/cnn/exchange/load-tfjs.js';
import { saveTfjs } from '../../src/cnn/exchange/model-files.js';
import { toTfjs } from '../../src/cnn/exchange/tfjs.js';
import type { TfjsModel } from '../../src/cnn/exchange/tfjs-file.js';
import * as cnn from '../../src/cnn/index.js';
import type { Tensor } from '../../src/tensor.js';
import { difference, EXPORTED, prepared, randomTensor } from '../cnn/exchange/exported.js';

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

test('the folder holds model.json and the weights that it names', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'convlab-tfjs-')), 'new', 'net');
  const model = new cnn.Sequential([new cnn.Conv2d(1, 2, 3), new cnn.Flatten(), new cnn.Linear(8, 2)]).initialize(3);
  await saveTfjs(folder, model, [1, 1, 4, 4]);
  const modelJson = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
  const graph = await load({ modelJson, weights: await readFile(join(folder, modelJson.weightsManifest[0].paths[0])) });
  const x = randomTensor([5, 1, 4, 4], 1);
  expect(difference((await runTfjs(graph, [x])).data, (await model.run(x)).data)).toBeLessThan(1e-6);
  await expect(saveTfjs(join(folder, 'model.json'), model, [1, 1, 4, 4])).rejects.toThrow(/model.json is not a folder/);
  await rm(join(folder, '..', '..'), { recursive: true });
});
