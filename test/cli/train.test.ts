import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packTar } from 'modern-tar';
import { beforeAll, describe, expect, test } from 'vitest';
import { createImage, Random } from '../../src/index.js';
import { encodeImage, loadCheckpoint, writeImage } from '../../src/node.js';
import { convlab as command } from './convlab.js';

// two classes that a few steps tell apart: a bar across and a bar down, white on black, never quite in the same place
const folder = await mkdtemp(join(tmpdir(), 'convlab-'));
const [data, bar] = [join(folder, 'bars'), join(folder, 'bar.png')];
const random = new Random(4);

function picture(down: boolean) {
  const [from, thickness] = [8 + random.integer(8), 4 + random.integer(3)];
  const lies = (i: number) => i >= from && i < from + thickness;
  return createImage(
    28,
    28,
    1,
    Uint8ClampedArray.from({ length: 784 }, (_, i) => (lies(down ? i % 28 : Math.floor(i / 28)) ? 230 : 0) + random.integer(20)),
  );
}

beforeAll(async () => {
  for (const [part, count] of [
    ['train', 40],
    ['test', 10],
  ] as const) {
    for (const down of [false, true]) {
      await mkdir(join(data, part, String(Number(down))), { recursive: true });
      for (let i = 0; i < count; i++) await writeImage(join(data, part, String(Number(down)), `${i}.png`), picture(down));
    }
  }
  await writeImage(bar, picture(true));
});

const convlab = (args: string, signal?: AbortSignal) => command([...args.trim().split(' '), '--data', data, '--backend', 'wasm'], signal);

const train = 'train --optimizer adam --lr 0.003 --batch 8 --validation 8 --seed 3';
const model = (name: string) => join(folder, `${name}.safetensors`);

