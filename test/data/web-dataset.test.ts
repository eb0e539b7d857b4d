import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createImage,
  Flatten,
  IterableDataset,
  IterableLoader,
  type IterableLoaderOptions,
  Linear,
  type Sample,
  Sequential,
  SGD,
  tensor,
  train,
} from '../../src/index.js';
import { encodeImage, type WebDatasetOptions, webDataset } from '../../src/node.js';

let folder: string;
const [shards, each] = [3, 7];

/** An image of 4 × 4 whose samples are its number. */
const png = (value: number) => encodeImage(createImage(4, 4, 1, new Uint8ClampedArray(16).fill(value)), 'png');
const file = (name: string, body: Uint8Array | string) => ({ header: { name, size: body.length, type: 'file' as const }, body });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-tars-'));
  for (let shard = 0; shard < shards; shard++) {
    const files = [{ header: { name: 'set/', size: 0, type: 'directory' as const } }, file('set/.hidden.png', 'x')];
    for (let i = 0; i < each; i++) {
      const value = shard * each + i;
      files.push(file(`set/${value}.PNG`, await png(value)), file(`set/${value}.cls`, `${value % 2}\n`), file(`set/${value}.meta.json`, '{}'));
    }
    await writeFile(join(folder, `part-0${shard + 8}.tar`.replace('010', '10')), await packTar(files));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const load = (options: WebDatasetOptions = {}, loader: IterableLoaderOptions = { batchSize: 4 }) =>
  new IterableLoader(webDataset(join(folder, 'part-{08..10}.tar'), options), loader);
async function pass(loader: IterableLoader<Sample>): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const { x, y } of loader) {
    const values = Array.from(y, (_, k) => Math.round(x.data[16 * k] * 255));
    expect([x.shape, [...y]]).toEqual([[y.length, 1, 4, 4], values.map((value) => value % 2)]);
    batches.push(values);
  }
  return batches;
}
const all = Array.from({ length: shards * each }, (_, i) => i);

