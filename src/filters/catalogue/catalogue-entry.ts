import type { Tensor } from '../../tensor.js';
import type { Output } from '../picture/output.js';

/** The groups of the catalogue, in the order in which they are listed. */
export const GROUPS = ['blur', 'sharpen', 'relief', 'edges', 'texture'] as const;

/** The fields shared by all entries of the {@link catalogue}. */
export interface CatalogueDescription {
  /**
   * Name in `filter`, in pipelines and on the command line. The export in code has the same name in camelCase, or in
   * capitals for a constant.
   */
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  /** A short description of its effect. */
  readonly summary: string;
  /** Formula of the result, with x to the right and y down. */
  readonly formula: string;
  /** Code that creates the kernel, or that applies the operation to `image`, with named parameters. */
  readonly code: string;
  /** The parameters of `make` or `apply`, in order. */
  readonly parameters: readonly CatalogueParameter[];
  /** The most suitable output mode. */
  readonly output: Output;
}

/** A numeric parameter of an entry. */
export interface CatalogueParameter {
  readonly name: string;
  readonly default: number;
  /** Unit and range of the parameter. */
  readonly rule: string;
}

/** A filter that is a single kernel. */
export interface KernelEntry extends CatalogueDescription {
  /** Makes the kernel, `[kH, kW]`; omitted or undefined parameters take their defaults. @throws OptionError if a parameter breaks its rule */
  readonly make: (...parameters: readonly (number | undefined)[]) => Tensor;
}
