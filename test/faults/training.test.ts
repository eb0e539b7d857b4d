import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImage, Random } from '../../src/index.js';
import { loadCheckpoint, writeImage } from '../../src/node.js';
import { convlab as inThisProcess } from '../cli/convlab.js';
import { convlab } from './process.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-faults-'));
  const random = new Random(2);
  for (const part of ['train', 'test']) {
    for (const label of ['0', '1']) {
      await mkdir(join(folder, part, label), { recursive: true });
      for (let i = 0; i < 12; i++) {
        const ink = Uint8ClampedArray.from({ length: 784 }, (_, at) => (Math.abs((at % 28) - 14) < 3 + 6 * Number(label) ? 200 : 0) + random.integer(50));
        await writeImage(join(folder, part, label, `${i}.png`), createImage(28, 28, 1, ink));
      }
    }
  }
});
afterAll(() => rm(folder, { recursive: true }));

const path = (name: string) => join(folder, `${name}.safetensors`);
const train = (epochs: number, ...more: string[]) =>
  `train --data ${folder} --backend wasm --threads 1 --optimizer adam --lr 0.001 --batch 4 --validation 4 --seed 5 --epochs ${epochs}`.split(' ').concat(more);

/** Everything that a checkpoint holds, but for how long it took. */
async function contents(name: string) {
  const { model, epoch, history, optimizer } = await loadCheckpoint(path(name));
  const records = JSON.parse(JSON.stringify(history), (key, value) => (key === 'seconds' || key === 'waiting' ? undefined : value));
  return { weights: await model.stateDict(), random: model.random.state, epoch, epochs: records.epochs, optimizer };
}

test.each(['SIGINT', 'SIGKILL'] as const)('%s in training: the last whole epoch is kept, and from there it goes on to the same bits', async (signal) => {
  const { child, ended, printed } = convlab(train(100_000, '--out', path(signal)));
  await printed('epoch 3:');
  await new Promise((done) => setTimeout(done, 30));
  child.kill(signal);
  const { code, signal: by, stdout } = await ended;
  // Node itself would say 128 + 2 by dying of the signal
  expect([code, by]).toEqual(signal === 'SIGINT' ? [130, null] : [null, 'SIGKILL']);
  if (signal === 'SIGINT') expect(stdout).toContain(`written to ${path(signal)}: the `);

  const { epoch } = await loadCheckpoint(path(signal));
  expect(epoch).toBeGreaterThanOrEqual(signal === 'SIGINT' ? 3 : 2);
  expect((await inThisProcess(train(epoch + 2, '--resume', path(signal), '--out', path('resumed')))).code).toBe(0);
  expect((await inThisProcess(train(epoch + 2, '--out', path('straight')))).code).toBe(0);
  expect(await contents('resumed')).toEqual(await contents('straight'));
  if (signal === 'SIGINT') expect((await readdir(folder)).filter((name) => name.startsWith(signal))).toEqual([`${signal}.safetensors`]);
});

test('stopped before the first epoch is over, there is a checkpoint to go on from too', async () => {
  const stopped = new AbortController();
  stopped.abort();
  expect((await inThisProcess(train(3, '--out', path('at once')), stopped.signal)).code).toBe(130);
  expect((await loadCheckpoint(path('at once'))).epoch).toBe(0);
  await inThisProcess(train(2, '--resume', path('at once'), '--out', path('then')));
  await inThisProcess(train(2, '--out', path('straight')));
  expect(await contents('then')).toEqual(await contents('straight'));
});

test('what cannot be written is not learned first', async () => {
  const { code, stdout, stderr } = await inThisProcess(train(1000, '--out', folder));
  expect([code, stdout, stderr]).toEqual([1, '', `error: saveCheckpoint: ${folder} is a folder\n`]);
});
