import { beforeAll, describe, expect, test } from 'vitest';
import * as cnn from '../../src/cnn/index.js';
import { averagePool, averagePoolGradient, full, maxPool, type Tensor, tensor } from '../../src/index.js';
import type { Backend } from '../../src/kernels/backend.js';
import { createBackend } from '../../src/kernels/backends/create.js';
import { Random } from '../../src/random.js';
import { sizeOf } from '../../src/tensor.js';
import { LAYER_CASES } from './layer-cases.js';

const run = async (model: cnn.Module, x: Tensor) => [...(await model.run(x)).data];
const close = (received: readonly number[], expected: readonly number[]) => {
  expect(received).toHaveLength(expected.length);
  for (const [i, value] of received.entries()) expect(value, `at ${i}`).toBeCloseTo(expected[i], 4);
};

describe('layers give the numbers of their definition', () => {
  const x = tensor([[-4, -2, -0.5, 0, 1, 2.5, 4, 7]]);
  test.each<[cnn.Module, (x: number) => number]>([
    [new cnn.ReLU6(), (v) => Math.min(Math.max(v, 0), 6)],
    [new cnn.SiLU(), (v) => v / (1 + Math.exp(-v))],
    [new cnn.Hardsigmoid(), (v) => Math.min(Math.max(v + 3, 0), 6) / 6],
    [new cnn.Hardswish(), (v) => (v * Math.min(Math.max(v + 3, 0), 6)) / 6],
    [new cnn.PReLU(), (v) => (v > 0 ? v : 0.25 * v)],
    [new cnn.PReLU(8, -1), Math.abs],
  ])('%s', async (layer, formula) => close(await run(layer, x), [...x.data].map(formula)));

  test('GroupNorm: each sample and group by itself', async () => {
    // groups (1, 3) and (0, 4) of the first sample; the second is a hundred times as large
    const norm = (
      await run(
        new cnn.GroupNorm(2, 4, { eps: 0 }),
        tensor([
          [1, 3, 0, 4],
          [100, 300, 0, 400],
        ]),
      )
    ).map(Math.round);
    expect(norm).toEqual([-1, 1, -1, 1, -1, 1, -1, 1]);
  });

  test('LayerNorm: over the last axes, with a scale and a shift for each cell', async () => {
    const layer = new cnn.LayerNorm(2, { eps: 0 });
    layer.loadStateDict(
      new Map([
        ['weight', tensor([2, 3])],
        ['bias', tensor([10, 20])],
      ]),
    );
    close(
      await run(
        layer,
        tensor([
          [
            [1, 3],
            [5, 1],
          ],
        ]),
      ),
      [8, 23, 12, 17],
    );
  });

  test('BatchNorm3d: over the batch and three axes', async () => {
    close(await run(new cnn.BatchNorm3d(1, { eps: 0 }), tensor([1, 3, 1, 3], [1, 1, 2, 2, 1])), [-1, 1, -1, 1]);
  });

  // torch.nn.Upsample of [1, 2, 3, 4], worked out by hand from its documentation
  test.each<[cnn.UpsampleOptions, number[]]>([
    [{ scaleFactor: 2 }, [1, 1, 2, 2, 3, 3, 4, 4]],
    [{ size: 3 }, [1, 2, 3]],
    [{ scaleFactor: 0.5 }, [1, 3]],
    [{ scaleFactor: 2, mode: 'linear' }, [1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4]],
    [{ size: 7, mode: 'linear', alignCorners: true }, [1, 1.5, 2, 2.5, 3, 3.5, 4]],
    [{ size: 2, mode: 'linear' }, [1.5, 3.5]],
    [{ size: 1, mode: 'linear', alignCorners: true }, [1]],
  ])('Upsample %j', async (options, expected) => close(await run(new cnn.Upsample(options), tensor([[[1, 2, 3, 4]]])), expected));

  test('AdaptiveMaxPool: shares overlap where they are uneven', async () => {
    // 5 cells in 3 shares: 0-1, 1-3, 3-4
    expect(await run(new cnn.AdaptiveMaxPool(3), tensor([[[1, 9, 2, 8, 3]]]))).toEqual([9, 9, 8]);
    expect(await run(new cnn.AdaptiveMaxPool(3), tensor([[[-1, -9, -2, -8, -3]]]))).toEqual([-1, -2, -3]);
  });

  test('pools that round up: a last window that begins inside counts', async () => {
    const x = tensor([[[1, 2, 3, 4, 5]]]);
    expect(await run(new cnn.MaxPool1d(2, { ceilMode: true }), x)).toEqual([2, 4, 5]);
    expect(await run(new cnn.MaxPool1d(2), x)).toEqual([2, 4]);
    // its mean is of what lies on the input and on the padding that was given
    expect(await run(new cnn.AvgPool1d(2, { ceilMode: true }), x)).toEqual([1.5, 3.5, 5]);
    close(await run(new cnn.AvgPool1d(3, { padding: 1, stride: 3, ceilMode: true }), x), [1, 4]);
    close(await run(new cnn.AvgPool1d(3, { padding: 1, stride: 2, ceilMode: true }), tensor([[[1, 2, 3, 4]]])), [1, 3, 2]);
    close(await run(new cnn.AvgPool1d(3, { padding: 1, stride: 2, ceilMode: true, countIncludePad: false }), tensor([[[1, 2, 3, 4]]])), [1.5, 3, 4]);
    // one that would begin on the padding behind does not
    expect(await run(new cnn.MaxPool1d(1, { stride: 3, ceilMode: true }), tensor([[[1, 2, 3]]]))).toEqual([1]);
    expect(await run(new cnn.MaxPool1d(3, { stride: 2, ceilMode: true }), tensor([[[1, 2]]]))).toEqual([2]);
  });

  test('and so do the operators of the engine, with the gradient', async () => {
    const x = tensor([[[1, 2, 3, 4, 5]]]);
    const window = { kernelSize: 2, ceilMode: true };
    expect([...(await maxPool(x, window)).output.data]).toEqual([2, 4, 5]);
    expect([...(await averagePool(x, window)).data]).toEqual([1.5, 3.5, 5]);
    expect([...(await averagePoolGradient(tensor([[[1, 1, 1]]]), { ...window, inputShape: x.shape })).data]).toEqual([0.5, 0.5, 0.5, 0.5, 1]);
  });

  test('sums and products repeat axes of one cell, from the last axis on', async () => {
    class Product extends cnn.Module {
      forward(a: cnn.Value, b: cnn.Value): cnn.Value {
        return cnn.multiply(a, b);
      }
    }
    const { shape, data } = await new Product().run(tensor([[1], [2]]), tensor([10, 20, 30]));
    expect([shape, [...data]]).toEqual([
      [2, 3],
      [10, 20, 30, 20, 40, 60],
    ]);
    await expect(new Product().run(full([2, 3]), full([2, 2]))).rejects.toThrow(
      'multiply: shapes must be equal, or broadcast from size 1, received [2, 3] and [2, 2]',
    );
  });
});

