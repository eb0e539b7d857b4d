import {
  type Algorithm,
  type Alternative,
  type Backend,
  type ConvCallOptions,
  catalogue,
  conv,
  type ExplainOptions,
  type Explanation,
  explain,
  type FilterOptions,
  type FilterTensorOptions,
  filter,
  filterTensor,
  type Image,
  type MaxPooled,
  maxPool,
  type OperationOptions,
  type Tensor,
  type WindowOptions,
} from 'convlab';
import { networkTasks } from '../network/tasks.js';
import { type Ran, watched } from './watched.js';

/** What was planned, without the weights of its passes. */
export interface PlanReport {
  readonly algorithm: Algorithm;
  readonly why: string;
  readonly alternatives: readonly { readonly algorithm: Algorithm; readonly cost?: number; readonly multiplyAdds?: number; readonly whyNot?: string }[];
}

/** A picture, and which programs of the backend it took. */
export interface Filtered {
  readonly image: Image;
  readonly ran: readonly Ran[];
}

/** What the engine does when it is asked: calls of the public API, on the backend that was chosen. */
export const tasks = {
  ...networkTasks,

  filter: async (backend: Backend, image: Image, kernel: Tensor, options: FilterOptions): Promise<Filtered> => {
    const ran: Ran[] = [];
    return { image: await filter(image, kernel, { ...options, backend: watched(backend, ran) }), ran };
  },

  /** An operation of the catalogue, by name. */
  apply: async (backend: Backend, name: string, image: Image, parameters: readonly number[], options: OperationOptions): Promise<Filtered> => {
    const entry = catalogue[name];
    if (!('apply' in entry)) throw new Error(`${name} is a kernel`);
    const ran: Ran[] = [];
    return { image: await entry.apply(image, parameters, { ...options, backend: watched(backend, ran) }), ran };
  },

  conv: (backend: Backend, x: Tensor, kernel: Tensor, options: ConvCallOptions): Promise<Tensor> => conv(x, kernel, { ...options, backend }),

  maxPool: (backend: Backend, x: Tensor, window: WindowOptions): Promise<MaxPooled> => maxPool(x, { ...window, backend }),

  filterTensor: (backend: Backend, x: Tensor, kernel: Tensor, options: FilterTensorOptions): Promise<Tensor> =>
    filterTensor(x, kernel, { ...options, backend }),

  explain: async (backend: Backend, kernel: Tensor, shape: readonly number[], options: ExplainOptions): Promise<PlanReport> =>
    brief(await explain(kernel, shape, { ...options, backend })),
};

function brief({ algorithm, why, alternatives }: Explanation): PlanReport {
  const each = (one: Alternative) =>
    one.possible ? { algorithm: one.algorithm, cost: one.cost, multiplyAdds: one.multiplyAdds } : { algorithm: one.algorithm, whyNot: one.whyNot };
  return { algorithm, why, alternatives: alternatives.map(each) };
}

/** The tasks by name. */
export type Tasks = typeof tasks;
/** What a task takes after the backend. */
export type TaskArguments<K extends keyof Tasks> = Parameters<Tasks[K]> extends [Backend, ...infer Rest] ? Rest : never;
/** What a task gives. */
export type TaskResult<K extends keyof Tasks> = Awaited<ReturnType<Tasks[K]>>;
