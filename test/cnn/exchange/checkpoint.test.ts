import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { architectureOf } from '../../../src/cnn/exchange/architecture.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/cnn/exchange/checkpoint.js';
import { loadCheckpoint, loadSafetensors, saveCheckpoint, saveOnnx, saveSafetensors } from '../../../src/cnn/exchange/model-files.js';
import { toOnnx } from '../../../src/cnn/exchange/onnx.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/cnn/exchange/safetensors.js';
import {
  Adam,
  AdamW,
  BatchNorm2d,
  Conv2d,
  ConvNet,
  Dropout,
  Dropout2d,
  Flatten,
  type History,
  Linear,
  MaxPool2d,
  type Module,
  type Optimizer,
  oneCycleSchedule,
  ReLU,
  RMSprop,
  Sequential,
  SGD,
  type TrainOptions,
  train,
} from '../../../src/cnn/index.js';
import { DataLoader } from '../../../src/data/data-loader.js';
import { TensorDataset } from '../../../src/data/tensor-dataset.js';
import { DataError } from '../../../src/errors.js';
import { createBackend } from '../../../src/kernels/backends/create.js';
import { Random } from '../../../src/random.js';
import { tensor } from '../../../src/tensor.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Stripes, along or across, in noise. */
function stripes(count: number, seed: number): TensorDataset {
  const random = new Random(seed);
  const y = Int32Array.from({ length: count }, () => random.integer(2));
  const x = Float32Array.from({ length: count * 64 }, (_, i) => {
    const [row, column] = [Math.floor(i / 8) % 8, i % 8];
    return ((y[Math.floor(i / 64)] === 0 ? row : column) % 2) + random.normal();
  });
  return new TensorDataset({ shape: [count, 1, 8, 8], data: x }, y);
}

function makeModel(): Module {
  return new Sequential({
    conv: new Conv2d(1, 4, 3, { padding: 'same', bias: false }),
    norm: new BatchNorm2d(4),
    act: new ReLU(),
    drop: new Dropout2d(0.2),
    pool: new MaxPool2d(2),
    flat: new Flatten(),
    mask: new Dropout(0.4),
    out: new Linear(64, 2),
  });
}

/** Training as one program would start it, in every respect the same each time. */
function settings(optimizer: Optimizer): TrainOptions {
  return {
    // 50 samples in batches of 16: the last one is short
    train: new DataLoader(stripes(50, 1), { batchSize: 16, shuffle: true, seed: 3 }),
    validation: new DataLoader(stripes(20, 2), { batchSize: 20 }),
    optimizer,
    epochs: 6,
    logEvery: 2,
    schedule: oneCycleSchedule(),
    earlyStopping: { patience: 3 },
  };
}

const withoutSeconds = ({ best, ...history }: History) =>
  JSON.parse(JSON.stringify(history), (key, value) => (['seconds', 'waiting'].includes(key) ? undefined : value));

describe('training that goes on from a checkpoint gives the same bits as training that never stopped', () => {
  test.each<[kind: string, make: (model: Module) => Optimizer]>([
    ['SGD with momentum', (model) => new SGD(model, { lr: 0.05, momentum: 0.9 })],
    ['Adam', (model) => new Adam(model, { lr: 0.01 })],
    ['AdamW', (model) => new AdamW(model, { lr: 0.01 })],
    ['RMSprop with momentum', (model) => new RMSprop(model, { lr: 0.003, momentum: 0.5 })],
  ])('%s', async (kind, make) => {
    const path = join(folder, `${kind}.safetensors`);
    const straight = makeModel();
    await straight.to(await createBackend('wasm'));
    const whole = await train(straight, {
      ...settings(make(straight)),
      seed: 11,
    });

    const first = makeModel();
    await first.to(await createBackend('wasm'));
    const optimizer = make(first);
    const stop = new AbortController();
    await train(first, {
      ...settings(optimizer),
      seed: 11,
      signal: stop.signal,
      callbacks: {
        onEpoch: async ({ epoch }, history) => {
          if (epoch !== 2) return;
          await saveCheckpoint(path, { model: first, optimizer, epoch: epoch + 1, history });
          stop.abort();
        },
      },
    });

    const { model, epoch, history, restoreOptimizer, optimizer: name } = await loadCheckpoint(path);
    expect(epoch).toBe(3);
    expect(kind).toContain(name);
    await model.to(await createBackend('wasm'));
    const resumed = await train(model, { ...settings(restoreOptimizer(make(model))), startEpoch: epoch, history: history ?? undefined });

    expect(withoutSeconds(resumed)).toEqual(withoutSeconds(whole));
    expect(resumed.best).toEqual(whole.best);
    expect(await model.stateDict()).toEqual(await straight.stateDict());
    expect(model.random.state).toEqual(straight.random.state);
    // and it is training that is compared, not standing still
    expect(whole.epochs.length).toBeGreaterThan(3);
    expect(new Set(whole.epochs.map(({ loss }) => loss)).size).toBe(whole.epochs.length);
  });
});

