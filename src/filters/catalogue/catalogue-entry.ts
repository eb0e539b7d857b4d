import type { Tensor } from '../../tensor.js';
import type { Output } from '../picture/output.js';

/** The groups of the catalogue, in the order in which they are listed. */
export const GROUPS = ['blur', 'sharpen', 'relief', 'edges', 'texture'] as const;

/** The fields shared by all entries of the {@link catalogue}. */
export interface CatalogueDescription {
  /** Its only name: in `filter` and pipelines, on the command line; in code the same in camelCase, or in capitals for a constant. */
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  /** Its effect, in half a line. */
  readonly summary: string;
  /** What it computes; x runs to the right, y downwards. */
  readonly formula: string;
  /** The code that makes the kernel, or the call on an `image`, with parameters by name. */
  readonly code: string;
  /** The parameters of `make` or `apply`, in order. */
  readonly parameters: readonly CatalogueParameter[];
  /** The output mode that shows its result best. */
  readonly output: Output;
}

/** A numeric parameter of an entry. */
export interface CatalogueParameter {
  readonly name: string;
  readonly default: number;
  /** Its unit and range. */
  readonly rule: string;
}

/** A filter that is a single kernel. */
export interface KernelEntry extends CatalogueDescription {
  /** Makes the kernel, `[kH, kW]`; omitted or undefined parameters take their defaults. @throws OptionError if a parameter breaks its rule */
  readonly make: (...parameters: readonly (number | undefined)[]) => Tensor;
}
