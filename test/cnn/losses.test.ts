import { beforeAll, describe, expect, test, vi } from 'vitest';
import { BCEWithLogitsLoss, CrossEntropyLoss, evaluate, Linear, type Loss, type LossValue, Module, MSELoss, NLLLoss, type Value } from '../../src/cnn/index.js';
import { DataLoader, TensorDataset } from '../../src/index.js';
import type { Backend } from '../../src/kernels/backend.js';
import { createBackend } from '../../src/kernels/backends/create.js';
import { type Tensor, tensor } from '../../src/tensor.js';

/** A model that hands its input on, so that a loss can be looked at alone. */
class Identity extends Module {
  forward(x: Value): Value {
    return x;
  }
}

async function lossAndGradient(loss: Loss, x: Tensor, target: Parameters<Loss['run']>[1], backend: Backend) {
  const model = await new Identity().to(backend);
  const { graph, inputs, output } = model.compile([x.shape], { inputGradients: true });
  backend.write(inputs[0].data, x.data);
  graph.forward();
  const compiled = loss.compile(output);
  backend.write(compiled.target.data, loss.encode(target, output.shape));
  compiled.graph.forward();
  compiled.backward();
  return { value: (await backend.read(compiled.loss.data))[0], gradient: [...(await backend.read(inputs[0].gradient))] };
}

describe.each(['reference', 'wasm'] as const)('losses on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createBackend(name);
  });

  test('cross-entropy of two equal logits is log 2', async () => {
    const { value, gradient } = await lossAndGradient(new CrossEntropyLoss(), tensor([[3, 3]]), [1], backend);
    expect(value).toBeCloseTo(Math.LN2, 6);
    expect(gradient[0]).toBeCloseTo(0.5, 6);
    expect(gradient[1]).toBeCloseTo(-0.5, 6);
  });

  test('cross-entropy takes logits of ±1e4', async () => {
    const right = await lossAndGradient(new CrossEntropyLoss(), tensor([[1e4, -1e4, 0]]), [0], backend);
    expect(right.value).toBe(0);
    expect(right.gradient.map(Math.abs)).toEqual([0, 0, 0]);
    const wrong = await lossAndGradient(new CrossEntropyLoss(), tensor([[1e4, -1e4, 0]]), [1], backend);
    expect(wrong.value).toBe(2e4);
    expect(wrong.gradient).toEqual([1, -1, 0]);
  });

  test('label smoothing spreads its share over all classes', async () => {
    const smooth = await lossAndGradient(new CrossEntropyLoss({ labelSmoothing: 0.3 }), tensor([[2, 0, 0]]), [0], backend);
    const logSum = Math.log(Math.exp(2) + 2);
    const [p, rest] = [0.7 + 0.1, 0.1];
    expect(smooth.value).toBeCloseTo(-(p * (2 - logSum) + 2 * rest * -logSum), 5);
  });

  test('nll takes a map of classes, one for each position', async () => {
    const logs = tensor([
      [
        [-1, -2],
        [-3, -4],
      ],
    ]); // [N=1, C=2, W=2]
    const { value, gradient } = await lossAndGradient(new NLLLoss(), logs, [0, 1], backend);
    expect(value).toBeCloseTo((1 + 4) / 2, 6);
    expect(gradient.map((g) => g + 0)).toEqual([-0.5, 0, 0, -0.5]);
  });

  test('mse is the mean of squares', async () => {
    const { value, gradient } = await lossAndGradient(
      new MSELoss(),
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([
        [1, 0],
        [3, 5],
      ]),
      backend,
    );
    expect(value).toBeCloseTo((4 + 1) / 4, 6);
    expect(gradient).toEqual([0, 1, 0, -0.5]);
  });

  test('binary cross-entropy takes logits of ±1e4', async () => {
    const { value, gradient } = await lossAndGradient(new BCEWithLogitsLoss(), tensor([[1e4, -1e4, 0, 1e4]]), tensor([[1, 0, 1, 0]]), backend);
    expect(value).toBeCloseTo((1e4 + Math.LN2) / 4, 2);
    expect(gradient).toEqual([0, 0, -0.125, 0.25]);
  });

  test('a class that does not exist is refused', async () => {
    await expect(lossAndGradient(new CrossEntropyLoss(), tensor([[1, 2]]), [2], backend)).rejects.toThrow(
      'CrossEntropyLoss: every class must be an integer from 0 to 1, received 2',
    );
    await expect(lossAndGradient(new NLLLoss(), tensor([[1, 2]]), [0, 1], backend)).rejects.toThrow('one class for each of the 1 positions');
  });
});

test('a new loss in every step, or measuring in every step, keeps no memory', async () => {
  const backend = await createBackend('wasm', { threads: 1 });
  const model = await new Linear(3, 2).initialize(1).to(backend);
  const [allocate, free] = [vi.spyOn(backend, 'allocate'), vi.spyOn(backend, 'free')];
  const live = () => allocate.mock.calls.length - free.mock.calls.length;
  const [x, y] = [tensor([[1, 2, 3]]), [1]];
  const step = async () => {
    (await new NLLLoss().run(await model.run(x), y)).backward();
    await evaluate(model, new DataLoader(new TensorDataset(x, y)));
  };
  for (let i = 0; i < 20; i++) await step();
  const before = live();
  for (let i = 0; i < 40; i++) await step();
  expect(allocate.mock.calls.length).toBeGreaterThan(40);
  expect(live()).toBe(before);
  backend.dispose();
});

test('up to 16 losses of one output can go back; one that had to give way says so, and can be computed anew', async () => {
  const backend = await createBackend('wasm', { threads: 1 });
  const model = await new Linear(1, 2).initialize(1).to(backend);
  const x = tensor([[1]]);
  const output = await model.run(x);
  const losses = Array.from({ length: 17 }, () => new MSELoss());
  const target = tensor([[0, 0]]);
  const values: LossValue[] = [];
  for (const loss of losses) values.push(await loss.run(output, target));
  for (const { backward } of values.slice(1)) backward();
  expect(() => values[0].backward()).toThrow('backward: more than 16 other losses were computed');
  expect((await losses[0].run(output, target)).value).toBe(values[0].value);
  backend.dispose();
});
