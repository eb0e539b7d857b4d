import { flag, type OptionsOf, option, type Rows } from '../options.js';

/** Rules and defaults of {@link TraceOptions}. */
export const TRACE_OPTIONS = {
  /** Compute ∂L/∂input as well, for saliency maps and gradient checks. Default false. */
  inputGradients: option(flag, { default: false }),
} satisfies Rows;

/** Options of `Module.trace`. */
export interface TraceOptions extends OptionsOf<typeof TRACE_OPTIONS> {}

/** Rules and defaults of {@link LoadOptions}. */
export const LOAD_OPTIONS = {
  /** Require exactly the names of the model. Default true. */
  strict: option(flag, { default: true }),
} satisfies Rows;

/** Options of `Module.loadStateDict`. */
export interface LoadOptions extends OptionsOf<typeof LOAD_OPTIONS> {}

/** The result of `Module.loadStateDict` with `strict: false`. */
export interface LoadedNames {
  /** Parameters of the model that are missing in the state; they keep their values. */
  readonly missing: readonly string[];
  /** Names of the state that the model does not have. */
  readonly unexpected: readonly string[];
}
