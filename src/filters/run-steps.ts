import { type Control, partOf } from '../control.js';
import type { Backend, DeviceBuffer } from '../kernels/backend.js';
import { type PlanOption, runOn } from '../kernels/eager.js';
import type { Operators } from '../kernels/operators.js';
import { isCut } from '../kernels/plan/blocks.js';
import type { ConvPlan } from '../kernels/plan/conv-plan.js';
import { runPasses } from '../kernels/plan/pass.js';
import { planConv } from '../kernels/plan/plan-conv.js';
import { runPlan } from '../kernels/run-plan.js';
import { full, sizeOf, type Tensor } from '../tensor.js';
import { type Step, weightsOf } from './step.js';

/** A step on float planes, and the plan that computes it. */
export interface PlannedStep {
  readonly step: Step;
  readonly plan: ConvPlan;
}

/** @throws OptionError if a requested algorithm cannot compute its kernel */
export function planSteps(operation: string, steps: readonly Step[], backend: Backend): readonly PlannedStep[] {
  return steps.map((step) => ({ step, plan: planConv(weightsOf(step), step.geometry, backend, step.algorithm, operation) }));
}

/** Runs the steps. Large inputs pass through the backend block by block, step after step. */
export function runSteps(x: Tensor, planned: readonly PlannedStep[], on: Operators, tell: PlanOption & Control): Promise<Tensor> {
  return planned.some(({ plan }) => isCut(plan)) ? runInTurn(x, planned, on, tell) : runTogether(x, planned, on, tell);
}

async function runInTurn(x: Tensor, planned: readonly PlannedStep[], on: Operators, { onPlan, ...control }: PlanOption & Control): Promise<Tensor> {
  let result = x;
  for (const [i, { step, plan }] of planned.entries()) {
    onPlan?.(plan);
    result = await runPlan(plan, result, biasOf(step), on, partOf(control, i / planned.length, (i + 1) / planned.length));
  }
  return result;
}

/** Uploads x once and reads the result once; all intermediate values stay on the backend. */
async function runTogether(x: Tensor, planned: readonly PlannedStep[], on: Operators, { onPlan, ...control }: PlanOption & Control): Promise<Tensor> {
  const biased = planned.filter(({ step }) => step.bias !== 0);
  const biases = biased.map(({ step }) => biasOf(step) as Tensor);
  const last = planned[planned.length - 1].step.geometry;
  const [out] = await runOn(
    on,
    [x, ...biases],
    [last.outShape],
    (inputs, [result], _, allocate) => {
      let from: DeviceBuffer = inputs[0];
      let spare: DeviceBuffer | undefined;
      planned.forEach(({ step, plan }, i) => {
        const length = sizeOf(step.geometry.outShape);
        const to = i === planned.length - 1 ? result : spare?.length === length ? spare : allocate(length);
        onPlan?.(plan);
        runPasses(plan.passes, on, from, step.bias === 0 ? null : inputs[1 + biased.indexOf(planned[i])], to);
        spare = i === 0 ? undefined : from;
        from = to;
      });
    },
    { control },
  );
  return out;
}

function biasOf({ geometry, bias }: Step): Tensor | undefined {
  return bias === 0 ? undefined : full([geometry.outChannels], bias);
}
