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
import { MOTION_DIAGONAL_ENTRY, MOTION_ENTRY } from '../kernels/motion-blur.js';
import { PREWITT_X_ENTRY, PREWITT_Y_ENTRY } from '../kernels/prewitt.js';
import { ROBERTS_FALLING_ENTRY, ROBERTS_RISING_ENTRY } from '../kernels/roberts.js';
import { SCHARR_X_ENTRY, SCHARR_Y_ENTRY } from '../kernels/scharr.js';
import { SHARPEN_ENTRY } from '../kernels/sharpen.js';
import { SOBEL_X_ENTRY, SOBEL_Y_ENTRY } from '../kernels/sobel.js';
import { CANNY_ENTRY } from '../operations/canny.js';
import {
  GRADIENT_DIRECTION_ENTRY,
  KIRSCH_EDGES_ENTRY,
  PREWITT_EDGES_ENTRY,
  ROBERTS_EDGES_ENTRY,
  ROBINSON_EDGES_ENTRY,
  SCHARR_EDGES_ENTRY,
  SOBEL_EDGES_ENTRY,
} from '../operations/gradient.js';
import { LOCAL_DEVIATION_ENTRY, LOCAL_MEAN_ENTRY, LOCAL_VARIANCE_ENTRY } from '../operations/local.js';
import { UNSHARP_MASK_ENTRY } from '../operations/unsharp-mask.js';
import { type CatalogueEntry, GROUPS, type KernelEntry, type OperationEntry } from './catalogue-entry.js';

export type { CatalogueDescription, CatalogueEntry, CatalogueParameter, KernelEntry, OperationEntry } from './catalogue-entry.js';

/** Every filter that is one kernel, by name. */
export const kernels: Readonly<Record<string, KernelEntry>> = {
  identity: IDENTITY_ENTRY,
  box: BOX_ENTRY,
  gaussian: GAUSSIAN_ENTRY,
  binomial: BINOMIAL_ENTRY,
  disk: DISK_ENTRY,
  motion: MOTION_ENTRY,
  'motion-diagonal': MOTION_DIAGONAL_ENTRY,
  sharpen: SHARPEN_ENTRY,
  'high-pass': HIGH_PASS_ENTRY,
  emboss: EMBOSS_ENTRY,
  'difference-x': DIFFERENCE_X_ENTRY,
  'difference-diagonal': DIFFERENCE_DIAGONAL_ENTRY,
  'roberts-falling': ROBERTS_FALLING_ENTRY,
  'roberts-rising': ROBERTS_RISING_ENTRY,
  'prewitt-x': PREWITT_X_ENTRY,
  'prewitt-y': PREWITT_Y_ENTRY,
  'sobel-x': SOBEL_X_ENTRY,
  'sobel-y': SOBEL_Y_ENTRY,
  'scharr-x': SCHARR_X_ENTRY,
  'scharr-y': SCHARR_Y_ENTRY,
  kirsch: KIRSCH_ENTRY,
  robinson: ROBINSON_ENTRY,
  'laplacian-4': LAPLACIAN_4_ENTRY,
  'laplacian-8': LAPLACIAN_8_ENTRY,
  'laplacian-of-gaussian': LAPLACIAN_OF_GAUSSIAN_ENTRY,
  'difference-of-gaussians': DIFFERENCE_OF_GAUSSIANS_ENTRY,
  gabor: GABOR_ENTRY,
};

/** Every filter that takes more than one kernel, by name. */
export const operations: Readonly<Record<string, OperationEntry>> = {
  'unsharp-mask': UNSHARP_MASK_ENTRY,
  'roberts-edges': ROBERTS_EDGES_ENTRY,
  'prewitt-edges': PREWITT_EDGES_ENTRY,
  'sobel-edges': SOBEL_EDGES_ENTRY,
  'scharr-edges': SCHARR_EDGES_ENTRY,
  'kirsch-edges': KIRSCH_EDGES_ENTRY,
  'robinson-edges': ROBINSON_EDGES_ENTRY,
  'gradient-direction': GRADIENT_DIRECTION_ENTRY,
  canny: CANNY_ENTRY,
  'local-mean': LOCAL_MEAN_ENTRY,
  'local-variance': LOCAL_VARIANCE_ENTRY,
  'local-deviation': LOCAL_DEVIATION_ENTRY,
};

const byGroup = (a: CatalogueEntry, b: CatalogueEntry) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group);

/**
 * Every filter by name, kernels and operations, sorted by group. The command line, the documentation and the playground
 * list their filters from it.
 * @example
 * ```ts
 * import { catalogue, filter } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const [photo, entry] = [await readImage('photo.jpg'), catalogue.canny];
 * const edges = 'make' in entry ? await filter(photo, entry.make(), { output: entry.output }) : await entry.apply(photo);
 * ```
 */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = Object.fromEntries(
  Object.entries<CatalogueEntry>({ ...kernels, ...operations }).sort(([, a], [, b]) => byGroup(a, b)),
);
