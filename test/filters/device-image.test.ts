import { describe, expect, test } from 'vitest';
import {
  createBackend,
  createImage,
  DeviceImage,
  filter,
  gaussian,
  type Image,
  OptionError,
  pipeline,
  planFilter,
  Random,
  ShapeError,
  sharpen,
  UnsupportedError,
  uploadImage,
} from '../../src/index.js';

const random = new Random(3);
const noise = (channels: number): Image =>
  createImage(
    20,
    9,
    channels,
    Uint8ClampedArray.from({ length: 20 * 9 * channels }, () => random.integer(256)),
  );

describe.each(['wasm', 'reference'] as const)('on %s', async (name) => {
  const backend = await createBackend(name);

  test.each([1, 2, 3, 4])('%i channels: what filters give in a row is what they give one by one', async (channels) => {
    const image = noise(channels);
    const uploaded = await uploadImage(image, { backend });
    const soft = await filter(uploaded, gaussian(1));
    const crisp = await filter(soft, sharpen(), { backend });
    const want = await filter(await filter(image, gaussian(1), { backend }), sharpen(), { backend });
    expect(crisp).toBeInstanceOf(DeviceImage);
    expect(await crisp.read()).toEqual(want);
    for (const each of [uploaded, soft, crisp]) each.free();
  });

  test('floats and 16 bits, a pipeline and a plan', async () => {
    const image = { ...noise(3), data: Float32Array.from({ length: 540 }, () => random.uniform()) };
    const uploaded = await uploadImage(image, { backend });
    const look = pipeline([gaussian(1), sharpen()], { output: '16bit' });
    const result = await look.apply(uploaded);
    expect(result.samples).toBe('uint16');
    expect(await result.read()).toEqual(await look.apply(image, { backend }));
    const plan = planFilter(uploaded, [{ kernel: sharpen() }], {}, backend);
    expect(await (await plan.apply(uploaded)).read()).toEqual(await plan.apply(image));
  });

  test('a part of a picture', async () => {
    const image = noise(4);
    const region = { x: 3, y: 2, width: 9, height: 5, feather: 2 };
    const result = await filter(await uploadImage(image, { backend }), gaussian(1), { region });
    expect(await result.read()).toEqual(await filter(image, gaussian(1), { region, backend }));
  });

  test('it is a copy', async () => {
    const image = noise(1);
    const uploaded = await uploadImage(image, { backend });
    const before = image.data.slice();
    image.data.fill(0);
    const read = await uploaded.read();
    read.data.fill(1);
    expect((await uploaded.read()).data).toEqual(before);
  });
});

test('a picture may be freed after its backend was disposed of', async () => {
  const backend = await createBackend('wasm', { threads: 2 });
  const image = await uploadImage(noise(4), { backend });
  backend.dispose();
  image.free();
  await expect(image.read()).rejects.toThrow('this image was freed');
});

describe('refuses', async () => {
  const [backend, other] = [await createBackend('reference'), await createBackend('reference')];
  const image = await uploadImage(noise(3), { backend });

  test('another backend', async () => {
    await expect(filter(image, sharpen(), { backend: other })).rejects.toThrow('filter: backend must be the backend that stores the image, or be omitted');
    const plan = planFilter(image, [{ kernel: sharpen() }], {}, other);
    await expect(plan.apply(image)).rejects.toThrow(OptionError);
  });

  test('out', async () => {
    await expect(filter(image, sharpen(), { out: noise(3) } as object)).rejects.toThrow('filter: out requires an image in host memory');
  });

  test('a picture that was freed', async () => {
    const gone = await uploadImage(noise(3), { backend });
    gone.free();
    gone.free();
    for (const use of [() => gone.read(), () => filter(gone, sharpen())]) {
      await expect(use()).rejects.toThrow(UnsupportedError);
      await expect(use()).rejects.toThrow('this image was freed');
    }
  });

  test('what is no picture', async () => {
    for (const source of [undefined, 3, {}, { width: 2, height: 2, channels: 3, data: new Uint8ClampedArray(3) }]) {
      await expect(uploadImage(source as unknown as Image, { backend })).rejects.toThrow(ShapeError);
    }
  });
});
