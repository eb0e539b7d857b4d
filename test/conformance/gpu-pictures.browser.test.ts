import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import {
  type Backend,
  collapsePyramid,
  createBackend,
  createImage,
  explain,
  type FilterOptions,
  type Format,
  filter,
  gaussian,
  type Image,
  imageFromCanvas,
  imageToCanvas,
  laplacianPyramid,
  planFilter,
  Random,
  RESIZE_METHODS,
  type ResizeOptions,
  resize,
  ShapeError,
  sharpen,
  uploadImage,
} from '../../src/index.js';
import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { runFilterCase } from '../fuzz/check-filter-case.js';
import { type FilterCase, inOneLine, randomFilterCase } from '../fuzz/random-filter-case.js';
import { difference, runCase } from './compare-pictures.js';
import { PICTURE_CASES, type PictureCase } from './picture-cases.js';
import { shareOfGpu } from './suite.js';

// Images from samples to samples, on SwiftShader, which stands in for a GPU.

const wasm = await createBackend('wasm', { threads: 1 });
afterAll(() => wasm.dispose());
afterEach(() => vi.restoreAllMocks());

/** Opaque, and its rows are whole words. */
const SQUARE: Image = { ...PICTURE_CASES[0].image, width: 36, data: PICTURE_CASES[0].image.data.slice(0, 36 * 22 * 4) };

/** From black to white and, where there is alpha, from nothing to opaque. */
function noise({ width, height, channels, samples }: Format): Image {
  const random = new Random(width + channels);
  const white = { uint8: 255, uint16: 65535, float32: 1 }[samples];
  const values = Array.from({ length: width * height * channels }, () => Math.min(white, Math.max(0, white * random.uniform(-0.2, 1.2))));
  return createImage(width, height, channels, { uint8: Uint8ClampedArray, uint16: Uint16Array, float32: Float32Array }[samples].from(values));
}

interface Resize {
  readonly name: string;
  readonly image: Image;
  readonly options: ResizeOptions;
}

const RESIZES: readonly Resize[] = (
  [
    ...RESIZE_METHODS.flatMap((method) => [
      [4, 'uint8', { width: 19, height: 31, method }],
      [3, 'float32', { width: 50, height: 9, method }],
    ]),
    ...([1, 2, 3, 4] as const).flatMap((channels) => (['uint8', 'uint16', 'float32'] as const).map((samples) => [channels, samples, { width: 13 }])),
    ...([2, 4] as const).map((channels) => [channels, 'uint8', { height: 40, alpha: 'filter' }]),
    ...([1, 2, 3, 4] as const).flatMap((channels) =>
      (['uint8', 'uint16', 'float32'] as const).map((samples) => [channels, samples, { width: 21, linear: true }]),
    ),
    [4, 'uint8', { width: 21, output: 'float' }],
    [4, 'uint16', { width: 21, output: 'float' }],
    [3, 'uint8', { width: 21, output: '16bit' }],
    [3, 'float32', { width: 90, output: '16bit' }],
    [3, 'uint8', { width: 1, height: 1 }],
    [1, 'uint8', { width: 33, height: 25 }],
  ] as [Format['channels'], Format['samples'], ResizeOptions][]
).map(([channels, samples, options]) => ({
  name: `${samples} of ${channels}, ${JSON.stringify(options)}`,
  image: noise({ width: 33, height: 25, channels, samples }),
  options,
}));

