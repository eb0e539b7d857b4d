import { describe, expect, test } from 'vitest';
import { createImage, type DeviceImage, filter, gaussian, laplacianPyramid, sharpen, uploadImage } from '../../src/index.js';
import { PICTURE_OPERATIONS } from '../filters/device-operations.js';
import { countingBackend } from './counting-gpu.js';

// Calls to the device by operations on an image stored on webgpu, after their programs are compiled, on a device that
// only counts.

const IMAGE = createImage(
  48,
  20,
  4,
  Uint8ClampedArray.from({ length: 48 * 20 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7) % 256)),
);
const BUDGETS: readonly [name: string, launches: number, run: (image: DeviceImage) => Promise<readonly unknown[]>][] = [
  ['a filter', 1, async (image) => [await filter(image, sharpen())]],
  ['a filter of rows and columns', 2, async (image) => [await filter(image, gaussian(2))]],
  ...PICTURE_OPERATIONS.flatMap(({ name, run, launches }) => (launches === undefined ? [] : [[name, launches, run] as [string, number, typeof run]])),
];

describe('a picture that is on the device', () => {
  test.each(BUDGETS)('%s: %i launches in one submission, nothing created, and no copy', async (_, launches, run) => {
    const { backend, counts } = countingBackend();
    const image = await uploadImage(IMAGE, { backend });
    const once = async () => {
      for (const each of await run(image)) (each as DeviceImage).free();
      await new Promise((resolve) => setTimeout(resolve));
    };
    await once();
    counts.calls.clear();
    await once();
    const { submit, dispatchWorkgroups, createBuffer = 0, createComputePipeline = 0, mapAsync = 0 } = Object.fromEntries(counts.calls);
    expect({ submit, dispatchWorkgroups, createBuffer, createComputePipeline, mapAsync }).toEqual({
      ...{ submit: 1, dispatchWorkgroups: launches, createBuffer: 0, createComputePipeline: 0, mapAsync: 0 },
    });
    image.free();
    backend.dispose();
  });

  test('a Laplacian pyramid reads nothing', async () => {
    const { backend, counts } = countingBackend();
    const image = await uploadImage(IMAGE, { backend });
    const { details, base } = await laplacianPyramid(image, 3);
    expect(counts.calls.get('mapAsync')).toBeUndefined();
    for (const each of [image, ...details, base]) each.free();
    backend.dispose();
  });
});
