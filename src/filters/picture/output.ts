import { ShapeError, show } from '../../errors.js';
import { type Image, type Samples, type SamplesOf, tensorToImage, toWhole } from '../../image/image.js';
import { carryMetadata } from '../../image/metadata.js';
import { arrayOf, type Format, type SampleType, whiteOf } from '../../image/samples.js';
import type { ValueRange } from '../../kernels/backend.js';
import { isGivenBack } from '../../lent-memory.js';
import { checkedInUse, type OptionsOf, oneOf, option, type Rows } from '../../options.js';
import type { Tensor } from '../../tensor.js';

/**
 * How filtered values are converted to samples.
 *
 * | output | a value v of a filtered channel becomes |
 * |---|---|
 * | `clamp` | v |
 * | `signed` | v + mid-gray: 128 for 8 bits, 32768 for 16, 0.5 for floats |
 * | `abs` | \|v\| |
 * | `normalize` | (v − min) / (max − min) from black to white, min and max over all filtered channels; black if all are equal |
 * | `float` | v in a float image, where 0 is black and 1 is white: neither clamped nor rounded |
 * | `16bit` | v in a 16-bit image: 8-bit values times 257, floats times 65535 |
 *
 * All but `float` and `16bit` keep the image's sample type. All but `float` clamp to black … white and, for integer samples,
 * round to the nearest, halves up. Alpha and unfiltered channels are only converted to the new type.
 */
export type Output = (typeof OUTPUTS)[number];
/** The sample type of a result, from that of the image and the output. */
export type ResultSamples<I, P extends Output = 'clamp'> = P extends 'float' ? Float32Array : P extends '16bit' ? Uint16Array : SamplesOf<I>;
/** All values of {@link Output}. */
export const OUTPUTS = ['clamp', 'signed', 'abs', 'normalize', 'float', '16bit'] as const;
/** The option that selects one. */
export const OUTPUT = option(oneOf(OUTPUTS), { default: 'clamp', help: 'how values are converted to samples', placeholder: 'how' });

/** Rules and defaults of {@link ResultOptions}. */
export const RESULT_OPTIONS = {
  /**
   * An image that receives the result. It must have the size, channels and sample type of the result, and may be the input. Its metadata is
   * not changed. Reuse it when you filter many images: allocating new memory takes time. Default: a new image.
   */
  out: checkedInUse<Image>('an image with the format of the result'),
} satisfies Rows;

/** The option for the destination of the result. */
export interface ResultOptions extends OptionsOf<typeof RESULT_OPTIONS> {}

/** The sample type of a result. */
export function resultSamples(samples: SampleType, output: Output): SampleType {
  return output === 'float' ? 'float32' : output === '16bit' ? 'uint16' : samples;
}

/**
 * Turns filtered values into an image.
 * @param x `[1, C, H, W]` in the units of `samples`; its data is overwritten
 * @param filtered the channels that were filtered; the others are only clamped and rounded
 */
export function valuesToImage(x: Tensor, samples: SampleType, output: Output, filtered: readonly number[]): Image {
  mapOutput(x, samples, output, filtered);
  return samplesToImage(x, samples, output);
}

/**
 * Converts values from the units of the image to those of the result, in place, without clamping and rounding.
 * @param range the range of values for a normalized result. Default: the range of x
 */
export function mapOutput(x: Tensor, samples: SampleType, output: Output, filtered: readonly number[], range?: ValueRange): void {
  const planes = planesOf(x, filtered);
  if (output === 'abs') for (const plane of planes) each(plane, Math.abs);
  if (output === 'signed') for (const plane of planes) each(plane, (value) => value + midOf(samples));
  if (output === 'normalize') spread(planes, whiteOf(samples), range ?? rangeOf(x, filtered));
  toResultUnits(x, samples, output);
}

function planesOf({ shape, data }: Tensor, numbers: readonly number[]): readonly Float32Array[] {
  const area = shape[2] * shape[3];
  return numbers.map((c) => data.subarray(c * area, (c + 1) * area));
}

/** The smallest and largest value of the filtered channels. @param x `[1, C, H, W]` */
export function rangeOf(x: Tensor, filtered: readonly number[]): ValueRange {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const plane of planesOf(x, filtered)) {
    for (const value of plane) {
      if (value < least) least = value;
      if (value > largest) largest = value;
    }
  }
  return { least, largest };
}

/** Converts values from the units of the image to those of the result, in place. */
export function toResultUnits(x: Tensor, samples: SampleType, output: Output): void {
  const unit = unitOf(samples, output);
  if (unit !== 1) each(x.data, (value) => value * unit);
}

/** The factor from the image's units to the result's. */
export function unitOf(samples: SampleType, output: Output): number {
  return whiteOf(resultSamples(samples, output)) / whiteOf(samples);
}

/** The offset of `'signed'`: mid-gray. */
export function midOf(samples: SampleType): number {
  const white = whiteOf(samples);
  return white === 1 ? 0.5 : (white + 1) / 2;
}

/** Converts samples `from` … `to` − 1 in the units of the result by clamping and rounding. */
export function convertSamples(values: Samples, result: Samples, from: number, to: number, samples: SampleType, output: Output): void {
  const unit = unitOf(samples, output);
  const white = whiteOf(result);
  const convert =
    output === 'float' ? (value: number) => value : white > 1 ? (value: number) => toWhole(value, white) : (value: number) => Math.min(1, Math.max(0, value));
  for (let i = from; i < to; i++) result[i] = convert(values[i] * unit);
}

/** Clamps and rounds values in the units of the result. @param x its data may be overwritten */
export function samplesToImage(x: Tensor, samples: SampleType, output: Output): Image {
  if (output === 'float') return tensorToImage(x, { depth: 'float' });
  const white = whiteOf(resultSamples(samples, output));
  if (white > 1) return tensorToImage(x, { depth: white === 255 ? 8 : 16 });
  each(x.data, (value) => Math.min(1, Math.max(0, value)));
  return tensorToImage(x, { depth: 'float' });
}

/** @throws ShapeError unless `out` has the format of the result */
export function checkOut(operation: string, out: Image, { width, height, channels, samples }: Format): void {
  const words = (of: Omit<Image, 'data'>, data: string, count: number) => `${of.width} × ${of.height} with ${of.channels} channels in a ${data} of ${count}`;
  const needed = words({ width, height, channels }, arrayOf(samples).name, width * height * channels);
  const received = out?.data ? words(out, out.data.constructor.name, out.data.length) : show(out);
  if (received !== needed) throw new ShapeError(operation, `out must have the format of the result, ${needed}, received ${received}`, { out });
  if (isGivenBack(out.data)) throw new ShapeError(operation, 'the memory of out was freed and may now belong to another image', { out });
}

/** The result, in `out` if it is given. @param image the source of the result */
export function deliver(result: Image, out: Image | undefined, image: Image): Image {
  if (out && isGivenBack(out.data)) throw new ShapeError('freeImage', 'out was freed while its result was computed', { out });
  out?.data.set(result.data);
  return out ?? carryMetadata(result, image);
}

function spread(planes: readonly Float32Array[], white: number, { least, largest }: ValueRange): void {
  const scale = largest > least ? white / (largest - least) : 0;
  for (const plane of planes) each(plane, (value) => (value - least) * scale);
}

function each(values: Float32Array, change: (value: number) => number): void {
  for (let i = 0; i < values.length; i++) values[i] = change(values[i]);
}
