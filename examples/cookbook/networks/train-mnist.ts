// Train a CNN on MNIST
// Also: neural network, deep learning, digits, convnet, training loop
// To train on all digits, use `await mnist({ train: true })`, and evaluate on `await mnist({ train: false })`.
// [Training a network](../training.md) has the full program.
import { Adam, ConvNet, DataLoader, evaluate, NLLLoss, Subset, train } from 'convlab';
import { mnist } from 'convlab/node';

const digits = new Subset(
  await mnist({ train: false }),
  Int32Array.from({ length: 1000 }, (_, i) => i),
); // only 1,000 digits, to save time
const model = new ConvNet().initialize(1);
await train(model, {
  train: new DataLoader(digits, { batchSize: 50, shuffle: true, seed: 1 }),
  optimizer: new Adam(model, { lr: 0.003 }),
  loss: new NLLLoss(),
  epochs: 3,
});
const { accuracy } = await evaluate(model, new DataLoader(digits, { batchSize: 250 }));
console.log(`${Math.round(100 * accuracy)}%`);
