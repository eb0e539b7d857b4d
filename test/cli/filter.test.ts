import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import { box, createBackend, filter, type Image, kernel2d, kernelToAcf, pipeline, SOBEL_X, sharpen, unsharpMask } from '../../src/index.js';
import { readImage, writeImage } from '../../src/node.js';
import { convlab as command } from './convlab.js';

const backend = await createBackend('reference');

/** 8 × 6 pixels, RGBA, every channel of its own. */
const PICTURE: Image = { width: 8, height: 6, channels: 4, data: Uint8ClampedArray.from({ length: 192 }, (_, i) => (i * 7 + (i % 4) * 60) % 256) };

let folder: string;
let photo: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-'));
  [photo, out] = [join(folder, 'photo.png'), join(folder, 'out.png')];
  await writeImage(photo, PICTURE);
});

const convlab = (...args: string[]) => command(args);

/** Filters the photo on the reference backend and reads the result. */
async function filterPhoto(...flags: string[]): Promise<Image> {
  expect(await convlab('filter', photo, out, '--backend', 'reference', ...flags)).toMatchObject({ code: 0, stderr: '' });
  return readImage(out);
}

describe('kernels', () => {
  test.each([
    ['a name', 'sharpen', sharpen()],
    ['a name with a parameter', 'sharpen:0.5', sharpen(0.5)],
    ['a matrix', '0 -1 0; -1 5 -1; 0 -1 0', sharpen()],
    ['a matrix with commas and a semicolon at the end', '0,-1,0; -1,5,-1; 0,-1,0;', sharpen()],
    ['a matrix that begins with a minus', '-1 1', kernel2d([[-1, 1]])],
  ])('%s', async (_, text, kernel) => {
    expect(await filterPhoto('--kernel', text)).toEqual(await filter(PICTURE, kernel, { backend }));
  });

  test('a JSON file: a matrix, or a kernel with scale and bias', async () => {
    const [plain, scaled] = [join(folder, 'plain.json'), join(folder, 'scaled.json')];
    await writeFile(plain, '[[0, 1, 0], [1, 1, 1], [0, 1, 0]]');
    await writeFile(scaled, '{ "kernel": [[0, 1, 0], [1, 1, 1], [0, 1, 0]], "scale": "sum", "bias": 20 }');
    const cross = kernel2d([
      [0, 1, 0],
      [1, 1, 1],
      [0, 1, 0],
    ]);
    expect(await filterPhoto('--kernel', plain)).toEqual(await filter(PICTURE, cross, { backend }));
    expect(await filterPhoto('--kernel', scaled)).toEqual(await filter(PICTURE, cross, { backend, scale: 'sum', bias: 20 }));
    expect(await filterPhoto('--kernel', scaled, '--bias', '3')).toEqual(await filter(PICTURE, cross, { backend, scale: 'sum', bias: 3 }));
  });

  test('several are applied in turn, nothing is cut off in between, and the output is what suits them', async () => {
    const blurred = await filter(PICTURE, box(3), { backend, output: 'float', alpha: 'ignore' });
    const edges = await filter(blurred, SOBEL_X, { backend, output: 'abs' });
    const result = await filterPhoto('--kernel', 'box:3', '--kernel', 'sobel-x');
    result.data.forEach((value, i) => {
      expect(Math.abs(value - edges.data[i] * 255)).toBeLessThanOrEqual(0.501);
    });
    expect(await filterPhoto('--kernel', 'sobel-x', '--kernel', 'identity')).toEqual(await filter(PICTURE, SOBEL_X, { backend, output: 'abs' }));
  });
});

