import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Digits } from '../../playground/src/digits/data.js';
import { digitsFromFiles } from '../../playground/src/train/files.js';
import { architectureFor, LECTURE, layersCodec, layersFrom, type Recipe, shapesOf } from '../../playground/src/train/recipe.js';
import { type Snapshot, Snapshots } from '../../playground/src/train/snapshots.js';
import { INTERVAL, openWeights, Trainer } from '../../playground/src/train/trainer.js';
import {
  architectureOf,
  type Backend,
  bestNet,
  ConvNet,
  createBackend,
  DataError,
  decodeCheckpoint,
  encodeCheckpoint,
  mnist,
  modelFrom,
  tensor,
} from '../../src/node.js';

const RECIPE: Recipe = { layers: LECTURE, activation: 'ReLU', optimizer: 'adam', momentum: 0, batch: 32, seed: 3 };

async function part(train: boolean, length: number): Promise<Digits> {
  const { x, y } = await mnist({ train });
  return {
    length,
    images: { shape: [length, 1, 28, 28], data: x.data.subarray(0, length * 784) as Uint8Array },
    labels: Uint8Array.from(y.subarray(0, length)),
  };
}

describe('a recipe', () => {
  test('is short in the address, and comes back; what means nothing, or too much, does not', () => {
    expect(layersCodec.encode(LECTURE)).toBe('c4x5,m2,c8x5,m2,f512,d50');
    expect(layersCodec.decode('c4x5,m2,c8x5,m2,f512,d50')).toEqual(LECTURE);
    expect(layersCodec.decode('n,a3,d0')).toEqual([{ kind: 'norm' }, { kind: 'average', size: 3 }, { kind: 'dropout', percent: 0 }]);
    expect(layersCodec.decode('')).toEqual([]);
    for (const text of ['c4', 'c0x5', 'c4x4', 'c33x3', 'm5', 'f0', 'f1025', 'd', 'd95', 'n2', 'q', 'c4x5,', 'f1x1', Array(13).fill('n').join()]) {
      expect(layersCodec.decode(text), text).toBeUndefined();
    }
  });

  test('makes the network of the lecture, with its names', () => {
    const own = modelFrom(architectureFor(RECIPE)).namedParameters();
    const lecture = new ConvNet().namedParameters();
    expect([...own].map(([name, { shape }]) => [name, shape])).toEqual([...lecture].map(([name, { shape }]) => [name, shape]));
  });

  test('says which layer does not fit, and why', () => {
    expect(shapesOf(layersCodec.decode('c4x5,m4,m4,m2') ?? [])).toEqual({
      shapes: [
        [4, 28, 28],
        [4, 7, 7],
        [4, 1, 1],
      ],
      misfit: { at: 3, why: 'small' },
    });
    expect(shapesOf(layersCodec.decode('f10,c4x3') ?? []).misfit).toEqual({ at: 1, why: 'flat' });
  });

  test.each(['c4x5,m2,c8x5,m2,f512,d50', 'c2x3,n,a2,f16,n,d10', '', 'f4'])('is known again in its architecture: %s', (text) => {
    const recipe = { layers: layersCodec.decode(text) ?? [], activation: 'GELU' as const };
    const known = layersFrom(architectureOf(modelFrom(architectureFor(recipe))));
    expect(known?.layers).toEqual(recipe.layers);
    // where there is none, any will do
    expect(known?.activation).toBe(text === '' ? 'ReLU' : 'GELU');
  });

  test('is known in the lecture’s network, and in none that it could not make', () => {
    expect(layersFrom(architectureOf(new ConvNet(0.3)))).toEqual({ layers: [...LECTURE.slice(0, -1), { kind: 'dropout', percent: 30 }], activation: 'ReLU' });
    expect(layersFrom(architectureOf(bestNet()))).toBeUndefined();
    expect(layersFrom({ type: 'Linear', arguments: [784, 10] })).toBeUndefined();
  });
});

