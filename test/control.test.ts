import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Control } from '../src/control.js';
import { createWasmBackend } from '../src/kernels/backends/wasm/wasm.js';
import * as library from '../src/node.js';
import { createImage, full, type Image, pipeline, tensor } from '../src/node.js';
import { writeSmallZarr } from './small-zarr.js';

// Every public function that may take long takes `signal` and `onProgress`, and they mean the same everywhere.

/** Small images count as long ones, too. */
const backend = await createWasmBackend(2, { longestBlock: 0 });
const folder = mkdtempSync(join(tmpdir(), 'convlab-control-'));
afterAll(() => {
  backend.dispose();
  rmSync(folder, { recursive: true });
});

const photo: Image = createImage(
  160,
  120,
  3,
  Uint8ClampedArray.from({ length: 160 * 120 * 3 }, (_, i) => ((i * i) >> 3) % 256),
);
const part: Image = createImage(16, 12, 3, photo.data.slice(3000, 3000 + 16 * 12 * 3) as Uint8ClampedArray);
const png = await library.encodeImage(photo, 'png');
const gif = await library.encodeAnimation({ frames: [{ image: photo, delay: 0 }], repeats: 0 });
const [from, to] = ['from.png', 'to.png'].map((name) => join(folder, name));
await writeFile(from, png);
const volumes = ['from.zarr', 'to.zarr'].map((name) => join(folder, name));
writeSmallZarr(volumes[0]);
const x = full([1, 2, 12, 12], 1);
const kernel = full([2, 2, 3, 3], 0.5);
const window = { kernelSize: 2 };
const pooled = await library.maxPool(x, window);
const gradient = full([1, 2, 10, 10], 1);
const [inputShape, kernelShape] = [x.shape, kernel.shape];
const bands = await library.laplacianPyramid(photo, 3);

const CALLS: Readonly<Record<string, (control: Control) => Promise<unknown>>> = {
  filter: (control) => library.filter(photo, 'disk:4', { backend, ...control }),
  'a pipeline': (control) => pipeline(['gaussian:2', 'sharpen']).apply(photo, { backend, ...control }),
  filterVolume: async (control) => {
    rmSync(volumes[1], { recursive: true, force: true });
    return library.filterVolume(volumes[0], volumes[1], 'gaussian3d:0.5', { backend, ...control });
  },
  filterFile: (control) => library.filterFile(from, to, 'gaussian:2', { backend, ...control }),
  filterStream: async (control) => {
    const format = { width: 160, height: 120, channels: 3, samples: 'uint8' } as const;
    const rows = async function* () {
      yield photo.data;
    };
    for await (const band of await library.filterStream(rows, format, 'gaussian:2', { backend, bandHeight: 40, ...control }))
      expect(band.length).toBeGreaterThan(0);
  },
  resizeStream: async (control) => {
    const rows = [photo.data.subarray(0, 160 * 30 * 3), photo.data.subarray(160 * 30 * 3)];
    const format = { width: 160, height: 120, channels: 3, samples: 'uint8' } as const;
    for await (const band of await library.resizeStream(rows, format, { width: 80, backend, bandHeight: 20, ...control }))
      expect(band.length).toBeGreaterThan(0);
  },
  filterTensor: (control) => library.filterTensor(x, tensor([1, 2, 1]), { backend, ...control }),
  resize: (control) => library.resize(photo, { width: 70, backend, ...control }),
  downsample: (control) => library.downsample(photo, 2, { backend, ...control }),
  canny: (control) => library.canny(photo, { backend, ...control }),
  gradient: (control) => library.gradient(photo, { backend, ...control }),
  gradientMagnitude: (control) => library.gradientMagnitude(photo, { backend, ...control }),
  gradientDirection: (control) => library.gradientDirection(photo, { backend, ...control }),
  localMean: (control) => library.localMean(photo, { backend, ...control }),
  localVariance: (control) => library.localVariance(photo, { backend, ...control }),
  localStandardDeviation: (control) => library.localStandardDeviation(photo, { backend, ...control }),
  unsharpMask: (control) => library.unsharpMask(photo, { backend, ...control }),
  grayscale: (control) => library.grayscale(photo, { backend, ...control }),
  threshold: (control) => library.threshold(photo, { backend, channels: 'luminance', ...control }),
  crop: (control) => library.crop(photo, { x: 1, y: 2, width: 30, height: 40 }, control),
  flip: (control) => library.flip(photo, 'horizontal', control),
  rotate90: (control) => library.rotate90(photo, 1, control),
  matchTemplate: (control) => library.matchTemplate(photo, part, { backend, ...control }),
  compareImages: (control) => library.compareImages(photo, photo, { backend, ...control }),
  gaussianPyramid: (control) => library.gaussianPyramid(photo, 3, { backend, ...control }),
  laplacianPyramid: (control) => library.laplacianPyramid(photo, 3, { backend, ...control }),
  collapsePyramid: (control) => library.collapsePyramid(bands, { backend, ...control }),
  conv: (control) => library.conv(x, kernel, { backend, ...control }),
  convInputGradient: (control) => library.convInputGradient(gradient, kernel, { inputShape, backend, ...control }),
  convKernelGradient: (control) => library.convKernelGradient(x, gradient, { kernelShape, backend, ...control }),
  convBiasGradient: (control) => library.convBiasGradient(gradient, { backend, ...control }),
  maxPool: (control) => library.maxPool(x, { ...window, backend, ...control }),
  maxPoolGradient: (control) => library.maxPoolGradient(pooled.output, { ...window, inputShape, indices: pooled.indices, backend, ...control }),
  averagePool: (control) => library.averagePool(x, { ...window, backend, ...control }),
  averagePoolGradient: (control) => library.averagePoolGradient(pooled.output, { ...window, inputShape, backend, ...control }),
  decodeImage: (control) => library.decodeImage(png, control),
  'decodeImage, built-in': (control) => library.decodeImage(png, { codec: 'built-in', ...control }),
  encodeImage: (control) => library.encodeImage(photo, 'jpeg', control),
  'encodeImage, built-in': (control) => library.encodeImage(photo, 'jpeg', { codec: 'built-in', ...control }),
  readImage: (control) => library.readImage(from, control),
  writeImage: (control) => library.writeImage(to, photo, control),
  decodeAnimation: (control) => library.decodeAnimation(gif, control),
  encodeAnimation: (control) => library.encodeAnimation({ frames: [{ image: photo, delay: 0 }], repeats: 0 }, control),
  readAnimation: (control) => library.readAnimation(from, control),
  writeAnimation: (control) => library.writeAnimation(join(folder, 'to.gif'), { frames: [{ image: photo, delay: 0 }], repeats: 0 }, control),
};

