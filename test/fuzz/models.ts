import fc from 'fast-check';
import { BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential, toOnnx } from '../../src/index.js';
import { writeModel } from '../cnn/import/onnx-writer.js';
import { OPERATOR_CASES } from '../cnn/import/operator-cases.js';
import { mutated } from './mutation.js';

const net = new Sequential([new Conv2d(1, 2, 3), new BatchNorm2d(2), new ReLU(), new MaxPool2d(2), new Flatten(), new Dropout(0.5), new Linear(8, 3)]);
const files = [await toOnnx(net.initialize(1), [1, 1, 6, 6]), ...OPERATOR_CASES.map(([, model]) => writeModel(model))].map((bytes) => Buffer.from(bytes));

/** ONNX files of every operator, broken. */
export const onnxFiles = mutated(files);

const layers = [
  {
    class_name: 'Conv2D',
    config: { name: 'c', filters: 2, kernel_size: [3, 3], strides: 1, padding: 'same', activation: 'relu', batch_input_shape: [null, 6, 6, 1] },
  },
  { class_name: 'MaxPooling2D', config: { name: 'p', pool_size: [2, 2] } },
  { class_name: 'Flatten', config: { name: 'f' } },
  { class_name: 'Dense', config: { name: 'd', units: 3, activation: 'softmax' } },
];
const weights = [
  { name: 'c/kernel', shape: [3, 3, 1, 2], dtype: 'float32' },
  { name: 'c/bias', shape: [2], dtype: 'float32' },
  { name: 'd/kernel', shape: [18, 3], dtype: 'float32' },
  { name: 'd/bias', shape: [3], dtype: 'float32' },
];
const sequence = { modelTopology: { class_name: 'Sequential', config: { name: 's', layers } }, weightsManifest: [{ paths: ['w.bin'], weights }] };
const called = layers.map((layer, i) => ({ ...layer, name: layer.config.name, inbound_nodes: [[[i === 0 ? 'in' : layers[i - 1].config.name, 0, 0, {}]]] }));
const input = { class_name: 'InputLayer', name: 'in', config: { name: 'in', batch_input_shape: [null, 6, 6, 1] }, inbound_nodes: [] };
const graph = {
  ...sequence,
  modelTopology: { class_name: 'Model', config: { name: 'g', layers: [input, ...called], input_layers: [['in', 0, 0]], output_layers: [['d', 0, 0]] } },
};

/** Layers models, broken as text and as values. */
export const layersModels = fc.oneof(
  mutated([sequence, graph].map((model) => Buffer.from(JSON.stringify(model)))).map(String),
  fc
    .tuple(
      fc.constantFrom(...[sequence, graph].map((model) => JSON.stringify(model))),
      fc.constantFrom('"same"', '[3,3]', '[null,6,6,1]', '"relu"', '"Dense"', '[18,3]', '"float32"', '"in"', '[2]', '"Flatten"'),
      fc.oneof(fc.json({ maxDepth: 3 }), fc.constantFrom('-1', '1e308', '[0]', '"Reshape"', '[4294967296,4294967296]', '"__proto__"')),
    )
    .map(([text, part, other]) => text.replace(part, other)),
);
