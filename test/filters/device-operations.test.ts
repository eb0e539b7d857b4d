import { afterAll, describe, expect, test } from 'vitest';
import {
  type Backend,
  type ConvPlan,
  canny,
  collapsePyramid,
  compareImages,
  createBackend,
  createImage,
  DeviceImage,
  gaussianPyramid,
  gradientMagnitude,
  type Image,
  laplacianPyramid,
  matchTemplate,
  OptionError,
  Random,
  resize,
  uploadImage,
} from '../../src/index.js';
import type { DevicePicture, DevicePictures, PictureFormat, PictureSamples } from '../../src/kernels/backend.js';
import { PICTURE_OPERATIONS } from './device-operations.js';

// Operations take an image wherever it lies, and what they give lies there too. On GPUs: test/conformance/gpu-operations.browser.test.ts.

const wasm = await createBackend('wasm', { threads: 1 });
const threads = await createBackend('wasm', { threads: 2 });
const reference = await createBackend('reference');
afterAll(() => {
  wasm.dispose();
  threads.dispose();
});

function noise(channels: number, of: 'bytes' | 'floats' = 'bytes'): Image {
  const random = new Random(channels);
  const values = Array.from({ length: 29 * 17 * channels }, () => random.integer(256));
  return createImage(29, 17, channels, of === 'bytes' ? Uint8ClampedArray.from(values) : Float32Array.from(values, (value) => value / 255));
}

/** Images that lie apart from the host. */
class Shelf implements DevicePictures {
  reads = 0;
  readonly held = new Set<DevicePicture>();

  upload(samples: PictureSamples, format: PictureFormat): DevicePicture {
    const picture = this.allocate(format);
    picture.samples.set(samples);
    return picture;
  }

  allocate({ width, height, channels, samples }: PictureFormat): DevicePicture & { readonly samples: PictureSamples } {
    const length = width * height * channels;
    const Samples = { uint8: Uint8ClampedArray, uint16: Uint16Array, float32: Float32Array }[samples];
    const picture = { length, samples: new Samples(length) };
    this.held.add(picture);
    return picture;
  }

  async read(picture: DevicePicture, into: PictureSamples): Promise<void> {
    this.reads++;
    into.set((picture as ReturnType<Shelf['allocate']>).samples);
  }

  free(picture: DevicePicture): void {
    this.held.delete(picture);
  }
}

