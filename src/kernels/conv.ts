/**
 * An image filter is a convolution with a kernel chosen by hand; a convolutional layer performs the same operation with a learned kernel.
 *
 * Both use one operator, `conv`, for 1, 2 and 3 spatial axes, and its gradients. With
 *
 *   out[n, cout, o] = bias[cout] + Σ over cin, k of x̂[n, cin, o·stride + k·dilation] · kernel[cout, cin, k]
 *
 * where x̂ is x with its padding, the gradients of any scalar L, given G = ∂L/∂out, are
 *
 *   ∂L/∂x̂[n, cin, i]         = Σ over cout, k, o with o·stride + k·dilation = i of G[n, cout, o] · kernel[cout, cin, k]
 *   ∂L/∂kernel[cout, cin, k] = Σ over n, o of x̂[n, cin, o·stride + k·dilation] · G[n, cout, o]
 *   ∂L/∂bias[cout]           = Σ over n, o of G[n, cout, o]
 *
 * and ∂L/∂x of an element is the sum of ∂L/∂x̂ over all elements of x̂ that are copies of it.
 */
import { DataError, ShapeError, show } from '../errors.js';
import { checkedInUse, checkOptions, flag, type OptionsOf, option, type Rows } from '../options.js';
import { checkShape, checkTensor, type Tensor } from '../tensor.js';
import type { Backend, BackendChoice } from './backend.js';
import { onBackend, RUN_OPTIONS, type RunOptions } from './backends/create.js';
import { type Compute, eager, inNameOf, PLAN_OPTION } from './eager.js';
import { CONV_OPTIONS, type ConvOptions, convGeometry } from './geometry.js';
import { operatorsOf } from './operators.js';
import { ALGORITHM, planOn } from './plan/conv-plan.js';
import { planConv } from './plan/plan-conv.js';
import { isFree, workOfOperator, workOfPlan } from './plan/work.js';
import { runPlan } from './run-plan.js';

/** Rules and defaults of {@link ConvCallOptions}. */
export const CONV_CALL_OPTIONS = {
  ...CONV_OPTIONS,
  /** `[Cout]`, added to every element of its output channel. Default: none. */
  bias: checkedInUse<Tensor>('a tensor'),
  /**
   * The algorithm, see {@link Algorithm}. Default `'auto'`: the one with the lowest predicted cost for this kernel; `explain` shows which
   * and why. If x may contain NaN or infinity and the kernel contains zeros, choose `'direct'` to propagate 0 · NaN.
   */
  algorithm: ALGORITHM,
  /** Rejects kernels with NaN or infinite weights. Default false: they propagate. */
  validate: option(flag, { default: false }),
  ...RUN_OPTIONS,
  ...PLAN_OPTION,
} satisfies Rows;

/** Options of {@link conv}. */
export interface ConvCallOptions extends OptionsOf<typeof CONV_CALL_OPTIONS> {}

const shape = option(checkedInUse<readonly number[]>('a list of dimensions'), { required: true });
const INPUT_GRADIENT_OPTIONS = { ...CONV_OPTIONS, inputShape: shape, ...RUN_OPTIONS } satisfies Rows;
const KERNEL_GRADIENT_OPTIONS = { ...CONV_OPTIONS, kernelShape: shape, ...RUN_OPTIONS } satisfies Rows;

/**
 * Cross-correlation of `x` with `kernel`: the kernel is not flipped, as in deep-learning libraries and in OpenCV's filter2D. `flip: true`
 * rotates it by 180°, which gives a convolution as defined in mathematics. Large tensors pass through the backend in parts, so only x and the result
 * need to fit into memory. Arguments are read before the call returns, as in `filter`.
 *
 * @param x `[N, Cin, W]`, `[N, Cin, H, W]` or `[N, Cin, D, H, W]`
 * @param kernel `[Cout, Cin / groups, ...k]` of any size, including even sizes
 * @returns `[N, Cout, ...o]` with o = floor((n + padding − dilation·(k − 1) − 1) / stride) + 1 per axis
 * @throws ShapeError if the shapes do not match, or the output would be empty
 * @throws OptionError if an option is unknown or breaks its rule, or `algorithm` cannot compute this convolution
 * @throws DataError with `validate`, if a weight is NaN or infinite
 * @example
 * ```ts
 * import { conv, tensor } from 'convlab';
 *
 * const x = tensor([[[1, 2, 3, 4]]]); // [N=1, C=1, W=4]
 * const difference = tensor([[[-1, 1]]]); // [Cout=1, Cin=1, k=2]
 * console.log((await conv(x, difference)).data); // Float32Array [1, 1, 1]
 * ```
 */
export async function conv(x: Tensor, kernel: Tensor, options: ConvCallOptions = {}): Promise<Tensor> {
  checkOptions('conv', options, CONV_CALL_OPTIONS);
  const { backend, signal, onProgress, onPlan, bias, algorithm, validate = false, ...geometryOptions } = options;
  checkTensor('conv', 'x', x);
  checkTensor('conv', 'kernel', kernel);
  const geometry = convGeometry(x.shape, kernel.shape, geometryOptions);
  if (bias !== undefined) checkTensor('conv', 'bias', bias, [geometry.outChannels]);
  if (validate) checkFinite('conv', 'kernel', kernel);
  return onBackend('conv', { backend, signal, onProgress }, { x, kernel, bias }, (asked, { x, kernel, bias }, control) => {
    const plan = planConv(kernel, geometry, asked, algorithm);
    const run = (on: Backend, chosen?: BackendChoice) => {
      const planned = on.abilities === asked.abilities ? plan : planConv(kernel, geometry, on);
      if (chosen || on === asked) onPlan?.(planOn(planned, chosen));
      return inNameOf('conv', on, () => runPlan(planned, x, bias, operatorsOf(on), control));
    };
    return asked.chooser && isFree(plan) ? asked.chooser.run(workOfPlan(plan), run) : run(asked);
  });
}

