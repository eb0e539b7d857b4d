// Several kernels applied to one image give one feature map each, stacked.
import assert from 'node:assert/strict';
import { conv, DIFFERENCE_DIAGONAL, gaussian, imageToTensor, LAPLACIAN_8, PREWITT_X, SOBEL_X, SOBEL_Y, type Tensor, tensor } from 'convlab';
import { renderScene } from '../scene.js';
import { planes } from './colors.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';

const BANK: readonly [name: string, kernel: Tensor][] = [
  ['Sobel x', SOBEL_X],
  ['Sobel y', SOBEL_Y],
  ['Laplacian', LAPLACIAN_8],
  ['Prewitt x', PREWITT_X],
  ['diagonal difference', DIFFERENCE_DIAGONAL],
  ['Gaussian, 3 x 3', gaussian(0.8, { size: 3 })],
];

export const lesson: Lesson = {
  title: 'Several kernels: their maps are stacked',
  before: `One call applies a bank of ${BANK.length} kernels, [K, 1, 3, 3], to one image, [1, 1, H, W]. The result, [1, K, H, W], has one feature map for each kernel.`,
  async run(stage) {
    const scene = await renderScene();
    const {
      shape: [, , H, W],
      data,
    } = imageToTensor(scene);
    const area = H * W;
    const gray = {
      shape: [1, 1, H, W],
      data: Float32Array.from({ length: area }, (_, i) => (0.299 * data[i] + 0.587 * data[area + i] + 0.114 * data[2 * area + i]) / 255),
    };
    const bank = tensor(
      BANK.flatMap(([, kernel]) => [...kernel.data]),
      [BANK.length, 1, 3, 3],
    );
    const maps = await conv(gray, bank, { padding: 'same', paddingMode: 'reflect' });
    assert.deepEqual(maps.shape, [1, BANK.length, H, W]);
    for (const [k, [, kernel]] of BANK.entries()) {
      const alone = await conv(gray, { shape: [1, 1, 3, 3], data: kernel.data }, { padding: 'same', paddingMode: 'reflect' });
      const map = maps.data.subarray(k * area, (k + 1) * area);
      assert.ok(
        alone.data.every((value, i) => Math.abs(value - map[i]) < 1e-5),
        'a map does not depend on the kernels beside it',
      );
    }

    const strength = planes(maps).map((map) => map.data.reduce((sum, value) => sum + Math.abs(value), 0) / area);
    stage.table(
      ['kernel', 'sum of weights', 'mean |map|'],
      BANK.map(([name, kernel], k) => [name, kernel.data.reduce((a, b) => a + b, 0).toFixed(2), strength[k].toFixed(3)]),
    );
    await stage.draw(
      '08-kernel-bank',
      await grid(
        [
          { label: 'the picture, gray', map: { shape: [H, W], data: gray.data }, palette: 'gray' },
          ...planes(maps).map((map, k) => ({ label: BANK[k][0], note: `[${BANK[k][1].shape}], mean |map| ${strength[k].toFixed(3)}`, map })),
        ],
        {
          title: 'One picture, six kernels, six feature maps',
          columns: 4,
          width: 220,
          range: [-1.5, 1.5],
          legend: 'feature map: blue negative, white 0, orange positive (cut off at 1.5)',
        },
      ),
    );
    const edges = strength.slice(0, 2);
    return (
      `The result contains the stacked maps, [${maps.shape}]; each equals the result of its kernel alone. The mean response of Sobel x is ${edges[0].toFixed(3)}, that of Sobel y ${edges[1].toFixed(3)}: ` +
      `this image changes more ${edges[0] > edges[1] ? 'from left to right' : 'from top to bottom'}. The maps of kernels that sum to 0 are white in flat areas.`
    );
  },
};