test.each([
  ['--stride 2', { stride: 2 }],
  ['--stride 1,3', { stride: [1, 3] }],
  ['--dilation 2', { dilation: 2 }],
  ['--padding valid', { padding: 'valid' }],
  ['--padding 2', { padding: 2 }],
  [
    '--padding 1:2',
    {
      padding: [
        [1, 2],
        [1, 2],
      ],
    },
  ],
  ['--padding same,0:1', { padding: ['same', [0, 1]] }],
  ['--padding-mode wrap', { paddingMode: 'wrap' }],
  ['--padding-mode constant --padding-value 50', { paddingMode: 'constant', paddingValue: 50 }],
  ['--anchor 0,2', { anchor: [0, 2] }],
  ['--flip', { flip: true }],
  ['--scale 0.5', { scale: 0.5 }],
  ['--scale sum', { scale: 'sum' }],
  ['--bias -20', { bias: -20 }],
  ['--channels all', { channels: 'all' }],
  ['--channels 0,2', { channels: [0, 2] }],
  ['--channels rb', { channels: 'rb' }],
  ['--channels luminance', { channels: 'luminance' }],
  ['--alpha filter', { alpha: 'filter' }],
  ['--linear', { linear: true }],
  ['--region 1,2,4,3', { region: { x: 1, y: 2, width: 4, height: 3 } }],
  ['--region 1,1,6,4,2', { region: { x: 1, y: 1, width: 6, height: 4, feather: 2 } }],
  ['--output signed', { output: 'signed' }],
  ['--output 16bit', { output: '16bit' }],
  ['--output normalize', { output: 'normalize' }],
] as const)('%s', async (flags, options) => {
  const kernel = [
    [0, 1, 3],
    [-2, 0, 1],
    [0, -1, 1],
  ];
  const text = kernel.map((row) => row.join(' ')).join(';');
  const expected = await filter(PICTURE, kernel2d(kernel), { backend, ...options });
  const plain = await filter(PICTURE, kernel2d(kernel), { backend });
  expect(expected).not.toEqual(plain);
  expect(await filterPhoto('--kernel', text, ...flags.split(' '))).toEqual(expected);
});

test('--mask', async () => {
  const mask: Image = { width: 8, height: 6, channels: 1, data: Uint8ClampedArray.from({ length: 48 }, (_, i) => (i * 16) % 256) };
  await writeImage(join(folder, 'mask.png'), mask);
  expect(await filterPhoto('--kernel', 'box:3', '--mask', join(folder, 'mask.png'))).toEqual(await filter(PICTURE, box(3), { backend, mask }));
});

describe('more than one kernel', () => {
  test('a name of an operation, with parameters and options', async () => {
    const expected = await unsharpMask(PICTURE, { radius: 2, amount: 1.5, paddingMode: 'wrap', channels: [0], backend });
    expect(await filterPhoto('--kernel', 'unsharp-mask:2,1.5', '--padding-mode', 'wrap', '--channels', '0')).toEqual(expected);
  });

  test('in a row with kernels: an operation takes whole samples and gives them', async () => {
    const sharp = await unsharpMask(await filter(PICTURE, box(3), { backend }), { backend });
    expect(await filterPhoto('--kernel', 'box', '--kernel', 'unsharp-mask', '--kernel', 'sobel-x')).toEqual(
      await filter(sharp, SOBEL_X, { output: 'abs', backend }),
    );
  });

  test('a saved pipeline', async () => {
    const [path, saved] = [join(folder, 'look.json'), pipeline([{ kernel: 'box', stride: 2 }, 'sharpen'], { linear: true, output: 'signed' })];
    await writeFile(path, JSON.stringify(saved));
    expect(await filterPhoto('--pipeline', path)).toEqual(await saved.apply(PICTURE, { backend }));
  });

  test('other formats of kernels', async () => {
    const [svg, acf] = [join(folder, 'k.svg'), join(folder, 'k.acf')];
    await writeFile(svg, '<svg><feConvolveMatrix order="2 1" kernelMatrix="1 3" targetX="0" edgeMode="wrap"/></svg>');
    await writeFile(acf, kernelToAcf({ kernel: sharpen(), scale: 0.5, bias: 9 }));
    expect(await filterPhoto('--kernel', svg)).toEqual(
      await filter(PICTURE, kernel2d([[3, 1]]), { scale: 'sum', anchor: 0, paddingMode: 'wrap', linear: true, backend }),
    );
    expect(await filterPhoto('--kernel', acf)).toEqual(await filter(PICTURE, sharpen(), { scale: 0.5, bias: 9, backend }));
    expect(await filterPhoto('--kernel', '3x3: 0,-1,0 -1,5,-1 0,-1,0')).toEqual(await filter(PICTURE, sharpen(), { backend }));
  });
});

