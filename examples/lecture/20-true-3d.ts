// A true 3D convolution: the kernel also slides in depth. Gaussian and Sobel on a synthetic scan.
import assert from 'node:assert/strict';
import { conv, filterTensor, gaussian3d, sobel3d, type Tensor } from 'convlab';
import { plane } from './colors.js';
import { grid } from './grid.js';
import type { Lesson } from './lesson.js';
import { SIDE, scan } from './scan.js';

export const lesson: Lesson = {
  title: 'True 3D convolution: the kernel also slides in depth',
  before:
    'A kernel of m s s weights is a cube, but it does not slide through the maps, because it is as deep as their stack. In a volume, such as a scan, the kernel is thinner ' +
    'than the volume and also slides along z, so the result is a volume too.',
  async run(stage) {
    const volume = scan();
    const smooth = await filterTensor(volume, gaussian3d(1.2), { paddingMode: 'replicate' });
    const slope = {
      z: await filterTensor(smooth, sobel3d('z'), { paddingMode: 'replicate' }),
      x: await filterTensor(smooth, sobel3d('x'), { paddingMode: 'replicate' }),
    };
    assert.deepEqual(slope.z.shape, [SIDE, SIDE, SIDE]);

    // the same stack, once as maps and once as a volume
    const asMaps = await conv({ shape: [1, SIDE, SIDE, SIDE], data: volume.data }, { shape: [1, SIDE, 3, 3], data: new Float32Array(SIDE * 9).fill(1) });
    const asVolume = await conv({ shape: [1, 1, SIDE, SIDE, SIDE], data: volume.data }, { shape: [1, 1, 3, 3, 3], data: new Float32Array(27).fill(1) });
    stage.table(
      ['', 'input', 'kernel', 'weights', 'result'],
      [
        ['many maps, conv2d', `[1, ${SIDE}, ${SIDE}, ${SIDE}]`, `[1, ${SIDE}, 3, 3]`, SIDE * 9, `[${asMaps.shape.join(', ')}]`],
        ['a volume, conv3d', `[1, 1, ${SIDE}, ${SIDE}, ${SIDE}]`, '[1, 1, 3, 3, 3]', 27, `[${asVolume.shape.join(', ')}]`],
      ],
    );
    assert.deepEqual(asMaps.shape, [1, 1, SIDE - 2, SIDE - 2]);
    assert.deepEqual(asVolume.shape, [1, 1, SIDE - 2, SIDE - 2, SIDE - 2]);

    const depths = [4, 10, 16, 22, 28];
    const show = (name: string, x: Tensor, palette: 'gray' | 'signed', range?: readonly [number, number]) =>
      depths.map((z) => ({ label: `${name}, z = ${z}`, map: plane(x, z), palette, range }));
    await stage.draw(
      '20-true-3d',
      await grid(
        [
          ...show('scan', volume, 'gray', [0, 1.1]),
          ...show('Gaussian', smooth, 'gray', [0, 1.1]),
          ...show('Sobel z', slope.z, 'signed', [-12, 12]),
          ...show('Sobel x', slope.x, 'signed', [-12, 12]),
        ],
        {
          title: 'Slices of a volume, and of its 3D convolutions',
          notes: [
            'Sobel along z detects the front (orange) and the back (blue) of the ball; a 2D filter on a slice cannot.',
            'Gray: density. Blue: falling; orange: rising; clipped at 12.',
          ],
          columns: 5,
          width: 130,
        },
      ),
    );
    const corner = (x: Tensor) => {
      const values = Array.from({ length: 125 }, (_, i) => x.data[(Math.floor(i / 25) * SIDE + 34 + (Math.floor(i / 5) % 5)) * SIDE + (i % 5)]);
      const mean = values.reduce((a, b) => a + b) / 125;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 125);
    };
    const [before, after] = [corner(volume), corner(smooth)];
    assert.ok(after < before / 3);
    return `In an empty corner, the standard deviation of the noise is ${before.toFixed(3)} before the Gaussian and ${after.toFixed(3)} after it, which averages in three directions. Treated as 40 maps, the stack gives one map; treated as a volume, it gives ${SIDE - 2} slices, with ${27} weights instead of ${SIDE * 9}.`;
  },
};