describe('wasm and the reference agree, outputs and gradients', () => {
  const backends = new Map<string, Backend>();
  beforeAll(async () => {
    for (const name of ['reference', 'wasm'] as const) backends.set(name, await createBackend(name));
  });

  async function thereAndBack(make: () => cnn.Module, shapes: readonly number[][], backend: Backend): Promise<number[][]> {
    const random = new Random(3);
    const normals = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, () => 3 * random.normal());
    const model = await make().initialize(2).to(backend);
    const { graph, inputs, output } = model.compile(shapes, { inputGradients: true });
    for (const { data, shape } of inputs) backend.write(data, normals(shape));
    graph.forward();
    const upstream = normals(output.shape);
    output.storage.accumulate(graph.operators, (into) => backend.write(into, upstream));
    graph.backward();
    const gradients = [...inputs.map(({ storage }) => storage), ...model.parameters().map(({ storage }) => storage)].map(({ gradient }) => gradient);
    const read = [output.data, ...gradients].map(async (buffer) => [...(await backend.read(buffer as Parameters<Backend['read']>[0]))]);
    const all = await Promise.all(read);
    model.dispose();
    return all;
  }

  test.each(LAYER_CASES)('%s', async (_, make, ...shapes) => {
    const [expected, received] = [
      await thereAndBack(make, shapes, backends.get('reference') as Backend),
      await thereAndBack(make, shapes, backends.get('wasm') as Backend),
    ];
    for (const [i, values] of received.entries()) {
      const largest = Math.max(...expected[i].map(Math.abs), 1e-3);
      for (const [k, value] of values.entries()) expect(Math.abs(value - expected[i][k]) / largest, `${i}, ${k}`).toBeLessThan(1e-5);
    }
  });
});
