import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { CrossEntropyLoss, fromTfjsLayers, SGD, toOnnx } from '../../src/index.js';
import { Random } from '../../src/random.js';
import { sizeOf } from '../../src/tensor.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

type Layer = tf.layers.Layer;
const L = tf.layers;

/** A model whose weights are all drawn from 0.1 to 1 with signs, variances above 0. */
function drawn(model: tf.LayersModel): tf.LayersModel {
  const random = new Random(3);
  model.setWeights(
    model.weights.map(({ shape, name }) => {
      const positive = /variance/.test(name);
      const values = Float32Array.from({ length: sizeOf(shape as number[]) }, () => (positive ? random.uniform(0.5, 1.5) : random.uniform(-0.6, 0.6)));
      return tf.tensor(values, shape as number[]);
    }),
  );
  return model;
}

/** The model as its files. */
async function saved(model: tf.LayersModel): Promise<[modelJson: unknown, weights: Uint8Array]> {
  let files: [unknown, Uint8Array] | undefined;
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const data = weightData as ArrayBuffer;
      const json = { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['w.bin'], weights: weightSpecs }] };
      files = [JSON.parse(JSON.stringify(json)), new Uint8Array(data)];
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return files as [unknown, Uint8Array];
}

/** `[N, C, ...spatial]` → `[N, ...spatial, C]` */
const lastOrder = (rank: number) => [0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), ...(rank > 1 ? [1] : [])];

async function compare(model: tf.LayersModel): Promise<void> {
  const net = fromTfjsLayers(...(await saved(drawn(model)))).eval();
  const random = new Random(5);
  const inputs = net.inputs.map(({ shape }) => {
    const sizes = (shape as number[]).map((size, axis) => (size > 0 ? size : axis === 0 ? 2 : 5));
    return { shape: sizes, data: Float32Array.from({ length: sizeOf(sizes) }, () => random.uniform(-1, 1)) };
  });
  const theirs = model.predict(inputs.map(({ shape, data }) => tf.transpose(tf.tensor(data, shape), lastOrder(shape.length)))) as tf.Tensor;
  const { rank } = theirs;
  const expected = rank < 3 ? theirs : tf.transpose(theirs, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1)]);
  const received = await net.run(...inputs);
  expect(received.shape).toEqual(expected.shape);
  const numbers = (await expected.data()) as Float32Array;
  const scale = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  expect(received.data.reduce((most, value, i) => Math.max(most, Math.abs(value - numbers[i])), 0) / scale).toBeLessThan(1e-5);
  // and it is written as ONNX
  expect((await toOnnx(net, ...inputs.map(({ shape }) => shape))).length).toBeGreaterThan(0);
}

const [picture, line, volume] = [
  [7, 6, 4],
  [11, 3],
  [4, 5, 6, 2],
];

/** One layer for an input of a shape. */
const CASES: [name: string, shape: number[], ...layers: (() => Layer)[]][] = [
  ['Conv1D', line, () => L.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' })],
  ['Conv2D, valid', picture, () => L.conv2d({ filters: 5, kernelSize: [3, 2], strides: [2, 1], activation: 'tanh' })],
  ['Conv2D, same', picture, () => L.conv2d({ filters: 5, kernelSize: 4, strides: 2, padding: 'same', useBias: false, activation: 'elu' })],
  ['Conv2D, dilation', picture, () => L.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2, padding: 'same', activation: 'sigmoid' })],
  ['Conv3D', volume, () => L.conv3d({ filters: 3, kernelSize: [2, 3, 2], padding: 'same' })],
  ['DepthwiseConv2D', picture, () => L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'same', activation: 'relu6' })],
  ['SeparableConv2D', picture, () => L.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'selu' })],
  ['Conv2DTranspose, same', picture, () => L.conv2dTranspose({ filters: 3, kernelSize: 4, strides: 2, padding: 'same' })],
  ['Conv2DTranspose, valid', picture, () => L.conv2dTranspose({ filters: 3, kernelSize: [2, 3], strides: [3, 2] })],
  ['Conv2DTranspose, small', picture, () => L.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 3, padding: 'same' })],
  ['MaxPooling1D', line, () => L.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' })],
  ['MaxPooling2D', picture, () => L.maxPooling2d({ poolSize: 2 })],
  ['MaxPooling3D', volume, () => L.maxPooling3d({ poolSize: [2, 2, 3] })],
  ['AveragePooling1D', line, () => L.averagePooling1d({ poolSize: 2 })],
  ['AveragePooling2D, same', picture, () => L.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })],
  ['GlobalAveragePooling1D', line, () => L.globalAveragePooling1d({})],
  ['GlobalAveragePooling2D', picture, () => L.globalAveragePooling2d({})],
  ['GlobalMaxPooling1D', line, () => L.globalMaxPooling1d()],
  ['GlobalMaxPooling2D', picture, () => L.globalMaxPooling2d({})],
  ['UpSampling2D', picture, () => L.upSampling2d({ size: [2, 3] })],
  ['UpSampling2D, bilinear', picture, () => L.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })],
  [
    'ZeroPadding2D',
    picture,
    () =>
      L.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 3],
        ],
      }),
  ],
  [
    'Cropping2D',
    picture,
    () =>
      L.cropping2D({
        cropping: [
          [1, 0],
          [2, 1],
        ],
      }),
  ],
  ['BatchNormalization', picture, () => L.batchNormalization({ epsilon: 0.01 })],
  ['BatchNormalization of rows, without scale', [5], () => L.batchNormalization({ scale: false })],
  ['LayerNormalization', picture, () => L.layerNormalization()],
  ['Dense', [5], () => L.dense({ units: 3, activation: 'softplus' })],
  ['Dense of every cell', picture, () => L.dense({ units: 3, activation: 'softmax' })],
  ['Flatten and Dense', picture, () => L.flatten(), () => L.dropout({ rate: 0.5 }), () => L.activation({ activation: 'relu' }), () => L.dense({ units: 3 })],
  ['Flatten alone', picture, () => L.flatten()],
  ['Flatten and softmax', picture, () => L.flatten(), () => L.activation({ activation: 'softmax' })],
  ['Reshape of a picture', picture, () => L.reshape({ targetShape: [6, -1] })],
  ['Reshape of rows', [24], () => L.reshape({ targetShape: [2, 3, 4] }), () => L.conv2d({ filters: 2, kernelSize: 2 })],
  ['Permute', picture, () => L.permute({ dims: [3, 1, 2] })],
  ['ReLU', picture, () => L.reLU({ maxValue: 0.5 })],
  ['LeakyReLU', picture, () => L.leakyReLU({ alpha: 0.2 })],
  ['ELU', picture, () => L.elu()],
  ['PReLU', picture, () => L.prelu({ sharedAxes: [1, 2] })],
  ['Softmax', [5], () => L.softmax()],
  ...(['hardSigmoid', 'softsign', 'swish', 'mish'] as const).map((activation): (typeof CASES)[number] => [activation, [8], () => L.activation({ activation })]),
];