describe('webDataset', () => {
  test('samples come shard by shard, in the order of their files', async () => {
    const batches = await pass(load());
    expect(batches.map(({ length }) => length)).toEqual([4, 4, 4, 4, 4, 1]);
    expect(batches.flat()).toEqual(all);
    expect((await pass(load({}, { batchSize: 4, dropLast: true }))).flat()).toEqual(all.slice(0, 20));
  });

  test('shuffled: every sample once, by seed and epoch alone, however many are made beforehand', async () => {
    const options = { shuffle: true, bufferSize: 5, seed: 3 };
    const loader = load(options);
    const [first, second] = [await pass(loader), await pass(loader)];
    for (const batches of [first, second]) expect(batches.flat().sort((a, b) => a - b)).toEqual(all);
    expect(first).not.toEqual(second);
    expect(first.flat()).not.toEqual(all);
    const again = load(options, { batchSize: 4, workers: 2 });
    again.epoch = 1;
    expect(await pass(again)).toEqual(second);
    expect(await pass(load({ ...options, seed: 4 }))).not.toEqual(first);
  });

  test('a buffer of one mixes shards only', async () => {
    const batches = await pass(load({ shuffle: true, bufferSize: 1, seed: 1 }));
    for (let at = 0; at < all.length; at += each) {
      const [start] = batches.flat().slice(at);
      expect(batches.flat().slice(at, at + each)).toEqual(Array.from({ length: each }, (_, i) => start + i));
    }
  });

  test('packed by gzip', async () => {
    const path = join(folder, 'one.tar.gz');
    await writeFile(path, gzipSync(await packTar([file('a.png', await png(1)), file('a.cls', '1')])));
    expect(await pass(new IterableLoader(webDataset(path)))).toEqual([[1]]);
  });

  test.each([
    ['no picture', [['a.cls', '1']], 'the sample a must have an image (.png'],
    ['no class', [['a.png', 'x']], 'the sample a must have a class, a .cls file, received .png'],
    [
      'another class',
      [
        ['a.png', 'x'],
        ['a.cls', 'cat'],
      ],
      "a.cls must contain the index of a class, from 0, received 'cat'",
    ],
    [
      'no such picture',
      [
        ['a.png', 'x'],
        ['a.cls', '1'],
      ],
      'the image of a:',
    ],
  ] as const)('%s is an error that names the tar', async (_, files, message) => {
    const path = join(folder, 'bad.tar');
    await writeFile(path, await packTar(files.map(([name, body]) => file(name, body))));
    const error = await pass(new IterableLoader(webDataset(path))).catch((cause) => cause);
    expect(error).toMatchObject({ name: 'DataError', message: expect.stringContaining(message) });
    expect(error.message).toContain(path);
  });

  test('of a packed tar, no more is unpacked than samples need', async () => {
    const zeros = new Uint8Array(2 ** 24);
    const path = join(folder, 'bomb.tgz');
    // a sample that holds a film too: it is skipped
    await writeFile(path, gzipSync(await packTar([file('a.png', await png(1)), file('a.cls', '1'), file('a.mp4', zeros)])));
    for await (const { y } of webDataset(path).samples({ epoch: 0, ahead: 0 })) expect(y).toBe(1);
    await writeFile(path, gzipSync(await packTar([file('a.png', await png(1)), file('a.cls', zeros)])));
    await expect(webDataset(path).samples({ epoch: 0, ahead: 0 })[Symbol.asyncIterator]().next()).rejects.toThrow(
      `${path} cannot be read as a tar file: a.cls has 16777216 bytes, more than 1024`,
    );
    // by its header larger than any image
    const tar = await packTar([file('a.png', new Uint8Array(512))]);
    const write = (at: number, text: string) => tar.set(new TextEncoder().encode(text), at);
    write(124, (2 ** 28 + 1).toString(8).padStart(11, '0'));
    write(148, ' '.repeat(8));
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    write(148, `${sum.toString(8).padStart(6, '0')}\0 `);
    await writeFile(path, gzipSync(tar));
    await expect(webDataset(path).samples({ epoch: 0, ahead: 0 })[Symbol.asyncIterator]().next()).rejects.toThrow(
      'a.png has 268435457 bytes, more than 268435456',
    );
  });

  test('a tar that is not there, or is cut off, is an error that names it', async () => {
    await expect(pass(new IterableLoader(webDataset(join(folder, 'none.tar'))))).rejects.toThrow(/none\.tar cannot be read as a tar/);
    const path = join(folder, 'cut.tar');
    await writeFile(path, (await packTar([file('a.png', await png(1)), file('a.cls', '1')])).subarray(0, 700));
    await expect(pass(new IterableLoader(webDataset(path)))).rejects.toThrow(/cut\.tar/);
    expect(() => webDataset([])).toThrow('shards must name at least one tar');
    expect(() => webDataset('a.tar', { bufferSize: 0 })).toThrow('bufferSize');
  });
});

describe('training without a known length', () => {
  class Stream extends IterableDataset<Sample> {
    constructor(override readonly length?: number) {
      super();
    }
    *samples() {
      for (let i = 0; i < 12; i++) yield { x: tensor([i % 2, 1 - (i % 2)], [2, 1, 1]), y: i % 2 };
    }
  }
  const run = (length: number | undefined, schedule = false) => {
    const model = new Sequential([new Flatten(), new Linear(2, 2)]);
    const shares: number[] = [];
    const totals = new Set<number>();
    const history = train(model, {
      train: new IterableLoader(new Stream(length), { batchSize: 5 }),
      optimizer: new SGD(model, { lr: 0.1 }),
      epochs: 2,
      seed: 1,
      onProgress: (share) => shares.push(share),
      callbacks: { onStep: (_, total) => totals.add(total) },
      ...(schedule && { schedule: () => 1 }),
    });
    return history.then(({ epochs }) => ({ losses: epochs.map(({ loss }) => loss), shares, totals: [...totals] }));
  };

  test('gives what it gives with one; progress goes by epochs', async () => {
    const [known, unknown] = [await run(12), await run(undefined)];
    expect(unknown.losses).toEqual(known.losses);
    expect(unknown.losses[1]).toBeLessThan(unknown.losses[0]);
    expect([known.totals, unknown.totals]).toEqual([[6], [Number.POSITIVE_INFINITY]]);
    expect(unknown.shares).toEqual([0, 0, 0, 0.5, 0.5, 0.5, 1]);
  });

  test('a schedule needs a length', async () => {
    await expect(run(undefined, true)).rejects.toThrow('train: schedule requires the number of batches');
    expect((await run(12, true)).losses).toEqual((await run(12)).losses);
  });
});
