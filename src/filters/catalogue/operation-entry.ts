import type { Image } from '../../image/image.js';
import type { Format } from '../../image/samples.js';
import type { ResultImage } from '../any-image.js';
import type { DeviceImage } from '../device-image.js';
import type { EngineWay } from '../operations/engine-way.js';
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

/** An operation whose pixels depend only on nearby ones, so that streams of rows can compute it. */
export interface LocalOperationEntry extends OperationEntry {
  /**
   * How images of one format are computed from samples to samples.
   * @throws OptionError if a parameter or an option breaks its rule
   */
  readonly way: (format: Format, parameters: readonly (number | undefined)[] | undefined, options: OperationOptions) => EngineWay;
}

/** How streams of rows compute an operation; undefined if it needs the whole image. */
export function wayOf(entry: OperationEntry): LocalOperationEntry['way'] | undefined {
  return (entry as Partial<LocalOperationEntry>).way;
}

/** One filter: `'make' in entry` distinguishes a kernel from an operation. */
export type CatalogueEntry = KernelEntry | OperationEntry;
