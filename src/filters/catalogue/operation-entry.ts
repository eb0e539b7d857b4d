import type { Image } from '../../image/image.js';
import type { OperationOptions } from '../operations/operation.js';
import type { CatalogueDescription, KernelEntry } from './catalogue-entry.js';

/** A filter that takes more than one kernel. */
export interface OperationEntry extends CatalogueDescription {
  /** Filters a picture; omitted or undefined parameters take their defaults. @throws OptionError if a parameter or an option breaks its rule */
  readonly apply: (image: Image, parameters?: readonly (number | undefined)[], options?: OperationOptions) => Promise<Image>;
}

/** One filter: `'make' in entry` distinguishes a kernel from an operation. */
export type CatalogueEntry = KernelEntry | OperationEntry;