/** Asynchronous functions without control, and why. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  'milliseconds, or what a single pass over the samples takes': ['allocateImage', 'freeImage', 'uploadImage', 'imageFromBlob', 'imageToBlob'],
  'they start, measure or describe': ['createBackend', 'diagnose', 'explain'],
  'models: `train` stops between steps, see cnn/train.test.ts; their files are small': [
    ...['train', 'evaluate', 'gradCam', 'maximizeActivation', 'occlusionMap', 'retrieveFeatures', 'saliency', 'scoreGradient', 'topActivations'],
    ...[
      'encodeCheckpoint',
      'loadCheckpoint',
      'loadOnnx',
      'loadSafetensors',
      'loadTfjs',
      'loadTfjsLayers',
      'saveCheckpoint',
      'saveOnnx',
      'saveSafetensors',
      'saveTfjs',
      'toOnnx',
      'toTfjs',
    ],
  ],
  'rows, which end with their reader or their source, see filters/stream.test.ts': ['filterFrames', 'filterTransform', 'openRows', 'writeRows'],
  'data sets, some with a signal of their own': ['fashionMnist', 'imageFolder', 'mnist', 'readIdx'],
  'for lessons and tests': ['convBySlices', 'gradCheck'],
};

test('there is no other asynchronous function', () => {
  const all = Object.entries(library).filter(([, value]) => value instanceof Function && value.constructor.name === 'AsyncFunction');
  const without = new Set(Object.values(WITHOUT).flat());
  expect(all.map(([name]) => name).filter((name) => !(name in CALLS) && !without.has(name))).toEqual([]);
});

describe.each(Object.entries(CALLS))('%s', (_, call) => {
  const reason = new Error('enough');

  test('a signal that is aborted already rejects it before it does anything', async () => {
    const shares: number[] = [];
    await expect(call({ signal: AbortSignal.abort(reason), onProgress: (share) => shares.push(share) })).rejects.toBe(reason);
    expect(shares).toEqual([]);
  });

  test('a signal that is aborted on the way rejects it, and the next call works', async () => {
    const controller = new AbortController();
    const stopped = call({ signal: controller.signal });
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    await call({});
  });

  test('is told to grow to 1', async () => {
    const shares: number[] = [];
    await call({ onProgress: (share) => shares.push(share) });
    expect(shares.every((share, i) => share > (shares[i - 1] ?? 0))).toBe(true);
    expect(shares.at(-1)).toBe(1);
  });
});

test('a file that is written when a signal comes stays as it was', async () => {
  await library.writeImage(to, part);
  const before = await readFile(to);
  const controller = new AbortController();
  const stopped = library.writeImage(to, photo, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(stopped).rejects.toThrow('abort');
  expect(await readFile(to)).toEqual(before);
});
