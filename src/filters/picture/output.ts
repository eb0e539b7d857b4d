import { type Image, type Samples, tensorToImage } from '../../image/image.js';
import { whiteOf } from '../../image/samples.js';
import { oneOf, option } from '../../options.js';
import type { Tensor } from '../../tensor.js';

/**
 * How a filter's values become samples.
 *
 * | output | a value v of a filtered channel becomes |
 * |---|---|
 * | `clamp` | v |
 * | `signed` | v + mid-gray: 128 for 8 bits, 32768 for 16, 0.5 for floats |
 * | `abs` | \|v\| |
 * | `normalize` | (v − min) / (max − min) from black to white, min and max over all filtered channels; black if all are equal |
 * | `float` | v in a float image, where 0 is black and 1 is white: negative and brighter values stay, nothing is rounded |
 * | `16bit` | v in a 16-bit image: of 8 bits times 257, of floats times 65535 |
 *
 * All but `float` and `16bit` keep the image's sample type. All but `float` limit to black … white and, where samples are
 * whole numbers, round to the nearest, halves up. Alpha and channels that were not filtered are only brought into the new
 * type: never shifted, turned positive or spread.
 */
export type Output = (typeof OUTPUTS)[number];
/** Every {@link Output}. */
export const OUTPUTS = ['clamp', 'signed', 'abs', 'normalize', 'float', '16bit'] as const;
/** The option that names one. */
export const OUTPUT = option(oneOf(OUTPUTS), { default: 'clamp', help: 'how values become samples', placeholder: 'how' });

/**
 * Turns filtered values into an image.
 * @param x `[1, C, H, W]` in the image's units; its data is used up
 * @param like samples of the type that the units belong to
 * @param filtered the channels that were filtered; the others are only limited and rounded
 */
export function valuesToImage(x: Tensor, like: Samples, output: Output, filtered: readonly number[]): Image {
  mapOutput(x, like, output, filtered);
  return samplesToImage(x, like, output);
}

/** In place: values in the image's units become values in the result's, not yet limited and rounded. */
export function mapOutput(x: Tensor, like: Samples, output: Output, filtered: readonly number[]): void {
  const white = whiteOf(like);
  const area = x.shape[2] * x.shape[3];
  const planes = filtered.map((c) => x.data.subarray(c * area, (c + 1) * area));
  if (output === 'abs') for (const plane of planes) each(plane, Math.abs);
  if (output === 'signed') for (const plane of planes) each(plane, (value) => value + (white === 1 ? 0.5 : (white + 1) / 2));
  if (output === 'normalize') normalizePlanes(planes, white);
  toResultUnits(x, like, output);
}

/** In place: from the image's units to the result's. */
export function toResultUnits(x: Tensor, like: Samples, output: Output): void {
  const white = whiteOf(like);
  if (output === 'float' && white !== 1) each(x.data, (value) => value / white);
  if (output === '16bit' && white !== 65535) each(x.data, (value) => value * (65535 / white));
}

/** Limits and rounds values in the result's units. @param x its data may be used up */
export function samplesToImage(x: Tensor, like: Samples, output: Output): Image {
  if (output === 'float') return tensorToImage(x, { depth: 'float' });
  const white = output === '16bit' ? 65535 : whiteOf(like);
  if (white > 1) return tensorToImage(x, { depth: white === 255 ? 8 : 16 });
  each(x.data, (value) => Math.min(1, Math.max(0, value)));
  return tensorToImage(x, { depth: 'float' });
}

function normalizePlanes(planes: readonly Float32Array[], white: number): void {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const plane of planes) {
    for (const value of plane) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  const scale = max > min ? white / (max - min) : 0;
  for (const plane of planes) each(plane, (value) => (value - min) * scale);
}

function each(values: Float32Array, change: (value: number) => number): void {
  for (let i = 0; i < values.length; i++) values[i] = change(values[i]);
}