/** A device that holds images, and has no program for any. */
function deviceWithoutPrograms(): { readonly backend: Backend; readonly shelf: Shelf } {
  const shelf = new Shelf();
  const other = { name: 'gpu', device: 'a shelf', abilities: { programs: ['direct'], pictures: [] }, devicePictures: shelf };
  const backend = new Proxy(wasm, {
    get(of, name) {
      if (name in other) return other[name as keyof typeof other];
      const value = of[name as keyof Backend];
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
  return { backend, shelf };
}

const BACKENDS: readonly [name: string, backend: Backend][] = [
  ['wasm', wasm],
  ['wasm on 2 threads', threads],
  ['reference', reference],
];

describe.each(BACKENDS)('on %s', (_, backend) => {
  test.each(PICTURE_OPERATIONS)('$name', async ({ run }) => {
    for (const image of [noise(1), noise(4), noise(3, 'floats')]) {
      const uploaded = await uploadImage(image, { backend });
      const [there, here] = [await run(uploaded), await run(image, { backend })];
      expect(there.length).toBe(here.length);
      for (const [i, each] of there.entries()) {
        expect(each).toBeInstanceOf(DeviceImage);
        expect((each as DeviceImage).backend).toBe(backend);
        expect(await (each as DeviceImage).read()).toEqual(here[i]);
        (each as DeviceImage).free();
      }
      expect(await uploaded.read()).toEqual(image);
      uploaded.free();
    }
  });
});

describe('on a device without programs', () => {
  test.each(PICTURE_OPERATIONS)('$name is computed on the host, and says so', async ({ name, run }) => {
    const { backend, shelf } = deviceWithoutPrograms();
    const image = noise(3);
    const uploaded = await uploadImage(image, { backend });
    const plans: ConvPlan[] = [];
    const there = await run(uploaded, { ...(name !== 'downsample' && name !== 'resize' && { onPlan: (plan) => plans.push(plan) }) });
    expect(shelf.reads).toBe(1);
    const here = await run(image, { backend: wasm });
    for (const [i, each] of there.entries()) expect(await (each as DeviceImage).read()).toEqual(here[i]);
    for (const { alternatives } of plans) {
      const said = alternatives.flatMap((each) => (each.possible ? [] : [each.whyNot]));
      expect(said).toContain('a shelf, which stores the image, has no program for it: the image is read, computed on the CPU, and uploaded');
    }
    expect(plans.length > 0).toBe(!['downsample', 'resize', 'crop', 'flip', 'rotate90'].includes(name));
    for (const each of [uploaded, ...there]) (each as DeviceImage).free();
    expect(shelf.held.size).toBe(0);
  });

  test('pyramids leave nothing behind', async () => {
    const { backend, shelf } = deviceWithoutPrograms();
    const image = noise(4);
    const uploaded = await uploadImage(image, { backend });
    const levels = await gaussianPyramid(uploaded, 4);
    expect(levels[0]).toBe(uploaded);
    const pyramid = await laplacianPyramid(uploaded, 4);
    const whole = await collapsePyramid(pyramid);
    const want = await laplacianPyramid(image, 4, { backend: wasm });
    expect(shelf.held.size).toBe(4 + 4 + 1);
    for (const [i, level] of (await gaussianPyramid(image, 4, { backend: wasm })).entries())
      expect((await levels[i].read()).data.length).toBe(level.data.length);
    expect((await pyramid.base.read()).data.length).toBe(want.base.data.length);
    expect((await compareImages(whole, await collapsePyramid(want, { backend: wasm }))).max).toBeLessThan(1e-5);
    for (const each of [...levels, ...pyramid.details, pyramid.base, whole]) each.free();
    expect(shelf.held.size).toBe(0);
  });
});

describe('what measures a picture reads it', () => {
  test.each(BACKENDS)('on %s', async (_, backend) => {
    const [a, b] = [noise(3), { ...noise(3), data: noise(3).data.map((sample) => 255 - sample) as Uint8ClampedArray }];
    const [there, other] = [await uploadImage(a, { backend }), await uploadImage(b, { backend })];
    const want = await compareImages(a, b, { backend });
    for (const [left, right] of [
      [there, other],
      [a, other],
      [there, b],
    ])
      expect(await compareImages(left, right)).toEqual(want);
    const patch = createImage(5, 4, 3, a.data.slice(300, 360) as Uint8ClampedArray);
    expect(await matchTemplate(there, patch)).toEqual(await matchTemplate(a, patch, { backend }));
  });
});

describe('refuses', async () => {
  const uploaded = await uploadImage(noise(3), { backend: wasm });

  test('another backend', async () => {
    const says = 'backend must be the backend that stores the image, or be omitted';
    for (const run of [
      () => canny(uploaded, { backend: reference }),
      () => resize(uploaded, { width: 9, backend: reference }),
      () => laplacianPyramid(uploaded, 2, { backend: reference }),
      () => compareImages(uploaded, noise(3), { backend: reference }),
    ])
      await expect(run()).rejects.toThrow(says);
  });

  test('out', async () => {
    for (const run of [() => gradientMagnitude(uploaded, { out: noise(3) }), () => resize(uploaded, { width: 9, out: noise(3) })]) {
      await expect(run()).rejects.toThrow(OptionError);
      await expect(run()).rejects.toThrow('out requires an image in host memory');
    }
  });

  test('a picture that was freed', async () => {
    const gone = await uploadImage(noise(3), { backend: wasm });
    gone.free();
    for (const { run } of PICTURE_OPERATIONS) await expect(run(gone)).rejects.toThrow('this image was freed');
  });
});