test('the best weights so far come along: they are restored even if nothing better follows', async () => {
  const run = async (model: Module, more: Partial<TrainOptions>) => {
    const optimizer = new SGD(model, { lr: 0.05, momentum: 0.9 });
    return train(model, { ...settings(optimizer), schedule: undefined, ...more });
  };
  const model = makeModel();
  await model.to(await createBackend('wasm'));
  const history = await run(model, { epochs: 2, seed: 1 });
  const best = await model.stateDict();
  const bytes = await encodeCheckpoint({ model, epoch: 2, history: { ...history, best } });

  // nothing improves at a rate of 0
  const loaded = decodeCheckpoint(bytes);
  await loaded.model.to(await createBackend('wasm'));
  const optimizer = new SGD(loaded.model, { lr: 0 });
  loaded.model.loadStateDict(new Map([...best].map(([name, x]) => [name, { ...x, data: x.data.map((value) => value * 3) }])));
  await run(loaded.model, { epochs: 3, startEpoch: 2, history: loaded.history ?? undefined, optimizer });
  expect(await loaded.model.stateDict()).toEqual(best);
});

test("the file is a safetensors file with PyTorch's names", async () => {
  const model = new ConvNet(0.25).initialize(4);
  const { tensors, metadata } = decodeSafetensors(await encodeCheckpoint({ model, epoch: 0 }));
  expect(tensors).toEqual(await model.stateDict());
  expect(JSON.parse(metadata.architecture)).toEqual({ type: 'ConvNet', arguments: [0.25] });
  const read = decodeCheckpoint(await encodeCheckpoint({ model, epoch: 0 }));
  expect(read.model).toBeInstanceOf(ConvNet);
  expect([read.epoch, read.history, read.optimizer]).toEqual([0, null, null]);
  expect(() => read.restoreOptimizer(new Adam(read.model))).toThrow(/contains no optimizer state/);
});

test('a loss that is no number is kept as it is', async () => {
  const record = { epoch: 0, loss: Number.NaN, accuracy: 0.5, learningRate: 1e-3, seconds: 0.25 };
  const history: History = {
    batches: [{ ...record, batch: 100, loss: Number.POSITIVE_INFINITY }],
    epochs: [{ ...record, validationLoss: Number.NEGATIVE_INFINITY, validationAccuracy: 0 }],
    stopped: 'aborted',
    bestEpoch: -1,
  };
  const model = new Linear(2, 2);
  expect(decodeCheckpoint(await encodeCheckpoint({ model, epoch: 1, history })).history).toEqual(history);
});

describe('what cannot be saved', () => {
  test('weights that are not numbers', async () => {
    const model = new Linear(1, 1).loadStateDict(
      new Map([
        ['weight', tensor([[Number.NaN]])],
        ['bias', tensor([0])],
      ]),
    );
    await expect(encodeCheckpoint({ model, epoch: 0 })).rejects.toThrow(/tensor "weight" must have finite values, received NaN at index 0/);
  });
  test('half an epoch', async () => {
    await expect(encodeCheckpoint({ model: new Linear(1, 1), epoch: 0.5 })).rejects.toThrow(/epoch must be an integer ≥ 0, received 0.5/);
  });
});