describe('train, evaluate and predict', () => {
  test('a network learns, is measured and predicts', async () => {
    const { code, stdout } = await convlab(`${train} --epochs 3 --out ${model('whole')} --json`);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ stopped: 'finished', epochs: 3, parameters: 207_258 });
    expect(report.test.samples).toBe(20);
    expect(report.test.accuracy).toBeGreaterThan(0.9);

    const measured = JSON.parse((await convlab(`evaluate --model ${model('whole')} --json`)).stdout);
    expect(measured).toMatchObject({ accuracy: report.test.accuracy, loss: report.test.loss });
    expect((await convlab(`evaluate --model ${model('whole')}`)).stdout).toContain('20');

    const across = join(folder, 'across.png');
    await writeImage(across, picture(false));
    // again and again in one process, on whatever backend
    const predict = async (backend: string) => {
      const predicted = await command(['predict', bar, across, '--model', model('whole'), '--json', '--backend', backend]);
      return predicted.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    for (const backend of ['auto', 'auto', 'reference']) expect((await predict(backend)).map(({ digit }) => digit)).toEqual([1, 0]);
    const [down, flat] = await predict('wasm');

    const add = ['add', bar, across, '--model', model('whole'), '--backend', 'wasm'];
    const { sum, digits, probabilities } = JSON.parse((await command([...add, '--json'])).stdout);
    expect({ sum, digits }).toEqual({ sum: 1, digits: [1, 0] });
    expect(probabilities).toHaveLength(19);
    expect(probabilities.reduce((a: number, b: number) => a + b)).toBeCloseTo(1, 5);
    // the last sum has one way only: a 9 and a 9
    expect(probabilities[18]).toBeCloseTo(down.probabilities[9] * flat.probabilities[9], 9);
    expect((await command(add)).stdout).toMatch(/^1 \+ 0: 1\n/);
    for (const words of [
      add,
      ['predict', bar, '--model', model('whole')],
      ['evaluate', '--model', model('whole'), '--data', data],
      ['train', '--data', data, '--validation', '8'],
    ]) {
      const { code: refused, stderr } = await command([...words, '--threads', '0']);
      expect([words[0], refused, stderr]).toEqual([words[0], 2, expect.stringContaining('threads must be an integer from 1 to 64, received 0')]);
    }
  });

  test('stopped and resumed is the same as not stopped', async () => {
    await convlab(`${train} --epochs 3 --out ${model('a')} --history ${join(folder, 'new', 'history.json')}`);
    await convlab(`${train} --epochs 1 --out ${model('b')}`);
    await convlab(`${train} --epochs 3 --resume ${model('b')} --out ${model('c')}`);
    const [a, c] = await Promise.all([model('a'), model('c')].map(async (path) => (await loadCheckpoint(path)).model.stateDict()));
    for (const [name, { data: weights }] of a) expect(c.get(name)?.data, name).toEqual(weights);
    expect(JSON.parse(await readFile(join(folder, 'new', 'history.json'), 'utf8')).epochs).toHaveLength(3);
  });

  test('a resumed training keeps rate, schedule and everything else that no flag changes', async () => {
    const flags = 'train --optimizer adam --lr 0.004 --schedule step --batch 10 --validation 8 --weight-decay 0.01 --seed 5';
    await convlab(`${flags} --epochs 1 --out ${model('rate')}`);
    expect((await convlab(`train --epochs 2 --resume ${model('rate')} --out ${model('rate')}`)).code).toBe(0);
    const { history, settings } = await loadCheckpoint(model('rate'));
    expect(history?.epochs.map(({ learningRate }) => learningRate)).toEqual([0.004, 0.004]);
    expect(settings.train).toMatchObject({ optimizer: 'adam', lr: 0.004, schedule: 'step', batch: 10, weightDecay: 0.01, seed: 5, epochs: 2 });
    // what is typed counts more; and the number of epochs is kept too
    await convlab(`train --epochs 3 --lr 0.001 --resume ${model('rate')} --out ${model('rate')}`);
    await convlab(`train --resume ${model('rate')} --out ${model('rate')}`);
    expect((await loadCheckpoint(model('rate'))).history?.epochs.map(({ learningRate }) => learningRate)).toEqual([0.004, 0.004, 0.001]);
  });

  test('a folder is split class by class', async () => {
    const history = join(folder, 'split.json');
    // the last 40 of 80 images are one class: a network that saw only the other would get none of them
    await convlab(`train --optimizer adam --lr 0.003 --batch 8 --seed 3 --validation 40 --epochs 3 --history ${history}`);
    expect(JSON.parse(await readFile(history, 'utf8')).epochs[2].validationAccuracy).toBeGreaterThan(0.8);
  });

  test('a loss that leaves the finite numbers ends it with an error, and the last good checkpoint stays', async () => {
    const history = join(folder, 'diverged.json');
    const flags = 'train --lr 1e30 --batch 8 --validation 8 --epochs 3';
    const { code, stdout, stderr } = await convlab(`${flags} --out ${model('diverged')} --history ${history}`);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/error: train: the loss is NaN in epoch 1, from step \d+ of 9 on, at learning rate 1e\+30; try a lower learning rate/);
    expect(stderr).toContain('diverged.safetensors contains the 0 complete epochs');
    expect((await loadCheckpoint(model('diverged'))).epoch).toBe(0);
    expect(JSON.parse(await readFile(history, 'utf8')).epochs).toEqual([]);
  });

  test('a seed, augmentation and label smoothing each change the result', async () => {
    const loss = async (flags: string) => JSON.parse((await convlab(`${train} --epochs 1 --json ${flags}`)).stdout).test.loss;
    const plain = await loss('');
    expect(await loss('')).toBe(plain);
    for (const flags of ['--label-smoothing 0.2', '--seed 4', '--weight-decay 0.1', '--schedule cosine', '--net best', '--validation 16', '--accumulate 3']) {
      expect([flags, await loss(flags)]).not.toEqual([flags, plain]);
    }
    const changed = await Promise.all(
      ['', ...['flip', 'crop', 'color', 'shift', 'rotate', 'elastic', 'erase', 'erase,flip']].map((names) => loss(`--augment ${names}`)),
    );
    expect(new Set([plain, ...changed]).size).toBe(changed.length + 1);
    // without names, the default stated in the help
    expect(await loss('--augment elastic,rotate,shift')).toBe(changed[0]);
    expect(await loss('--net best --width 0.5')).not.toBe(await loss('--net best'));
  });

  test('an exponential moving average is measured, stored, resumed and used', async () => {
    const flags = `${train} --ema-decay 0.9`;
    const { test: averaged } = JSON.parse((await convlab(`${flags} --epochs 2 --out ${model('ema')} --json`)).stdout);
    const { test: plain } = JSON.parse((await convlab(`${train} --epochs 2 --out ${model('plain')} --json`)).stdout);
    expect(averaged.loss).not.toBe(plain.loss);
    // the trained weights are the same, the average lies beside them
    const [ema, other] = await Promise.all(['ema', 'plain'].map((name) => loadCheckpoint(model(name))));
    const weights = await other.model.stateDict();
    for (const [name, { data: own }] of await ema.model.stateDict()) expect(weights.get(name)?.data, name).toEqual(own);
    expect(other.average).toBeNull();
    expect(ema.settings.train).toMatchObject({ emaDecay: 0.9 });

    const measured = async (name: string) => JSON.parse((await convlab(`evaluate --model ${model(name)} --json`)).stdout).loss;
    expect(await measured('ema')).toBe(averaged.loss);
    const probabilities = async (name: string) =>
      JSON.parse((await command(['predict', bar, '--model', model(name), '--json', '--backend', 'wasm'])).stdout).probabilities;
    expect(await probabilities('ema')).not.toEqual(await probabilities('plain'));

    await convlab(`${flags} --epochs 1 --out ${model('ema-1')}`);
    await convlab(`train --epochs 2 --resume ${model('ema-1')} --out ${model('ema-1')}`);
    expect((await loadCheckpoint(model('ema-1'))).average).toEqual(ema.average);
  });

  test('with --patience the weights to use are those of the best epoch, which are averages too', async () => {
    const { stdout } = await convlab(`${train} --ema-decay 0.9 --patience 9 --epochs 3 --out ${model('best-ema')} --json`);
    const { loss } = JSON.parse((await convlab(`evaluate --model ${model('best-ema')} --json`)).stdout);
    expect(loss).toBe(JSON.parse(stdout).test.loss);
  });

  test('says how long training waited for images', async () => {
    const { waiting } = JSON.parse((await convlab(`${train} --epochs 2 --json`)).stdout);
    expect(waiting).toEqual([expect.any(Number), expect.any(Number)]);
    // the first epoch decodes the images, for which it must wait
    expect(waiting[0]).toBeGreaterThan(0);
  });

  test('an abort ends it after the step, and what was learned is written', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const { stdout } = await convlab(`${train} --epochs 400 --out ${model('aborted')} --json`, abort.signal);
    expect(JSON.parse(stdout).stopped).toBe('aborted');
    await loadCheckpoint(model('aborted'));
    expect((await readdir(folder)).filter((name) => name.includes('aborted'))).toEqual(['aborted.safetensors']);
  });

  test.each([
    ['train --net huge', 'train: net must be one of lecture, best, received "huge"'],
    ['train --lr fast', '--lr'],
    ['train --validation 8 --lr -1', 'train: lr must be a finite number ≥ 0, received -1'],
    ['train --batch 1.5', 'batch must be an integer ≥ 1, received 1.5'],
    ['train --validation 8 --epochs 0', 'epochs must be an integer ≥ 1'],
    ['train --validation 80', 'train: --validation must leave at least one of the 80 samples for training, received 80'],
    ['train --validation 0 --patience 2', 'earlyStopping requires validation'],
    ['train --augment flip,mirror', 'train: augment must be names out of flip, crop, color, shift, rotate, elastic, erase, separated by commas'],
    ['train --ema-decay 1', 'emaDecay must be a probability, 0 ≤ p < 1, received 1'],
    ['train --net lecture --width 2', '--width requires --net best'],
    ['train --accumulate 0', 'accumulate must be an integer ≥ 1'],
    ['train --validation 8 --resume nothing.safetensors', 'nothing.safetensors cannot be read'],
    ['evaluate --model nothing.safetensors', 'nothing.safetensors cannot be read'],
    ['evaluate', "required option '--model <file>' not specified"],
  ])('%s is refused', async (args, message) => {
    const { code, stderr } = await convlab(args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(new RegExp(message.replaceAll(/[()[\]+?]/g, '.')));
  });
});

