import { ShapeError, show } from '../errors.js';
import { checkedInUse, checkOptions, flag, type OptionsOf, option, type Rows } from '../options.js';
import { checkShape, checkTensor, full, sizeOf, type Tensor } from '../tensor.js';
import { RUN_OPTIONS, type RunOptions } from './backends/create.js';
import { borderTable, OUTSIDE } from './border.js';
import { eager } from './eager.js';
import { type ConvGeometry, ceilModeCells, poolGeometry, WINDOW_OPTIONS, type WindowOptions } from './geometry.js';

const MAX_POOL_OPTIONS = { ...WINDOW_OPTIONS, ...RUN_OPTIONS } satisfies Rows;
const inputShape = option(checkedInUse<readonly number[]>('a list of dimensions'), { required: true });
const indices = option(checkedInUse<Int32Array>('the indices that maxPool returned'), { required: true });
const MAX_POOL_GRADIENT_OPTIONS = { ...WINDOW_OPTIONS, inputShape, indices, ...RUN_OPTIONS } satisfies Rows;

/** Rows of {@link AveragePoolOptions}. */
export const AVERAGE_POOL_OPTIONS = {
  ...WINDOW_OPTIONS,
  /** Divide by the whole window, including padding, as PyTorch does by default; false: by the number of elements inside. Default true. */
  countIncludePad: option(flag, { default: true }),
  ...RUN_OPTIONS,
} satisfies Rows;

/** Options of {@link averagePool}. */
export interface AveragePoolOptions extends OptionsOf<typeof AVERAGE_POOL_OPTIONS> {}

const AVERAGE_POOL_GRADIENT_OPTIONS = { ...AVERAGE_POOL_OPTIONS, inputShape } satisfies Rows;

/** The result of {@link maxPool}. */
export interface MaxPooled {
  /** `[N, C, ...o]` */
  readonly output: Tensor;
  /** For every output, the flat index of the maximum in its input plane or volume, like PyTorch's `return_indices`. */
  readonly indices: Int32Array;
}

/**
 * The maximum of every window. Padding is never the maximum; among equal values, the first is chosen; NaN is larger than any number.
 * @param x `[N, C, ...spatial]`, 1 to 3 spatial axes
 * @throws ShapeError or OptionError as {@link conv} does
 * @example
 * ```ts
 * import { maxPool, maxPoolGradient, tensor } from 'convlab';
 *
 * const x = tensor([[[1, 5, 2, 3]]]);
 * const { output, indices } = await maxPool(x, { kernelSize: 2 });
 * console.log(output.data); // → Float32Array(2) [ 5, 3 ]
 * const gradient = await maxPoolGradient(tensor([[[1, 1]]]), { kernelSize: 2, inputShape: x.shape, indices });
 * console.log(gradient.data); // → Float32Array(4) [ 0, 1, 0, 1 ]
 * ```
 */
export async function maxPool(x: Tensor, options: WindowOptions & RunOptions): Promise<MaxPooled> {
  checkOptions('maxPool', options, MAX_POOL_OPTIONS);
  const { backend, signal, onProgress, ...window } = options;
  checkTensor('maxPool', 'x', x);
  const geometry = poolGeometry(x.shape, window, 'maxPool');
  const [output, winners] = await eager('maxPool', { backend, signal, onProgress }, [x], [geometry.outShape, geometry.outShape], ([px], [out, won], on) =>
    on.maxPool(geometry, px, out, won),
  );
  return { output, indices: winnersToIndices(geometry, winners.data) };
}

/**
 * The gradient of {@link maxPool}: every output's gradient is added to the position of the maximum.
 * @param gradient ∂L/∂output
 * @param options those of the forward call, with x's shape and the indices it returned
 * @returns ∂L/∂x, in `inputShape`
 * @throws ShapeError or OptionError as {@link conv} does, or if an index is outside its window
 */
export async function maxPoolGradient(
  gradient: Tensor,
  options: WindowOptions & RunOptions & { inputShape: readonly number[]; indices: Int32Array },
): Promise<Tensor> {
  checkOptions('maxPoolGradient', options, MAX_POOL_GRADIENT_OPTIONS);
  const { backend, signal, onProgress, inputShape, indices, ...window } = options;
  checkShape('maxPoolGradient', 'inputShape', inputShape);
  const geometry = poolGeometry(inputShape, window, 'maxPoolGradient');
  checkTensor('maxPoolGradient', 'gradient', gradient, geometry.outShape);
  if (indices?.length !== gradient.data.length) {
    throw new ShapeError('maxPoolGradient', `indices must hold one index for each of the ${gradient.data.length} outputs, received ${show(indices)}`, {
      indices,
    });
  }
  const winners: Tensor = { shape: geometry.outShape, data: indicesToWinners(geometry, indices) };
  const [out] = await eager('maxPoolGradient', { backend, signal, onProgress }, [gradient, winners], [inputShape], ([g, won], [to], on) =>
    on.maxPoolGradient(geometry, g, won, to),
  );
  return out;
}

/**
 * The mean of every window: the depthwise convolution with a box kernel.
 * @param x `[N, C, ...spatial]`, 1 to 3 spatial axes
 * @throws ShapeError or OptionError as {@link conv} does
 * @example
 * ```ts
 * import { averagePool, tensor } from 'convlab';
 *
 * console.log((await averagePool(tensor([[[1, 5, 2, 4]]]), { kernelSize: 2 })).data); // → Float32Array(2) [ 3, 3 ]
 * ```
 */
