import { access, constants, cp, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { writeWhole } from '../../src/image/whole-file.js';
import { createImage, Linear, type Module, type Tensor } from '../../src/index.js';
import { loadCheckpoint, readAnimation, readImage, saveCheckpoint, saveTfjs, writeAnimation, writeImage, writeRows } from '../../src/node.js';
import { type Fault, withFault } from './file-system.js';

const SIDE = 9;
const gray = (n: number) => createImage(SIDE, SIDE, 1, new Uint8ClampedArray(SIDE * SIDE).fill(n));
const model = (n: number): Module => {
  const filled = (...shape: number[]): Tensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(n) });
  const layer = new Linear(3, 2);
  layer.loadStateDict(
    new Map([
      ['weight', filled(2, 3)],
      ['bias', filled(2)],
    ]),
  );
  return layer;
};
/** The common value of all samples of an image. */
const level = ({ data }: { data: ArrayLike<number> }) => {
  expect(Array.from(data)).toEqual(Array(SIDE * SIDE).fill(data[0]));
  return data[0];
};

/** Writes the number `n` in files of each kind below a folder, and reads it back; NaN if there is none. */
const KINDS: Readonly<Record<string, { write(folder: string, n: number): Promise<unknown>; read(folder: string): Promise<readonly number[]> }>> = {
  'a picture': {
    write: (folder, n) => writeImage(join(folder, 'a.png'), gray(n)),
    read: async (folder) => [level(await readImage(join(folder, 'a.png')))],
  },
  pages: {
    write: (folder, n) => writeAnimation(join(folder, 'a.tiff'), { frames: [gray(n), gray(n)].map((image) => ({ image, delay: 0 })), repeats: 0 }),
    read: async (folder) => [...new Set((await readAnimation(join(folder, 'a.tiff'))).frames.map(({ image }) => level(image)))],
  },
  rows: {
    write: (folder, n) => writeRows(join(folder, 'a.png'), [gray(n).data], { width: SIDE, height: SIDE, channels: 1, samples: 'uint8' }),
    read: async (folder) => [level(await readImage(join(folder, 'a.png')))],
  },
  'a checkpoint': {
    write: (folder, n) => saveCheckpoint(join(folder, 'a.safetensors'), { model: model(n), epoch: n }),
    read: async (folder) => {
      const { model, epoch } = await loadCheckpoint(join(folder, 'a.safetensors'));
      return [...new Set([epoch, ...[...(await model.stateDict()).values()].flatMap(({ data }) => [...data])])];
    },
  },
  'a history': {
    write: (folder, n) => writeWhole('train', join(folder, 'a.json'), JSON.stringify(Array(50).fill(n))),
    read: async (folder) => [...new Set(JSON.parse(await readFile(join(folder, 'a.json'), 'utf8')) as number[])],
  },
  'a folder': {
    write: (folder, n) => saveTfjs(join(folder, 'model'), model(n), [1, 3]),
    read: async (folder) => {
      const { weightsManifest } = JSON.parse(await readFile(join(folder, 'model/model.json'), 'utf8'));
      const weights = await readFile(join(folder, 'model', weightsManifest[0].paths[0]));
      return [...new Set(Array.from({ length: weights.length / 4 }, (_, i) => weights.readFloatLE(4 * i)))];
    },
  },
};

