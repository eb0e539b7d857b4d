import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  allocateImage,
  type Backend,
  box,
  canny,
  compareImages,
  conv,
  createBackend,
  createImage,
  type DeviceImage,
  filter,
  freeImage,
  gaussian,
  gradient,
  gradientMagnitude,
  type Image,
  imageToTensor,
  laplacianPyramid,
  localMean,
  localStandardDeviation,
  matchTemplate,
  pipeline,
  planFilter,
  Random,
  resize,
  sharpen,
  tensor,
  unsharpMask,
  uploadImage,
} from '../../src/index.js';
import { encodeAnimation, encodeImage } from '../../src/node.js';

const seeded = new Random(8);
/** @param seed default: another one each time */
function noise(seed?: number, width = 40, height = 30): Image<Uint8ClampedArray> {
  const random = seed === undefined ? seeded : new Random(seed);
  return createImage(
    width,
    height,
    4,
    Uint8ClampedArray.from({ length: width * height * 4 }, () => random.integer(256)),
  );
}
let backend: Backend;
let single: Backend;
beforeAll(async () => {
  backend = await createBackend('wasm', { threads: 2 });
  single = await createBackend('wasm', { threads: 1 });
});
afterAll(() => {
  backend.dispose();
  single.dispose();
});

/** Every way in which an image that was given back might be used. */
const USES: Readonly<Record<string, (gone: Image) => unknown>> = {
  'as the picture of filter': (gone) => filter(gone, sharpen(), { backend }),
  'as the picture of filter, on another backend': async (gone) => filter(gone, sharpen(), { backend: await createBackend('reference') }),
  'as out': (gone) => filter(noise(), sharpen(), { out: gone, backend }),
  'as out, over planes': (gone) => filter(noise(), sharpen(), { algorithm: 'direct', out: gone, backend }),
  'as a view of out': (gone) => filter(noise(), sharpen(), { out: { ...gone, data: gone.data.subarray() as Uint8ClampedArray }, backend }),
  'as out of another buffer object': (gone) =>
    filter(noise(), sharpen(), { out: { ...gone, data: new Uint8ClampedArray(gone.data.buffer, gone.data.byteOffset, 4800) }, backend }),
  'as a mask': (gone) => filter(noise(), sharpen(), { mask: { ...gone, channels: 1, data: gone.data.subarray(0, 1200) as Uint8ClampedArray }, backend }),
  'by a pipeline': (gone) => pipeline([gaussian(1), sharpen()]).apply(gone, { backend }),
  'as out of a pipeline': (gone) => pipeline([gaussian(1), sharpen()]).apply(noise(), { out: gone, backend }),
  'by a plan': (gone) => planFilter({ width: 40, height: 30, channels: 4, samples: 'uint8' }, [{ kernel: box(3) }], {}, backend).apply(gone),
  'as out of gradientMagnitude': (gone) => gradientMagnitude(noise(), { out: gone, backend }),
  'by gradient': (gone) => gradient(gone, { backend }),
  'by canny': (gone) => canny(gone, { backend }),
  'by localMean': (gone) => localMean(gone, { backend }),
  'by resize': (gone) => resize(gone, { width: 9, backend }),
  'as out of resize': (gone) => resize(noise(), { width: 40, height: 30, out: gone, backend }),
  'by unsharpMask': (gone) => unsharpMask(gone, { backend }),
  'by laplacianPyramid': (gone) => laplacianPyramid(gone, 2, { backend }),
  'as a template': (gone) => matchTemplate(createImage(60, 50, 4), gone, { backend }),
  'by compareImages': (gone) => compareImages(noise(), gone, { backend }),
  'by uploadImage': (gone) => uploadImage(gone, { backend }),
  'by encodeImage': (gone) => encodeImage(gone, 'png'),
  'by imageToTensor': (gone) => imageToTensor(gone),
  'as the values of a tensor': (gone) =>
    conv({ shape: [1, 1, 30, 40], data: new Float32Array(gone.data.buffer, gone.data.byteOffset, 1200) }, tensor([[[[1]]]]), { backend }),
};

