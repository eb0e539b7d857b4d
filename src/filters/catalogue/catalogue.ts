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
import { LOCAL_MEAN_ENTRY, LOCAL_STANDARD_DEVIATION_ENTRY, LOCAL_VARIANCE_ENTRY } from '../operations/local.js';
import { UNSHARP_MASK_ENTRY } from '../operations/unsharp-mask.js';
import { GROUPS } from './catalogue-entry.js';
import { kernels } from './kernels.js';
import type { CatalogueEntry, OperationEntry } from './operation-entry.js';

export type { CatalogueDescription, CatalogueParameter, KernelEntry } from './catalogue-entry.js';
export type { CatalogueEntry, OperationEntry } from './operation-entry.js';
export { kernels };

const OPERATIONS: readonly OperationEntry[] = [
  UNSHARP_MASK_ENTRY,
  ROBERTS_EDGES_ENTRY,
  PREWITT_EDGES_ENTRY,
  SOBEL_EDGES_ENTRY,
  SCHARR_EDGES_ENTRY,
  KIRSCH_EDGES_ENTRY,
  ROBINSON_EDGES_ENTRY,
  GRADIENT_DIRECTION_ENTRY,
  CANNY_ENTRY,
  LOCAL_MEAN_ENTRY,
  LOCAL_VARIANCE_ENTRY,
  LOCAL_STANDARD_DEVIATION_ENTRY,
];

/** Every filter that uses more than one kernel, by name. */
export const operations: Readonly<Record<string, OperationEntry>> = Object.fromEntries(OPERATIONS.map((entry) => [entry.name, entry]));

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