describe('data in tars', () => {
  const tars = join(folder, 'bars-{0..1}.tar');
  beforeAll(async () => {
    for (const shard of [0, 1, 2]) {
      const files = [];
      for (let i = 0; i < (shard === 2 ? 10 : 40); i++) {
        const body = await encodeImage(picture(i % 2 === 1), 'png');
        files.push({ header: { name: `${i}.png`, size: body.length }, body }, { header: { name: `${i}.cls`, size: 1 }, body: String(i % 2) });
      }
      await writeFile(join(folder, `bars-${shard}.tar`), await packTar(files));
    }
  });
  const shards = `train --data ${tars} --optimizer adam --lr 0.003 --batch 8 --seed 3 --backend wasm`;
  const run = (args: string) => command(args.split(' '));

  test('is learned, measured and resumed', async () => {
    const { code, stdout, stderr } = await run(`${shards} --test ${join(folder, 'bars-2.tar')} --epochs 3 --out ${model('tars')} --json`);
    expect([code, stderr.includes('error')]).toEqual([0, false]);
    const { test: measured } = JSON.parse(stdout);
    expect(measured.samples).toBe(10);
    expect(measured.accuracy).toBeGreaterThan(0.8);
    await run(`${shards} --epochs 1 --out ${model('tar')}`);
    expect((await run(`train --epochs 3 --resume ${model('tar')} --out ${model('tar')} --backend wasm`)).code).toBe(0);
    const [a, b] = await Promise.all(['tars', 'tar'].map(async (name) => (await loadCheckpoint(model(name))).model.stateDict()));
    for (const [name, { data: weights }] of a) expect(b.get(name)?.data, name).toEqual(weights);
  });

  test.each([
    ['--validation 8', '--validation cannot be used with data from tar files'],
    ['--augment', '--augment cannot be used with data from tar files'],
    ['--schedule cosine', 'schedule requires the number of batches'],
  ])('%s is refused', async (flags, message) => {
    const { code, stderr } = await run(`${shards} ${flags}`);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('flags of tars are refused elsewhere', async () => {
    expect((await convlab('train --classes 2')).stderr).toContain('--classes requires data from tar files');
  });
});

describe('pictures in color, of another size and other classes', () => {
  const [shades, trained] = [join(folder, 'shades'), model('shades')];
  const colors = { amber: [220, 150, 30], jade: [30, 170, 120], rose: [210, 60, 110] };

  beforeAll(async () => {
    for (const [name, color] of Object.entries(colors)) {
      for (const [part, count] of [
        ['train', 16],
        ['test', 4],
      ] as const) {
        await mkdir(join(shades, part, name), { recursive: true });
        for (let i = 0; i < count; i++) {
          const data = Uint8ClampedArray.from({ length: 20 * 16 * 3 }, (_, p) => color[p % 3] + random.integer(60) - 30);
          await writeImage(join(shades, part, name, `${i}.png`), createImage(20, 16, 3, data));
        }
      }
    }
  });

  test('are learned, measured and predicted by name', async () => {
    const flags = `train --data ${shades} --net best --size 12 --color rgb --batch 8 --optimizer adam --lr 0.01 --epochs 4 --validation 6 --out ${trained}`;
    const { code, stderr } = await command([...flags.split(' '), '--backend', 'wasm']);
    expect([code, stderr.includes('error')]).toEqual([0, false]);
    const { settings } = await loadCheckpoint(trained);
    expect(settings.pictures).toEqual({ framing: 'none', size: 12, color: 'rgb', classes: Object.keys(colors) });

    // the data set, its size and its colors are those of the training
    const measured = JSON.parse((await command(['evaluate', '--model', trained, '--backend', 'wasm', '--json'])).stdout);
    expect(measured).toMatchObject({ samples: 12, classes: Object.keys(colors) });
    expect(measured.accuracy).toBeGreaterThan(0.9);
    expect((await command(['evaluate', '--model', trained, '--backend', 'wasm'])).stdout).toMatch(/amber +jade +rose/);

    const picture = join(shades, 'test', 'jade', '0.png');
    const predicted = await command(['predict', picture, '--model', trained, '--backend', 'wasm', '--json']);
    const { class: name, probabilities } = JSON.parse(predicted.stdout);
    expect([name, probabilities.length]).toEqual(['jade', 3]);
    expect((await command(['predict', picture, '--model', trained, '--backend', 'wasm'])).stdout).toContain(': jade\n');
    const { stdout } = await command(['summary', trained]);
    expect(stdout).toContain('[1, 16, 12, 12]');
    expect(stdout).toContain('classes: amber, jade, rose');
  });

  test.each([
    [['train', '--data', shades, '--size', '16', '--validation', '6'], "--net must be 'best' for color, sizes other than 28, or more than ten classes"],
    [['train', '--data', 'mnist', '--color', 'rgb'], '--color requires a folder of images; the data is mnist'],
  ])('%j is refused', async (args, message) => {
    expect(await command(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe('a folder without train/ and test/', () => {
  const flat = join(folder, 'flat');
  beforeAll(async () => {
    for (const down of [false, true]) {
      await mkdir(join(flat, down ? 'down' : 'across'), { recursive: true });
      for (let i = 0; i < 20; i++) await writeImage(join(flat, down ? 'down' : 'across', `${i}.png`), picture(down));
    }
  });
  const flags = ['--data', flat, '--net', 'best', '--size', '28', '--color', 'gray', '--backend', 'wasm', '--batch', '8'];

  test('holds a fifth of each class back, on which evaluate measures', async () => {
    const { code, stderr } = await command(['train', ...flags, '--epochs', '2', '--seed', '3', '--out', model('flat')]);
    expect([code, stderr.includes('error')]).toEqual([0, false]);
    const measured = JSON.parse((await command(['evaluate', '--model', model('flat'), '--backend', 'wasm', '--json'])).stdout);
    expect(measured).toMatchObject({ samples: 8, classes: ['across', 'down'] });
    expect(measured.confusion.map((row: number[]) => row[0] + row[1])).toEqual([4, 4]);
    const { history } = await loadCheckpoint(model('flat'));
    expect(measured.accuracy).toBe(history?.epochs[1].validationAccuracy);
    // another folder is measured as a whole
    const other = JSON.parse((await command(['evaluate', '--model', model('flat'), '--data', join(data, 'test'), '--backend', 'wasm', '--json'])).stdout);
    expect(other.samples).toBe(20);
  });

  test('of which nothing is held out leaves nothing to measure on', async () => {
    await command(['train', ...flags, '--validation', '0', '--out', model('all')]);
    const { code, stderr } = await command(['evaluate', '--model', model('all'), '--backend', 'wasm']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--data must be another folder: the network learned from every image of this one')]);
  });

  test('needs to be there, and train/ beside test/', async () => {
    expect((await command(['train', '--data', join(folder, 'nowhere')])).stderr).toContain('which does not exist');
    await mkdir(join(folder, 'half', 'test', 'across'), { recursive: true });
    await writeImage(join(folder, 'half', 'test', 'across', '1.png'), picture(false));
    expect((await command(['train', '--data', join(folder, 'half')])).stderr).toContain('but no train folder');
  });
});

test('summary knows networks by their names, and takes nothing else for one', async () => {
  expect((await command(['summary', 'lecture'])).stdout).toContain('207,258');
  expect(await command(['summary', 'toString'])).toMatchObject({ code: 1, stderr: expect.stringContaining('toString cannot be read') });
});
