import { ShapeError, show } from '../errors.js';
import { checkedInUse, checkOptions, flag, type OptionsOf, option, type Rows } from '../options.js';
import { checkShape, checkTensor, full, sizeOf, type Tensor } from '../tensor.js';
import { Turns } from '../turns.js';
import { RUN_OPTIONS, type RunOptions } from './backends/create.js';
import { borderTable, OUTSIDE } from './border.js';
import { eager } from './eager.js';
import { type ConvGeometry, ceilModeCells, poolGeometry, WINDOW_OPTIONS, type WindowOptions } from './geometry.js';
import { keep } from './keep.js';

const MAX_POOL_OPTIONS = { ...WINDOW_OPTIONS, ...RUN_OPTIONS } satisfies Rows;
const inputShape = option(checkedInUse<readonly number[]>('a list of dimensions'), { required: true });
const indices = option(checkedInUse<Int32Array>('the indices that maxPool returned'), { required: true });
const MAX_POOL_GRADIENT_OPTIONS = { ...WINDOW_OPTIONS, inputShape, indices, ...RUN_OPTIONS } satisfies Rows;

/** Rules and defaults of {@link AveragePoolOptions}. */
export const AVERAGE_POOL_OPTIONS = {
  ...WINDOW_OPTIONS,
  /** Divide by the size of the whole window, including padding, as PyTorch does by default; false: by the number of elements inside the input. Default true. */
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
  return { output, indices: await winnersToIndices(geometry, winners.data, signal) };
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
  // other calls may run during the conversion
  const kept = keep({ gradient, indices });
  const winners: Tensor = { shape: geometry.outShape, data: await indicesToWinners(geometry, kept.indices, signal) };
  const [out] = await eager('maxPoolGradient', { backend, signal, onProgress }, [kept.gradient, winners], [inputShape], ([g, won], [to], on) =>
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
  return rescale(out, windowFactors(x.shape, window, countIncludePad, 'averagePool'), signal);
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
  const factors = windowFactors(inputShape, window, countIncludePad, 'averagePoolGradient');
  const upstream = factors ? await rescale(keep(gradient), factors, signal) : gradient;
  const [out] = await eager('averagePoolGradient', { backend, signal, onProgress }, [upstream, boxKernel(geometry)], [inputShape], ([g, box], [to], on) =>
    on.convInputGradient(geometry, g, box, to),
  );
  return out;
}

/**
 * Factors that convert the mean over a whole window to the mean over the counted elements: `[...o]`, row-major; null if
 * all are counted. With `countIncludePad`, the input and the given padding are counted, but not the padding added by
 * `ceilMode`; otherwise only the input.
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
  const factors = new Float32Array(sizeOf(output));
  let at = 0;
  for (const cd of d) for (const ch of h) for (const cw of w) factors[at++] = cells / (cd * ch * cw);
  return factors;
}

/** Values converted at a time; takes less than a millisecond. */
const CONVERTED = 2 ** 15;

/** Converts in turns, or at once for few values. */
async function convert(count: number, signal: AbortSignal | undefined, work: (from: number, to: number) => void): Promise<void> {
  if (count <= CONVERTED) work(0, count);
  else await new Turns(signal).each(count, CONVERTED, work);
}

async function rescale(x: Tensor, factors: Float32Array | null, signal: AbortSignal | undefined): Promise<Tensor> {
  if (!factors) return x;
  const data = new Float32Array(x.data.length);
  await convert(data.length, signal, (from, to) => {
    for (let i = from; i < to; i++) data[i] = x.data[i] * factors[i % factors.length];
  });
  return { shape: x.shape, data };
}

function boxKernel(geometry: ConvGeometry): Tensor {
  return full(geometry.kernelShape, 1 / sizeOf(geometry.kernel));
}

async function winnersToIndices(geometry: ConvGeometry, winners: Float32Array, signal: AbortSignal | undefined): Promise<Int32Array> {
  const { dilation, before, stride } = geometry;
  const [, H, W] = geometry.input;
  const [, KH, KW] = geometry.kernel;
  const [, OH, OW] = geometry.output;
  const area = sizeOf(geometry.output);
  const indices = new Int32Array(winners.length);
  await convert(winners.length, signal, (from, to) => {
    for (let o = from; o < to; o++) {
      const winner = winners[o];
      const d = Math.floor((o % area) / (OH * OW)) * stride[0] + Math.floor(winner / (KH * KW)) * dilation[0] - before[0];
      const h = (Math.floor(o / OW) % OH) * stride[1] + (Math.floor(winner / KW) % KH) * dilation[1] - before[1];
      const w = (o % OW) * stride[2] + (winner % KW) * dilation[2] - before[2];
      indices[o] = (d * H + h) * W + w;
    }
  });
  return indices;
}

/** @throws ShapeError if an index is outside its window */
async function indicesToWinners(geometry: ConvGeometry, indices: Int32Array, signal: AbortSignal | undefined): Promise<Float32Array> {
  const { dilation, before, stride } = geometry;
  const [, H, W] = geometry.input;
  const [KD, KH, KW] = geometry.kernel;
  const [, OH, OW] = geometry.output;
  const [area, volume] = [sizeOf(geometry.output), sizeOf(geometry.input)];
  const winners = new Float32Array(indices.length);
  await convert(indices.length, signal, (from, to) => {
    for (let o = from; o < to; o++) {
      const index = indices[o];
      const kd = (Math.floor(index / (H * W)) + before[0] - Math.floor((o % area) / (OH * OW)) * stride[0]) / dilation[0];
      const kh = ((Math.floor(index / W) % H) + before[1] - (Math.floor(o / OW) % OH) * stride[1]) / dilation[1];
      const kw = ((index % W) + before[2] - (o % OW) * stride[2]) / dilation[2];
      if (!(index >= 0 && index < volume && isCell(kd, KD) && isCell(kh, KH) && isCell(kw, KW))) {
        throw new ShapeError('maxPoolGradient', `index ${index} is outside the window of output ${o}`, { index, output: o });
      }
      winners[o] = (kd * KH + kh) * KW + kw;
    }
  });
  return winners;
}

function isCell(at: number, size: number): boolean {
  return Number.isInteger(at) && at >= 0 && at < size;
}
