import type { Image } from '../../image/image.js';
import type { ResultImage } from '../any-image.js';
import type { DeviceImage } from '../device-image.js';
import type { OperationOptions } from '../operations/operation.js';
import type { Output } from '../picture/output.js';
import type { CatalogueDescription, KernelEntry } from './catalogue-entry.js';

/** A filter that uses more than one kernel. */
export interface OperationEntry extends CatalogueDescription {
  /**
   * Filters an image in host memory or on a backend; omitted or undefined parameters use their defaults.
   * @throws OptionError if a parameter or an option breaks its rule
   */
  readonly apply: <I extends Image | DeviceImage>(
    image: I,
    parameters?: readonly (number | undefined)[],
    options?: OperationOptions,
  ) => Promise<ResultImage<I, Output>>;
}

/** One filter: `'make' in entry` distinguishes a kernel from an operation. */
export type CatalogueEntry = KernelEntry | OperationEntry;
