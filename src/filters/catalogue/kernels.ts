import { BINOMIAL_ENTRY } from '../kernels/binomial.js';
import { BOX_ENTRY } from '../kernels/box.js';
import { KIRSCH_ENTRY, ROBINSON_ENTRY } from '../kernels/compass.js';
import { DIFFERENCE_DIAGONAL_ENTRY, DIFFERENCE_X_ENTRY } from '../kernels/difference.js';
import { DIFFERENCE_OF_GAUSSIANS_ENTRY } from '../kernels/difference-of-gaussians.js';
import { DISK_ENTRY } from '../kernels/disk.js';
import { EMBOSS_ENTRY } from '../kernels/emboss.js';
import { GABOR_ENTRY } from '../kernels/gabor.js';
import { GAUSSIAN_ENTRY } from '../kernels/gaussian.js';
import { HIGH_PASS_ENTRY } from '../kernels/high-pass.js';
import { IDENTITY_ENTRY } from '../kernels/identity.js';
import { LAPLACIAN_4_ENTRY, LAPLACIAN_8_ENTRY } from '../kernels/laplacian.js';
import { LAPLACIAN_OF_GAUSSIAN_ENTRY } from '../kernels/laplacian-of-gaussian.js';
import { MOTION_BLUR_ENTRY, MOTION_DIAGONAL_ENTRY } from '../kernels/motion-blur.js';
import { PREWITT_X_ENTRY, PREWITT_Y_ENTRY } from '../kernels/prewitt.js';
import { ROBERTS_FALLING_ENTRY, ROBERTS_RISING_ENTRY } from '../kernels/roberts.js';
import { SCHARR_X_ENTRY, SCHARR_Y_ENTRY } from '../kernels/scharr.js';
import { SHARPEN_ENTRY } from '../kernels/sharpen.js';
import { SOBEL_X_ENTRY, SOBEL_Y_ENTRY } from '../kernels/sobel.js';
import type { KernelEntry } from './catalogue-entry.js';

const ENTRIES: readonly KernelEntry[] = [
  IDENTITY_ENTRY,
  BOX_ENTRY,
  GAUSSIAN_ENTRY,
  BINOMIAL_ENTRY,
  DISK_ENTRY,
  MOTION_BLUR_ENTRY,
  MOTION_DIAGONAL_ENTRY,
  SHARPEN_ENTRY,
  HIGH_PASS_ENTRY,
  EMBOSS_ENTRY,
  DIFFERENCE_X_ENTRY,
  DIFFERENCE_DIAGONAL_ENTRY,
  ROBERTS_FALLING_ENTRY,
  ROBERTS_RISING_ENTRY,
  PREWITT_X_ENTRY,
  PREWITT_Y_ENTRY,
  SOBEL_X_ENTRY,
  SOBEL_Y_ENTRY,
  SCHARR_X_ENTRY,
  SCHARR_Y_ENTRY,
  KIRSCH_ENTRY,
  ROBINSON_ENTRY,
  LAPLACIAN_4_ENTRY,
  LAPLACIAN_8_ENTRY,
  LAPLACIAN_OF_GAUSSIAN_ENTRY,
  DIFFERENCE_OF_GAUSSIANS_ENTRY,
  GABOR_ENTRY,
];

/** Every filter that is one kernel, by name. */
export const kernels: Readonly<Record<string, KernelEntry>> = Object.fromEntries(ENTRIES.map((entry) => [entry.name, entry]));
