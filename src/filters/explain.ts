import { ShapeError, show } from '../errors.js';
import { type ImageSource, toImage } from '../image/image-source.js';
import { type Format, formatOf } from '../image/samples.js';
import type { Backend } from '../kernels/backend.js';
import { BACKEND_OPTION, onBackend } from '../kernels/backends/create.js';
import { depthwiseKernel } from '../kernels/depthwise.js';
import { CONV_OPTIONS, convGeometry } from '../kernels/geometry.js';
import { ALGORITHM, type ConvPlan, planOn } from '../kernels/plan/conv-plan.js';
import { describePlan } from '../kernels/plan/describe-plan.js';
import { planConv } from '../kernels/plan/plan-conv.js';
import { isFree, workOfPlan } from '../kernels/plan/work.js';
import { checkOptions, type OptionsOf, pickOptions, type Rows } from '../options.js';
import type { Tensor } from '../tensor.js';
import { planFilter } from './filter-plan.js';
import { type KernelSource, toKernel } from './kernel-source.js';
import { AROUND_OPTIONS } from './settle-filter.js';
import { STEP_OPTIONS } from './step.js';

/** A plan, and its description in words. */
export interface Explanation extends ConvPlan {
  /** A report of several lines: the convolution, the chosen algorithm and the reason, and all alternatives with their cost. */
  readonly text: string;
}

/** Rules and defaults of {@link ExplainOptions}. */
export const EXPLAIN_OPTIONS = {
  ...CONV_OPTIONS,
  /** The algorithm to explain. Default `'auto'`. */
  algorithm: ALGORITHM,
  ...BACKEND_OPTION,
} satisfies Rows;

/** Options of {@link explain} for a tensor: the options of `conv` that affect how it is computed. */
export interface ExplainOptions extends OptionsOf<typeof EXPLAIN_OPTIONS> {}

/** Rules and defaults of {@link ExplainFilterOptions}. */
export const EXPLAIN_FILTER_OPTIONS = { ...STEP_OPTIONS, ...AROUND_OPTIONS, ...BACKEND_OPTION } satisfies Rows;

/** Options of {@link explain} for images: the options of `filter` that affect how it is computed. */
export interface ExplainFilterOptions extends OptionsOf<typeof EXPLAIN_FILTER_OPTIONS> {}

/**
 * Explains how `filter` would apply a kernel to images of a format: the algorithm, its predicted cost compared with the alternatives, and the
 * reason. It computes nothing. With the backend `auto`, it detects a GPU and reports where the kernel would run.
 *
 * @param kernel as for `filter`
 * @param format the format of the images; an image is accepted too
 * @param options as for `filter`
 * @throws ShapeError or OptionError as `filter` does
 * @example
 * ```ts
 * import { explain, sharpen } from 'convlab';
 *
 * const { arithmetic, why } = await explain(sharpen(), { width: 1920, height: 1080, channels: 4, samples: 'uint8' });
 * console.log(arithmetic); // → int16
 * ```
 */
export function explain(kernel: KernelSource, format: Format | ImageSource, options?: ExplainFilterOptions): Promise<Explanation>;
/**
 * Explains which algorithm `conv` would choose for a tensor.
 *
 * @param kernel a window `[k]`, `[kH, kW]` or `[kD, kH, kW]` that slides over every channel, as in `filterTensor`;
 * or `[Cout, Cin / groups, ...k]`, as for `conv`
 * @param shape `[N, C, ...spatial]`; for a window along one or two axes also `[W]` or `[H, W]`
 * @param options as for `conv`
 * @throws ShapeError or OptionError as `conv` does
 * @example
 * ```ts
 * import { box, explain } from 'convlab';
 *
 * const { algorithm, text } = await explain(box(15), [1080, 1920], { padding: 'same' });
 * console.log(algorithm); // → runningSum
 * console.log(text);
 * ```
 */
export function explain(kernel: KernelSource, shape: readonly number[], options?: ExplainOptions): Promise<Explanation>;
export async function explain(
  source: KernelSource,
  of: Format | ImageSource | readonly number[],
  options: ExplainFilterOptions | ExplainOptions = {},
): Promise<Explanation> {
  const shape = Array.isArray(of) ? of : undefined;
  checkOptions('explain', options, shape ? EXPLAIN_OPTIONS : EXPLAIN_FILTER_OPTIONS);
  const { backend, ...rest } = options;
  const kernel = toKernel('explain', source);
  return onBackend('explain', { backend }, { kernel, shape, rest }, async (on, { kernel, shape, rest }) => {
    const planned = shape ? planForTensor(kernel, shape, rest, on) : planForPictures(kernel, of as Format | ImageSource, rest as ExplainFilterOptions, on);
    const call = planned.job ?? (shape && isFree(planned) ? workOfPlan(planned) : undefined);
    const plan = planOn(planned, call && (await on.chooser?.expect(call, planned.cost)));
    const { why, cost, overheads, alternatives } = plan;
    return { ...plan, why, cost, overheads, alternatives, text: describePlan(plan, on.device) };
  });
}

function planForPictures(kernel: Tensor, format: Format | ImageSource, options: ExplainFilterOptions, on: Backend): ConvPlan {
  if (format === null || typeof format !== 'object') {
    throw new ShapeError('explain', `requires a kernel, and a format or a shape, received ${show(kernel)} and ${show(format)}`, {
      kernel,
      format,
    });
  }
  // an image is accepted as a format
  const samples = 'samples' in format ? format : formatOf(toImage(format, 'explain'));
  const step = { kernel, ...pickOptions(options, STEP_OPTIONS) };
  return planFilter(samples, [step], pickOptions(options, AROUND_OPTIONS), on, { operation: 'explain', merging: 'none' }).steps[0];
}

function planForTensor(kernel: Tensor, shape: readonly number[], { algorithm, ...options }: ExplainOptions, on: Backend): ConvPlan {
  const { x, full, groups } = lift(kernel, shape);
  const geometry = convGeometry(x, full.shape, { ...(groups === undefined ? {} : { groups }), ...options }, 'explain');
  return planConv(full, geometry, on, algorithm, 'explain');
}

/** Adds the batch and channel axes that `conv` requires to a window and a shape without them. */
function lift(kernel: Tensor, shape: readonly number[]): { x: readonly number[]; full: Tensor; groups?: number } {
  if (!(kernel?.data instanceof Float32Array) || !Array.isArray(kernel.shape)) {
    throw new ShapeError('explain', `requires a kernel and a shape, received ${show(kernel)} and ${show(shape)}`, { kernel, shape });
  }
  const rank = kernel.shape.length;
  if (shape.length === rank && rank >= 3) return { x: shape, full: kernel };
  if (shape.length !== rank && shape.length !== rank + 2) {
    throw new ShapeError('explain', `the kernel ${show(kernel.shape)} does not match the shape ${show(shape)}`, { kernel: kernel.shape, shape });
  }
  const x = shape.length === rank ? [1, 1, ...shape] : shape;
  const channels = x[1];
  return { x, full: depthwiseKernel(kernel, channels), groups: channels };
}
