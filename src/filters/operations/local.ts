import type { Image } from '../../image/image.js';
import { type Format, whiteOf } from '../../image/samples.js';
import type { MomentMeasure } from '../../kernels/job.js';
import { keep } from '../../kernels/keep.js';
import { count, type OptionsOf, option, type Rows, settle } from '../../options.js';
import type { AnyImage, ResultImage } from '../any-image.js';
import type { LocalOperationEntry } from '../catalogue/operation-entry.js';
import { formatOfAny } from '../device-image.js';
import { checkKernelSize } from '../kernels/make/kernel-parameters.js';
import type { Output } from '../picture/output.js';
import { type EngineWay, throughEngine } from './engine-way.js';
import { moments } from './moments.js';
import { momentsWay } from './moments-from-samples.js';
import { hasHoles, type MeasureOptions, OPERATION_OPTIONS, onPicture, planeAt, replacePlanes, toPlanes } from './operation.js';

/** Rules and defaults of {@link LocalOptions}. */
export const LOCAL_OPTIONS = {
  /** Side of the window in pixels, an integer ≥ 1. The anchor of an even window is right of and below its center. Default 5. */
  size: option(count, { default: 5 }),
  ...OPERATION_OPTIONS,
} satisfies Rows;

/** Options of {@link localMean}, {@link localVariance} and {@link localStandardDeviation}. */
export interface LocalOptions extends OptionsOf<typeof LOCAL_OPTIONS> {}

/**
 * The mean of the size × size pixels around each pixel, per channel: m = Σ f / n. Like `filter` with `box(size)`, but
 * summed more precisely. Pixels are weighted by their opacity, here and in the variance; if all are transparent, both
 * are 0.
 * @returns an image of the same size, channels and sample type, alpha unchanged
 * @throws OptionError if an option is unknown or breaks its rule
 */
export async function localMean<I extends AnyImage, P extends Output = 'clamp'>(
  image: I,
  options: LocalOptions & { readonly output?: P } = {},
): Promise<ResultImage<I, P>> {
  return local('localMean', image, options, 'mean', (mean) => mean);
}

/**
 * The variance of the size × size pixels around each pixel, per channel: v = Σ (f − m)² / n (divided by n, not n − 1). White
 * is 1, so v is at most ¼ for every sample type.
 * @returns an image of the same size, channels and sample type, alpha unchanged
 * @throws OptionError if an option is unknown or breaks its rule
 */
export async function localVariance<I extends AnyImage, P extends Output = 'clamp'>(
  image: I,
  options: LocalOptions & { readonly output?: P } = {},
): Promise<ResultImage<I, P>> {
  return local('localVariance', image, options, 'variance', (_, variance, white) => variance / white);
}

/**
 * The standard deviation of the size × size pixels around each pixel, √v, in the units of the image, per channel: a measure of texture.
 * @returns an image of the same size, channels and sample type, alpha unchanged
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { localStandardDeviation } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const texture = await localStandardDeviation(await readImage('photo.jpg'), { size: 9 });
 * ```
 */
export async function localStandardDeviation<I extends AnyImage, P extends Output = 'clamp'>(
  image: I,
  options: LocalOptions & { readonly output?: P } = {},
): Promise<ResultImage<I, P>> {
  return local('localStandardDeviation', image, options, 'deviation', (_, variance) => Math.sqrt(variance));
}

type Measure = (mean: number, variance: number, white: number) => number;

async function local<I extends AnyImage, P extends Output>(
  operation: string,
  source: I,
  options: LocalOptions & { readonly output?: P },
  name: MomentMeasure,
  measure: Measure,
): Promise<ResultImage<I, P>> {
  const { size, output, ...rest } = settle(operation, options, LOCAL_OPTIONS);
  checkKernelSize(operation, 'size', size, [size, size]);
  return onPicture<I, P, typeof rest>(operation, source, rest, {
    fromSamples: (image, on) => throughEngine(image, momentsWay(operation, formatOfAny(image), { measure: name, size, output }, on), on),
    overPlanes: (image, on) => overPlanes(operation, keep(image), { ...on, size, output }, measure),
  });
}

function wayOf(operation: string, measure: MomentMeasure, format: Format, options: LocalOptions): EngineWay {
  const { size, output, ...rest } = settle(operation, options, LOCAL_OPTIONS);
  checkKernelSize(operation, 'size', size, [size, size]);
  return momentsWay(operation, format, { measure, size, output }, rest);
}

async function overPlanes(
  operation: string,
  image: Image,
  { size, output, ...rest }: MeasureOptions & { readonly size: number; readonly output: Output },
  measure: Measure,
): Promise<Image> {
  const planes = toPlanes(operation, image, rest);
  const values = new Float32Array(planes.x.data.length);
  const white = whiteOf(image.data);
  const clear = hasHoles(image, rest.channels) ? clearnessOf(image, white) : undefined;
  for (let plane = 0; plane < planes.x.shape[0]; plane++) {
    const one = { shape: [1, ...planes.x.shape.slice(1)], data: planeAt(planes.x.data, plane, planes.x.shape[0]) };
    const { mean, variance } = await moments(one, clear, size, rest);
    planeAt(values, plane, planes.x.shape[0]).forEach((_, i, to) => {
      to[i] = measure(mean[i], variance[i], white);
    });
  }
  return replacePlanes(image, planes, values, output);
}

/** The transparency of each pixel, 0 … 1. */
function clearnessOf({ channels, data }: Image, white: number): Float32Array {
  return Float32Array.from({ length: data.length / channels }, (_, i) => 1 - data[(i + 1) * channels - 1] / white);
}

const SIZE = [{ name: 'size', default: 5, rule: 'side of the window in pixels, an integer ≥ 1' }] as const;

export const LOCAL_MEAN_ENTRY: LocalOperationEntry = {
  name: 'local-mean',
  group: 'texture',
  summary: 'the mean of the surrounding pixels',
  formula: 'm = Σ f / n, n = size²',
  code: 'localMean(image, { size })',
  parameters: SIZE,
  apply: (image, [size] = [], options) => localMean(image, { size, ...options }),
  way: (format, [size] = [], options) => wayOf('localMean', 'mean', format, { size, ...options }),
  output: 'clamp',
};

export const LOCAL_VARIANCE_ENTRY: LocalOperationEntry = {
  name: 'local-variance',
  group: 'texture',
  summary: 'the variance of the surrounding pixels; white is 1',
  formula: 'Σ (f − m)² / n',
  code: 'localVariance(image, { size })',
  parameters: SIZE,
  apply: (image, [size] = [], options) => localVariance(image, { size, ...options }),
  way: (format, [size] = [], options) => wayOf('localVariance', 'variance', format, { size, ...options }),
  output: 'clamp',
};

export const LOCAL_STANDARD_DEVIATION_ENTRY: LocalOperationEntry = {
  name: 'local-standard-deviation',
  group: 'texture',
  summary: 'the standard deviation of the surrounding pixels',
  formula: '√(Σ (f − m)² / n)',
  code: 'localStandardDeviation(image, { size })',
  parameters: SIZE,
  apply: (image, [size] = [], options) => localStandardDeviation(image, { size, ...options }),
  way: (format, [size] = [], options) => wayOf('localStandardDeviation', 'deviation', format, { size, ...options }),
  output: 'clamp',
};