test('the result may take the place of the picture', async () => {
  expect((await convlab('filter', photo, photo, '--kernel', 'box:3', '--backend', 'reference')).code).toBe(0);
  expect(await readImage(photo)).toEqual(await filter(PICTURE, box(3), { backend }));
  expect(await readdir(folder)).toEqual(['photo.png']);
});

test('a JPEG is as large as its quality', async () => {
  const size = async (quality: string) => {
    const jpeg = join(folder, 'out.jpg');
    expect((await convlab('filter', photo, jpeg, '--kernel', 'box', '--quality', quality)).code).toBe(0);
    return (await stat(jpeg)).size;
  };
  expect(await size('95')).toBeGreaterThan(await size('20'));
});

test('one line says what ran', async () => {
  const { stdout } = await convlab('filter', photo, out, '--kernel', 'box:3', '--kernel', 'emboss', '--stride', '2', '--backend', 'reference');
  expect(stdout).toMatch(/out\.png: 2 × 2, box:3 \[3×3\], then emboss \[3×3\] \(signed\), direct over planes, \d+\.\d ms on plain loops, float64\n$/);
});

test('a single picture starts on one thread if it is small, else on all; a folder on all', async () => {
  const large = join(folder, 'large.png');
  await writeImage(large, { width: 300, height: 300, channels: 1, data: new Uint8ClampedArray(90_000) });
  const device = async (...args: string[]) => JSON.parse((await convlab('filter', ...args, '--kernel', 'box', '--json')).stdout.split('\n')[0]).device;
  const all = await createBackend('wasm');
  expect(await device(photo, out)).toBe('wasm simd, 1 thread');
  expect(await device(photo, out, '--threads', '2')).toBe('wasm simd, 2 threads');
  expect(await device(large, out)).toBe(all.device);
  expect(await device(photo, '--out', join(folder, 'results'))).toBe(all.device);
  all.dispose();
});

test('a single small PNG is read and written without sharp, unless it becomes a JPEG', async () => {
  const [quick, plain, jpeg] = ['quick.png', 'plain.png', 'soft.jpg'].map((name) => join(folder, name));
  await convlab('filter', photo, quick, '--kernel', 'box');
  await convlab('filter', photo, plain, '--kernel', 'box', '--built-in');
  expect(await readFile(quick)).toEqual(await readFile(plain));
  await convlab('filter', photo, jpeg, '--kernel', 'box');
  const again = await convlab('filter', photo, join(folder, 'built-in.jpg'), '--kernel', 'box', '--built-in');
  expect(again.code).toBe(0);
  expect(await readFile(jpeg)).not.toEqual(await readFile(join(folder, 'built-in.jpg')));
});

test('--json prints one object: what ran, sizes, device, milliseconds', async () => {
  const { stdout } = await convlab('filter', photo, out, '--kernel', 'box:5', '--stride', '2', '--backend', 'reference', '--json');
  const plan = { size: [5, 5], algorithm: 'direct', through: 'planes', arithmetic: 'float32', why: 'the reference backend is the definition itself' };
  expect(JSON.parse(stdout)).toEqual({
    input: { path: photo, width: 8, height: 6, channels: 4, samples: 'Uint8ClampedArray' },
    output: { path: out, width: 4, height: 3, channels: 4, samples: 'Uint8ClampedArray' },
    lost: [],
    kernels: [{ kernel: 'box:5', size: [5, 5] }],
    how: 'clamp',
    plan: [plan, plan], // of the colors, and of alpha
    backend: 'reference',
    device: 'plain loops, float64',
    milliseconds: { read: expect.any(Number), start: expect.any(Number), filter: expect.any(Number), write: expect.any(Number) },
  });
});

