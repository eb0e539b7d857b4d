import type { Image } from '../../image/image.js';
import { type Format, formatOf, newImage } from '../../image/samples.js';
import type { Backend, Executable } from '../../kernels/backend.js';
import { chosenBackend, type RunOptions } from '../../kernels/backends/create.js';
import type { PlanOption } from '../../kernels/eager.js';
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

/** Runs an operation from the samples of a picture to samples. @returns undefined where the backend has no programs for it */
export async function throughEngine(
  image: Image,
  { operation, from, result, plan }: EngineWay,
  options: RunOptions & ResultOptions & PlanOption,
): Promise<Image | undefined> {
  const { backend, out, onPlan } = options;
  const on = await chosenBackend(operation, backend);
  const { ways } = recentWays.get(on, formatOf(image), [operation, ...from], () => prepare(plan(on) ?? [], on));
  if (ways.length === 0) return undefined;
  const to = out ?? newImage(result);
  for (const { plan, executable } of ways) {
    if (!(await on.run(executable, [image.data], [to.data]))) continue;
    for (const step of plan.steps) onPlan?.(step);
    return to;
  }
  return undefined;
}

function prepare(plans: readonly (PicturePlan | undefined)[], on: Backend): Ready {
  const whole = plans.filter((plan) => plan !== undefined);
  const ways = whole.length === plans.length ? whole.map((plan) => ({ plan, executable: on.prepare(plan.job) })) : [];
  const release = () => {
    for (const { executable } of ways) on.release(executable);
  };
  return { ways, release };
}
