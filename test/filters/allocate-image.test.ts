import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  allocateImage,
  type Backend,
  box,
  createBackend,
  createImage,
  type FilterOptions,
  filter,
  freeImage,
  gaussian,
  gradientMagnitude,
  type Image,
  kernel2d,
  Random,
  sharpen,
  type Tensor,
} from '../../src/index.js';
import { readImage, writeImage } from '../../src/node.js';

const random = new Random(4);
const dense = (n: number) => ({ shape: [n, n], data: Float32Array.from({ length: n * n }, () => random.uniform(-0.2, 0.3)) });
const noise = (width: number, height: number, channels: number, least = 0) =>
  createImage(
    width,
    height,
    channels,
    Uint8ClampedArray.from({ length: width * height * channels }, () => least + random.integer(256 - least)),
  );

/** The same image in the memory of a backend. */
async function moved(image: Image, backend: Backend): Promise<Image> {
  const there = await allocateImage(image, { backend });
  there.data.set(image.data);
  return there;
}

const kernels: [string, Tensor, FilterOptions?][] = [
  ['sharpen', sharpen()],
  [
    'emboss',
    kernel2d([
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ]),
  ],
  ['wrap', sharpen(), { paddingMode: 'wrap' }],
  ['box', box(15)],
  ['box of zeros', box(5), { paddingMode: 'zero' }],
  ['Gaussian', gaussian(1.5)],
  ['window', dense(5), { alpha: 'ignore' }],
  ['Fourier transform', dense(23), { alpha: 'ignore' }],
  ['premultiplied', gaussian(1), { alpha: 'premultiply' }],
  ['over planes', sharpen(), { algorithm: 'direct' }],
];

describe.each([1, 2, 3])('%s threads', (threads) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createBackend('wasm', { threads });
  });
  afterAll(() => backend.dispose());

  test.each(kernels)('%s: as of any other picture, to and from', async (_name, kernel, options = {}) => {
    // such as lets something through, and such as does not
    for (const image of [noise(190, 130, 4), noise(200, 90, 4, 255), noise(150, 140, 3)]) {
      if (image.channels === 3 && options.alpha) continue;
      const before = image.data.slice();
      const expected = await filter(image, kernel, { ...options, backend });
      const [x, out] = await Promise.all([moved(image, backend), allocateImage(image, { backend })]);
      for (const [from, to] of [
        [x, out],
        [x, createImage(image.width, image.height, image.channels)],
        [image, out],
      ]) {
        to.data.fill(7);
        expect(await filter(from, kernel, { ...options, out: to, backend })).toBe(to);
        expect(Buffer.from(to.data).equals(Buffer.from(expected.data))).toBe(true);
        expect(Buffer.from(from.data).equals(Buffer.from(before))).toBe(true);
      }
      await filter(x, kernel, { ...options, out: x, backend });
      expect(Buffer.from(x.data).equals(Buffer.from(expected.data))).toBe(true);
      await Promise.all([freeImage(x, { backend }), freeImage(out, { backend })]);
    }
  });

  test('magnitudes of gradients', async () => {
    const image = noise(190, 130, 4);
    const [x, out] = await Promise.all([moved(image, backend), allocateImage(image, { backend })]);
    await gradientMagnitude(x, { out, backend });
    expect([...out.data]).toEqual([...(await gradientMagnitude(image, { backend })).data]);
  });

  test('a new picture is black, also where another one was, and stays where it is when the memory grows', async () => {
    const image = noise(100, 80, 4);
    await freeImage(await moved(image, backend), { backend });
    const x = await allocateImage(image, { backend });
    expect(x).toEqual(createImage(100, 80, 4));
    x.data.set(image.data);
    const large = await allocateImage({ width: 8000, height: 4000, channels: 4 }, { backend });
    const out = await allocateImage(image, { backend });
    await filter(x, sharpen(), { out, backend });
    expect([...out.data]).toEqual([...(await filter(image, sharpen(), { backend })).data]);
    await freeImage(large, { backend });
  });

  test('what is no picture of this backend, or no longer one, is not given back', async () => {
    const image = await allocateImage({ width: 4, height: 3, channels: 1 }, { backend });
    const message = 'freeImage: image must be an image from allocateImage on this backend that was not freed yet';
    await expect(freeImage({ ...image, width: 2, data: image.data.subarray(0, 6) }, { backend })).rejects.toThrow(message);
    await freeImage({ ...image }, { backend });
    await expect(freeImage(image, { backend })).rejects.toThrow(message);
    await expect(freeImage(createImage(4, 3, 1), { backend })).rejects.toThrow(message);
    await expect(freeImage({} as Image, { backend })).rejects.toThrow('freeImage: image must be { width');
    await expect(allocateImage({ width: 0, height: 3, channels: 1 }, { backend })).rejects.toThrow(
      'allocateImage: the width of an image must be an integer ≥ 1, received 0',
    );
  });
});