test('--gpu-mode chooses how GPU.js computes', async () => {
  const { code, stdout } = await convlab('filter', photo, out, '--kernel', 'box:3', '--backend', 'gpu', '--gpu-mode', 'cpu', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ backend: 'gpu', device: expect.stringContaining('cpu') });
  expect(await readImage(out)).toEqual(await filter(PICTURE, box(3), { backend }));
});

describe('wrong usage exits with 2, and one line says what to do', () => {
  test.each([
    ['no kernel', [], "required option '-k, --kernel <kernel>' not specified"],
    ['a kernel that nobody knows', ['--kernel', 'sharpn'], 'did you mean sharpen?'],
    ['a kernel with its parameter behind another sign', ['--kernel', 'gaussian=3'], 'did you mean gaussian:3?'],
    ['half a name', ['--kernel', 'Sobel'], 'did you mean sobel-x, sobel-y or sobel-edges?'],
    ['what a filter is for', ['--kernel', 'texture'], 'did you mean gabor, local-mean, local-variance or local-standard-deviation?'],
    ['a kernel far from all names', ['--kernel', 'wavelet'], "(see 'convlab kernels')"],
    ['a parameter too many', ['--kernel', 'sobel-x:3'], 'sobel-x takes no parameters'],
    ['a parameter that breaks its rule', ['--kernel', 'box:0'], 'box: n must be an integer ≥ 1, received 0'],
    ['a parameter that is no number', ['--kernel', 'box:big'], '--kernel box takes n, a number, received "box:big"'],
    ['a colon too many', ['--kernel', 'gaussian:2:3'], '--kernel gaussian takes sigma, a number, received "gaussian:2:3"'],
    ['what a blur is called', ['--kernel', 'blur'], 'received "blur"; did you mean gaussian, box, disk or motion-blur?'],
    [
      'a flat list of weights',
      ['--kernel', '0,-1,0,-1,5,-1,0,-1,0'],
      '--kernel must be a kernel (matrix: 9 weights without rows are ambiguous: 3 × 3 (rows separated by',
    ],
    [
      'a ragged matrix',
      ['--kernel', '1 2; 3'],
      '--kernel must be a kernel (matrix: all rows must have the same length, but row 1 has 2 weights and row 2 has 1)',
    ],
    ['a matrix with text', ['--kernel', '1 two'], '--kernel must be a kernel (matrix: every weight must be a number, received "two" in row 1, column 2)'],
    ['a stride of 0', ['--kernel', 'box', '--stride', '0'], 'filter: stride must be an integer ≥ 1, received 0'],
    ['a stride that is no number', ['--kernel', 'box', '--stride', 'x'], "option '--stride <steps>' argument 'x' is invalid. It must be n, or y,x."],
    [
      'a border for a padding',
      ['--kernel', 'box', '--padding', 'reflect'],
      'It must be same, valid, full, n or before:after for both axes, or y,x for each axis; --padding-mode sets the values there.',
    ],
    ['three axes', ['--kernel', 'box', '--stride', '1,2,3'], 'It must be n, or y,x.'],
    [
      'an algorithm that cannot compute the kernel',
      ['--kernel', 'gaussian', '--algorithm', 'runningSum', '--backend', 'wasm'],
      'filter: algorithm cannot compute this kernel: the weights are not all equal; use one of direct, separable, fft, received "runningSum"',
    ],
    ['an algorithm for an operation', ['--kernel', 'canny', '--algorithm', 'fft'], '--algorithm requires kernels; canny uses several'],
    ['floats in a PNG', ['--kernel', 'box', '--output', 'float'], 'filter: --output float requires a result in .npy or .tiff, received'],
    ['a misspelt output', ['--kernel', 'box', '--output', 'normalise'], 'received "normalise"; did you mean normalize?'],
    ['a bias that is no number', ['--kernel', 'box', '--bias', 'x'], "option '--bias <n>' argument 'x' is invalid. It must be a finite float32 number."],
    ['a region of three numbers', ['--kernel', 'box', '--region', '1,2,3'], 'It must be x,y,width,height, or x,y,width,height,feather.'],
    ['a kernel option for an operation', ['--kernel', 'canny', '--stride', '2'], '--stride requires kernels; canny uses several'],
    ['an option that a pipeline settles', ['--pipeline', 'look.json', '--linear'], '--linear cannot be combined with --pipeline'],
    ['a kernel and a pipeline', ['--kernel', 'box', '--pipeline', 'look.json'], '--kernel or --pipeline must be set, but not both'],
    ['jobs for one picture', ['--kernel', 'box', '--jobs', '2'], '--jobs requires --out'],
    ['an unknown backend', ['--kernel', 'box', '--backend', 'cuda'], 'filter: backend must be one of auto, gpu, wasm, reference, received "cuda"'],
    ['an unknown flag', ['--kernel', 'box', '--strid', '2'], "unknown option '--strid' (Did you mean --stride?)"],
    ['a mode without its backend', ['--kernel', 'box', '--gpu-mode', 'webgl2'], "createBackend: gpuMode requires the backend 'gpu' (it is 'auto')"],
    ['a quality for a PNG', ['--kernel', 'box', '--quality', '50'], "writeImage: quality requires the format jpeg, webp, avif (it is 'png'), received 50"],
  ])('%s', async (_, flags, message) => {
    const { code, stdout, stderr } = await convlab('filter', photo, out, ...flags);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect({ code, stdout, written: existsSync(out) }).toEqual({ code: 2, stdout: '', written: false });
  });

  test('a result without a format', async () => {
    const { code, stderr } = await convlab('filter', photo, join(folder, 'out.heic'), '--kernel', 'box');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('writeImage: path must end in .png, .jpg') });
  });

  test('an unknown command', async () => {
    expect(await convlab('filtre')).toEqual({ code: 2, stdout: '', stderr: "error: unknown command 'filtre' (Did you mean filter?)\n" });
  });
});

