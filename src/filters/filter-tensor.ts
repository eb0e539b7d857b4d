import { ShapeError, show } from '../errors.js';
import { onBackend, RUN_OPTIONS } from '../kernels/backends/create.js';
import { inNameOf, PLAN_OPTION } from '../kernels/eager.js';
import { operatorsOf } from '../kernels/operators.js';
import { checkOptions, type OptionsOf, type Rows } from '../options.js';
import { checkTensor, type NestedNumbers, reshape, sizeOf, type Tensor, tensor } from '../tensor.js';
import { toKernel } from './kernel-source.js';
import { planSteps, runSteps } from './run-steps.js';
import { placeStep, STEP_OPTIONS } from './step.js';

/** Rules and defaults of {@link FilterTensorOptions}. */
export const FILTER_TENSOR_OPTIONS = { ...STEP_OPTIONS, ...RUN_OPTIONS, ...PLAN_OPTION } satisfies Rows;

/** Options of {@link filterTensor}. Values per axis are in the order of the kernel's axes. */
export interface FilterTensorOptions extends OptionsOf<typeof FILTER_TENSOR_OPTIONS> {}

/**
 * {@link filter} for signals, planes and volumes. The rank of the kernel sets the filtered axes: `[k]` runs along the last axis, `[kH, kW]` over
 * the last two, `[kD, kH, kW]` over the last three. Leading axes are batch axes. Large tensors pass through the backend in parts, so only x and the
 * result need to fit into memory.
 *
 * @param x `[…, W]`, `[…, H, W]` or `[…, D, H, W]`; not modified
 * @param kernel a kernel of 1, 2 or 3 axes: a tensor, nested lists, or a name from the catalogue
 * @returns the same number of axes, not rounded or clamped; the same size unless stride or padding change it
 * @throws ShapeError if x has fewer axes than the kernel, or the kernel does not fit
 * @throws DataError if a weight is not finite
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { filterTensor, tensor } from 'convlab';
 *
 * const signal = tensor([1, 2, 4, 8]);
 * const slope = await filterTensor(signal, tensor([-0.5, 0, 0.5]), { paddingMode: 'replicate' });
 * console.log(slope.data); // Float32Array [0.5, 1.5, 3, 2]
 * ```
 */
export async function filterTensor(x: Tensor, kernel: Tensor | string | NestedNumbers, options: FilterTensorOptions = {}): Promise<Tensor> {
  checkOptions('filterTensor', options, FILTER_TENSOR_OPTIONS);
  checkTensor('filterTensor', 'x', x);
  const weights = Array.isArray(kernel) ? tensor(kernel as NestedNumbers) : toKernel('filterTensor', kernel as Tensor | string);
  checkTensor('filterTensor', 'kernel', weights);
  const { backend, signal, onProgress, onPlan, ...rest } = options;
  const rank = weights.shape.length;
  if (rank < 1 || rank > 3 || x.shape.length < rank) {
    const shapes = `x ${show(x.shape)} and kernel ${show(weights.shape)}`;
    throw new ShapeError('filterTensor', `kernel must have 1 to 3 axes, and x at least the same number, received ${shapes}`, {
      x: x.shape,
      kernel: weights.shape,
    });
  }
  const [front, spatial] = [x.shape.slice(0, -rank), x.shape.slice(-rank)];
  const batch = reshape(x, [sizeOf(front), 1, ...spatial]);
  const step = placeStep('filterTensor', batch.shape, weights, rest);
  const { shape, data } = await onBackend('filterTensor', { backend, signal, onProgress }, { batch, step }, (backend, { batch, step }, control) => {
    const on = operatorsOf(backend);
    const planned = planSteps('filterTensor', [step], backend);
    return inNameOf('filterTensor', backend, () => runSteps(batch, planned, on, { onPlan, ...control }));
  });
  return { shape: [...front, ...shape.slice(2)], data };
}
