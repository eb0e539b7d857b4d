import { expect, test } from 'vitest';
import {
  box,
  canny,
  collapsePyramid,
  compareImages,
  createImage,
  downsample,
  filter,
  filterTensor,
  full,
  gaussianPyramid,
  gradient,
  gradientDirection,
  gradientMagnitude,
  laplacianPyramid,
  localMean,
  localStandardDeviation,
  localVariance,
  MATCH_METHODS,
  matchTemplate,
  pipeline,
  type RunOptions,
  unsharpMask,
} from '../../src/index.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';

/** Counts convolutions; no other operator may run. */
class Counting extends ReferenceBackend {
  calls = 0;
  override conv(...args: Parameters<ReferenceBackend['conv']>) {
    this.calls++;
    super.conv(...args);
  }
}

const photo = createImage(
  24,
  20,
  1,
  Uint8ClampedArray.from({ length: 480 }, (_, i) => (i * 37) % 256),
);
const patch = createImage(4, 3, 1, photo.data.slice(0, 12) as Uint8ClampedArray);
const pyramid = await laplacianPyramid(photo, 3, { backend: new ReferenceBackend() });

// how many convolutions each needs, by its definition
test.each<[string, number, (on: RunOptions) => Promise<unknown>]>([
  ['filter', 1, (on) => filter(photo, box(3), on)],
  ['filterTensor', 1, (on) => filterTensor(full([5], 1), full([3], 1), on)],
  ['pipeline: two kernels', 2, (on) => pipeline([box(3), { kernel: box(3), paddingMode: 'zero' }]).apply(photo, on)],
  ['downsample', 1, (on) => downsample(photo, 2, on)],
  ['gaussianPyramid: a blur a level', 2, (on) => gaussianPyramid(photo, 3, on)],
  ['laplacianPyramid: a blur and an enlargement a level', 4, (on) => laplacianPyramid(photo, 3, on)],
  ['collapsePyramid: an enlargement a level', 2, (on) => collapsePyramid(pyramid, on)],
  ['compareImages: five means in one', 1, (on) => compareImages(photo, photo, on)],
  ['unsharpMask', 1, (on) => unsharpMask(photo, on)],
  ['canny: a blur and a gradient', 2, (on) => canny(photo, on)],
  ['gradient', 1, (on) => gradient(photo, on)],
  ['gradientMagnitude', 1, (on) => gradientMagnitude(photo, on)],
  ['gradientDirection', 1, (on) => gradientDirection(photo, on)],
  ['localMean', 1, (on) => localMean(photo, on)],
  ['localVariance', 1, (on) => localVariance(photo, on)],
  ['localStandardDeviation', 1, (on) => localStandardDeviation(photo, on)],
  // products; products and sums of squares; those and sums
  ...MATCH_METHODS.map((method): [string, number, (on: RunOptions) => Promise<unknown>] => [
    `matchTemplate, ${method}`,
    { correlation: 1, ssd: 2, ncc: 2, zncc: 3 }[method],
    (on) => matchTemplate(photo, patch, { method, ...on }),
  ]),
])('%s runs on the backend that it is handed', async (_, convolutions, run) => {
  const backend = new Counting();
  await run({ backend });
  expect(backend.calls).toBe(convolutions);
});
