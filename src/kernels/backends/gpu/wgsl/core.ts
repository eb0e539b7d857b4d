/** Threads per workgroup. */
export const THREADS = 64;

/**
 * The computation of a part of a launch, as WGSL. `$` is a prefix that is unique to the part. The code has a function
 * `$run(group: u32, thread: u32)` for the threads of `workgroups` workgroups. It reads cell i of an input by `$in0(i)`, `$in1(i)` …
 * and calls `$finish(i, value, …)` with the values of all outputs once for every cell i < length.
 */
export interface Core {
  /** Equal keys mean equal code. */
  readonly key: string;
  readonly inputs: number;
  readonly outputs: 1 | 2;
  /** number of cells of the output, and of everything computed elementwise from it */
  readonly length: number;
  readonly workgroups: number;
  /** workgroup memory */
  readonly sharedBytes: number;
  /** called when the program is compiled */
  readonly code: () => string;
}

/** A core with its inputs and outputs: operands of the call by index, or scratch memory of a given length. */
export interface Stage {
  readonly core: Core;
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
}

/** An operand of a call, or temporary memory. */
export type Place = { readonly input: number } | { readonly output: number } | { readonly scratch: number; readonly length: number };

/** Statements that decompose a flat index `of` into named constants; the last axis varies fastest. */
export function unflatten(of: string, axes: Readonly<Record<string, number>>): string {
  let [rest, text] = [of, ''];
  const all = Object.entries(axes);
  for (const [at, [name, size]] of all.toReversed().entries()) {
    if (at === all.length - 1) text += `let ${name} = ${rest};\n`;
    else if (size === 1) text += `let ${name} = 0u;\n`;
    else {
      text += `let ${name} = (${rest}) % ${size}u;\nlet ${name}Rest = (${rest}) / ${size}u;\n`;
      rest = `${name}Rest`;
    }
  }
  return text;
}
