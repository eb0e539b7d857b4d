import { type CatalogueEntry, GROUPS } from './catalogue-entry.js';
import { kernels } from './catalogue-kernels.js';
import { operations } from './catalogue-operations.js';

export type { CatalogueDescription, CatalogueEntry, CatalogueParameter, KernelEntry, OperationEntry } from './catalogue-entry.js';

const byGroup = (a: CatalogueEntry, b: CatalogueEntry) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group);

/**
 * Every filter by name, kernels and operations, group by group, for whoever lists them or lets them be chosen: the command
 * line, the documentation, a page.
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