let root: string;
beforeAll(async () => {
  // in memory, where that can be had: hundreds of files are brought to the disk
  root = await mkdtemp(join(await access('/dev/shm', constants.W_OK).then(() => '/dev/shm', tmpdir), 'convlab-faults-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A folder that holds 1, and that this process has not written to. */
async function oldFolder(kind: string): Promise<string> {
  const made = join(root, `${kind}, made`);
  if (!(await readdir(root)).includes(`${kind}, made`)) {
    await cp(await mkdtemp(join(root, 'empty-')), made, { recursive: true });
    await KINDS[kind].write(made, 1);
  }
  const folder = await mkdtemp(join(root, 'case-'));
  await cp(made, folder, { recursive: true });
  return folder;
}

/** @returns the names of weights without their hashes */
const namesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true }))
    .filter((name) => !name.endsWith('.kept'))
    .map((name) => name.replace(/weights-[0-9a-f]{16}/, 'weights'))
    .sort();

describe.each(Object.keys(KINDS))('%s', (kind) => {
  const { write, read } = KINDS[kind];

  test.each<Fault>(['EIO', 'death', 'power cut'])('%s at every call of the file system leaves the old file or the new one', async (fault) => {
    const first = await oldFolder(kind);
    const names = await namesIn(first);
    const { calls: all } = await withFault(Number.POSITIVE_INFINITY, fault, () => write(first, 2));
    for (let at = 0; at < all.length; at++) {
      const folder = await oldFolder(kind);
      const { calls, error } = await withFault(at, fault, () => write(folder, 2));
      const failed = calls[at];
      const where = `${failed}, call ${at}`;

      const found = await read(folder);
      expect([[1], [2]], where).toContainEqual(found);
      if (fault === 'EIO') {
        // the weights of the old model stay where the new one may not outlast a power cut, or they cannot be removed
        const isLeft = kind === 'a folder' && found[0] === 2;
        expect(isLeft ? new Set(await namesIn(folder)) : await namesIn(folder), where).toEqual(isLeft ? new Set(names) : names);
        // what is only looked at, or removed at last, need not be there
        if (error === undefined) expect([['mkdir', 'readdir', 'stat', 'realpath', 'unlink'].includes(failed), found], where).toEqual([true, [2]]);
        else expect(error.message, where).toMatch(/^\w+: .*\/case-.*input\/output error/);
      }
      // to this process, which looks through a folder once, a copy is another one
      const next = await mkdtemp(join(root, 'next-'));
      await cp(folder, next, { recursive: true });
      const isTemporary = (name: string) => /\.convlab-tmp$|weights-\w+\.bin$/.test(name);
      for (const name of await readdir(next, { recursive: true })) if (isTemporary(name)) await utimes(join(next, name), 1, 1);
      await write(next, 3);
      expect([await read(next), await namesIn(next)], where).toEqual([[3], names]);
    }
    expect(all).toEqual(expect.arrayContaining(['open', 'writeFile', 'sync', 'close', 'rename']));
  });

  test('what was said to be written outlasts a power cut', async () => {
    const folder = await oldFolder(kind);
    await withFault(Number.POSITIVE_INFINITY, 'power cut', () => write(folder, 2));
    expect(await read(folder)).toEqual([2]);
  });
});

test('a temporary file that is young may belong to another process, and stays', async () => {
  const { calls } = await withFault(Number.POSITIVE_INFINITY, 'death', async () => KINDS['a picture'].write(await mkdtemp(join(root, 'case-')), 2));
  const folder = await mkdtemp(join(root, 'case-'));
  await withFault(calls.indexOf('writeFile'), 'death', () => KINDS['a picture'].write(folder, 2));
  await KINDS['a picture'].write(folder, 2);
  expect(await namesIn(folder)).toEqual([expect.stringMatching(/^\.a\.png\.[0-9a-f]{16}\.convlab-tmp$/), 'a.png']);
});

test('programs that have all numbers in common, as containers do, write one file at once', async () => {
  const folder = await oldFolder('a picture');
  const programs: typeof import('../../src/image/replace-file.js')[] = [];
  while (programs.length < 3) {
    vi.resetModules();
    programs.push(await import('../../src/image/replace-file.js'));
  }
  expect(new Set(programs).size).toBe(3);
  await Promise.all(programs.flatMap(({ replaceFile }, i) => Array.from({ length: 30 }, () => replaceFile(join(folder, 'b.txt'), `${i}`.repeat(1000)))));
  expect(await readFile(join(folder, 'b.txt'), 'utf8')).toMatch(/^(0{1000}|1{1000}|2{1000})$/);
  expect(await namesIn(folder)).toEqual(['a.png', 'b.txt']);
});
