import {
  type Algorithm,
  type Alternative,
  type Backend,
  type ConvCallOptions,
  conv,
  type ExplainOptions,
  type Explanation,
  explain,
  type FilterTensorOptions,
  filterTensor,
  type MaxPooled,
  maxPool,
  type Reason,
  type Tensor,
  type WindowOptions,
} from 'convlab';
import { pictureTasks } from '../filter/tasks.js';
import { networkTasks } from '../network/tasks.js';

/** What was planned, without the weights of its passes. */
export interface PlanReport {
  readonly algorithm: Algorithm;
  readonly why: string;
  readonly reason: Reason;
  readonly alternatives: readonly {
    readonly algorithm: Algorithm;
    readonly cost?: number;
    readonly multiplyAdds?: number;
    readonly whyNot?: string;
    readonly reason?: Reason;
  }[];
}

/** What the engine does when it is asked: calls of the public API, on the backend that was chosen. */
export const tasks = {
  ...pictureTasks,
  ...networkTasks,

  conv: (backend: Backend, x: Tensor, kernel: Tensor, options: ConvCallOptions): Promise<Tensor> => conv(x, kernel, { ...options, backend }),

  maxPool: (backend: Backend, x: Tensor, window: WindowOptions): Promise<MaxPooled> => maxPool(x, { ...window, backend }),

  filterTensor: (backend: Backend, x: Tensor, kernel: Tensor, options: FilterTensorOptions): Promise<Tensor> =>
    filterTensor(x, kernel, { ...options, backend }),

  explain: async (backend: Backend, kernel: Tensor, shape: readonly number[], options: ExplainOptions): Promise<PlanReport> =>
    brief(await explain(kernel, shape, { ...options, backend })),
};

function brief({ algorithm, why, reason, alternatives }: Explanation): PlanReport {
  const each = (one: Alternative) =>
    one.possible
      ? { algorithm: one.algorithm, cost: one.cost, multiplyAdds: one.multiplyAdds }
      : { algorithm: one.algorithm, whyNot: one.whyNot, reason: one.reason };
  return { algorithm, why, reason, alternatives: alternatives.map(each) };
}

/** The tasks by name. */
export type Tasks = typeof tasks;
/** What a task takes after the backend. */
export type TaskArguments<K extends keyof Tasks> = Parameters<Tasks[K]> extends [Backend, ...infer Rest] ? Rest : never;
/** What a task gives. */
export type TaskResult<K extends keyof Tasks> = Awaited<ReturnType<Tasks[K]>>;
