// The volume, and where the kernel's cube is.
import { computed, signal } from '@preact/signals';
import { full, gaussian3d, LAPLACIAN_3D, sobel3d, type Tensor } from 'convlab';
import { SIDE, scan } from '../../../examples/lecture/scan.js';
import { run } from '../engine/engine.js';
import { number, oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';

export { SIDE };

const place = number({ min: 0, max: SIDE - 1, whole: true });
export const z = urlSignal('volume', 'z', 14, place);
export const y = urlSignal('volume', 'y', 15, place);
export const x = urlSignal('volume', 'x', 20, place);
export const KERNELS = ['gaussian', 'box', 'sobelX', 'sobelY', 'sobelZ', 'laplacian'] as const;
export const kernelName = urlSignal('volume', 'kernel', 'sobelZ', oneOf(KERNELS));
export const sigma = urlSignal('volume', 'sigma', 1.2, number({ min: 0.4, max: 3 }));
/** What the cube shows. */
export const shown = urlSignal('volume', 'show', 'scan', oneOf(['scan', 'result']));
/** Degrees. */
export const turn = urlSignal('volume', 'turn', -32, number({ min: -180, max: 180 }));
export const tilt = urlSignal('volume', 'tilt', 24, number({ min: -80, max: 80 }));
export const playing = signal(false);

/** `[D, H, W]`, made once. */
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

/** Whether the result has negative numbers by nature. */
const signed = computed(() => kernelName.value !== 'gaussian' && kernelName.value !== 'box');

/** The result, and the kernel that made it; undefined until it is there. */
export const result = signal<{ readonly kernel: Tensor; readonly volume: Tensor; readonly signed: boolean } | undefined>(undefined);
/** Why there is none. */
export const failure = signal('');

/** Filters the volume; every voxel keeps its place, and the border is replicated. */
export async function compute(): Promise<void> {
  const [by, isSigned] = [kernel.value, signed.value];
  try {
    const { value } = await run('filterTensor', volume, by, { paddingMode: 'replicate' });
    if (kernel.peek() === by) result.value = { kernel: by, volume: value, signed: isSigned };
    failure.value = '';
  } catch (error) {
    failure.value = (error as Error).message;
  }
}

/** The axes of a volume. */
export type Axis = 'z' | 'y' | 'x';

/** A cut across one axis, `[H, W]`: across z it shows y down and x to the right, across y it shows z down, across x it shows z to the right. */
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

/** One voxel; beyond the border that next to it, as padding `replicate` shows it. */
export function voxel({ data }: Tensor, d: number, h: number, w: number): number {
  const inside = (i: number) => Math.min(SIDE - 1, Math.max(0, i));
  return data[(inside(d) * SIDE + inside(h)) * SIDE + inside(w)];
}
