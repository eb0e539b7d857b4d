import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import * as cnn from '../../src/cnn/index.js';
import { Random } from '../../src/random.js';
import { sizeOf } from '../../src/tensor.js';
import { type Filling, fillOnnx } from './fill-onnx.js';

/** A folder of ONNX files of your own, large ones too: their weights are drawn anew, every tensor is compared. */
const FOLDER = process.env.CONVLAB_ONNX_FOLDER;
const files = FOLDER ? readdirSync(FOLDER).filter((name) => name.endsWith('.onnx')) : [];

/** Weights that keep the numbers in range through a hundred layers. */
function draw(net: cnn.ImportedNet): Map<string, Filling> {
  const random = new Random(7);
  const spread = (low: number, high: number, length: number) => Float32Array.from({ length }, () => random.uniform(low, high));
  return new Map(
    Object.entries(net.plan.parameters).map(([name, { shape, role }]): [string, Filling] => {
      const length = sizeOf(shape);
      const bound = Math.sqrt(6 / (length / shape[0]));
      if (role === 'weight') return [name, { shape, data: spread(-bound, bound, length) }];
      return [name, { shape, data: role === 'scale' || role === 'variance' ? spread(0.5, 1.5, length) : spread(-0.1, 0.1, length) }];
    }),
  );
}

function largest(data: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]));
  return most;
}

describe.skipIf(!FOLDER)('models of a folder (set CONVLAB_ONNX_FOLDER to one)', () => {
  test.each(files)('%s', { timeout: 1_200_000 }, async (file) => {
    const bytes = readFileSync(join(FOLDER as string, file));
    const net = cnn.fromOnnx(bytes, { name: file }).eval();
    const weights = draw(net);
    for (const [name, parameter] of net.tensors) parameter.host = weights.get(name)?.data.slice();
    const random = new Random(1);
    const inputs = net.inputs.map(({ shape }) => {
      const sizes = (shape as number[]).map((size) => Math.max(size, 1));
      return { shape: sizes, data: Float32Array.from({ length: sizeOf(sizes) }, () => random.uniform(-1, 1)) };
    });

    const session = await InferenceSession.create(fillOnnx(bytes, weights), { logSeverityLevel: 3 });
    const results = await session.run(Object.fromEntries(net.inputs.map(({ name }, i) => [name, new OnnxTensor('float32', inputs[i].data, inputs[i].shape)])));
    const received = await net.run(...inputs);
    const { graph } = net.compile(inputs.map(({ shape }) => shape));
    let [worst, compared] = [0, 0];
    for (const { name, outputs } of net.plan.nodes) {
      const step = graph.steps.findLast(({ scope }) => scope === name.replaceAll('/', '.').replace(/^\.+/, ''));
      const expected = results[outputs[0]];
      if (!step || !expected || step.output.storage.length !== expected.size) continue;
      const data = await graph.operators.read(step.output.data);
      const scale = largest(expected.data as Float32Array);
      for (let i = 0; i < data.length; i++) worst = Math.max(worst, Math.abs(data[i] - (expected.data[i] as number)) / scale);
      compared++;
    }
    const output = results[net.plan.output];
    const scale = largest(output.data as Float32Array);
    const apart = received.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (output.data[i] as number)) / scale), 0);
    console.log(
      `${file}: ${compared} of ${net.plan.nodes.length} tensors compared, largest relative difference ${worst.toExponential(1)}, output ${apart.toExponential(1)}`,
    );
    expect(compared).toBeGreaterThan(net.plan.nodes.length / 2);
    expect(worst).toBeLessThan(1e-4);
    expect(apart).toBeLessThan(1e-4);

    // one step of training changes every weight
    net.train();
    const before = new Map([...(await net.stateDict())].filter(([name]) => net.namedParameters().get(name)?.trainable));
    const cells = net.parameters().reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const optimizer = cells > 5e7 ? new cnn.SGD(net, { lr: 100 }) : new cnn.Adam(net, { lr: 1e-3 });
    const out = await net.run(...inputs);
    const target = { shape: out.shape, data: Float32Array.from(out.data, (_, i) => (i % 7 === 0 ? 1 : 0)) };
    const loss = await new cnn.MSELoss().run(out, target);
    loss.backward();
    optimizer.step();
    const after = await net.stateDict();
    const still = [...before].filter(([name, { data }]) => data.every((value, i) => value === after.get(name)?.data[i])).map(([name]) => name);
    expect(still).toEqual([]);
    net.dispose();
    optimizer.dispose();
  });
});
