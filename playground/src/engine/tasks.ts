import {
  type Backend,
  type ConvCallOptions,
  conv,
  type FilterTensorOptions,
  filterTensor,
  type MaxPooled,
  maxPool,
  type Tensor,
  type WindowOptions,
} from 'convlab';
import { pictureTasks } from '../filter/tasks.js';
import { lectureTasks } from '../lecture/tasks.js';
import { networkTasks } from '../network/tasks.js';
import { ownTasks } from '../own/tasks.js';

/** What the engine does when it is asked: calls of the public API, on the backend that was chosen. */
export const tasks = {
  ...pictureTasks,
  ...networkTasks,
  ...lectureTasks,
  ...ownTasks,

  conv: (backend: Backend, x: Tensor, kernel: Tensor, options: ConvCallOptions): Promise<Tensor> => conv(x, kernel, { ...options, backend }),

  maxPool: (backend: Backend, x: Tensor, window: WindowOptions): Promise<MaxPooled> => maxPool(x, { ...window, backend }),

  filterTensor: (backend: Backend, x: Tensor, kernel: Tensor, options: FilterTensorOptions): Promise<Tensor> =>
    filterTensor(x, kernel, { ...options, backend }),
};

/** The tasks by name. */
export type Tasks = typeof tasks;
/** What a task takes after the backend. */
export type TaskArguments<K extends keyof Tasks> = Parameters<Tasks[K]> extends [Backend | undefined, ...infer Rest] ? Rest : never;
/** What a task gives. */
export type TaskResult<K extends keyof Tasks> = Awaited<ReturnType<Tasks[K]>>;
