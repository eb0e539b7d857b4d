import type { Control } from '../control.js';
import { UnsupportedError } from '../errors.js';
import { callback, type OptionRule, type OptionsOf, option, type Rows } from '../options.js';
import { sizeOf, type Tensor } from '../tensor.js';
import type { Backend, DeviceBuffer, Work } from './backend.js';
import { onBackend, type RunOptions } from './backends/create.js';
import { type Operators, operatorsOf } from './operators.js';
import type { ConvPlan } from './plan/conv-plan.js';

/** Rules and defaults of {@link PlanOption}. */
export const PLAN_OPTION = {
  /** Called with the plan of every convolution that runs. Default: none. */
  onPlan: option(callback as OptionRule<(plan: ConvPlan) => void>, {}),
} satisfies Rows;

/** The option that reports the executed plans. */
export interface PlanOption extends OptionsOf<typeof PLAN_OPTION> {}

/** Fills the outputs. @param allocate returns a temporary buffer, which is freed after the call */
export type Compute = (inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[], on: Operators, allocate: (length: number) => DeviceBuffer) => void;

/** One call from tensors to tensors: upload, compute, read back, free. @param work lets the backend choose where it runs */
export async function eager(
  operation: string,
  { work, ...options }: RunOptions & { readonly work?: Work },
  inputs: readonly Tensor[],
  outShapes: readonly (readonly number[])[],
  compute: Compute,
): Promise<Tensor[]> {
  return onBackend(operation, options, inputs, (asked, inputs, control) => {
    const run = (on: Backend) => inNameOf(operation, on, () => runOn(operatorsOf(on), inputs, outShapes, compute, { control }));
    return work && asked.chooser ? asked.chooser.run(work, run) : run(asked);
  });
}

/** Rethrows errors of a backend, such as exhausted memory, as errors of the operation. */
export function inNameOf<T>(operation: string, backend: Backend, run: () => Promise<T>): Promise<T> {
  return run().catch((cause) => {
    const names = [backend.name, ...(backend.chooser?.among ?? [])];
    if (!(cause instanceof UnsupportedError) || !names.includes(cause.operation)) throw cause;
    throw new UnsupportedError(operation, cause.message, cause.values, { cause });
  });
}

/**
 * The same with the caller's operators.
 * @param into arrays for the outputs. Default: new ones
 * @param control its signal cancels the call, if the backend supports it
 */
export async function runOn(
  on: Operators,
  inputs: readonly Tensor[],
  outShapes: readonly (readonly number[])[],
  compute: Compute,
  { into = [], control }: { readonly into?: readonly Float32Array[]; readonly control?: Control } = {},
): Promise<Tensor[]> {
  const held: DeviceBuffer[] = [];
  const hold = (length: number) => {
    const buffer = on.allocate(length);
    held.push(buffer);
    return buffer;
  };
  try {
    const uploaded = inputs.map(({ data }) => {
      const buffer = hold(data.length);
      on.write(buffer, data);
      return buffer;
    });
    const outputs = outShapes.map((shape) => hold(sizeOf(shape)));
    compute(uploaded, outputs, on, hold);
    const read = await Promise.all(outputs.map((out, i) => on.read(out, into[i], control)));
    return read.map((data, i) => {
      if (into[i] && into[i] !== data) into[i].set(data);
      return { shape: [...outShapes[i]], data: into[i] ?? data };
    });
  } finally {
    for (const buffer of held) on.free(buffer);
  }
}