describe('a checkpoint that cannot be trusted is refused, by name', () => {
  const modelOf = () => new Sequential([new Linear(2, 3), new Linear(3, 1)]);
  const whole = async () => {
    const model = modelOf().initialize(1);
    const [state, optimizer] = [await model.stateDict(), new SGD(model, { lr: 1, momentum: 0.9 })];
    optimizer.loadStateDict(new Map([['steps', tensor([2])], ...[...state].map(([name, x]): [string, typeof x] => [`momentum.${name}`, x])]));
    const history: History = {
      batches: [],
      epochs: [{ epoch: 0, loss: 1, accuracy: 1, learningRate: 1, seconds: 1 }],
      stopped: 'finished',
      bestEpoch: -1,
      best: state,
    };
    return decodeSafetensors(await encodeCheckpoint({ model, optimizer, epoch: 1, history }));
  };
  type Parts = Awaited<ReturnType<typeof whole>> & { metadata: Record<string, string> };
  const history = (change: object) => JSON.stringify({ batches: [], epochs: [], stopped: 'finished', bestEpoch: -1, ...change });

  test.each<[what: string, change: (parts: Parts) => void, says: RegExp]>([
    ['weights alone', ({ metadata }) => Reflect.deleteProperty(metadata, 'convlab'), /be a checkpoint of this version/],
    ['of another version', ({ metadata }) => Object.assign(metadata, { convlab: 'checkpoint 2' }), /a checkpoint of this version .*, received "checkpoint 2"/],
    ['no architecture', ({ metadata }) => Reflect.deleteProperty(metadata, 'architecture'), /JSON is invalid/],
    ['a bad architecture', ({ metadata }) => Object.assign(metadata, { architecture: '{"type":"Linear"}' }), /Linear: requires 2 to 3 arguments/],
    [
      'another architecture',
      ({ metadata }) => Object.assign(metadata, { architecture: JSON.stringify(architectureOf(new ConvNet())) }),
      /missing \["conv1.weight"/,
    ],
    ['a weight too few', ({ tensors }) => tensors.delete('1.bias'), /missing \["1.bias"\]/],
    ['a weight too many', ({ tensors }) => tensors.set('2.bias', tensor([1])), /unknown \["2.bias"\]/],
    ['a weight of another shape', ({ tensors }) => tensors.set('1.bias', tensor([1, 2])), /1.bias must have shape \[1\], received \[2\]/],
    ['best weights of another shape', ({ tensors }) => tensors.set('best/1.bias', tensor([1, 2])), /1.bias must have shape \[1\], received \[2\]/],
    ['best weights without history', ({ metadata }) => Reflect.deleteProperty(metadata, 'history'), /best weights, but no history/],
    ['no epoch', ({ metadata }) => Reflect.deleteProperty(metadata, 'epoch'), /epoch must be an integer ≥ 0, received undefined/],
    ['a negative epoch', ({ metadata }) => Object.assign(metadata, { epoch: '-1' }), /epoch must be an integer/],
    ['no random state', ({ metadata }) => Reflect.deleteProperty(metadata, 'random'), /JSON is invalid/],
    ['a random state of three', ({ metadata }) => Object.assign(metadata, { random: '[1,2,3]' }), /state must be four 32-bit integers/],
    ['a random state of 33 bits', ({ metadata }) => Object.assign(metadata, { random: '[1,2,3,4294967296]' }), /state must be four 32-bit integers/],
    ['a history that is not an object', ({ metadata }) => Object.assign(metadata, { history: '[]' }), /its history: it must be an object, received \[\]/],
    ['an end that is none', ({ metadata }) => Object.assign(metadata, { history: history({ stopped: 'never' }) }), /stopped must be one of/],
    ['a best epoch that is none', ({ metadata }) => Object.assign(metadata, { history: history({ bestEpoch: 0.5 }) }), /bestEpoch must be/],
    ['no list', ({ metadata }) => Object.assign(metadata, { history: history({ epochs: 3 }) }), /must contain lists of records/],
    ['no record', ({ metadata }) => Object.assign(metadata, { history: history({ epochs: [1] }) }), /must be an object, received 1/],
    [
      'half a record',
      ({ metadata }) => Object.assign(metadata, { history: history({ epochs: [{ epoch: 0 }] }) }),
      /record of its history: loss must be a number, received undefined/,
    ],
    [
      'a record of texts',
      ({ metadata }) => Object.assign(metadata, { history: history({ epochs: [{ epoch: 0, loss: '1', accuracy: 1, learningRate: 1, seconds: 1 }] }) }),
      /record of its history: loss must be a number, received "1"/,
    ],
    ['no steps', ({ tensors }) => tensors.delete('optimizer/steps'), /"optimizer\/steps" must be one integer ≥ 0/],
    ['half a step', ({ tensors }) => tensors.set('optimizer/steps', tensor([0.5])), /"optimizer\/steps" must be one integer ≥ 0, received \[0.5\]/],
    [
      'momentum of nothing',
      ({ tensors }) => tensors.set('optimizer/momentum.9.bias', tensor([1])),
      /"optimizer\/momentum.9.bias" must have the name and shape of a parameter/,
    ],
    [
      'momentum of another shape',
      ({ tensors }) => tensors.set('optimizer/momentum.1.bias', tensor([1, 2])),
      /"optimizer\/momentum.1.bias" must have the name and shape of a parameter, received \[2\]/,
    ],
  ])('%s', async (_what, change, says) => {
    const parts = (await whole()) as Parts;
    decodeCheckpoint(encodeSafetensors(parts.tensors, parts.metadata));
    change(parts);
    const read = () => decodeCheckpoint(encodeSafetensors(parts.tensors, parts.metadata), { name: 'bad.safetensors' });
    expect(read).toThrow(DataError);
    expect(read).toThrow(says);
    expect(read).toThrow('decodeCheckpoint: bad.safetensors: ');
  });

  test('the state of another optimizer', async () => {
    const { tensors, metadata } = await whole();
    const { model, restoreOptimizer } = decodeCheckpoint(encodeSafetensors(tensors, metadata));
    expect(() => restoreOptimizer(new Adam(model))).toThrow(/contains the state of "SGD", which cannot be loaded into Adam/);
  });
});

describe('files', () => {
  test('are written whole or not at all', async () => {
    const path = join(folder, 'weights.safetensors');
    const weights = new Map([['w', tensor([1, 2])]]);
    await saveSafetensors(path, weights, { by: 'test' });
    expect(await loadSafetensors(path)).toEqual({ tensors: weights, metadata: { by: 'test' } });
    await saveSafetensors(path, weights, { by: 'test' }, { dtype: 'F16' });
    expect(await readFile(path)).toEqual(Buffer.from(encodeSafetensors(weights, { by: 'test' }, { dtype: 'F16' })));
    const before = await readFile(path);
    await expect(saveSafetensors(path, new Map([['w', tensor([Number.NaN])]]))).rejects.toThrow(DataError);
    expect(await readFile(path)).toEqual(before);
    expect((await readdir(folder)).filter((name) => name.startsWith('weights'))).toEqual(['weights.safetensors']);
  });

  test('of ONNX are what toOnnx returns', async () => {
    const path = join(folder, 'net.onnx');
    const model = new Linear(2, 1).initialize(1);
    await saveOnnx(path, model, [1, 2]);
    expect(new Uint8Array(await readFile(path))).toEqual(await toOnnx(model, [1, 2]));
  });

  test('that cannot be read or written are named', async () => {
    const missing = join(folder, 'none', 'x.safetensors');
    await expect(loadCheckpoint(missing)).rejects.toThrow(`loadCheckpoint: ${missing} cannot be read: ENOENT`);
    await expect(loadSafetensors(folder)).rejects.toThrow(`loadSafetensors: ${folder} cannot be read: not a file`);
    await expect(saveCheckpoint(missing, { model: new Linear(1, 1), epoch: 0 })).rejects.toThrow(
      `saveCheckpoint: ${missing} lies in a folder that does not exist`,
    );
    await expect(loadCheckpoint('')).rejects.toThrow(/path must be a file name/);
    const broken = join(folder, 'broken.safetensors');
    await writeFile(broken, 'broken');
    await expect(loadCheckpoint(broken)).rejects.toThrow(`decodeSafetensors: ${broken}: it must begin with a length of 8 bytes, but has 6 bytes`);
    await expect(loadSafetensors(broken)).rejects.toThrow(DataError);
  });
});
