import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { modelFrom } from '../../../src/cnn/exchange/architecture.js';
import { decodeSafetensors } from '../../../src/cnn/exchange/safetensors.js';
import * as cnn from '../../../src/cnn/index.js';
import type { Backend, DeviceBuffer } from '../../../src/kernels/backend.js';
import { createBackend } from '../../../src/kernels/backends/create.js';
import type { Tensor } from '../../../src/tensor.js';

/* The numbers are PyTorch's: scripts/make-pytorch-fixture.py made them. */

type State = Map<string, Tensor>;

const fixture = (name: string) => decodeSafetensors(gunzipSync(readFileSync(new URL(`../fixtures/${name}.safetensors.gz`, import.meta.url))), { name });

let backend: Backend;
beforeAll(async () => {
  backend = await createBackend('wasm');
});

/** The largest difference, and the same relative to the largest number that was expected. */
function compare(received: ArrayLike<number>, expected: ArrayLike<number>): { absolute: number; relative: number } {
  expect(received.length).toBe(expected.length);
  let [absolute, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    absolute = Math.max(absolute, Math.abs(received[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return { absolute, relative: absolute / Math.max(largest, 1e-30) };
}

/** The tensors behind a prefix, by the rest of their names. */
function under(tensors: State, prefix: string): State {
  return new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, x]) => [name.slice(prefix.length), x]));
}

function get(tensors: State, name: string): Tensor {
  const x = tensors.get(name);
  if (!x) throw new Error(`the fixture has no ${name}`);
  return x;
}

/** Runs a model there and back. */
async function thereAndBack(model: cnn.Module, x: Tensor, upstream: Tensor) {
  await model.to(backend);
  const { graph, inputs, output } = model.compile([x.shape], { inputGradients: true });
  backend.write(inputs[0].data, x.data);
  graph.forward();
  const result = { shape: output.shape, data: await backend.read(output.data) };
  model.zeroGrad();
  output.storage.accumulate(graph.operators, (into) => backend.write(into, upstream.data));
  graph.backward();
  return { output: result, xGradient: await backend.read(inputs[0].gradient), gradients: await gradientsOf(model) };
}

async function gradientsOf(model: cnn.Module): Promise<Map<string, Float32Array>> {
  const trainable = [...model.namedParameters()].filter(([, parameter]) => parameter.trainable);
  return new Map(
    await Promise.all(
      trainable.map(async ([name, { storage }]): Promise<[string, Float32Array]> => [name, await backend.read(storage.gradient as DeviceBuffer)]),
    ),
  );
}

describe("the lecture's network from PyTorch's state_dict", () => {
  const { tensors: weights, metadata } = fixture('conv-net');
  const { tensors: run } = fixture('conv-net-run');
  const [images, labels] = [get(run, 'images'), get(run, 'labels').data];
  const batches = [0, 1, 2, 3].map((i) => ({
    x: { shape: [16, 1, 28, 28], data: images.data.slice(i * 16 * 784, (i + 1) * 16 * 784).map((byte) => byte / 255) },
    y: labels.slice(i * 16, (i + 1) * 16),
  }));
  const load = () => new cnn.ConvNet(0).loadStateDict(weights).to(backend);

  test('outputs and the gradients of every parameter agree', async () => {
    expect(metadata).toEqual({ format: 'pt' });
    const net = await load();
    const [{ x, y }] = batches;
    const output = await net.run(x);
    expect(compare(output.data, get(run, 'output').data).absolute).toBeLessThan(1e-5);
    (await new cnn.NLLLoss().run(output, y)).backward();
    const gradients = await gradientsOf(net);
    expect([...gradients.keys()]).toEqual([...under(run, 'gradient/').keys()]);
    for (const [name, gradient] of gradients) {
      const shown = name === 'fc1.weight' ? gradient.filter((_, i) => i % 101 === 0) : gradient;
      expect(compare(shown, get(run, `gradient/${name}`).data).relative, name).toBeLessThan(1e-4);
    }
  });

  test.each<[name: string, make: (net: cnn.Module) => cnn.Optimizer]>([
    ['sgd', (net) => new cnn.SGD(net, { lr: 0.01, momentum: 0.9 })],
    ['adam', (net) => new cnn.Adam(net, { lr: 0.001 })],
  ])('the loss of 50 steps of %s agrees', async (name, make) => {
    const net = await load();
    const losses: number[] = [];
    await cnn.train(net, {
      train: { length: batches.length, [Symbol.asyncIterator]: () => cycle() },
      optimizer: make(net),
      loss: new cnn.NLLLoss(),
      epochs: 1,
      logEvery: 1,
      callbacks: { onBatch: ({ loss }) => losses.push(loss) },
    });
    const expected = get(run, `losses/${name}`).data;
    expect(compare(losses, expected).absolute).toBeLessThan(1e-4);
    expect(Math.min(...expected)).toBeLessThan(expected[0] / 2);
  });

  async function* cycle() {
    for (let step = 0; step < 50; step++) yield batches[step % batches.length];
  }
});

