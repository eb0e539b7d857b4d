// Accuracy of a network trained on 200 drawings in three classes, here and in PyTorch:
//
//   npx tsx scripts/own-classes.ts [seeds]
//
// Both train the same network with the same settings on the same images, and are tested on 1,500 others. Initial weights and order differ, so the means
// over the seeds are compared. Debian has PyTorch: apt-get install python3-torch libopenblas0
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Adam, bestNet, createBackend, DataLoader, evaluate, oneCycleSchedule, Random, TensorDataset, train } from '../src/index.js';
import { drawing, SHAPE_NAMES } from '../test/cli/drawings.js';

const SEEDS = Number(process.argv[2] ?? 5);
const [SIZE, TRAINED, TESTED] = [48, 200, 1500];
const SETTINGS = { epochs: 30, batchSize: 16, lr: 0.005 };

/** Bytes `[count, 3, SIZE, SIZE]`; the class of sample i is i modulo 3. */
function draw(count: number, seed: number): Uint8Array {
  const [random, plane] = [new Random(seed), SIZE * SIZE];
  const all = new Uint8Array(count * 3 * plane);
  for (let n = 0; n < count; n++) {
    const { data } = drawing(SHAPE_NAMES[n % 3], random, SIZE);
    for (let i = 0; i < plane; i++) for (let channel = 0; channel < 3; channel++) all[(3 * n + channel) * plane + i] = data[3 * i + channel];
  }
  return all;
}

function dataset(data: Uint8Array): TensorDataset {
  const count = data.length / (3 * SIZE * SIZE);
  return new TensorDataset(
    { shape: [count, 3, SIZE, SIZE], data },
    Int32Array.from({ length: count }, (_, i) => i % 3),
  );
}

const [known, fresh] = [draw(TRAINED, 1), draw(TESTED, 2)];
const backend = await createBackend('wasm');

async function accuracyOf(seed: number): Promise<number> {
  const net = await bestNet({ channels: 3, classes: 3 }).to(backend);
  await train(net, {
    train: new DataLoader(dataset(known), { batchSize: SETTINGS.batchSize, shuffle: true, seed }),
    optimizer: new Adam(net, { lr: SETTINGS.lr }),
    schedule: oneCycleSchedule(),
    epochs: SETTINGS.epochs,
    seed,
  });
  const { accuracy } = await evaluate(net, new DataLoader(dataset(fresh), { batchSize: 100 }));
  net.dispose();
  return accuracy;
}

function report(name: string, accuracies: readonly number[]): void {
  const mean = accuracies.reduce((sum, each) => sum + each, 0) / accuracies.length;
  const percent = (share: number) => `${(100 * share).toFixed(2)}%`;
  console.log(`${name}: mean ${percent(mean)} of ${TESTED} (${accuracies.map(percent).join(', ')})`);
}

const folder = mkdtempSync(join(tmpdir(), 'convlab-own-classes-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'train'), known);
writeFileSync(join(folder, 'test'), fresh);
writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...SETTINGS, size: SIZE, seeds: SEEDS }));

const ours: number[] = [];
for (let seed = 1; seed <= SEEDS; seed++) ours.push(await accuracyOf(seed));
report('convlab', ours);
const python = ['python3', '/usr/bin/python3'].find((each) => spawnSync(each, ['-c', 'import torch, numpy']).status === 0);
if (!python) throw new Error('PyTorch is missing: apt-get install python3-torch libopenblas0');
const { status, stdout } = spawnSync(python, [fileURLToPath(new URL('own-classes.py', import.meta.url)), folder], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (status !== 0) throw new Error(`own-classes.py ended with status ${status}`);
report('PyTorch', JSON.parse(stdout));
backend.dispose();
