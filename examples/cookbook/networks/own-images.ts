// Train on your own images
// Also: image classification, dataset, classes, ImageFolder, cats and dogs, custom data
import { Adam, bestNet, DataLoader, resize, toTensor, train } from 'convlab';
import { imageFolder } from 'convlab/node';

const pets = await imageFolder('pets', { transform: async (image) => toTensor(await resize(image, { width: 32, height: 32 })) });
const model = bestNet({ channels: 3, classes: pets.classes.length });
const { epochs } = await train(model, {
  train: new DataLoader(pets, { batchSize: 4, shuffle: true, seed: 1 }),
  optimizer: new Adam(model, { lr: 0.005 }),
  epochs: 8,
  seed: 1,
});
console.log(pets.classes.join(', '), `${100 * epochs[epochs.length - 1].accuracy}%`);