test.each(Object.entries(USES))('a picture that was given back is refused %s, and its neighbors stay as they are', async (_, use) => {
  const [gone, other] = await Promise.all([allocateImage(noise(), { backend }), allocateImage(noise(), { backend })]);
  other.data.set(noise().data);
  const before = other.data.slice();
  await freeImage(gone, { backend });
  await expect((async () => use(gone))()).rejects.toThrow(/was freed/);
  expect(other.data).toEqual(before);
  await freeImage(other, { backend });
});

test('a picture that is given back while it is computed with is not another one before that ends', async () => {
  for (let i = 0; i < 60; i++) {
    const [image, out] = await Promise.all([allocateImage(noise(), { backend }), allocateImage(noise(), { backend })]);
    image.data.set(noise().data);
    const expected = await filter({ ...image, data: image.data.slice() }, gaussian(2), { backend });
    const result = filter(image, gaussian(2), { out, backend, ...(i % 3 === 0 && { algorithm: 'direct' }) });
    await Promise.all([freeImage(image, { backend }), freeImage(out, { backend })]);
    const others = await Promise.all([1, 2].map(() => allocateImage(noise(), { backend })));
    for (const other of others) other.data.fill(i);
    await result.then(
      (done) => expect(done).toBe(out),
      (error) => expect(error.message).toContain('given back'),
    );
    for (const other of others) expect(other.data.every((value) => value === i)).toBe(true);
    expect(expected.data).toHaveLength(4800);
    await Promise.all(others.map((other) => freeImage(other, { backend })));
  }
});

/** Calls that take an image, and may still run when it is given back. */
const RUNNING: Readonly<Record<string, (image: Image, on: Backend) => Promise<unknown>>> = {
  filter: (image, backend) => filter(image, gaussian(2), { backend }),
  'filter, over planes': (image, backend) => filter(image, gaussian(2), { backend, algorithm: 'direct' }),
  'filter in place': (image, backend) => filter(image, sharpen(), { backend, out: image }),
  'filter with a mask': (image, backend) =>
    filter(noise(5), sharpen(), { backend, mask: { ...image, channels: 1, data: image.data.subarray(0, 1200) as Uint8ClampedArray } }),
  pipeline: (image, backend) => pipeline([gaussian(1), sharpen(), box(3)]).apply(image, { backend }),
  plan: (image, backend) => planFilter({ width: 40, height: 30, channels: 4, samples: 'uint8' }, [{ kernel: box(3) }], {}, backend).apply(image),
  resize: (image, backend) => resize(image, { width: 90, backend }),
  'resize, linear': (image, backend) => resize(image, { height: 11, linear: true, backend }),
  gradient: (image, backend) => gradient(image, { backend }),
  gradientMagnitude: (image, backend) => gradientMagnitude(image, { backend }),
  canny: (image, backend) => canny(image, { backend }),
  localMean: (image, backend) => localMean(image, { backend }),
  localStandardDeviation: (image, backend) => localStandardDeviation(image, { backend }),
  unsharpMask: (image, backend) => unsharpMask(image, { backend }),
  laplacianPyramid: (image, backend) => laplacianPyramid(image, 3, { backend }),
  matchTemplate: (image, backend) => matchTemplate(noise(6, 60, 50), image, { backend }),
  'matchTemplate, searched': (image, backend) => matchTemplate(image, noise(6, 9, 9), { backend }),
  compareImages: (image, backend) => compareImages(noise(7), image, { backend }),
  uploadImage: async (image, backend) => (await uploadImage(image, { backend })).read(),
  encodeImage: (image) => encodeImage(image, 'png', { codec: 'built-in' }),
  'encodeImage, with sharp': (image) => encodeImage(image, 'webp'),
  encodeAnimation: (image) => encodeAnimation({ frames: [noise(9), image].map((each) => ({ image: each, delay: 10 })), repeats: 0 }, { format: 'png' }),
};