/**
 * The gradient of {@link conv} with respect to its input (a transposed convolution).
 * @param gradient ∂L/∂out, in the shape that `conv` returned
 * @param kernel as passed to `conv`
 * @param options those of the forward call, and `inputShape`, the shape of x (with a stride, several input shapes give the same output shape)
 * @returns ∂L/∂x, in `inputShape`
 * @throws ShapeError or OptionError as {@link conv} does
 * @example
 * ```ts
 * import { convInputGradient, tensor } from 'convlab';
 *
 * const kernel = tensor([[[-1, 1]]]);
 * const gradient = tensor([[[1, 1, 1]]]); // ∂L/∂out of a signal of 4
 * const { data } = await convInputGradient(gradient, kernel, { inputShape: [1, 1, 4] });
 * console.log(data); // → Float32Array(4) [ -1, 0, 0, 1 ]
 * ```
 */
export async function convInputGradient(
  gradient: Tensor,
  kernel: Tensor,
  options: ConvOptions & RunOptions & { inputShape: readonly number[] },
): Promise<Tensor> {
  checkOptions('convInputGradient', options, INPUT_GRADIENT_OPTIONS);
  const { backend, signal, onProgress, inputShape, ...geometryOptions } = options;
  checkTensor('convInputGradient', 'kernel', kernel);
  checkShape('convInputGradient', 'inputShape', inputShape);
  const geometry = convGeometry(inputShape, kernel.shape, geometryOptions, 'convInputGradient');
  checkTensor('convInputGradient', 'gradient', gradient, geometry.outShape);
  const work = workOfOperator('convInputGradient', geometry);
  const compute: Compute = ([g, k], [out], on) => on.convInputGradient(geometry, g, k, out);
  return first(await eager('convInputGradient', { backend, signal, onProgress, work }, [gradient, kernel], [inputShape], compute));
}

/**
 * The gradient of {@link conv} with respect to its kernel.
 * @param x as passed to `conv`
 * @param gradient ∂L/∂out, in the shape that `conv` returned
 * @param options those of the forward call, and `kernelShape`
 * @returns ∂L/∂kernel, in `kernelShape`
 * @throws ShapeError or OptionError as {@link conv} does
 * @example
 * ```ts
 * import { convKernelGradient, tensor } from 'convlab';
 *
 * const x = tensor([[[1, 2, 4, 8]]]);
 * const gradient = tensor([[[1, 1, 1]]]); // ∂L/∂out
 * const { data } = await convKernelGradient(x, gradient, { kernelShape: [1, 1, 2] });
 * console.log(data); // → Float32Array(2) [ 7, 14 ]
 * ```
 */
export async function convKernelGradient(x: Tensor, gradient: Tensor, options: ConvOptions & RunOptions & { kernelShape: readonly number[] }): Promise<Tensor> {
  checkOptions('convKernelGradient', options, KERNEL_GRADIENT_OPTIONS);
  const { backend, signal, onProgress, kernelShape, ...geometryOptions } = options;
  checkTensor('convKernelGradient', 'x', x);
  checkShape('convKernelGradient', 'kernelShape', kernelShape);
  const geometry = convGeometry(x.shape, kernelShape, geometryOptions, 'convKernelGradient');
  checkTensor('convKernelGradient', 'gradient', gradient, geometry.outShape);
  const work = workOfOperator('convKernelGradient', geometry);
  const compute: Compute = ([px, g], [out], on) => on.convKernelGradient(geometry, px, g, out);
  return first(await eager('convKernelGradient', { backend, signal, onProgress, work }, [x, gradient], [kernelShape], compute));
}

/**
 * The gradient of {@link conv} with respect to its bias: the sum of each channel.
 * @param gradient ∂L/∂out, `[N, Cout, ...spatial]`
 * @returns ∂L/∂bias, `[Cout]`
 * @throws ShapeError if the gradient has another shape
 * @throws OptionError if an option is unknown
 * @example
 * ```ts
 * import { convBiasGradient, tensor } from 'convlab';
 *
 * const { data } = await convBiasGradient(tensor([[[1, 2], [3, 4]]])); // [N=1, Cout=2, W=2]
 * console.log(data); // → Float32Array(2) [ 3, 7 ]
 * ```
 */
export async function convBiasGradient(gradient: Tensor, options: RunOptions = {}): Promise<Tensor> {
  checkOptions('convBiasGradient', options, RUN_OPTIONS);
  checkTensor('convBiasGradient', 'gradient', gradient);
  if (gradient.shape.length < 3 || gradient.shape.length > 5) {
    throw new ShapeError('convBiasGradient', `gradient must be [N, C, ...1 to 3 spatial axes], received ${show(gradient.shape)}`, { gradient: gradient.shape });
  }
  const [, channels] = gradient.shape;
  const kernelShape = [channels, 1, ...gradient.shape.slice(2).fill(1)];
  const geometry = convGeometry(gradient.shape, kernelShape, { groups: channels }, 'convBiasGradient');
  return eager('convBiasGradient', options, [gradient], [[channels]], ([g], [out], on) => on.convBiasGradient(geometry, g, out)).then(first);
}

function checkFinite(operation: string, what: string, { shape, data }: Tensor): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at !== -1)
    throw new DataError(operation, `every value of ${what} must be finite, received ${data[at]} at flat index ${at} of ${show(shape)}`, {
      at,
      value: data[at],
    });
}

function first([only]: Tensor[]): Tensor {
  return only;
}
