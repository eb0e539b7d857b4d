import type { Image } from '../../image/image.js';
import type { Tensor } from '../../tensor.js';
import type { OperationOptions } from '../operations/operation.js';
import type { Output } from '../picture/output.js';

/** What the filters of the catalogue are for. */
export const GROUPS = ['blur', 'sharpen', 'relief', 'edges', 'texture'] as const;

/** What all entries of the {@link catalogue} tell about themselves. */
export interface CatalogueDescription {
  /** What it is for. */
  readonly group: (typeof GROUPS)[number];
  /** What it does, in half a line. */
  readonly summary: string;
  /** What it computes; x runs to the right, y downwards. */
  readonly formula: string;
  /** How it is written in code: the kernel, or the call on an `image`, with the parameters by their names. */
  readonly code: string;
  /** What `make` or `apply` takes, in this order. */
  readonly parameters: readonly CatalogueParameter[];
  /** The output in which its result is best looked at. */
  readonly output: Output;
}

/** One number that an entry takes. */
export interface CatalogueParameter {
  readonly name: string;
  readonly default: number;
  /** Its unit and what it may be. */
  readonly rule: string;
}

/** A filter that is one kernel. */
export interface KernelEntry extends CatalogueDescription {
  /** The kernel, `[kH, kW]`; a parameter that is left out or undefined has its default. @throws OptionError if a parameter breaks its rule */
  readonly make: (...parameters: readonly (number | undefined)[]) => Tensor;
}

/** A filter that is more than one kernel. */
export interface OperationEntry extends CatalogueDescription {
  /** Filters a picture; a parameter that is left out or undefined has its default. @throws OptionError if a parameter or an option breaks its rule */
  readonly apply: (image: Image, parameters?: readonly (number | undefined)[], options?: OperationOptions) => Promise<Image>;
}

/** One filter: `'make' in entry` tells a kernel from an operation. */
export type CatalogueEntry = KernelEntry | OperationEntry;
