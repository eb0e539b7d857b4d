import type { Control } from '../../control.js';
import type { Image } from '../../image/image.js';
import type { Format } from '../../image/samples.js';
import type { Backend, Executable } from '../../kernels/backend.js';
import type { PlanOption } from '../../kernels/eager.js';
import { planOn } from '../../kernels/plan/conv-plan.js';
import type { PicturePlan } from '../../kernels/plan/plan-picture.js';
import { runWhereItLies } from '../any-image.js';
import { type DeviceImage, formatOfAny } from '../device-image.js';
import type { ResultOptions } from '../picture/output.js';
import { RecentPlans } from '../recent-plans.js';

/** The prepared jobs of an operation on images of one format; none if it is computed on planes. */
interface Ready {
  readonly ways: readonly { readonly plan: PicturePlan; readonly executable: Executable }[];
  release(): void;
}

/** The plans of recent calls of all operations. */
const recentWays = new RecentPlans<Ready>(16);

/** Where an operation runs. */
export interface EngineOptions extends PlanOption, Control {
  readonly backend: Backend;
}

/** An operation as requested from the backend. */
export interface EngineWay {
  /** the name that errors begin with */
  readonly operation: string;
  /** everything except the image's format that the plans depend on */
  readonly from: readonly unknown[];
  readonly result: Format;
  /** The plans to try, in order: all except the last may accept only opaque images. Undefined: computed on planes. */
  readonly plan: (backend: Backend) => readonly (PicturePlan | undefined)[] | undefined;
}

/**
 * Runs an operation from the samples of an image to samples, where they are stored.
 * @returns undefined, synchronously, if the backend has no programs for it, so the samples cannot have changed
 */
export function throughEngine<I extends Image | DeviceImage>(
  image: I,
  { operation, from, result, plan }: EngineWay,
  { backend: on, out, onPlan, signal, onProgress }: EngineOptions & ResultOptions,
): Promise<I> | undefined {
  const { ways } = recentWays.get(on, formatOfAny(image), [operation, ...from], () => prepare(plan(on) ?? [], on));
  if (ways.length === 0) return undefined;
  const onRun = (ran: Executable) => {
    const steps = ways.find(({ executable }) => executable === ran)?.plan.steps ?? [];
    if (onPlan) for (const step of steps) onPlan(planOn(step, on.chooser?.latest(ran)));
  };
  return runWhereItLies(on, [image], { executables: ways.map(({ executable }) => executable), result, out, signal, onProgress, onRun });
}

function prepare(plans: readonly (PicturePlan | undefined)[], on: Backend): Ready {
  const whole = plans.filter((plan) => plan !== undefined);
  const ways = whole.length === plans.length ? whole.map((plan) => ({ plan, executable: on.prepare(plan.job) })) : [];
  const release = () => {
    for (const { executable } of ways) on.release(executable);
  };
  return { ways, release };
}
