import type { Control } from '../../control.js';
import type { Image } from '../../image/image.js';
import { type Format, formatOf, newImage } from '../../image/samples.js';
import type { Backend, Executable } from '../../kernels/backend.js';
import type { PlanOption } from '../../kernels/eager.js';
import { whileKept } from '../../kernels/keep.js';
import { planOn } from '../../kernels/plan/conv-plan.js';
import type { PicturePlan } from '../../kernels/plan/plan-picture.js';
import type { ResultOptions } from '../picture/output.js';
import { RecentPlans } from '../recent-plans.js';

/** The ways of an operation on pictures of one format, ready to run; none where it goes over planes. */
interface Ready {
  readonly ways: readonly { readonly plan: PicturePlan; readonly executable: Executable }[];
  release(): void;
}

/** The plans of the latest calls of all operations. */
const recentWays = new RecentPlans<Ready>(16);

/** Where an operation runs. */
export interface EngineOptions extends PlanOption, Control {
  readonly backend: Backend;
}

/** What an operation asks the backend for. */
export interface EngineWay {
  /** the name that errors begin with */
  readonly operation: string;
  /** everything beside the picture's format that the plans depend on */
  readonly from: readonly unknown[];
  readonly result: Format;
  /** The plans to try, one after the other: all but the last may take opaque pictures only. Undefined: it goes over planes. */
  readonly plan: (backend: Backend) => readonly (PicturePlan | undefined)[] | undefined;
}

/**
 * Runs an operation from the samples of a picture to samples.
 * @returns undefined, at once, where the backend has no programs for it: nobody has waited, and the samples are what they were
 */
export function throughEngine(
  image: Image,
  { operation, from, result, plan }: EngineWay,
  { backend: on, out, onPlan, signal, onProgress }: EngineOptions & ResultOptions,
): Promise<Image> | undefined {
  const { ways } = recentWays.get(on, formatOf(image), [operation, ...from], () => prepare(plan(on) ?? [], on));
  if (ways.length === 0) return undefined;
  const later = ways.some(({ executable }) => executable.later);
  return whileKept([image.data], later, async (samples) => {
    const to = out ?? newImage(result, image);
    // the last one takes what the others refuse
    for (const { plan, executable } of ways) {
      const done = on.run(executable, samples, [to.data], [], { signal, onProgress });
      // no wait where there is no promise: the samples are read before the call returns
      if (!(typeof done === 'boolean' ? done : await done)) continue;
      if (onPlan) for (const step of plan.steps) onPlan(planOn(step, on.chooser?.latest(executable)));
      break;
    }
    return to;
  });
}

function prepare(plans: readonly (PicturePlan | undefined)[], on: Backend): Ready {
  const whole = plans.filter((plan) => plan !== undefined);
  const ways = whole.length === plans.length ? whole.map((plan) => ({ plan, executable: on.prepare(plan.job) })) : [];
  const release = () => {
    for (const { executable } of ways) on.release(executable);
  };
  return { ways, release };
}
