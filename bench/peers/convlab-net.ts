import { Adam, type Backend, ConvNet, DataLoader, NLLLoss, SGD, TensorDataset, train } from '../../src/index.js';
import type { Contestant, NetWork } from '../row.js';

/** The lecture's net by `train`, with the loader, shuffling, loss and accuracy that belong to it; or by `run`. */
export async function convlabNet({ task, batch, steps, digits, weights }: NetWork, backend: Backend): Promise<Contestant> {
  const model = new ConvNet();
  model.loadStateDict(new Map(Object.entries(weights)));
  await model.to(backend);
  if (task === 'inference') return inference(model, digits.images, batch);
  const dataset = new TensorDataset({ shape: [batch * steps, 1, 28, 28], data: digits.images }, digits.labels);
  const options = {
    train: new DataLoader(dataset, { batchSize: batch, shuffle: true }),
    optimizer: task === 'adam' ? new Adam(model) : new SGD(model, { lr: 0.001, momentum: 0.9 }),
    loss: new NLLLoss(),
    epochs: 1,
  };
  return { run: () => train(model, options), result: () => undefined, dispose: () => model.dispose() };
}

function inference(model: ConvNet, images: Uint8Array, batch: number): Contestant {
  const x = { shape: [batch, 1, 28, 28], data: Float32Array.from(images, (byte) => byte / 255) };
  let result: Float32Array;
  model.eval();
  return {
    async run() {
      result = (await model.run(x)).data;
    },
    result: () => result,
    dispose: () => model.dispose(),
  };
}
