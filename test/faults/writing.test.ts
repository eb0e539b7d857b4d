import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Linear, Random } from '../../src/index.js';
import { loadCheckpoint, readImage, saveCheckpoint } from '../../src/node.js';
import { convlab, script, smallDisk } from './process.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-faults-'));
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * A program that writes the numbers 1, 2, 3 … forever, as a gray image and as weights, and reports what it has written.
 */
const endless = (picture: string, weights: string) => `
  import { createImage, Linear } from './src/index.ts';
  import { saveCheckpoint, writeImage } from './src/node.ts';
  const [picture, weights] = ${JSON.stringify([picture, weights])};
  const model = new Linear(400, 500);
  for (let n = 1; ; n++) {
    await writeImage(picture, createImage(500, 400, 1, new Uint16Array(200_000).fill(n)));
    process.stdout.write('p' + n + ';');
    const filled = (...shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(n) });
    await saveCheckpoint(weights, { model: model.loadStateDict(new Map([['weight', filled(500, 400)], ['bias', filled(500)]])), epoch: n });
    process.stdout.write('w' + n + ';');
  }`;

test('killed while it writes: what was said to be saved is there, whole', async () => {
  const random = new Random(7);
  for (let i = 0; i < 3; i++) {
    const [picture, weights] = [join(folder, `${i}.png`), join(folder, `${i}.safetensors`)];
    const { child, ended, printed } = script(endless(picture, weights));
    await printed('w2;');
    await new Promise((done) => setTimeout(done, random.integer(80)));
    child.kill('SIGKILL');
    const { signal, stdout } = await ended;
    expect(signal).toBe('SIGKILL');
    const said = (what: string) => Number(new RegExp(`.*${what}(\\d+);`).exec(stdout)?.[1]);
    // the last result may have been renamed before it was reported

    const { data } = await readImage(picture);
    expect(data).toEqual(new Uint16Array(200_000).fill(data[0]));
    expect([said('p'), said('p') + 1]).toContain(data[0]);

    const { model, epoch } = await loadCheckpoint(weights);
    for (const { data: numbers } of (await model.stateDict()).values()) expect(numbers).toEqual(new Float32Array(numbers.length).fill(epoch));
    expect([said('w'), said('w') + 1]).toContain(epoch);
  }
});

describe('a disk that is full', () => {
  test('keeps what it had; the error says why, and nothing is left lying about', async ({ skip }) => {
    const { around, obstacle } = smallDisk(folder, 'size=200k');
    if (obstacle) return skip(obstacle);
    const { code, stdout, stderr } = await script(
      `
      import { readdirSync } from 'node:fs';
      import { run } from './src/cli/program.ts';
      import { createImage, Linear, Random } from './src/index.ts';
      import { loadCheckpoint, readImage, saveCheckpoint, saveSafetensors, writeImage } from './src/node.ts';
      const [picture, weights] = ['a.png', 'a.safetensors'].map((name) => ${JSON.stringify(folder)} + '/' + name);
      const random = new Random(1);
      const noise = (side) => createImage(side, side, 1, Uint8ClampedArray.from({ length: side * side }, () => random.integer(256)));
      await writeImage(picture, noise(9));
      await saveCheckpoint(weights, { model: new Linear(3, 3).initialize(1), epoch: 1 });
      const attempts = [
        () => writeImage(picture, noise(900)),
        () => saveCheckpoint(weights, { model: new Linear(900, 900).initialize(1), epoch: 2 }),
        () => saveSafetensors(weights, new Map([['a', { shape: [90000], data: new Float32Array(90000) }]])),
      ];
      for (const attempt of attempts) console.log(await attempt().then(() => 'written', (error) => error.name + ': ' + error.message));
      const said = [];
      console.log(await run(['filter', picture, picture, '--kernel', '1', '--padding', '500', '--output', '16bit', '--backend', 'reference', '--built-in'], { out: (text) => said.push(text), err: (text) => said.push(text) }), ...said);
      console.log((await readImage(picture)).width, (await loadCheckpoint(weights)).epoch, readdirSync(${JSON.stringify(folder)}).join());`,
      around,
    ).ended;
    expect([code, stderr]).toEqual([0, '']);
    const path = (name: string) => join(folder, name);
    expect(stdout.trim().split('\n')).toEqual([
      `DataError: writeImage: ${path('a.png')} cannot be written: no space left`,
      `DataError: saveCheckpoint: ${path('a.safetensors')} cannot be written: no space left`,
      `DataError: saveSafetensors: ${path('a.safetensors')} cannot be written: no space left`,
      `1 error: writeImage: ${path('a.png')} cannot be written: no space left`,
      '',
      '9 1 a.png,a.safetensors',
    ]);
  });

  test.runIf(process.platform === 'linux')('behind standard output is one line, and exit code 1', async () => {
    const full = await open('/dev/full', 'w');
    const { code, stderr } = await convlab(['kernels'], { stdio: ['ignore', full.fd, 'pipe'] }).ended;
    await full.close();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: standard output cannot be written: .*no space.*\n$/)]);
  });
});

test('a disk that may not be written', async ({ skip }) => {
  const { around, obstacle } = smallDisk(folder, 'ro');
  if (obstacle) return skip(obstacle);
  const { stdout } = await script(
    `
    import { createImage, Linear } from './src/index.ts';
    import { saveCheckpoint, writeImage } from './src/node.ts';
    const print = (error) => console.log(error.name + ': ' + error.message);
    await writeImage(${JSON.stringify(join(folder, 'a.png'))}, createImage(1, 1, 1)).catch(print);
    await saveCheckpoint(${JSON.stringify(join(folder, 'a.safetensors'))}, { model: new Linear(1, 1) }).catch(print);`,
    around,
  ).ended;
  expect(stdout.trim().split('\n')).toEqual([
    `DataError: writeImage: ${join(folder, 'a.png')} is on a read-only file system`,
    `DataError: saveCheckpoint: ${join(folder, 'a.safetensors')} is on a read-only file system`,
  ]);
});

test('a target that is a folder stays one', async () => {
  await expect(saveCheckpoint(folder, { model: new Linear(1, 1) })).rejects.toThrow(`saveCheckpoint: ${folder} is a folder`);
  expect(await readdir(folder)).toEqual([]);
});

test('a reader that has seen enough ends the command without a word', async () => {
  const { child, ended } = convlab(['kernels']);
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 141, stderr: '' });
});
