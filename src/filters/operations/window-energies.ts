import { tensorToImage } from '../../image/image.js';
import type { RunOptions } from '../../kernels/backends/create.js';
import { conv } from '../../kernels/conv.js';
import { full, type Tensor } from '../../tensor.js';
import { filter } from '../filter.js';
import { windowDeviations } from './moments-from-samples.js';

/** The energies and sums of windows. */
export interface WindowEnergies {
  /** Σ I² over all colors or, if centered, Σ (I − Ī)² */
  readonly energies: Float64Array;
  /** Σ I per color if centered; otherwise empty */
  readonly sums: readonly Float64Array[];
  /** the largest square of a value */
  readonly largest: number;
}

/**
 * The energies of all windows of the template's size.
 * @param x `[1, C, H, W]`, finite
 * @param centered subtract the mean of each color in the window
 */
export async function windowEnergies(x: Tensor, t: Tensor, centered: boolean, on: RunOptions): Promise<WindowEnergies> {
  const [, channels, height, width] = x.shape;
  const [, , h, w] = t.shape;
  const image = tensorToImage(x, { depth: 'float' });
  const deviation = await windowDeviations('matchTemplate', image, [h, w], on);
  if (!deviation) return energiesOverPlanes(x, t, centered, on);
  // float32 is precise enough for the means, because the deviations from them are computed separately
  const { data: mean } = await filter(image, full([h, w], 1 / (h * w)), { ...on, padding: 'valid', channels: 'all', output: 'float' });
  const [area, count] = [h * w, (height - h + 1) * (width - w + 1)];
  const energies = new Float64Array(count);
  const sums = Array.from({ length: centered ? channels : 0 }, () => new Float64Array(count));
  for (let c = 0; c < channels; c++) {
    const sum = sums[c];
    for (let i = 0, at = c; i < count; i++, at += channels) {
      const m = mean[at];
      energies[i] += area * (deviation[at] * deviation[at] + (sum ? 0 : m * m));
      if (sum) sum[i] = area * m;
    }
  }
  return { energies, sums, largest: largestOf(x.data) ** 2 };
}

async function energiesOverPlanes(x: Tensor, t: Tensor, centered: boolean, on: RunOptions): Promise<WindowEnergies> {
  const area = t.shape[2] * t.shape[3];
  const { sums: squares, largest } = await windowSums({ shape: x.shape, data: squaresOf(x.data) }, t, on);
  const { sums } = centered ? await windowSums(x, t, on) : { sums: [] };
  const energies = new Float64Array(squares[0].length);
  squares.forEach((plane, c) => {
    const sum = sums[c];
    for (let i = 0; i < energies.length; i++) energies[i] += plane[i] - (sum ? (sum[i] * sum[i]) / area : 0);
  });
  return { energies, sums, largest };
}

function squaresOf(values: Float32Array): Float64Array {
  const squares = new Float64Array(values.length);
  for (let i = 0; i < squares.length; i++) squares[i] = values[i] * values[i];
  return squares;
}

/**
 * The sum of every window, per channel, with float64 precision although the engine adds in float32. Each value is split
 * into a multiple of q, whose sums are exact in float32, and a remainder below q, whose rounding is negligible.
 */
async function windowSums(
  { shape, data }: { shape: readonly number[]; data: Float32Array | Float64Array },
  { shape: [, , h, w] }: Tensor,
  on: RunOptions,
): Promise<{ sums: Float64Array[]; largest: number }> {
  const channels = shape[1];
  const largest = largestOf(data);
  const q = largest === 0 ? 1 : 2 ** Math.ceil(Math.log2((h * w * largest) / 2 ** 24));
  const parts = new Float32Array(2 * data.length);
  for (let i = 0; i < data.length; i++) {
    parts[i] = Math.round(data[i] / q) * q;
    parts[data.length + i] = data[i] - parts[i];
  }
  const summed = await conv({ shape: [2, ...shape.slice(1)], data: parts }, full([channels, 1, h, w], 1), { ...on, groups: channels });
  const size = summed.data.length / 2;
  const area = size / channels;
  const sums = Array.from({ length: channels }, (_, c) => added(summed.data.subarray(c * area, (c + 1) * area), summed.data.subarray(size + c * area)));
  return { sums, largest };
}

function added(a: Float32Array, b: Float32Array): Float64Array {
  const sums = new Float64Array(a.length);
  for (let i = 0; i < sums.length; i++) sums[i] = a[i] + b[i];
  return sums;
}

/** The largest magnitude. */
export function largestOf(values: Float32Array | Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
