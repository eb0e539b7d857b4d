import { expect, test } from 'vitest';
import { allocateImage, createBackend, createImage, filter, freeImage, gaussian, sharpen } from '../../src/index.js';

test('on an isolated page pictures in own memory are filtered as any other, and a copy of them is drawn', async () => {
  const backend = await createBackend('wasm', { threads: 2 });
  const image = createImage(
    200,
    150,
    4,
    Uint8ClampedArray.from({ length: 120_000 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7919) % 256)),
  );
  const [x, out] = await Promise.all([allocateImage(image, { backend }), allocateImage(image, { backend })]);
  x.data.set(image.data);
  for (const kernel of [sharpen(), gaussian(2)]) {
    await filter(x, kernel, { out, backend });
    expect(out.data).toEqual((await filter(image, kernel, { backend })).data);
  }
  expect(out.data.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(() => new ImageData(out.data as never, 200, 150)).toThrow();
  expect(new ImageData(out.data.slice() as Uint8ClampedArray<ArrayBuffer>, 200, 150).data[5]).toBe(out.data[5]);
  await Promise.all([freeImage(x, { backend }), freeImage(out, { backend })]);
  backend.dispose();
});