export async function averagePool(x: Tensor, options: AveragePoolOptions): Promise<Tensor> {
  checkOptions('averagePool', options, AVERAGE_POOL_OPTIONS);
  const { backend, signal, onProgress, countIncludePad = true, ...window } = options;
  checkTensor('averagePool', 'x', x);
  const geometry = poolGeometry(x.shape, window, 'averagePool');
  const [out] = await eager('averagePool', { backend, signal, onProgress }, [x, boxKernel(geometry)], [geometry.outShape], ([px, box], [to], on) =>
    on.conv(geometry, px, box, null, to),
  );
  return rescale(out, windowFactors(x.shape, window, countIncludePad, 'averagePool'));
}

/**
 * The gradient of {@link averagePool}.
 * @param gradient ∂L/∂output
 * @param options those of the forward call, with x's shape
 * @returns ∂L/∂x, in `inputShape`
 * @throws ShapeError or OptionError as {@link conv} does
 */
export async function averagePoolGradient(gradient: Tensor, options: AveragePoolOptions & { inputShape: readonly number[] }): Promise<Tensor> {
  checkOptions('averagePoolGradient', options, AVERAGE_POOL_GRADIENT_OPTIONS);
  const { backend, signal, onProgress, inputShape, countIncludePad = true, ...window } = options;
  checkShape('averagePoolGradient', 'inputShape', inputShape);
  const geometry = poolGeometry(inputShape, window, 'averagePoolGradient');
  checkTensor('averagePoolGradient', 'gradient', gradient, geometry.outShape);
  const upstream = rescale(gradient, windowFactors(inputShape, window, countIncludePad, 'averagePoolGradient'));
  const [out] = await eager('averagePoolGradient', { backend, signal, onProgress }, [upstream, boxKernel(geometry)], [inputShape], ([g, box], [to], on) =>
    on.convInputGradient(geometry, g, box, to),
  );
  return out;
}

/**
 * What the mean over a whole window is multiplied with, for the mean over the cells that count: `[...o]`, row-major; null where all do.
 * With `countIncludePad` these are the input and the padding that was given, without what `ceilMode` adds; else the input alone.
 */
export function windowFactors(xShape: readonly number[], window: WindowOptions, countIncludePad: boolean, operation: string): Float32Array | null {
  if (countIncludePad && !window.ceilMode) return null;
  const geometry = poolGeometry(xShape, window, operation);
  const added = ceilModeCells(xShape, window, operation);
  if (countIncludePad && added.every((cells) => cells === 0)) return null;
  const { kernel, stride, dilation, output, input, before, after } = geometry;
  const counts = ([0, 1, 2] as const).map((axis) => {
    const table = borderTable(geometry, axis);
    const end = before[axis] + input[axis] + after[axis] - added[axis];
    const counted = (at: number) => (countIncludePad ? at < end : table[at] !== OUTSIDE);
    return Array.from({ length: output[axis] }, (_, o) => {
      let count = 0;
      for (let k = 0; k < kernel[axis]; k++) if (counted(o * stride[axis] + k * dilation[axis])) count++;
      return count;
    });
  });
  const [d, h, w] = counts;
  const cells = sizeOf(kernel);
  return Float32Array.from(d.flatMap((cd) => h.flatMap((ch) => w.map((cw) => cells / (cd * ch * cw)))));
}

function rescale(x: Tensor, factors: Float32Array | null): Tensor {
  return factors ? { shape: x.shape, data: x.data.map((value, i) => value * factors[i % factors.length]) } : x;
}

function boxKernel(geometry: ConvGeometry): Tensor {
  return full(geometry.kernelShape, 1 / sizeOf(geometry.kernel));
}

function winnersToIndices(geometry: ConvGeometry, winners: Float32Array): Int32Array {
  const { input, kernel, stride, dilation, before } = geometry;
  const [, OH, OW] = geometry.output;
  const area = sizeOf(geometry.output);
  return Int32Array.from(winners, (winner, o) => {
    const cell = [Math.floor(winner / (kernel[1] * kernel[2])), Math.floor(winner / kernel[2]) % kernel[1], winner % kernel[2]];
    const at = [Math.floor((o % area) / (OH * OW)), Math.floor(o / OW) % OH, o % OW];
    const [d, h, w] = at.map((position, axis) => position * stride[axis] + cell[axis] * dilation[axis] - before[axis]);
    return (d * input[1] + h) * input[2] + w;
  });
}

function indicesToWinners(geometry: ConvGeometry, indices: Int32Array): Float32Array {
  const { input, kernel, stride, dilation, before } = geometry;
  const [, OH, OW] = geometry.output;
  const [area, volume] = [sizeOf(geometry.output), sizeOf(input)];
  return Float32Array.from(indices, (index, o) => {
    const i = [Math.floor(index / (input[1] * input[2])), Math.floor(index / input[2]) % input[1], index % input[2]];
    const at = [Math.floor((o % area) / (OH * OW)), Math.floor(o / OW) % OH, o % OW];
    const cell = i.map((position, axis) => (position + before[axis] - at[axis] * stride[axis]) / dilation[axis]);
    const inside = index >= 0 && index < volume && cell.every((k, axis) => Number.isInteger(k) && k >= 0 && k < kernel[axis]);
    if (!inside) {
      throw new ShapeError('maxPoolGradient', `index ${index} does not lie in the window of output ${o}`, { index, output: o });
    }
    return (cell[0] * kernel[1] + cell[1]) * kernel[2] + cell[2];
  });
}