describe('a failure exits with 1, and one line says what failed', () => {
  test.each([
    ['a picture that is not there', () => ['missing.png', out, '--kernel', 'box'], 'missing.png'],
    ['a picture that is none', () => [join(folder, 'text.png'), out, '--kernel', 'box'], 'text.png'],
    ['a picture that is larger than allowed', () => [photo, out, '--kernel', 'box', '--limits', 'pixels=47'], '8 × 6 = 48 pixels, more than limits.pixels (47'],
    ['a kernel file that is not there', () => [photo, out, '--kernel', 'missing.json'], 'missing.json does not exist'],
    ['a kernel file without a kernel', () => [photo, out, '--kernel', join(folder, 'bad.json')], 'bad.json is not a kernel file'],
    ['a folder that is not there', () => [photo, join(folder, 'nowhere', 'out.png'), '--kernel', 'box'], 'nowhere'],
    ['a kernel that does not fit', () => [photo, out, '--kernel', 'box:9', '--padding', 'valid'], 'filter: the output would be empty'],
  ])('%s', async (_, args, message) => {
    await writeFile(join(folder, 'text.png'), 'this is no picture');
    await writeFile(join(folder, 'bad.json'), '{ "weights": [[1]] }');
    const { code, stdout, stderr } = await convlab('filter', ...args(), '--backend', 'reference');
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect({ code, stdout, written: existsSync(out) }).toEqual({ code: 1, stdout: '', written: false });
  });

  test('--debug adds where it happened', async () => {
    const { code, stderr } = await convlab('filter', 'missing.png', out, '--kernel', 'box', '--debug');
    expect(code).toBe(1);
    expect(stderr).toContain('\n    at ');
  });
});

test('the program itself: exit code, stdout and stderr of a process', async () => {
  const convlab = (...args: string[]) => promisify(execFile)(process.execPath, [inject('program'), ...args]);
  const version = JSON.parse(await readFile('package.json', 'utf8')).version;
  expect(await convlab('--version')).toEqual({ stdout: `${version}\n`, stderr: '' });
  await expect(convlab('filter', photo)).rejects.toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining("error: required option '-k, --kernel <kernel>' not specified"),
  });
  await expect(convlab('filter', 'missing.png', out, '-k', 'box')).rejects.toMatchObject({ code: 1, stdout: '' });
});
