import { gaussian1d, gaussian3d, type Tensor } from '../../src/index.js';
import type { Row } from '../row.js';
import { draw } from './draw.js';

const [W, H] = [1920, 1080];
const [SIDE, SIGMA] = [128, 1.5];

/** Filters on floats. */
export const TENSORS: readonly Row[] = [
  ...[3, 7].map(
    (k): Row => ({
      group: 'filters',
      table: 'floats',
      name: `dense ${k}×${k}, a plane of ${W}×${H}`,
      quick: k === 3,
      limit: { multiplyAdds: (W - k + 1) * (H - k + 1) * k * k, bytes: 4 * W * H },
      work: () => ({ kind: 'tensor', x: draw([1, 1, H, W]), kernel: draw([1, 1, k, k], 2) }),
    }),
  ),
  {
    group: 'filters',
    table: 'floats',
    name: `Gaussian σ ${SIGMA}, a volume of ${SIDE}×${SIDE}×${SIDE}`,
    limit: { multiplyAdds: SIDE ** 3 * 3 * gaussian1d(SIGMA).data.length, bytes: 4 * SIDE ** 3 },
    work: () => ({ kind: 'tensor', x: draw([1, 1, SIDE, SIDE, SIDE]), kernel: plane(gaussian3d(SIGMA)), vectors: [0, 1, 2].map((axis) => along(axis)) }),
  },
];

function plane({ shape, data }: Tensor): Tensor {
  return { shape: [1, 1, ...shape], data };
}

function along(axis: number): Tensor {
  const { data } = gaussian1d(SIGMA);
  const shape = [1, 1, 1, 1, 1];
  shape[2 + axis] = data.length;
  return { shape, data };
}