describe('webgpu', async () => {
  const gpu = await createGpuBackend({ mode: 'webgpu' });
  afterAll(() => gpu.dispose());

  test.each(shareOfGpu(PICTURE_CASES, 0))('$name', async (each) => {
    const [want, got] = [await runCase(each, wasm), await runCase(each, gpu)];
    expect(got.plans.map(({ through }) => through)).toEqual(['samples']);
    expect(difference(got.image, want.image)).toBeLessThanOrEqual(each.exact ? 0 : 1);
  });

  test.each([sharpen(), gaussian(2)])('a picture goes there and back once; one that is there, not at all', async (kernel) => {
    await filter(SQUARE, kernel, { backend: gpu });
    const [write, submit, map] = [
      vi.spyOn(GPUQueue.prototype, 'writeBuffer'),
      vi.spyOn(GPUQueue.prototype, 'submit'),
      vi.spyOn(GPUBuffer.prototype, 'mapAsync'),
    ];
    const create = vi.spyOn(GPUDevice.prototype, 'createBuffer');
    const calls = () => [write, submit, map, create].map(({ mock }) => mock.calls.length);
    await filter(SQUARE, kernel, { backend: gpu });
    expect(write.mock.calls.map(([, , data]) => data)).toEqual([SQUARE.data.buffer]);
    expect(calls()).toEqual([1, 1, 1, 0]);
    const uploaded = await uploadImage(SQUARE, { backend: gpu });
    vi.clearAllMocks();
    (await filter(uploaded, kernel)).free();
    await new Promise((resolve) => setTimeout(resolve));
    expect(calls().slice(0, 3)).toEqual([0, 1, 0]);
  });

  test.each(RESIZES)('resize: $name', async ({ image, options }) => {
    const [want, got] = await Promise.all([wasm, gpu].map((backend) => resize(image, { ...options, backend })));
    expect({ ...got, data: undefined }).toEqual({ ...want, data: undefined });
    // of floats in parts of 1 / 255
    expect(difference(got, want)).toBeLessThanOrEqual(got.data instanceof Float32Array ? 1e-3 : 1);
  });

  test('a resize goes there and back once', async () => {
    const options = { width: 20, backend: gpu };
    await resize(SQUARE, options);
    const spies = [vi.spyOn(GPUQueue.prototype, 'submit'), vi.spyOn(GPUBuffer.prototype, 'mapAsync'), vi.spyOn(GPUDevice.prototype, 'createBuffer')];
    await resize(SQUARE, options);
    expect(spies.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0]);
  });

  test.each(['uint8', 'uint16', 'float32'] as const)('a Laplacian pyramid of %s, which adds a picture to one that is enlarged, and back', async (samples) => {
    const image = noise({ width: 37, height: 23, channels: 3, samples });
    const [want, got] = await Promise.all([wasm, gpu].map((backend) => laplacianPyramid(image, 3, { backend })));
    for (const [i, detail] of got.details.entries()) expect(difference(detail, want.details[i])).toBeLessThan(1e-3);
    expect(difference(await collapsePyramid(got, { backend: gpu }), await collapsePyramid(want, { backend: wasm }))).toBeLessThan(1e-3);
  });

  test('a resize whose result is beyond what a device holds is refused', async () => {
    const refused = resize(noise({ width: 2, height: 2, channels: 1, samples: 'uint8' }), { width: 600_000, height: 1, backend: gpu });
    await expect(refused).rejects.toThrow(/resize supports buffers of at most \d+ bytes .*, received 2 × 2 → 600000 × 1/);
  });

  test('frames one after the other: three submissions each, and nothing new on the device', async () => {
    const drawn = new OffscreenCanvas(1, 1);
    const format = { format: 'RGBX', codedWidth: 50, codedHeight: 20, timestamp: 0 } as const;
    const round = async () => {
      const frame = new VideoFrame(new Uint8Array(4 * 50 * 20), format);
      const uploaded = await uploadImage(frame, { backend: gpu });
      frame.close();
      const result = await filter(uploaded, gaussian(1));
      await result.draw(drawn);
      for (const each of [uploaded, result]) each.free();
    };
    await round();
    const made = [vi.spyOn(GPUDevice.prototype, 'createBuffer'), vi.spyOn(GPUDevice.prototype, 'createTexture'), vi.spyOn(GPUBuffer.prototype, 'mapAsync')];
    const submit = vi.spyOn(GPUQueue.prototype, 'submit');
    for (let rounds = 0; rounds < 5; rounds++) await round();
    expect(made.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
    expect(submit.mock.calls.length).toBe(15);
  });

  testDeviceImages(gpu);
  testRandomCases(gpu, 12);
});

