import type { ConvGeometry } from '../geometry.js';
import type { PictureSum } from '../job.js';

/** The programs for images round only sums below this value correctly. */
export const HIGHEST_SUM = 2 ** 21;
/** The most rows of a box: 16 bits hold the sum of a column of 257 bytes. */
const HIGHEST_BOX = 257;

type IntegerSum = Extract<PictureSum, { kind: 'integer' }>;

/** The weights as integers, and their factor, if 16 bits hold every sum of 8-bit samples, or 32 bits every sum of 16-bit samples. */
export function wholeWeights(window: Float32Array, bias: number, { paddingValue }: ConvGeometry, white: number): Omit<IntegerSum, 'kind'> | undefined {
  const weights = window.filter((weight) => weight !== 0);
  const unit = weights.reduce((least, weight) => Math.min(least, Math.abs(weight)), Number.POSITIVE_INFINITY);
  const near = (value: number) => Math.abs(value - Math.round(value)) <= 1e-6 * Math.abs(value);
  // integer weights are not scaled: their sums need no factor
  const scale = weights.every(Number.isInteger) && Number.isInteger(bias) ? 1 : unit;
  if (scale === 1 && !Number.isInteger(bias)) return undefined;
  if (!weights.every((weight) => near(weight / scale)) || !isWholeValue(paddingValue, white)) return undefined;
  const whole = Int32Array.from(window, (weight) => Math.round(weight / scale));
  const largest = white * whole.reduce((sum, weight) => sum + Math.abs(weight), 0) + (scale === 1 ? Math.abs(bias) : 0);
  if (largest >= (white === 255 ? 2 ** 15 : 2 ** 31)) return undefined;
  return { window: whole, scale, quotient: scale === 1 || bias !== 0 || white !== 255 ? undefined : quotientOf(whole, scale) };
}

function quotientOf(window: Int32Array, scale: number): IntegerSum['quotient'] {
  const [low, high] = [Math.min, Math.max].map((end) => 255 * window.reduce((sum, weight) => sum + end(weight, 0), 0));
  return quotientBetween(low, high, scale);
}

/**
 * The 16-bit quotient for sums from `low` to `high`, with as many fraction bits as fit. It is tested with every sum that gives a byte,
 * with the saturation of the program.
 */
export function quotientBetween(low: number, high: number, scale: number): IntegerSum['quotient'] {
  const shift = 14 - Math.floor(Math.log2(Math.max(-low, high)));
  const bits = 14 - Math.floor(Math.log2(scale * 2 ** (15 - shift)));
  const factor = Math.round(scale * 2 ** (15 - shift + bits));
  if (shift < 0 || bits < 1 || bits > 14 || factor >= 2 ** 15) return undefined;
  const [from, to] = [Math.max(low, Math.ceil(-1 / scale)), Math.min(high, Math.floor(256 / scale))];
  for (let sum = from; sum <= to; sum++) {
    const product = ((sum << shift) * factor + 2 ** 14) >> 15;
    if (Math.min(product + 2 ** (bits - 1), 2 ** 15 - 1) >> bits !== Math.floor(scale * sum + 0.5)) return undefined;
  }
  return { shift, factor, bits };
}

/** True if all weights are equal and the sums of columns stay within 16 bits. */
export function isBox(window: Float32Array, geometry: ConvGeometry): boolean {
  return isTogether(geometry) && geometry.kernel[1] <= HIGHEST_BOX && isByte(geometry.paddingValue) && window.every((weight) => weight === window[0]);
}

/** True if the cells of a window are neighbors. */
export function isTogether({ dilation }: ConvGeometry): boolean {
  return dilation[1] === 1 && dilation[2] === 1;
}

/** True if all bytes of the padding sample are equal, so that it can be filled byte by byte. */
function isWholeValue(value: number, white: number): boolean {
  return isByte(white === 255 ? value : value / 257);
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}