test.each(Object.entries(RUNNING))('a picture that is given back while %s runs: its result, or an error, and no other picture changes', async (_, run) => {
  for (const own of [backend, single]) {
    const content = noise(1);
    const copy = { ...content, data: content.data.slice() };
    const expected = await run(copy, own);
    for (let turns = 0; turns < 4; turns++) {
      const image = await allocateImage(content, { backend: own });
      image.data.set(content.data);
      const running = run(image, own).then(
        (result) => ({ result }),
        (error: Error) => ({ error }),
      );
      // at once, or a little later
      for (let turn = 0; turn < turns; turn++) await (turn % 2 === 0 ? Promise.resolve() : new Promise(setImmediate));
      await freeImage(image, { backend: own });
      const others = await Promise.all([1, 2, 3].map(() => allocateImage(content, { backend: own })));
      for (const other of others) other.data.fill(turns);
      const ended = await running;
      if ('error' in ended) expect(ended.error.message).toContain('given back');
      else if (run !== RUNNING['filter in place']) expect(ended.result).toEqual(expected);
      for (const other of others) expect(other.data.every((value) => value === turns)).toBe(true);
      await Promise.all(others.map((other) => freeImage(other, { backend: own })));
    }
  }
});

/** The same of images that a backend holds. */
const ON_DEVICE: Readonly<Record<string, (image: DeviceImage) => Promise<unknown>>> = {
  filter: async (image) => (await filter(image, gaussian(2))).read(),
  resize: async (image) => (await resize(image, { width: 90 })).read(),
  gradientMagnitude: async (image) => (await gradientMagnitude(image)).read(),
  unsharpMask: async (image) => (await unsharpMask(image)).read(),
  localMean: async (image) => (await localMean(image)).read(),
  read: (image) => image.read(),
};

test.each(Object.entries(ON_DEVICE))('a DeviceImage that is freed while %s runs: its result, or an error', async (_, run) => {
  for (const name of ['wasm', 'reference'] as const) {
    const own = await createBackend(name);
    const kept = await uploadImage(noise(1), { backend: own });
    const expected = await run(kept);
    for (let turns = 0; turns < 6; turns++) {
      const image = await uploadImage(noise(1), { backend: own });
      const running = run(image).then(
        (result) => ({ result }),
        (error: Error) => ({ error }),
      );
      for (let turn = 0; turn < turns; turn++) await (turn % 2 === 0 ? Promise.resolve() : new Promise(setImmediate));
      image.free();
      await Promise.all([2, 3].map((seed) => uploadImage(noise(seed), { backend: own })));
      const ended = await running;
      if ('error' in ended) expect(ended.error.message).toMatch(/given back|freed/);
      else expect(ended.result).toEqual(expected);
    }
    own.dispose();
  }
});

test('what was given back while it was computed with is used again', async () => {
  // together more than a backend has
  for (let i = 0; i < 50; i++) {
    const image = await allocateImage({ width: 8000, height: 1000, channels: 4 }, { backend });
    const done = filter(image, box(3), { out: image, backend, region: { x: 9, y: 9, width: 9, height: 9 } });
    await freeImage(image, { backend });
    await done;
  }
});

test('pictures on a backend: used after free, freed twice, freed while they are filtered', async () => {
  const image = await uploadImage(noise(), { backend });
  const result = filter(image, gaussian(1), { backend });
  image.free();
  image.free();
  const soft = await result;
  expect((await soft.read()).data).toHaveLength(4800);
  for (const use of [() => filter(image, sharpen(), { backend }), () => image.read(), () => compareImages(image as never, noise())])
    await expect((async () => use())()).rejects.toThrow();
  soft.free();
  await expect(soft.read()).rejects.toThrow('this image was freed');
});