describe('webgl2', async () => {
  const gpu = await createGpuBackend({ mode: 'webgl2' });
  afterAll(() => gpu.dispose());

  test.each(shareOfGpu(PICTURE_CASES, 1))('$name', async (each) => {
    const [want, got] = [await runCase(each, wasm), await runCase(each, gpu)];
    expect(new Set(got.plans.map(({ through }) => through))).toEqual(new Set([isOfBytes(each) ? 'samples' : 'planes']));
    expect(difference(got.image, want.image)).toBeLessThanOrEqual(each.exact ? 0 : 1);
  });

  test.each([sharpen(), gaussian(2)])('a picture goes there and back once; one that is there, not at all', async (kernel) => {
    const gl = WebGL2RenderingContext.prototype;
    await filter(SQUARE, kernel, { backend: gpu });
    const spies = [vi.spyOn(gl, 'texImage2D'), vi.spyOn(gl, 'texSubImage2D'), vi.spyOn(gl, 'readPixels'), vi.spyOn(gl, 'getBufferSubData')];
    // of what is created empty, the last argument is null
    const copies = () => spies.map(({ mock }) => mock.calls.filter((call: readonly unknown[]) => call.at(-1) !== null).length);
    await filter(SQUARE, kernel, { backend: gpu });
    expect(copies()).toEqual([0, 1, 1, 1]);
    const uploaded = await uploadImage(SQUARE, { backend: gpu });
    vi.clearAllMocks();
    (await filter(uploaded, kernel)).free();
    expect(copies()).toEqual([0, 0, 0, 0]);
  });

  test.each([
    [{ samples: 'uint16' }, {}, 'bytesOnly'],
    [{}, { output: 'float' }, 'bytesOnly'],
    [{ height: 1 }, {}, 'textureSide'],
    [{ width: 100_000 }, {}, 'textureSide'],
  ] as const)('%o %o goes over planes, and explain says why', async (format, options, reason) => {
    const { through, alternatives } = await explain(
      sharpen(),
      { width: 64, height: 9, channels: 4, samples: 'uint8', ...format },
      { ...options, backend: gpu },
    );
    expect(through).toBe('planes');
    const names = alternatives.map((each) => (each.possible ? undefined : each.reason.name));
    expect(names).toContain(reason);
  });

  testDeviceImages(gpu);
  testRandomCases(gpu, 40);
});

/** Random combinations of all options: what is computed is what wasm computes, within one level, and what is refused is refused. */
function testRandomCases(gpu: Backend, count: number): void {
  test(`the random filters from ${FIRST} on`, async () => {
    for (let number = FIRST; number < FIRST + count; number++) {
      const filterCase = randomFilterCase(number);
      const [want, got] = [await outcomeOf(filterCase, wasm), await outcomeOf(filterCase, gpu)];
      // a requested algorithm is rejected if the backend does not support it
      if (typeof got === 'string') expect(typeof want === 'string' || /algorithm/.test(got), inOneLine(filterCase)).toBe(true);
      else expect(difference(got, want as Image), inOneLine(filterCase)).toBeLessThanOrEqual(1);
    }
  });
}

const FIRST = 1000;

function outcomeOf(filterCase: FilterCase, backend: Backend): Promise<Image | string> {
  return runFilterCase(filterCase, { backend }).catch((error) => String(error));
}

