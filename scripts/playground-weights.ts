// Trains the lecture's network for the playground and stores it in 16 bits: `npm run playground:weights`.
// The digits are shifted, turned and distorted a little in every pass, since those that visitors draw are not MNIST's.
import { stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  Adam,
  augment,
  ConvNet,
  cosineSchedule,
  createBackend,
  DataLoader,
  decodeCheckpoint,
  decodeSafetensors,
  encodeCheckpoint,
  encodeSafetensors,
  evaluate,
  NLLLoss,
  randomElastic,
  randomRotation,
  randomShift,
  train,
} from 'convlab';
import { mnist, saveSafetensors } from 'convlab/node';

const SEED = 1;
const EPOCHS = 8;
const path = fileURLToPath(new URL('../playground/weights/lecture.safetensors', import.meta.url));

const [digits, test, backend] = await Promise.all([mnist(), mnist({ train: false }), createBackend('wasm')]);
const moving = augment(digits, [randomElastic({ alpha: 34, sigma: 4 }), randomRotation({ degrees: 10 }), randomShift({ max: 2 })], { seed: SEED });
const model = await new ConvNet().to(backend);
await train(model, {
  train: new DataLoader(moving, { batchSize: 64, shuffle: true, seed: SEED }),
  validation: new DataLoader(test, { batchSize: 250 }),
  optimizer: new Adam(model, { lr: 0.002 }),
  schedule: cosineSchedule(),
  loss: new NLLLoss(),
  epochs: EPOCHS,
  seed: SEED,
  callbacks: {
    onEpoch: ({ epoch, loss, validationAccuracy = 0, seconds }) =>
      console.log(`epoch ${epoch + 1}: loss ${loss.toFixed(4)}, test ${(100 * validationAccuracy).toFixed(2)}%, ${seconds.toFixed(1)} s`),
  },
});

// a checkpoint, so that `convlab predict --model` reads it too; its numbers in half the space
const { tensors, metadata } = decodeSafetensors(await encodeCheckpoint({ model, epoch: EPOCHS }));
await saveSafetensors(path, tensors, metadata, { dtype: 'F16' });

// measured with the numbers as they were stored
const stored = await decodeCheckpoint(encodeSafetensors(tensors, metadata, { dtype: 'F16' })).model.to(backend);
const { accuracy, loss } = await evaluate(stored, new DataLoader(test, { batchSize: 250 }), { loss: new NLLLoss() });
const { size } = await stat(path);
await writeFile(
  path.replace('lecture.safetensors', 'README.md'),
  `# The playground's weights

\`lecture.safetensors\` holds the lecture's network, \`ConvNet\`, 207,258 numbers of 16 bits in ${size.toLocaleString('en-US')} bytes.
\`npm run playground:weights\` (scripts/playground-weights.ts) trained it on MNIST's 60,000 training digits: Adam 0.002 with a cosine
schedule, batches of 64, ${EPOCHS} epochs, seed ${SEED}, every digit shifted by up to 2 pixels, turned by up to 10° and distorted elastically.

The stored numbers classify **${(100 * accuracy).toFixed(2)}%** of the 10,000 test digits correctly, with a loss of ${loss.toFixed(4)}.
The test digits were evaluated after every epoch only to print the accuracy; no decision depends on them.
`,
);
console.log(`stored: test ${(100 * accuracy).toFixed(2)}%, loss ${loss.toFixed(4)}, ${size} bytes`);
backend.dispose();
