import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { box, createBackend, createImage, explain, gaussian, type Tensor } from '../../src/index.js';
import { writeImage } from '../../src/node.js';
import { convlab as command } from './convlab.js';

const backend = await createBackend('wasm');
const folder = await mkdtemp(join(tmpdir(), 'convlab-'));
const [photo, file] = [join(folder, 'photo.png'), join(folder, 'kernel.json')];
await writeImage(photo, createImage(300, 200, 4));
await writeFile(file, '{ "kernel": [[1, 2], [3, 4]], "anchor": 0, "paddingMode": "wrap" }');

const convlab = (...args: string[]) => command(['explain', ...args, '--backend', 'wasm']);

/** The library's explanation for an 8-bit image. @param shape `[channels, height, width]` */
const explained = (kernel: Tensor, [channels, height, width]: readonly number[], options: object = {}) =>
  explain(kernel, { width, height, channels: channels as 3, samples: 'uint8' }, { ...options, backend });
const text = async (...args: Parameters<typeof explained>) => (await explained(...args)).text;

test('prints what explain says, by default of a color photo in Full HD, bordered as filter does', async () => {
  expect(await convlab('--kernel', 'gaussian:5')).toEqual({ code: 0, stderr: '', stdout: `${await text(gaussian(5), [3, 1080, 1920])}\n` });
});

test.each<[string, () => Promise<string>]>([
  ['--shape 500x600', () => text(box(9), [1, 500, 600])],
  ['--shape 4x500X600', () => text(box(9), [4, 500, 600])],
  [photo, () => text(box(9), [4, 200, 300])],
  ['--stride 2,3', () => text(box(9), [3, 1080, 1920], { stride: [2, 3] })],
  ['--dilation 2', () => text(box(9), [3, 1080, 1920], { dilation: 2 })],
  ['--padding valid', () => text(box(9), [3, 1080, 1920], { padding: 'valid' })],
  ['--algorithm fft', () => text(box(9), [3, 1080, 1920], { algorithm: 'fft' })],
])('%s', async (flags, expected) => {
  const { stdout } = await convlab('-k', 'box:9', ...flags.split(' '));
  expect(stdout.startsWith(`${await expected()}\n`)).toBe(true);
  expect(await expected()).not.toBe(await text(box(9), [3, 1080, 1920]));
});

test.each([
  ['sharpen', /^sparse in integers, because the weights are integer multiples of one number/m],
  ['box:15', /^running sum in integers, because all weights are equal/m],
  ['0.3 1; 0.7 0.21', /^direct in floats, because no alternative is clearly faster/m],
  ['sobel-x', /^sparse in integers, because the weights are integer multiples/m], // filter shows the absolute value
  ['box:9 --algorithm direct', /^direct in floats, because it was requested\.$/m],
  ['box:9 --stride 2', /^separable in floats, because the 9 × 9 kernel is a product/m],
  ['box:9 --kernel box:3', /^box:3\nA kernel of 3 × 3 .*\nseparable in floats, because/m],
  ['box:9 --padding valid', /^sparse in whole|^direct in whole|^separable in floats/m],
  ['gaussian:2 --shape 4x1080x1920', /^Images with transparent pixels: separable in floats, with colors multiplied by alpha\.$/m],
])('%s: what filter does with samples', async (flags, line) => {
  expect((await convlab('-k', ...flags.split(/ (?=--)|(?<=--\S+) /))).stdout).toMatch(line);
});

test('a border that holds a value rules sums of products out, over planes', async () => {
  const explainOn = (...args: string[]) => command(['explain', '-k', '1 0 0; 0 1 0; 0 0 0', ...args, '--backend', 'gpu', '--gpu-mode', 'cpu']);
  expect((await explainOn()).stdout).toMatch(/ separable over planes +\d/);
  expect((await explainOn('--padding-mode', 'constant', '--padding-value', '9')).stdout).toMatch(
    / separable over planes +– +not possible: padding with a value other than 0/,
  );
});

