import { full, type Tensor } from '../../tensor.js';
import { type MeasureOptions, planeAt, respond } from './operation.js';

/** Mean and variance of the window around every pixel. */
export interface Moments {
  readonly mean: Float64Array;
  /** divided by the number of pixels */
  readonly variance: Float64Array;
}

/**
 * Mean and variance of every window, in float64. Σf²/n − m² in float32 cancels: in a nearly uniform sky the difference of two
 * large sums is noise. So f is taken relative to an origin near it, and f and f² are each split in two: the upper 11 bits,
 * whose sums are exact in float32 for windows of up to 8192 pixels, and the remainder.
 *
 * Non-finite values are summed separately: as with `box`, they affect only the windows that contain them.
 * @param x `[1, 1, H, W]`
 * @param clear transparency of each pixel, 0 … 1, which reduces its weight; a fully transparent window has mean 0.
 * Pixels beyond the border have full weight
 */
export async function moments({ shape, data }: Tensor, clear: Float32Array | undefined, size: number, options: MeasureOptions): Promise<Moments> {
  const { paddingMode, paddingValue = 0 } = options;
  // the origin must map a constant border to zero
  const constant = paddingMode === 'zero' || paddingMode === 'constant';
  const origin = constant ? paddingValue : middleOf(data);
  const border = paddingMode === 'constant' ? { paddingValue: 0 } : {};

  const lost = notFinite(data, clear);
  const offsets = new Float64Array(data).map((value, i) => (lost && lost[i] !== 0 ? 0 : value - origin));
  const unit = unitOf(offsets);
  const [values, squares] = [new Float64Array(data.length), new Float64Array(data.length)];
  offsets.forEach((offset, i) => {
    const [scaled, share] = [offset / unit, offset === 0 || !clear ? 1 : 1 - clear[i]];
    values[i] = share * scaled;
    squares[i] = share * scaled * scaled;
  });
  const parts = [...split(values), ...split(squares)];
  if (clear) parts.push(...split(new Float64Array(clear).map((each) => (Number.isFinite(each) ? each : 0))));
  if (lost) parts.push(lost);
  const stack: Tensor = { shape: [parts.length, ...shape.slice(1)], data: new Float32Array(parts.length * data.length) };
  parts.forEach((part, i) => {
    stack.data.set(part, i * part.length);
  });
  const response = await respond(stack, [full([size, size], 1)], { ...options, ...border });
  const sums = parts.map((_, i) => planeAt(response.data, i, parts.length));
  const [coarse, fine, coarseSquares, fineSquares] = sums;
  const [coarseClear, fineClear] = clear ? sums.slice(4) : [];
  const lostSums = lost && sums[sums.length - 1];

  const [mean, variance] = [new Float64Array(data.length), new Float64Array(data.length)];
  for (let i = 0; i < mean.length; i++) {
    const count = size ** 2 - (clear ? coarseClear[i] + fineClear[i] : 0);
    const rest = lostSums?.[i] ?? 0; // 0 or non-finite
    if (count > 1e-6 * size ** 2) {
      const offset = (coarse[i] + fine[i]) / count;
      mean[i] = origin + unit * offset + rest;
      variance[i] = unit ** 2 * Math.max(0, (coarseSquares[i] + fineSquares[i]) / count - offset * offset) + 0 * rest;
    } else mean[i] = variance[i] = 0 * rest;
  }
  return { mean, variance };
}

/** A typical finite value: the median of about a thousand, which a few outliers do not affect. */
function middleOf(values: Float32Array): number {
  const step = Math.ceil(values.length / 1000) | 1; // odd, so that in most images the samples do not all come from one column
  const some = Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]).filter(Number.isFinite);
  return some.sort((a, b) => a - b)[some.length >> 1] ?? 0;
}

/** The weighted non-finite values, with 0 in place of all others; undefined if all are finite. */
function notFinite(values: Float32Array, clear: Float32Array | undefined): Float32Array | undefined {
  if (values.every(Number.isFinite) && (clear === undefined || clear.every(Number.isFinite))) return undefined;
  return values.map((value, i) => {
    const counted = value * (1 - (clear?.[i] ?? 0));
    return Number.isFinite(counted) ? 0 : counted;
  });
}

/** A power of two by which values can be scaled so that float32 holds the sums of their squares; 1 for usual images. */
function unitOf(values: Float64Array): number {
  const exponent = Math.floor(Math.log2(largestOf(values)));
  if (exponent > 50) return 2 ** (exponent - 50);
  return exponent < -50 && Number.isFinite(exponent) ? 2 ** exponent : 1;
}

/** Splits values into multiples of 2⁻¹¹ of the power of two of the largest value, and remainders. */
function split(values: Float64Array): readonly [coarse: Float32Array, fine: Float32Array] {
  const largest = largestOf(values);
  const step = largest === 0 ? 1 : 2 ** (Math.ceil(Math.log2(largest)) - 11);
  const [coarse, fine] = [new Float32Array(values.length), new Float32Array(values.length)];
  for (let i = 0; i < values.length; i++) {
    coarse[i] = Math.round(values[i] / step) * step;
    fine[i] = values[i] - coarse[i];
  }
  return [coarse, fine];
}

function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
