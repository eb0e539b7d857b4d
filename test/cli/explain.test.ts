import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { box, createBackend, createImage, explain, gaussian, sharpen, type Tensor } from '../../src/index.js';
import { writeImage } from '../../src/node.js';
import { convlab as command } from './convlab.js';

const backend = await createBackend('wasm');
const folder = await mkdtemp(join(tmpdir(), 'convlab-'));
const [photo, file] = [join(folder, 'photo.png'), join(folder, 'kernel.json')];
await writeImage(photo, createImage(300, 200, 4));
await writeFile(file, '{ "kernel": [[1, 2], [3, 4]], "anchor": 0, "paddingMode": "wrap" }');

const convlab = (...args: string[]) => command(['explain', ...args, '--backend', 'wasm']);

const text = async (kernel: Tensor, shape: readonly number[], options: object = {}) =>
  (await explain(kernel, shape, { padding: 'same', paddingMode: 'reflect', ...options, backend })).text;

test('prints what explain says, by default of a color photo in Full HD, bordered as filter does', async () => {
  const stdout = `${await text(gaussian(5), [1, 3, 1080, 1920])}\nAn opaque picture of 8 bits goes from bytes to bytes, as in separable.\n`;
  expect(await convlab('--kernel', 'gaussian:5')).toEqual({ code: 0, stderr: '', stdout });
});

test.each<[string, () => Promise<string>]>([
  ['--shape 500x600', () => text(box(9), [1, 1, 500, 600])],
  ['--shape 4x500X600', () => text(box(9), [1, 4, 500, 600])],
  [photo, () => text(box(9), [1, 3, 200, 300])], // alpha is no color
  ['--stride 2,3', () => text(box(9), [1, 3, 1080, 1920], { stride: [2, 3] })],
  ['--dilation 2', () => text(box(9), [1, 3, 1080, 1920], { dilation: 2 })],
  ['--padding valid', () => text(box(9), [1, 3, 1080, 1920], { padding: 'valid' })],
  ['--algorithm fft', () => text(box(9), [1, 3, 1080, 1920], { algorithm: 'fft' })],
])('%s', async (flags, expected) => {
  const { stdout } = await convlab('-k', 'box:9', ...flags.split(' '));
  expect(stdout.startsWith(`${await expected()}\n`)).toBe(true);
  expect(await expected()).not.toBe(await text(box(9), [1, 3, 1080, 1920]));
});

test.each([
  ['sharpen', /another way, from bytes to bytes: every weight that is not zero, in whole numbers of 16 bits\.\n$/],
  ['box:15', /another way, from bytes to bytes: running sums in whole numbers\.\n$/],
  ['0.3 1; 0.7 0.21', /from bytes to bytes, with every weight that is not zero\.\n$/],
  ['sobel-x', /what decides\.\n$/], // of which filter shows the absolute value
  ['box:9 --algorithm direct', /what decides\.\n$/],
  ['box:9 --stride 2', /what decides\.\n$/],
  ['box:9 --kernel box:3', /what decides\.\n$/],
])('%s: what filter does with bytes', async (flags, line) => {
  expect((await convlab('-k', ...flags.split(/ (?=--)|(?<=--\S+) /))).stdout).toMatch(line);
});

test('a border that holds a value rules sums of products out', async () => {
  const rankTwo = '1 0 0; 0 1 0; 0 0 0';
  expect((await convlab('-k', rankTwo)).stdout).toMatch(/ separable +\d/);
  expect((await convlab('-k', rankTwo, '--padding-mode', 'constant', '--padding-value', '9')).stdout).toMatch(
    / separable +– +not possible: padding with a value other than 0/,
  );
});

test('several kernels, each on what the one before leaves', async () => {
  const { stdout } = await convlab('-k', 'box:9', '-k', 'sharpen', '--stride', '2', '--shape', '500x600');
  const [first, second] = [await text(box(9), [1, 1, 500, 600], { stride: 2 }), await text(sharpen(), [1, 1, 250, 300], { stride: 2 })];
  expect(stdout).toBe(`box:9\n${first}\n\nsharpen\n${second}\n`);
});

test('what a file says about the border holds', async () => {
  const { stdout } = await convlab('-k', file, '--shape', '1000x1000', '--json');
  const { cost } = await explain({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }, [1000, 1000], { padding: 'same', paddingMode: 'wrap', backend });
  expect(JSON.parse(stdout)).toMatchObject({ kernel: file, cost });
});

test('--json is an object a line', async () => {
  const { stdout } = await convlab('-k', 'box:9', '-k', 'sharpen', '--json');
  const [boxed, sharp] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { algorithm, why, cost, alternatives } = await explain(box(9), [1, 3, 1080, 1920], { padding: 'same', paddingMode: 'reflect', backend });
  expect(boxed).toMatchObject({ kernel: 'box:9', size: [9, 9], shape: [1, 3, 1080, 1920], device: backend.device, algorithm, why, cost });
  expect(JSON.parse((await convlab('-k', 'box:9', '--json')).stdout).bytes).toBe('box');
  expect(boxed.alternatives.map(({ algorithm }: { algorithm: string }) => algorithm)).toEqual(alternatives.map((each) => each.algorithm));
  expect(boxed.alternatives.find(({ algorithm }: { algorithm: string }) => algorithm === 'separable').passes).toEqual([
    { program: 'conv', kernel: [3, 1, 9, 1] },
    { program: 'conv', kernel: [3, 1, 1, 9] },
  ]);
  expect(sharp.kernel).toBe('sharpen');
});

test('another backend has other programs', async () => {
  const { stdout } = await command(['explain', '-k', 'box:9', '--backend', 'reference']);
  expect(stdout).toContain('direct, because the reference backend is the definition itself.');
  const gpu = await command(['explain', '-k', 'box:9', '--backend', 'gpu', '--gpu-mode', 'cpu', '--json']);
  expect(JSON.parse(gpu.stdout)).toMatchObject({ device: expect.stringContaining('cpu'), algorithm: 'separable' });
});

describe('what cannot be explained', () => {
  test.each([
    [[], 2, "required option '-k, --kernel <kernel>' not specified"],
    [['-k', 'canny'], 2, 'explain: --kernel must be one kernel, and canny is more than one'],
    [['-k', 'boks'], 2, "explain: --kernel must be a filter's name"],
    [['-k', 'box', '--shape', '1080'], 2, 'It must be like 1080x1920 (height x width), or 3x1080x1920.'],
    [['-k', 'box', '--shape', '0x5'], 2, 'It must be like 1080x1920'],
    [['-k', 'box', photo, '--shape', '5x5'], 2, 'explain: --shape goes without a picture only, received "1x5x5"'],
    [['-k', 'box', '--algorithm', 'gemm'], 2, 'algorithm must be one of auto, direct, sparse, separable, runningSum, fft, received "gemm"'],
    [['-k', 'gaussian', '--algorithm', 'sparse'], 2, 'explain: algorithm does not go with this kernel: none of the weights is zero'],
    [['-k', 'box:9', '--shape', '5x5', '--padding', 'valid'], 1, 'explain: the output would be empty'],
    [['-k', 'box', join(folder, 'none.png')], 1, 'none.png does not exist'],
    [['-k', join(folder, 'none.json')], 1, 'explain: '],
  ])('%j', async (args, code, message) => {
    expect(await convlab(...args)).toEqual({ code, stdout: '', stderr: expect.stringContaining(message) });
  });
});
