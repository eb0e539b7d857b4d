import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { type Backend, createBackend, createImage, DeviceImage, type Image, Random, unsharpMask, uploadImage } from '../../src/index.js';
import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { PICTURE_OPERATIONS } from '../filters/device-operations.js';
import { difference } from './compare-pictures.js';

// Operations over images that lie on a GPU, on SwiftShader, which stands in for one: the results are those of wasm, and what a device has
// programs for stays there.

const wasm = await createBackend('wasm', { threads: 1 });
afterAll(() => wasm.dispose());
afterEach(() => vi.restoreAllMocks());

const [WIDTH, HEIGHT] = [37, 22];

/** Soft spots and noise; of images with alpha, half have holes. */
function picture(channels: number, samples: 'uint8' | 'uint16' | 'float32', holes = false): Image {
  const random = new Random(channels);
  const white = { uint8: 255, uint16: 65535, float32: 1 }[samples];
  const values = Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => {
    if (channels % 2 === 0 && i % channels === channels - 1) return white * (holes ? [0, 0.4, 1][random.integer(3)] : 1);
    return white * (0.5 + 0.3 * Math.sin(i / channels / 7 + (i % channels)) + random.uniform(-0.2, 0.2));
  });
  return createImage(WIDTH, HEIGHT, channels, { uint8: Uint8ClampedArray, uint16: Uint16Array, float32: Float32Array }[samples].from(values));
}

const PICTURES: readonly [name: string, image: Image][] = [
  ['opaque RGBA', picture(4, 'uint8')],
  ['a cut-out', picture(4, 'uint8', true)],
  ['gray', picture(1, 'uint8')],
  ['RGB of 16 bits', picture(3, 'uint16')],
  ['gray floats with alpha', picture(2, 'float32', true)],
];

/** Most levels between two results: of floats in parts of 1 / 255, of 16 bits about as much of white. */
function most({ data }: Image): number {
  return data instanceof Uint16Array ? 4 : data instanceof Float32Array ? 0.3 : 1;
}

/** Angles that are a whole turn apart are the same. */
function apart(name: string, got: Image, want: Image): number {
  if (name !== 'gradient') return difference(got, want);
  const turn = 2 * Math.PI;
  const data = (got.data as Float32Array).map((angle, i) => {
    const off = angle - want.data[i];
    return want.data[i] + (Math.abs(off) > Math.PI ? off - Math.sign(off) * turn : off);
  });
  return difference({ ...got, data }, want);
}

async function expectAsOnWasm(gpu: Backend, image: Image, { name, run }: (typeof PICTURE_OPERATIONS)[number]): Promise<void> {
  const uploaded = await uploadImage(image, { backend: gpu });
  const [there, here] = [await run(uploaded), await run(image, { backend: wasm })];
  for (const [i, each] of there.entries()) {
    expect(each).toBeInstanceOf(DeviceImage);
    const [got, want] = [await (each as DeviceImage).read(), here[i] as Image];
    expect({ ...got, data: 0 }).toEqual({ ...want, data: 0 });
    expect(apart(name, got, want), `result ${i}`).toBeLessThanOrEqual(most(want));
    (each as DeviceImage).free();
  }
  uploaded.free();
}

describe('webgpu', async () => {
  const gpu = await createGpuBackend({ mode: 'webgpu' });
  afterAll(() => gpu.dispose());

  describe.each(PICTURES)('%s', (_, image) => {
    test.each(PICTURE_OPERATIONS)('$name', (each) => expectAsOnWasm(gpu, image, each));
  });

  test.each(PICTURE_OPERATIONS)(
    '$name: a picture that is there goes there and back not at all, if the device has programs for it',
    async ({ run, launches }) => {
      const uploaded = await uploadImage(PICTURES[0][1], { backend: gpu });
      for (const each of await run(uploaded)) (each as DeviceImage).free();
      await new Promise((resolve) => setTimeout(resolve));
      const spies = [
        vi.spyOn(GPUQueue.prototype, 'submit'),
        vi.spyOn(GPUQueue.prototype, 'writeBuffer'),
        vi.spyOn(GPUBuffer.prototype, 'mapAsync'),
        vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync'),
      ];
      for (const each of await run(uploaded)) (each as DeviceImage).free();
      await new Promise((resolve) => setTimeout(resolve));
      const [submits, writes, reads, compiled] = spies.map(({ mock }) => mock.calls.length);
      if (launches !== undefined) expect([submits, reads, compiled]).toEqual([1, 0, 0]);
      else expect([reads, compiled]).toEqual([1, 0]);
      // where the pixels of a rearranged image come from are 16 bytes
      expect(writes).toBeLessThanOrEqual(1);
      uploaded.free();
    },
  );
});

describe('webgl2', async () => {
  const gpu = await createGpuBackend({ mode: 'webgl2' });
  afterAll(() => gpu.dispose());

  describe.each(PICTURES.slice(0, 2))('%s', (_, image) => {
    test.each(PICTURE_OPERATIONS)('$name', (each) => expectAsOnWasm(gpu, image, each));
  });

  test('a picture that is there is sharpened there', async () => {
    const uploaded = await uploadImage(PICTURES[0][1], { backend: gpu });
    const gl = WebGL2RenderingContext.prototype;
    (await unsharpMask(uploaded)).free();
    const spies = [vi.spyOn(gl, 'texSubImage2D'), vi.spyOn(gl, 'readPixels'), vi.spyOn(gl, 'getBufferSubData')];
    (await unsharpMask(uploaded)).free();
    expect(spies.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
    uploaded.free();
  });
});
