// One output pixel written out: the same sum that the engine computes, term by term.
import { type ConvGeometry, type Image, linearToSrgb, srgbToLinear, type Tensor } from 'convlab';
import { NOWHERE } from './place.js';
import { rowsOf } from './state.js';

/** What `filter` does around the sum. */
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
  /** what lies under the kernel: samples; light with `linear`; times opacity where that counts */
  readonly window: readonly (readonly number[])[];
  /** which of these cells are padding */
  readonly ghost: readonly (readonly boolean[])[];
  /** the weights as they are applied: turned round, scaled */
  readonly weights: readonly (readonly number[])[];
  readonly sum: number;
  /** what the sum is divided by, where pixels count as much as they are opaque; else undefined */
  readonly opacity?: number;
  readonly bias: number;
  /** before the output makes a sample of it */
  readonly value: number;
  /** the 8-bit sample; undefined where that depends on the whole picture */
  readonly sample?: number;
}

/** Which cells of the picture an axis with its padding shows. */
export interface Shown {
  readonly y: Int32Array;
  readonly x: Int32Array;
}

/** Whether there is nothing to divide by: then `scale: 'sum'` leaves the weights as they are. */
export function sumsToZero({ data }: Tensor): boolean {
  const size = data.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return Math.abs(data.reduce((sum, weight) => sum + weight, 0)) <= 1e-6 * size;
}

/** The weights as they are applied to the window. */
function appliedWeights(kernel: Tensor, flip: boolean, { divideBySum, scale }: Pick<Around, 'divideBySum' | 'scale'>): number[][] {
  const factor = !divideBySum ? scale : sumsToZero(kernel) ? 1 : 1 / kernel.data.reduce((sum, weight) => sum + weight, 0);
  const rows = rowsOf(kernel).map((row) => row.map((weight) => weight * factor));
  return flip ? rows.reverse().map((row) => row.reverse()) : rows;
}

/** @param at the output pixel @param c 0 red, 1 green, 2 blue of an RGBA picture of 8 bits */
export function writeOut(
  image: Image,
  kernel: Tensor,
  geometry: ConvGeometry,
  shown: Shown,
  at: { x: number; y: number },
  c: number,
  around: Around,
): WrittenOut {
  const weights = appliedWeights(kernel, geometry.flip, around);
  const total = weights.flat().reduce((sum, weight) => sum + weight, 0);
  const means = weights.flat().every((weight) => weight >= 0) && total > 0;
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
  const mixed = !counts ? sum + around.bias : opacity > 1e-6 ? sum / opacity + around.bias : 0;
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

/** A sample of a picture; a gray one has the same for red, green and blue. */
export function sampleAt({ width, channels, data }: Image, x: number, y: number, c: number): number {
  return data[channels * (y * width + x) + (channels < 3 ? 0 : c)];
}
