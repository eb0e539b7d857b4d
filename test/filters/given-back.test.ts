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
  filter,
  freeImage,
  gaussian,
  gradient,
  gradientMagnitude,
  type Image,
  imageToTensor,
  laplacianPyramid,
  localMean,
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
import { encodeImage } from '../../src/node.js';

const random = new Random(8);
const noise = () =>
  createImage(
    40,
    30,
    4,
    Uint8ClampedArray.from({ length: 4800 }, () => random.integer(256)),
  );
let backend: Backend;
beforeAll(async () => {
  backend = await createBackend('wasm', { threads: 2 });
});
afterAll(() => backend.dispose());

/** Every way in which a picture that was given back might be used. */
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
