import { checkImage, type Image } from '../../image/image.js';
import { whiteOf } from '../../image/samples.js';
import { count, type OptionsOf, option, type Rows, settle } from '../../options.js';
import { full, type Tensor } from '../../tensor.js';
import type { OperationEntry } from '../catalogue/catalogue-entry.js';
import { checkKernelSize } from '../kernels/make/kernel-parameters.js';
import { type MeasureOptions, OPERATION_OPTIONS, planeAt, replacePlanes, respond, toPlanes } from './operation.js';

/** Rows of {@link LocalOptions}. */
export const LOCAL_OPTIONS = {
  /** Side of the window in pixels, a whole number ≥ 1; of an even one the middle is right of and below the center. Default 5. */
  size: option(count, { default: 5 }),
  ...OPERATION_OPTIONS,
} satisfies Rows;

/** Options of {@link localMean}, {@link localVariance} and {@link localDeviation}. */
export interface LocalOptions extends OptionsOf<typeof LOCAL_OPTIONS> {}

/**
 * The mean of the size × size pixels around each pixel, per channel: m = Σ f / n. Like `filter` with `box(size)`, but summed
 * more precisely.
 * @returns an image of the same size, channels and sample type, alpha unchanged
 * @throws OptionError if an option is unknown or breaks its rule
 */
export async function localMean(image: Image, options: LocalOptions = {}): Promise<Image> {
  return local('localMean', image, options, (mean) => mean);
}

/**
 * The variance of the size × size pixels around each pixel, per channel: v = Σ (f − m)² / n (divided by n, not n − 1). White
 * counts as 1, so v is at most ¼ for every sample type.
 * @returns an image of the same size, channels and sample type, alpha unchanged
 * @throws OptionError if an option is unknown or breaks its rule
 */
export async function localVariance(image: Image, options: LocalOptions = {}): Promise<Image> {
  return local('localVariance', image, options, (_, variance, white) => variance / white);
}

/**
 * The standard deviation of the size × size pixels around each pixel, √v, in the picture's units, per channel: a measure of texture.
 * @returns an image of the same size, channels and sample type, alpha unchanged
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { localDeviation } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const texture = await localDeviation(await readImage('photo.jpg'), { size: 9 });
 * ```
 */
export async function localDeviation(image: Image, options: LocalOptions = {}): Promise<Image> {
  return local('localDeviation', image, options, (_, variance) => Math.sqrt(variance));
}

type Measure = (mean: number, variance: number, white: number) => number;

async function local(operation: string, image: Image, options: LocalOptions, measure: Measure): Promise<Image> {
  const { size, output, ...rest } = settle(operation, options, LOCAL_OPTIONS);
  checkImage(operation, image);
  checkKernelSize(operation, 'size', size, [size, size]);
  const planes = toPlanes(operation, image, rest);
  const values = new Float32Array(planes.x.data.length);
  const white = whiteOf(image.data);
  for (let plane = 0; plane < planes.x.shape[0]; plane++) {
    const one = { shape: [1, ...planes.x.shape.slice(1)], data: planeAt(planes.x.data, plane, planes.x.shape[0]) };
    const { mean, variance } = await moments(one, size, rest);
    planeAt(values, plane, planes.x.shape[0]).forEach((_, i, to) => {
      to[i] = measure(mean[i], variance[i], white);
    });
  }
  return replacePlanes(image, planes, values, output);
}

/**
 * Mean and variance of every window, in float64. Σf²/n − m² in float32 cancels: in a nearly uniform sky the difference of two
 * large sums is noise. So f is taken relative to an origin near it, and f and f² are each split in two: the upper 11 bits,
 * whose sums are exact in float32 for windows of up to 8192 pixels, and the remainder.
 * @param x `[1, 1, H, W]`
 */
async function moments(x: Tensor, size: number, options: MeasureOptions) {
  const { paddingMode, paddingValue = 0 } = options;
  // the origin must map a constant border to zero
  const constant = paddingMode === 'zero' || paddingMode === 'constant';
  const origin = constant ? paddingValue : x.data.reduce((sum, value) => sum + value, 0) / x.data.length;
  const border = paddingMode === 'constant' ? { paddingValue: paddingValue - origin } : {};
  const offsets = new Float64Array(x.data).map((value) => value - origin);
  const parts = [...split(offsets), ...split(offsets.map((offset) => offset * offset))];
  const stack: Tensor = { shape: [parts.length, ...x.shape.slice(1)], data: new Float32Array(parts.length * x.data.length) };
  parts.forEach((part, i) => {
    stack.data.set(part, i * part.length);
  });
  const { data } = await respond(stack, [full([size, size], 1)], { ...options, ...border });
  const [coarse, fine, coarseSquares, fineSquares] = parts.map((_, i) => planeAt(data, i, parts.length));
  const [mean, variance, n] = [new Float64Array(x.data.length), new Float64Array(x.data.length), size ** 2];
  for (let i = 0; i < mean.length; i++) {
    const offset = (coarse[i] + fine[i]) / n;
    mean[i] = origin + offset;
    variance[i] = Math.max(0, (coarseSquares[i] + fineSquares[i]) / n - offset * offset);
  }
  return { mean, variance };
}

/** Multiples of 2⁻¹¹ of the largest value's power of two, and the remainders. */
function split(values: Float64Array): readonly [coarse: Float32Array, fine: Float32Array] {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = largest === 0 ? 1 : 2 ** (Math.ceil(Math.log2(largest)) - 11);
  const [coarse, fine] = [new Float32Array(values.length), new Float32Array(values.length)];
  for (let i = 0; i < values.length; i++) {
    coarse[i] = Math.round(values[i] / step) * step;
    fine[i] = values[i] - coarse[i];
  }
  return [coarse, fine];
}

const SIZE = [{ name: 'size', default: 5, rule: 'side of the window in pixels, a whole number ≥ 1' }] as const;

export const LOCAL_MEAN_ENTRY: OperationEntry = {
  group: 'texture',
  summary: 'the mean of the pixels around',
  formula: 'm = Σ f / n, n = size²',
  code: 'localMean(image, { size })',
  parameters: SIZE,
  apply: (image, [size] = [], options) => localMean(image, { size, ...options }),
  output: 'clamp',
};

export const LOCAL_VARIANCE_ENTRY: OperationEntry = {
  group: 'texture',
  summary: 'how much the pixels around differ, squared; white counts as 1',
  formula: 'Σ (f − m)² / n',
  code: 'localVariance(image, { size })',
  parameters: SIZE,
  apply: (image, [size] = [], options) => localVariance(image, { size, ...options }),
  output: 'clamp',
};

export const LOCAL_DEVIATION_ENTRY: OperationEntry = {
  group: 'texture',
  summary: 'how much the pixels around differ',
  formula: '√(Σ (f − m)² / n)',
  code: 'localDeviation(image, { size })',
  parameters: SIZE,
  apply: (image, [size] = [], options) => localDeviation(image, { size, ...options }),
  output: 'clamp',
};
