import { OptionError } from '../../errors.js';
import { type Tensor, tensor } from '../../tensor.js';
import { outer } from './make/build-kernel.js';

/** The axes of a volume, `[D, H, W]`. */
export type VolumeAxis = 'z' | 'y' | 'x';

/**
 * The derivative along one axis of a volume, smoothed along the two others: [−1 0 1] along the axis, [1 2 1] along the others, `[3, 3, 3]`, sum 0.
 * A slope of 1 per voxel gives 32.
 * @param axis `'z'` runs along D, `'y'` along H, `'x'` along W. Default `'x'`
 * @throws OptionError if it is none of these
 * @example
 * ```ts
 * import { filterTensor, full, sobel3d } from 'convlab';
 *
 * const volume = full([8, 16, 16], 1); // [D, H, W]
 * const fronts = await filterTensor(volume, sobel3d('z'), { paddingMode: 'replicate' });
 * console.log(fronts.shape, Math.max(...fronts.data)); // → [ 8, 16, 16 ] 0
 * ```
 */
export function sobel3d(axis: VolumeAxis = 'x'): Tensor {
  if (!['z', 'y', 'x'].includes(axis)) throw new OptionError('sobel3d', 'axis', "must be 'z', 'y' or 'x'", axis);
  return outer(...['z', 'y', 'x'].map((each) => (each === axis ? [-1, 0, 1] : [1, 2, 1])));
}

/** The Laplacian of a volume: second differences along its three axes, `[3, 3, 3]`, sum 0. It uses the six direct neighbors. */
export const LAPLACIAN_3D = tensor([
  [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ],
  [
    [0, 1, 0],
    [1, -6, 1],
    [0, 1, 0],
  ],
  [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ],
]);