test('several kernels, each on what the one before leaves', async () => {
  const { stdout } = await convlab('-k', 'box:9', '-k', 'sharpen', '--stride', '2', '--shape', '500x600');
  expect(stdout).toMatch(
    /^box:9\nA kernel of 9 × 9 on \[1, 1, 500, 600\] gives \[1, 1, 250, 300\]\. .*\nseparable in floats, because the 9 × 9 kernel is a product/,
  );
  expect(stdout).toMatch(/\n\nsharpen\nA kernel of 3 × 3 on \[1, 1, 250, 300\] gives \[1, 1, 125, 150\]\. .*\n.* in floats, because/);
});

test('the border in a kernel file is used', async () => {
  const { stdout } = await convlab('-k', file, '--shape', '1000x1000', '--json');
  const options = { anchor: 0, paddingMode: 'wrap' };
  const { cost, way } = await explained({ shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }, [1, 1000, 1000], options).then((plan) => ({
    ...plan,
    way: plan.through,
  }));
  expect(JSON.parse(stdout)).toMatchObject({ kernel: file, cost, through: way });
});

test('--json prints one object per line', async () => {
  const { stdout } = await convlab('-k', 'box:9', '--json');
  const { algorithm, through, arithmetic, why, cost, alternatives } = await explained(box(9), [3, 1080, 1920]);
  const boxed = JSON.parse(stdout);
  expect(boxed).toMatchObject({ kernel: 'box:9', size: [9, 9], shape: [1, 3, 1080, 1920], device: backend.device, algorithm, through, arithmetic, why, cost });
  expect(boxed).toMatchObject({ algorithm: 'runningSum', through: 'samples', arithmetic: 'int16' });
  expect(boxed.alternatives).toEqual(alternatives);
  const lines = (await convlab('-k', 'box:9', '-k', 'sharpen', '--json')).stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).kernel)).toEqual(['box:9', 'sharpen']);
});

test('another backend has other programs', async () => {
  const { stdout } = await command(['explain', '-k', 'box:9', '--backend', 'reference']);
  expect(stdout).toContain('direct over planes, because the reference backend is the definition itself.');
  const gpu = await command(['explain', '-k', 'box:9', '--backend', 'gpu', '--gpu-mode', 'cpu', '--json']);
  expect(JSON.parse(gpu.stdout)).toMatchObject({ device: expect.stringContaining('cpu'), algorithm: 'separable', through: 'planes' });
});

describe('what cannot be explained', () => {
  test.each([
    [[], 2, "required option '-k, --kernel <kernel>' not specified"],
    [['-k', 'canny'], 2, 'explain: --kernel must be a single kernel, but canny uses several'],
    [['-k', 'boks'], 2, 'explain: --kernel must be the name of a filter'],
    [['-k', 'box', '--shape', '1080'], 2, 'It must be like 1080x1920 (height x width), or 3x1080x1920.'],
    [['-k', 'box', '--shape', '0x5'], 2, 'It must be like 1080x1920'],
    [['-k', 'box', photo, '--shape', '5x5'], 2, 'explain: --shape cannot be used with an image, received "1x5x5"'],
    [['-k', 'box', '--algorithm', 'gemm'], 2, 'algorithm must be one of auto, direct, sparse, separable, runningSum, fft, received "gemm"'],
    [['-k', 'gaussian', '--algorithm', 'sparse'], 2, 'explain: algorithm cannot compute this kernel: no weight is zero'],
    [['-k', 'box:9', '--shape', '5x5', '--padding', 'valid'], 1, 'explain: the output would be empty'],
    [['-k', 'box', join(folder, 'none.png')], 1, 'none.png does not exist'],
    [['-k', join(folder, 'none.json')], 1, 'explain: '],
  ])('%j', async (args, code, message) => {
    expect(await convlab(...args)).toEqual({ code, stdout: '', stderr: expect.stringContaining(message) });
  });
});
