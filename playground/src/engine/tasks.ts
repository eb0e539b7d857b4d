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

/** The tasks of the engine: calls to the public API on the chosen backend. */
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
/** The arguments of a task after the backend. */
export type TaskArguments<K extends keyof Tasks> = Parameters<Tasks[K]> extends [Backend | undefined, ...infer Rest] ? Rest : never;
/** The result of a task. */
export type TaskResult<K extends keyof Tasks> = Awaited<ReturnType<Tasks[K]>>;
