// The volume and the position of the kernel's cube.
import { computed, signal } from '@preact/signals';
import { full, gaussian3d, LAPLACIAN_3D, sobel3d, type Tensor } from 'convlab';
import { SIDE, scan } from '../../../examples/lecture/scan.js';
import { run } from '../engine/engine.js';
import { number, oneOf } from '../shell/codecs.js';
import { complaintIn } from '../shell/complaints.js';
import { urlSignal } from '../shell/url.js';

export { SIDE };

const place = number({ min: 0, max: SIDE - 1, whole: true });
export const z = urlSignal('volume', 'z', 14, place, { passing: true });
export const y = urlSignal('volume', 'y', 15, place, { passing: true });
export const x = urlSignal('volume', 'x', 20, place, { passing: true });
export const KERNELS = ['gaussian', 'box', 'sobelX', 'sobelY', 'sobelZ', 'laplacian'] as const;
export const kernelName = urlSignal('volume', 'kernel', 'sobelZ', oneOf(KERNELS));
export const sigma = urlSignal('volume', 'sigma', 1.2, number({ min: 0.4, max: 3 }));
/** The content of the cube. */
export const shown = urlSignal('volume', 'show', 'scan', oneOf(['scan', 'result']));
/** Degrees. */
export const turn = urlSignal('volume', 'turn', -32, number({ min: -180, max: 180 }));
export const tilt = urlSignal('volume', 'tilt', 24, number({ min: -80, max: 80 }));
export const playing = signal(false);

/** `[D, H, W]`, computed once. */
export const volume: Tensor = scan();

/** `[k, k, k]` */
const kernel = computed<Tensor>(() => {
  switch (kernelName.value) {
    case 'gaussian':
      return gaussian3d(sigma.value);
    case 'box':
      return full([3, 3, 3], 1 / 27);
    case 'laplacian':
      return LAPLACIAN_3D;
    default:
      return sobel3d({ sobelX: 'x', sobelY: 'y', sobelZ: 'z' }[kernelName.value] as 'x' | 'y' | 'z');
  }
});

/** True if the result is signed. */
const signed = computed(() => kernelName.value !== 'gaussian' && kernelName.value !== 'box');

/** The result and its kernel; undefined until computed. */
export const result = signal<{ readonly kernel: Tensor; readonly volume: Tensor; readonly signed: boolean } | undefined>(undefined);
/** Why there is no result. */
export const failure = signal('');

/** Filters the volume with padding `same` and a replicated border. */
export async function compute(): Promise<void> {
  const [by, isSigned] = [kernel.value, signed.value];
  try {
    const { value } = await run('filterTensor', volume, by, { paddingMode: 'replicate' });
    if (kernel.peek() === by) result.value = { kernel: by, volume: value, signed: isSigned };
    failure.value = '';
  } catch (error) {
    failure.value = complaintIn((error as Error).message);
  }
}

/** The axes of a volume. */
export type Axis = 'z' | 'y' | 'x';

/** A slice across one axis, `[H, W]`: across z, y runs down and x right; across y, z runs down; across x, z runs right. */
export function slice({ data }: Tensor, axis: Axis, at: number): Tensor {
  const cut = new Float32Array(SIDE * SIDE);
  for (let row = 0, i = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++, i++) {
      const [d, h, w] = axis === 'z' ? [at, row, column] : axis === 'y' ? [row, at, column] : [column, row, at];
      cut[i] = data[(d * SIDE + h) * SIDE + w];
    }
  }
  return { shape: [SIDE, SIDE], data: cut };
}

/** One voxel; beyond the border, the nearest one, as with padding `replicate`. */
export function voxel({ data }: Tensor, d: number, h: number, w: number): number {
  const inside = (i: number) => Math.min(SIDE - 1, Math.max(0, i));
  return data[(inside(d) * SIDE + inside(h)) * SIDE + inside(w)];
}