describe('a training', () => {
  let backend: Backend;
  let digits: { train: Digits; validation: Digits };
  beforeAll(async () => {
    backend = await createBackend('wasm', { threads: 1 });
    digits = { train: await part(true, 640), validation: await part(false, 250) };
  });
  afterAll(() => backend?.dispose());
  const start = (recipe = RECIPE) => Trainer.start(recipe, 0.002, digits.train, digits.validation, backend);

  test('lowers the loss, measures by digits that it does not learn from, and shows kernels and gradients', async () => {
    const trainer = await start();
    for (let i = 0; i < 2 * INTERVAL; i++) await trainer.next();
    const { step, steps, measured, kernels, sizes, kept, stepsPerEpoch } = await trainer.report(true);
    expect([step, stepsPerEpoch, steps.length]).toEqual([50, 20, 50]);
    expect(kept).toEqual([0, 25, 50]);
    expect(measured.map(({ step }) => step)).toEqual([0, 25, 50]);
    expect(measured[2].loss).toBeLessThan(0.5 * measured[0].loss);
    expect(measured[2].accuracy).toBeGreaterThan(0.7);
    expect(measured[2].confusion.flat().reduce((sum, count) => sum + count)).toBe(250);
    const { index, actual, picture } = measured[2].worst[0];
    expect([digits.validation.labels[index], ...picture]).toEqual([actual, ...digits.validation.images.data.subarray(index * 784, (index + 1) * 784)]);
    expect(kernels.map(({ name, weight, gradient }) => [name, weight.shape, gradient?.shape])).toEqual([
      ['conv1', [4, 1, 5, 5], [4, 1, 5, 5]],
      ['conv2', [8, 4, 5, 5], [8, 4, 5, 5]],
    ]);
    expect(sizes.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'fc1', 'fc2']);
    expect(sizes.every(({ weight, gradient }) => weight > 0 && gradient > 0)).toBe(true);
    expect((await trainer.report(true)).steps).toEqual([]);
    trainer.dispose();
  });

  test('goes back, and from there the same way again, to the bit', async () => {
    const trainer = await start();
    for (let i = 0; i < 40; i++) await trainer.next();
    const before = await trainer.model.stateDict();
    trainer.seek(30);
    expect(trainer.step).toBe(25);
    expect((await trainer.report(false)).kept).toEqual([0, 25]);
    trainer.forgetLater();
    for (let i = 0; i < 15; i++) await trainer.next();
    expect(trainer.step).toBe(40);
    for (const [name, { data }] of await trainer.model.stateDict()) expect(data, name).toEqual(before.get(name)?.data);
    trainer.dispose();
  });

  test('is saved as a checkpoint that others read, and taken up again', async () => {
    const trainer = await start();
    for (let i = 0; i < 10; i++) await trainer.next();
    const bytes = await trainer.save();
    const { model, optimizer } = decodeCheckpoint(bytes);
    expect(optimizer).toBe('Adam');
    const { layers, activation, tensors, restore } = openWeights(bytes, { ...RECIPE, layers: [] }, 'mine');
    expect({ layers, activation }).toEqual({ layers: LECTURE, activation: 'ReLU' });
    const next = await start({ ...RECIPE, seed: 99 });
    await next.take(tensors, restore);
    expect(next.optimizer.steps).toBe(10);
    for (const [name, { data }] of await next.model.stateDict()) expect(data, name).toEqual((await model.stateDict()).get(name)?.data);
    trainer.dispose();
    next.dispose();
  });

  test('goes on on another backend with the same bits', async () => {
    const other = await createBackend('wasm', { threads: 1 });
    const [stays, moves] = [await start(), await start()];
    for (let i = 0; i < 12; i++) {
      await stays.next();
      await moves.next();
      if (i === 5) await moves.moveTo(other);
    }
    const expected = await stays.model.stateDict();
    for (const [name, { data }] of await moves.model.stateDict()) expect(data, name).toEqual(expected.get(name)?.data);
    stays.dispose();
    moves.dispose();
    other.dispose();
  });

  test('goes on from the last state that was kept, when its backend is lost', async () => {
    const gone = await createBackend('wasm', { threads: 1 });
    const [stays, lost] = [await start(), await Trainer.start(RECIPE, 0.002, digits.train, digits.validation, gone)];
    for (let i = 0; i < INTERVAL + 5; i++) await lost.next();
    gone.dispose();
    const recovered = await Trainer.recover(lost, backend);
    expect(recovered.step).toBe(INTERVAL);
    for (let i = 0; i < 3; i++) await recovered.next();
    for (let i = 0; i < INTERVAL + 3; i++) await stays.next();
    const expected = await stays.model.stateDict();
    for (const [name, { data }] of await recovered.model.stateDict()) expect(data, name).toEqual(expected.get(name)?.data);
    stays.dispose();
    recovered.dispose();
  });

  test('refuses weights of other layers', async () => {
    const trainer = await start({ ...RECIPE, layers: [] });
    await expect(trainer.take(new Map([['conv1.weight', tensor([1])]]), () => {})).rejects.toThrow(DataError);
    const other = await encodeCheckpoint({ model: bestNet() });
    expect(() => openWeights(other, RECIPE, 'best.safetensors')).toThrow(/best.safetensors: its network has layers that this page does not support/);
    expect(() => openWeights(Uint8Array.of(1, 2), RECIPE, 'notes.txt')).toThrow(/notes.txt/);
    trainer.dispose();
  });
});