test('from its own memory to its own memory nothing is copied', async () => {
  const backend = await createBackend('wasm', { threads: 2 });
  const image = noise(640, 480, 4);
  const [x, out] = await Promise.all([moved(image, backend), allocateImage(image, { backend })]);
  const copied = vi.spyOn(Object.getPrototypeOf(Uint8Array.prototype), 'set');
  const longest = () => Math.max(0, ...copied.mock.calls.map(([values]) => (values as Uint8Array).length));
  const plain = await filter(image, gaussian(2), { alpha: 'ignore', backend });
  expect(longest()).toBeGreaterThan(10_000);
  copied.mockClear();
  await filter(x, gaussian(2), { alpha: 'ignore', out, backend });
  expect(longest()).toBeLessThan(1000);
  copied.mockRestore();
  expect(Buffer.from(out.data).equals(Buffer.from(plain.data))).toBe(true);
  expect([x.data.buffer, out.data.buffer].every((buffer) => buffer instanceof SharedArrayBuffer)).toBe(true);
  backend.dispose();
});

test('a backend without such memory gives a picture like any other', async () => {
  const backend = await createBackend('reference');
  const image = await allocateImage({ width: 3, height: 2, channels: 4 }, { backend });
  expect(image).toEqual(createImage(3, 2, 4));
  await freeImage(image, { backend });
  const unshared = await createBackend('wasm', { threads: 1 });
  expect((await allocateImage(image, { backend: unshared })).data.buffer).toBeInstanceOf(ArrayBuffer);
});

test('an option that does not exist, and a value that is not a backend', async () => {
  const size = { width: 4, height: 3, channels: 1 } as const;
  for (const call of [(options: object) => allocateImage(size, options), (options: object) => freeImage(createImage(4, 3, 1), options)]) {
    await expect(call({ backed: undefined })).rejects.toThrow('backed is not an option; did you mean backend? The options are backend');
    await expect(call({ backend: 'wasm' })).rejects.toThrow('backend must be a backend from `await createBackend()`, received "wasm"');
  }
});

test('too large for the memory', async () => {
  const backend = await createBackend('wasm', { threads: 2 });
  await expect(allocateImage({ width: 20_000, height: 20_000, channels: 4 }, { backend })).rejects.toThrow(
    'allocateImage: wasm: cannot allocate 1600000000 bytes: a buffer can hold at most 1 GiB; process less data at a time, or use a backend without this limit',
  );
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['png', 'jpg', 'bmp', 'gif', 'tiff'].flatMap((type) => [[type, 'auto'] as const, [type, 'built-in'] as const]))(
    '%s by codec %s',
    async (type, codec) => {
      const backend = await createBackend('wasm', { threads: 2 });
      const image = createImage(
        40,
        30,
        3,
        noise(40, 30, 3).data.map((value) => 50 * Math.floor(value / 52)),
      );
      const names = ['plain', 'shared'].map((name) => join(folder, `${name}-${codec}.${type}`));
      await writeImage(names[0], image, { codec });
      await writeImage(names[1], await moved(image, backend), { codec });
      const [plain, shared] = await Promise.all(names.map((name) => readImage(name)));
      expect(shared).toEqual(plain);
      backend.dispose();
    },
  );
});
