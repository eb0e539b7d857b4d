// Resume training
// Also: checkpoint, continue, save a model, load a model, early stop, crash, optimizer state
// The resumed run is bit-identical to one that was never interrupted. On the command line: `convlab train --resume
// run.safetensors`.
import { Adam, ConvNet, DataLoader, full, NLLLoss, TensorDataset, train } from 'convlab';
import { loadCheckpoint, saveCheckpoint } from 'convlab/node';

const loader = new DataLoader(new TensorDataset(full([8, 1, 28, 28], 0.5), [0, 1, 2, 3, 4, 5, 6, 7]), { batchSize: 4 }); // your data
const loss = new NLLLoss();

const model = new ConvNet().initialize(1);
const optimizer = new Adam(model);
const history = await train(model, { train: loader, optimizer, loss, epochs: 2 });
await saveCheckpoint('run.safetensors', { model, optimizer, history });

const saved = await loadCheckpoint('run.safetensors'); // later, in another process
const resumed = saved.restoreOptimizer(new Adam(saved.model));
const more = await train(saved.model, {
  ...{ train: loader, optimizer: resumed, loss, epochs: 4 },
  ...{ startEpoch: saved.epoch, history: saved.history ?? undefined },
});
console.log(more.epochs.length, 'epochs');