test('snapshots stay within their room; the first and the newest are always there', () => {
  const snapshots = new Snapshots(40);
  const snapshot = (step: number) =>
    ({ step, weights: new Map([['w', tensor([step])]]), optimizer: new Map(), random: [], measured: {} }) as unknown as Snapshot;
  for (let step = 0; step <= 2000; step += 25) {
    snapshots.keep(snapshot(step));
    expect(snapshots.steps.length).toBeLessThanOrEqual(10);
    expect([snapshots.steps[0], snapshots.steps.at(-1)]).toEqual([0, step]);
  }
  const distances = snapshots.steps.slice(1, -1).map((step, i) => step - snapshots.steps[i]);
  expect(new Set(distances).size).toBe(1);
  expect(snapshots.at(snapshots.steps[2] + 1).step).toBe(snapshots.steps[2]);
  snapshots.forgetAfter(snapshots.steps[2]);
  expect(snapshots.steps.length).toBe(3);
});

describe('digits from files', () => {
  const idx = (shape: number[], values: Uint8Array) => {
    const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
    header.setUint32(0, 0x800 + shape.length);
    for (const [axis, size] of shape.entries()) header.setUint32(4 + 4 * axis, size);
    return Uint8Array.from([...new Uint8Array(header.buffer), ...values]);
  };
  const pictures = {
    name: 'pictures',
    bytes: idx(
      [18, 28, 28],
      new Uint8Array(18 * 784).map((_, i) => i % 251),
    ),
  };
  const labels = {
    name: 'labels',
    bytes: idx(
      [18],
      Uint8Array.from({ length: 18 }, (_, i) => i % 10),
    ),
  };

  test('come in either order, packed or not, and the last sixth is kept back', async () => {
    const packed = { name: 'labels.gz', bytes: new Uint8Array(gzipSync(labels.bytes)) };
    for (const files of [
      [pictures, labels],
      [packed, pictures],
    ]) {
      const { train, validation } = await digitsFromFiles(files);
      expect([train.length, validation.length]).toEqual([15, 3]);
      expect([...validation.labels]).toEqual([5, 6, 7]);
      expect([...validation.images.data.subarray(0, 3)]).toEqual([15 * 784, 15 * 784 + 1, 15 * 784 + 2].map((i) => i % 251));
    }
  });

  test.each<[string, { name: string; bytes: Uint8Array<ArrayBuffer> }[], RegExp]>([
    ['one file', [labels], /choose two files/],
    ['no pictures', [labels, labels], /one file must contain images .* received \[18\] and \[18\]/],
    ['other numbers of them', [pictures, { name: 'l', bytes: idx([17], new Uint8Array(17)) }], /same length, received 18 and 17/],
    ['another size', [{ name: 'p', bytes: idx([18, 2, 2], new Uint8Array(72)) }, labels], /28 × 28 pixels, received 2 × 2/],
    ['a label that is no digit', [pictures, { name: 'l', bytes: idx([18], new Uint8Array(18).fill(11)) }], /from 0 to 9, received 11/],
    ['no IDX file', [pictures, { name: 'photo.jpg', bytes: Uint8Array.of(0xff, 0xd8, 0xff) }], /photo.jpg is not an IDX file/],
  ])('%s is refused', async (_, files, rule) => {
    await expect(digitsFromFiles(files)).rejects.toThrow(rule);
  });
});