/** Images that stay on the device: one after the other they are filtered as on the host. */
function testDeviceImages(gpu: Backend): void {
  test.each([
    ['RGBA', SQUARE, {}],
    ['RGB', { ...SQUARE, channels: 3, data: SQUARE.data.slice(0, 36 * 22 * 3) } as Image, {}],
    ['gray and alpha', { ...SQUARE, channels: 2, data: SQUARE.data.slice(0, 36 * 22 * 2) } as Image, {}],
    ['a region', SQUARE, { region: { x: 4, y: 5, width: 19, height: 8, feather: 2 } }],
    ['floats in the end', SQUARE, { output: 'float' }],
    ['a way over planes', SQUARE, { output: 'normalize', algorithm: 'direct' }],
  ] as [string, Image, FilterOptions][])('%s', async (_, image, options) => {
    const uploaded = await uploadImage(image, { backend: gpu });
    const soft = await filter(uploaded, gaussian(1.5));
    const result = await filter(soft, sharpen(), options);
    const want = await filter(await filter(image, gaussian(1.5), { backend: gpu }), sharpen(), { ...options, backend: gpu });
    expect(difference(await result.read(), want)).toBe(0);
    for (const each of [uploaded, soft, result]) each.free();
  });

  test('a backend that was disposed of', async () => {
    const gone = await createGpuBackend({ mode: gpu.device.startsWith('webgpu') ? 'webgpu' : 'webgl2' });
    const plan = planFilter({ width: 36, height: 22, channels: 4, samples: 'uint8' }, [{ kernel: sharpen() }], {}, gone);
    await plan.apply(SQUARE);
    const uploaded = await uploadImage(SQUARE, { backend: gone });
    gone.dispose();
    await expect(uploaded.read()).rejects.toThrow('DeviceImage: the backend of this image was disposed of');
    await expect(plan.apply(SQUARE)).rejects.toThrow('planFilter: gpu: the backend was disposed of; create a new one');
    plan.release();
  });

  test.each([
    ['opaque', 0, 36],
    ['opaque, rows that end anywhere', 0, 31],
    ['transparent', 1, 36],
    ['transparent, rows that end anywhere', 1, 31],
  ] as const)('%s: from what a browser has pictures in, as by a 2d canvas', async (_, off, width) => {
    const data = SQUARE.data.slice(0, width * 22 * 4) as Uint8ClampedArray<ArrayBuffer>;
    if (off > 0) for (let i = 3; i < data.length; i += 4) data[i] = (i * 7) % 256;
    const pixels = new ImageData(data, width);
    const canvas = new OffscreenCanvas(width, 22);
    canvas.getContext('2d', { willReadFrequently: true })?.putImageData(pixels, 0, 0);
    const sources = [canvas, await createImageBitmap(pixels), await createImageBitmap(canvas), new VideoFrame(canvas, { timestamp: 0 })];
    const getImageData = vi.spyOn(OffscreenCanvasRenderingContext2D.prototype, 'getImageData');
    for (const [i, source] of sources.entries()) {
      const want = imageFromCanvas(source);
      getImageData.mockClear();
      const uploaded = await uploadImage(source, { backend: gpu });
      const got = await uploaded.read();
      expect(getImageData).not.toHaveBeenCalled();
      expect(furthest(got, want, 'straight'), `source ${i}`).toBeLessThanOrEqual(off);
      // an opaque image is filtered as one
      const sharp = await filter(uploaded, sharpen());
      expect(difference(await sharp.read(), await filter(got, sharpen(), { backend: wasm }))).toBeLessThanOrEqual(off);
      for (const each of [uploaded, sharp]) each.free();
    }
    const uploaded = await uploadImage(pixels, { backend: gpu });
    expect(difference(await uploaded.read(), { ...SQUARE, width, data })).toBe(0);
    uploaded.free();
    (sources[3] as VideoFrame).close();
  });

  test('a frame of a camera, whose format says that it is opaque', async () => {
    const data = Uint8Array.from({ length: 64 * 48 * 1.5 }, (_, i) => (i < 64 * 48 ? 40 + ((i * 3) % 180) : 120));
    // of one hue and in the full range: how browsers interpolate hues, and round a part of the range, differs from one way to the other
    const colorSpace: VideoColorSpaceInit = { matrix: 'smpte170m', primaries: 'bt709', transfer: 'iec61966-2-1', fullRange: true };
    const frame = new VideoFrame(data, { format: 'I420', codedWidth: 64, codedHeight: 48, timestamp: 0, colorSpace });
    const mapped = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
    const want = imageFromCanvas(frame);
    const uploading = uploadImage(frame, { backend: gpu });
    frame.close();
    const uploaded = await uploading;
    expect(mapped).not.toHaveBeenCalled();
    expect(furthest(await uploaded.read(), want, 'straight')).toBeLessThanOrEqual(1);
    uploaded.free();
  });

  test.each([1, 2, 3, 4])('%i channels are drawn as they are read', async (channels) => {
    const image = createImage(
      31,
      22,
      channels,
      SQUARE.data.slice(0, 31 * 22 * channels).map((sample, i) => (i % channels === 3 ? (i * 5) % 256 : sample)) as Uint8ClampedArray,
    );
    const uploaded = await uploadImage(image, { backend: gpu });
    const [drawn, want] = [new OffscreenCanvas(1, 1), new OffscreenCanvas(1, 1)];
    for (const each of [uploaded, await filter(uploaded, gaussian(1))]) {
      imageToCanvas(await each.read(), want);
      const map = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
      const put = vi.spyOn(OffscreenCanvasRenderingContext2D.prototype, 'putImageData');
      const read = vi.spyOn(WebGL2RenderingContext.prototype, 'readPixels');
      await Promise.all([each.draw(drawn), each.draw(drawn)]);
      const copies = [map, put, read].map(({ mock }) => mock.calls.length);
      vi.restoreAllMocks();
      if (channels > 2 || gpu.device.startsWith('webgpu')) expect(copies).toEqual([0, 0, 0]);
      expect(furthest(imageFromCanvas(drawn), imageFromCanvas(want), 'premultiplied')).toBeLessThanOrEqual(channels % 2 === 0 ? 1 : 0);
      each.free();
    }
  });

  test('what is drawn on', async () => {
    const uploaded = await uploadImage(SQUARE, { backend: gpu });
    const canvas = new OffscreenCanvas(9, 9);
    canvas.getContext('bitmaprenderer');
    await expect(uploaded.draw(canvas)).rejects.toThrow('DeviceImage: the canvas must have a 2d context');
    await expect(uploaded.draw({} as OffscreenCanvas)).rejects.toThrow(ShapeError);
    const closed = await createImageBitmap(new ImageData(3, 3));
    closed.close();
    await expect(uploadImage(closed, { backend: gpu })).rejects.toThrow(ShapeError);
    expect(await uploaded.read()).toEqual(SQUARE);
    uploaded.free();
  });
}

/** The largest difference of samples: between premultiplied colors, or straight ones by as much as their alpha lets them be told apart. */
function furthest(a: Image, b: Image, colors: 'premultiplied' | 'straight'): number {
  expect({ ...a, data: 0 }).toEqual({ ...b, data: 0 });
  let most = 0;
  for (let i = 0; i < a.data.length; i++) {
    const alpha = b.data[i - (i % 4) + 3];
    if (i % 4 === 3) expect(a.data[i]).toBe(alpha);
    const scale = colors === 'premultiplied' ? alpha / 255 : 1;
    most = Math.max(most, Math.floor(Math.abs(a.data[i] - b.data[i]) * scale));
  }
  return most;
}

/** True for cases that GPU.js programs compute: 8 bits to 8 bits, not normalized, and without a mask. */
function isOfBytes({ image, options: { output, mask } }: PictureCase): boolean {
  return image.data instanceof Uint8ClampedArray && output !== 'normalize' && output !== 'float' && output !== '16bit' && !mask;
}