const LOSSES = {
  NLLLoss: () => new cnn.NLLLoss(),
  CrossEntropyLoss: (options: object) => new cnn.CrossEntropyLoss(options),
  MSELoss: () => new cnn.MSELoss(),
  BCEWithLogitsLoss: () => new cnn.BCEWithLogitsLoss(),
};

const OPTIMIZERS = {
  SGD: (model: cnn.Module, options: cnn.SGDOptions) => new cnn.SGD(model, options),
  Adam: (model: cnn.Module, options: cnn.AdamOptions) => new cnn.Adam(model, options),
  AdamW: (model: cnn.Module, options: cnn.AdamOptions) => new cnn.AdamW(model, options),
  RMSprop: (model: cnn.Module, options: cnn.RMSpropOptions) => new cnn.RMSprop(model, options),
};

describe('one by one', () => {
  const { tensors, metadata } = fixture('operations');
  const cases: {
    layers: { name: string; architecture: unknown; training: boolean }[];
    losses: { name: string; type: keyof typeof LOSSES; options: object }[];
    optimizers: { name: string; type: keyof typeof OPTIMIZERS; options: object }[];
  } = JSON.parse(metadata.cases);
  const part = (name: string, key: string) => get(tensors, `${name}/${key}`);

  test.each(cases.layers)('layer: $name', async ({ name, architecture, training }) => {
    const model = modelFrom(architecture).loadStateDict(under(tensors, `${name}/state/`));
    if (!training) model.eval();
    const { output, xGradient, gradients } = await thereAndBack(model, part(name, 'x'), part(name, 'upstream'));
    expect(output.shape).toEqual(part(name, 'output').shape);
    expect(compare(output.data, part(name, 'output').data).absolute).toBeLessThan(1e-5);
    expect(compare(xGradient, part(name, 'x_gradient').data).relative).toBeLessThan(1e-4);
    const expected = under(tensors, `${name}/gradient/`);
    expect([...gradients.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, gradient] of gradients) expect(compare(gradient, get(expected, key).data).relative, key).toBeLessThan(1e-4);
    // running statistics move, weights do not
    const after = under(tensors, `${name}/after/`);
    for (const [key, { data }] of await model.stateDict()) expect(compare(data, get(after, key).data).absolute, key).toBeLessThan(1e-6);
  });

  test.each(cases.losses)('loss: $name', async ({ name, type, options }) => {
    const loss = LOSSES[type](options);
    const [output, target] = [part(name, 'output'), part(name, 'target')];
    const identity = new cnn.Reshape(output.shape);
    await identity.to(backend);
    const { inputs, output: value } = identity.compile([output.shape], { inputGradients: true });
    const step = loss.compile(value);
    backend.write(inputs[0].data, output.data);
    // classes come as a list
    const classes = type === 'NLLLoss' || type === 'CrossEntropyLoss';
    backend.write(step.target.data, loss.encode(classes ? target.data : target, output.shape));
    step.graph.forward();
    expect(compare(await backend.read(step.loss.data), part(name, 'loss').data).absolute).toBeLessThan(1e-5);
    step.backward();
    expect(compare(await backend.read(inputs[0].gradient), part(name, 'gradient').data).relative).toBeLessThan(1e-5);
  });

  test.each(cases.optimizers)('optimizer: $name', async ({ name, type, options }) => {
    const model = await new cnn.Linear(3, 2).loadStateDict(under(tensors, 'optimizers/state/')).to(backend);
    const [optimizer, loss] = [OPTIMIZERS[type](model, options as never), new cnn.MSELoss()];
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      optimizer.zeroGrad();
      const computed = await loss.run(await model.run(get(tensors, 'optimizers/x')), get(tensors, 'optimizers/y'));
      computed.backward();
      optimizer.step();
      losses.push(computed.value);
    }
    expect(compare(losses, part(name, 'losses').data).absolute).toBeLessThan(1e-5);
    for (const [key, { data }] of await model.stateDict()) expect(compare(data, part(name, `after/${key}`).data).absolute, key).toBeLessThan(1e-5);
  });
});
