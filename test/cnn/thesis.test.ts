import { beforeAll, describe, expect, test } from 'vitest';
import {
  Adam,
  type Backend,
  Conv2d,
  ConvNet,
  createBackend,
  createImage,
  DataLoader,
  filter,
  NLLLoss,
  retrieveFeatures,
  SOBEL_X,
  Subset,
  type Tensor,
  tensor,
  train,
} from '../../src/index.js';
import { mnist } from '../../src/node.js';

// A convolutional layer performs the same operation as a filter, with a learned kernel.
describe.each(['wasm', 'reference'] as const)('the thesis, on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createBackend(name);
  });

  test("a learned kernel, taken out of the net and run by filter(), gives the layer's feature map", async () => {
    const digits = await mnist();
    const few = new DataLoader(
      new Subset(
        digits,
        Array.from({ length: 64 }, (_, i) => i),
      ),
      { batchSize: 16 },
    );
    const net = new ConvNet().initialize(1);
    await net.to(backend);
    const before = (await net.stateDict()).get('conv1.weight') as Tensor;
    await train(net, { train: few, optimizer: new Adam(net), loss: new NLLLoss(), epochs: 1 });
    const state = await net.stateDict();
    const [weight, bias] = ['conv1.weight', 'conv1.bias'].map((key) => state.get(key) as Tensor);
    expect(weight.data).not.toEqual(before.data);

    const { x } = digits.at(0);
    const maps = (await retrieveFeatures(net.eval(), { shape: [1, ...x.shape], data: x.data })).get('conv1') as Tensor;
    const digit = createImage(28, 28, 1, x.data);
    for (let c = 0; c < 4; c++) {
      const kernel = tensor(weight.data.slice(c * 25, c * 25 + 25), [5, 5]);
      const map = await filter(digit, kernel, { padding: 2, paddingMode: 'zero', bias: bias.data[c], output: 'float', backend });
      const learned = maps.data.subarray(c * 784, c * 784 + 784);
      // the bias is added first by the layer and last by the filter: one rounding in another place
      for (const [i, value] of map.data.entries()) expect(Math.abs(value - learned[i])).toBeLessThan(4e-7);
    }
  });

  test('a Conv2d whose kernel is Sobel is the Sobel filter', async () => {
    const layer = new Conv2d(1, 1, 3, { padding: 1, paddingMode: 'reflect', bias: false });
    layer.loadStateDict(new Map([['weight', tensor(SOBEL_X.data, [1, 1, 3, 3])]]));
    await layer.to(backend);
    const picture = createImage(
      37,
      23,
      1,
      Float32Array.from({ length: 37 * 23 }, (_, i) => Math.sin(i * i)),
    );
    const { data } = await layer.run(tensor(picture.data as Float32Array, [1, 1, 23, 37]));
    // a layer sums every product
    expect(data).toEqual((await filter(picture, SOBEL_X, { output: 'float', algorithm: 'direct', backend })).data);
  });
});