describe('a layer computes what TensorFlow.js computes', () => {
  test.each(CASES)('%s', async (_name, shape, ...layers) => {
    const model = tf.sequential();
    for (const [i, layer] of layers.entries()) model.add(i === 0 ? withInput(layer, shape) : layer());
    await compare(model);
  });
});

/** A layer after an input. */
function withInput(layer: () => Layer, shape: number[]): Layer {
  const made = layer();
  (made as unknown as { batchInputShape: (number | null)[] }).batchInputShape = [null, ...shape];
  return made;
}

describe('a network computes what TensorFlow.js computes', () => {
  const input = () => tf.input({ shape: picture });
  const called = (layer: Layer, ...on: tf.SymbolicTensor[]) => layer.apply(on.length === 1 ? on[0] : on) as tf.SymbolicTensor;
  test.each([
    ['add', L.add],
    ['multiply', L.multiply],
    ['average', L.average],
    ['maximum', L.maximum],
    ['minimum', L.minimum],
    ['concatenate', () => L.concatenate()],
    ['concatenate, rows', () => L.concatenate({ axis: 1 })],
  ] as [string, () => Layer][])('%s of two towers', async (_name, merge) => {
    const x = input();
    const towers = [3, 5].map((kernelSize) => called(L.conv2d({ filters: 3, kernelSize, padding: 'same' }), x));
    await compare(tf.model({ inputs: x, outputs: called(merge(), ...towers) }));
  });

  test('a residual net with squeeze and excitation, a model inside, a layer that is used twice', async () => {
    const inner = tf.sequential({ layers: [L.conv2d({ filters: 4, kernelSize: 3, padding: 'same', inputShape: picture }), L.batchNormalization()] });
    const shared = L.conv2d({ filters: 4, kernelSize: 1 });
    const x = input();
    const y = called(inner, x);
    const squeezed = called(L.reshape({ targetShape: [1, 1, 4] }), called(L.globalAveragePooling2d({}), y));
    const scaled = called(L.multiply(), y, called(L.conv2d({ filters: 4, kernelSize: 1, activation: 'sigmoid' }), squeezed));
    const sum = called(L.add(), called(shared, scaled), called(shared, x));
    await compare(tf.model({ inputs: x, outputs: called(L.dense({ units: 3 }), called(L.flatten(), sum)) }));
  });

  test('two inputs', async () => {
    const [a, b] = [input(), tf.input({ shape: [5] })];
    await compare(tf.model({ inputs: [a, b], outputs: called(L.concatenate(), called(L.globalAveragePooling2d({}), a), b) }));
  });
});

test('an imported model learns', async () => {
  const model = tf.sequential({
    layers: [L.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: picture }), L.batchNormalization(), L.flatten(), L.dense({ units: 2 })],
  });
  const net = fromTfjsLayers(...(await saved(drawn(model))));
  const before = await net.stateDict();
  const x = { shape: [4, 4, 7, 6], data: Float32Array.from({ length: 672 }, (_, i) => Math.sin(i)) };
  const loss = await new CrossEntropyLoss().run(await net.run(x), [0, 1, 1, 0]);
  loss.backward();
  new SGD(net, { lr: 0.1 }).step();
  const after = await net.stateDict();
  for (const [name, { data }] of before) expect([name, String(data) === String(after.get(name)?.data)]).toEqual([name, false]);
});

test('a layer that is missing is named', async () => {
  const model = tf.sequential({ layers: [L.gru({ units: 2, inputShape: [3, 2], name: 'memory' })] });
  const files = await saved(model);
  expect(() => fromTfjsLayers(...files)).toThrow('fromTfjsLayers: layer "memory" is of class "GRU", which is not supported');
});
