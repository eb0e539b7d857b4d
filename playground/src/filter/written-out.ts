// The sum of one output pixel, term by term, as the engine computes it.
import { type ConvGeometry, type Image, linearToSrgb, srgbToLinear, type Tensor } from 'convlab';
import { rowsOf } from './kernel-choice.js';
import { NOWHERE } from './place.js';

/** Options of `filter` that apply around the sum. */
export interface Around {
  readonly divideBySum: boolean;
  readonly scale: number;
  readonly bias: number;
  readonly linear: boolean;
  readonly output: 'clamp' | 'signed' | 'abs' | 'normalize';
  readonly alpha: 'auto' | 'premultiply' | 'ignore' | 'filter';
}

/** A sum, written out. */
export interface WrittenOut {
  /** values under the kernel: samples; linear light with `linear`; premultiplied if opacity is a weight */
  readonly window: readonly (readonly number[])[];
  /** which of these cells are padding */
  readonly ghost: readonly (readonly boolean[])[];
  /** the weights as applied: flipped, scaled */
  readonly weights: readonly (readonly number[])[];
  readonly sum: number;
  /** divisor of the sum if pixels are weighted by opacity; else undefined */
  readonly opacity?: number;
  readonly bias: number;
  /** the value before conversion to a sample */
  readonly value: number;
  /** the 8-bit sample; undefined if it depends on the whole image */
  readonly sample?: number;
}

/** Image cells along an axis, padding included. */
export interface Shown {
  readonly y: Int32Array;
  readonly x: Int32Array;
}

/** True if the sum is zero, in which case `scale: 'sum'` leaves the weights unscaled. */
export function sumsToZero({ data }: Tensor): boolean {
  const size = data.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return Math.abs(data.reduce((sum, weight) => sum + weight, 0)) <= 1e-6 * size;
}

/** The weights as applied to the window. */
function appliedWeights(kernel: Tensor, flip: boolean, { divideBySum, scale }: Pick<Around, 'divideBySum' | 'scale'>): number[][] {
  const factor = !divideBySum ? scale : sumsToZero(kernel) ? 1 : 1 / kernel.data.reduce((sum, weight) => sum + weight, 0);
  const rows = rowsOf(kernel).map((row) => row.map((weight) => weight * factor));
  return flip ? rows.reverse().map((row) => row.reverse()) : rows;
}

/** A kernel on an RGBA image of 8 bits, and which cells of the image its padded cells show. */
export interface Placed {
  readonly image: Image;
  readonly kernel: Tensor;
  readonly geometry: ConvGeometry;
  readonly shown: Shown;
  readonly around: Around;
}

/** @param at the output pixel @param c 0 red, 1 green, 2 blue */
export function writeOut({ image, kernel, geometry, shown, around }: Placed, at: { x: number; y: number }, c: number): WrittenOut {
  const weights = appliedWeights(kernel, geometry.flip, around);
  const total = weights.flat().reduce((sum, weight) => sum + weight, 0);
  const size = weights.flat().reduce((sum, weight) => sum + Math.abs(weight), 0);
  const means = total > 1e-6 * size && (total === size || geometry.paddingMode !== 'zero');
  const counts = around.alpha === 'premultiply' || (around.alpha === 'auto' && means);
  const beyond = { zero: [0, 0], constant: [geometry.paddingValue, 1] } as const;
  const [emptyColor, emptyShare] = geometry.paddingMode === 'constant' ? beyond.constant : beyond.zero;

  const ghost = weights.map((row) => row.map(() => false));
  let [sum, opacity] = [0, 0];
  const window = weights.map((row, ky) =>
    row.map((weight, kx) => {
      const [py, px] = [at.y * geometry.stride[1] + ky * geometry.dilation[1], at.x * geometry.stride[2] + kx * geometry.dilation[2]];
      const [y, x] = [shown.y[py], shown.x[px]];
      const [inY, inX] = [py - geometry.before[1], px - geometry.before[2]];
      ghost[ky][kx] = inY < 0 || inX < 0 || inY >= image.height || inX >= image.width;
      const outside = y === NOWHERE || x === NOWHERE;
      const from = 4 * (y * image.width + x);
      const stored = outside ? emptyColor : image.data[from + c];
      const color = around.linear && !outside ? 255 * srgbToLinear(stored / 255) : stored;
      const share = outside ? emptyShare : image.data[from + 3] / 255;
      const counted = counts ? color * share : color;
      sum += weight * counted;
      opacity += (weight / total) * share;
      return counted;
    }),
  );
  const mixed = !counts ? sum + around.bias : opacity > (1e-6 * size) / total ? sum / opacity + around.bias : 0;
  const value = around.linear ? 255 * linearToSrgb(mixed / 255) : mixed;
  const spread = { clamp: value, signed: value + 128, abs: Math.abs(value), normalize: Number.NaN }[around.output];
  return {
    window,
    ghost,
    weights,
    sum,
    ...(counts && Math.abs(opacity - 1) > 1e-6 && { opacity }),
    bias: around.bias,
    value,
    ...(around.output !== 'normalize' && { sample: Math.min(255, Math.max(0, Math.floor(spread + 0.5))) }),
  };
}

/** A sample of an image; red, green and blue are equal in a gray one. */
export function sampleAt({ width, channels, data }: Image, x: number, y: number, c: number): number {
  return data[channels * (y * width + x) + (channels < 3 ? 0 : c)];
}
