import { DataError } from '../../errors.js';
import { tensorToImage } from '../../image/image.js';
import type { RunOptions } from '../../kernels/backends/create.js';
import { conv } from '../../kernels/conv.js';
import { full, reshape, type Tensor } from '../../tensor.js';
import { windowMoments } from './moments-from-samples.js';
import { planeAt } from './operation.js';

/**
 * How like the template T a window I of the picture is; sums run over the template's pixels and over the colors.
 *
 * | method | score | best | OpenCV's |
 * |---|---|---|---|
 * | `zncc` | Σ (T − T̄)(I − Ī) / √(Σ (T − T̄)² · Σ (I − Ī)²), means per color: light and contrast don't matter | 1 | `TM_CCOEFF_NORMED` |
 * | `ncc` | Σ T·I / √(Σ T² · Σ I²): contrast doesn't matter | 1 | `TM_CCORR_NORMED` |
 * | `ssd` | Σ (T − I)²: the same levels | 0 | `TM_SQDIFF` |
 * | `correlation` | Σ T·I: the convolution itself; bright places win, like the template or not | | `TM_CCORR` |
 */
export type MatchMethod = (typeof MATCH_METHODS)[number];
/** Every {@link MatchMethod}. */
export const MATCH_METHODS = ['zncc', 'ncc', 'ssd', 'correlation'] as const;

/** Scores in a unit in which float32 holds them, however large or small the samples are. */
export interface Scores {
  /** `[H − h + 1, W − w + 1]`; NaN where the window holds a value that is not finite */
  readonly scores: Tensor;
  /** a power of two; 1 for what is normalized */
  readonly unit: number;
}

/**
 * How like the template every window is.
 * @param picture `[1, C, H, W]`
 * @param template `[1, C, h, w]`
 * @throws DataError if nothing is like the template
 */
export async function matchScores(method: MatchMethod, picture: Tensor, template: Tensor, on: RunOptions): Promise<Scores> {
  if (!allFinite(template.data)) refuse(method, 'holds a value that is not finite: nothing is like it');
  const black = new Float64Array(picture.shape[1]);
  const means = method === 'zncc' || method === 'ssd' ? meansOf(picture) : black;
  const [levels, patch] = [relative(picture, means), relative(template, method === 'zncc' ? meansOf(template) : means)];
  let [levelUnit, patchUnit] = [unitOf(levels), unitOf(patch)];
  if (method === 'ssd') levelUnit = patchUnit = Math.max(levelUnit, patchUnit);
  const scores = await compare(method, toTensor(picture.shape, levels, levelUnit), toTensor(template.shape, patch, patchUnit), on);
  await forgetWhatIsNotFinite(scores, picture, template.shape, on);
  return { scores, unit: method === 'ssd' || method === 'correlation' ? levelUnit * patchUnit : 1 };
}

/** The scores of levels whose largest magnitude is about 1. @param x finite @param t finite */
async function compare(method: MatchMethod, x: Tensor, t: Tensor, on: RunOptions): Promise<Tensor> {
  const energy = t.data.reduce((sum, value) => sum + value * value, 0);
  if (energy === 0 && method === 'ncc') refuse(method, "is black: nothing is like it; 'ssd' compares levels");
  if (energy === 0 && method === 'zncc') refuse(method, "has no contrast: nothing is like it; 'ssd' compares levels");
  const products = await conv(x, t, on);
  const scores = reshape(products, products.shape.slice(2));
  if (method === 'correlation') return scores;

  const windows = await windowEnergies(method, x, t, on);
  // rounded to float32, the template's values do not cancel out quite, and a window far from the mean would see that
  if (method === 'zncc') windows.sums.forEach((sums, c) => subtract(scores.data, sums, meanOf(planeAt(t.data, c, x.shape[1]))));
  // what rounding leaves of no contrast: a billionth of the most that a window can hold
  const nothing = 1e-9 * windows.largest * t.data.length;
  const { data } = scores;
  const { energies } = windows;
  for (let i = 0; i < data.length; i++) {
    const window = energies[i];
    if (method === 'ssd') data[i] = Math.max(0, energy - 2 * data[i] + window);
    else data[i] = window <= nothing ? 0 : Math.min(1, Math.max(-1, data[i] / Math.sqrt(energy * window)));
  }
  return scores;
}

/** What the windows hold. */
interface WindowEnergies {
  /** of all colors, Σ I², or for `zncc` Σ (I − Ī)² */
  readonly energies: Float64Array;
  /** for `zncc`, of each color Σ I */
  readonly sums: readonly Float64Array[];
  /** the largest square of a value */
  readonly largest: number;
}

async function windowEnergies(method: MatchMethod, x: Tensor, t: Tensor, on: RunOptions): Promise<WindowEnergies> {
  const [, channels, height, width] = x.shape;
  const [, , h, w] = t.shape;
  const image = tensorToImage(x, { depth: 'float' });
  const deviation = await windowMoments('matchTemplate', image, [h, w], 'deviation', on);
  const mean = deviation && (await windowMoments('matchTemplate', image, [h, w], 'mean', on));
  if (!deviation || !mean) return energiesOverPlanes(method, x, t, on);
  const [area, count] = [h * w, (height - h + 1) * (width - w + 1)];
  const energies = new Float64Array(count);
  const sums = Array.from({ length: method === 'zncc' ? channels : 0 }, () => new Float64Array(count));
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

async function energiesOverPlanes(method: MatchMethod, x: Tensor, t: Tensor, on: RunOptions): Promise<WindowEnergies> {
  const area = t.shape[2] * t.shape[3];
  const { sums: squares, largest } = await windowSums({ shape: x.shape, data: squaresOf(x.data) }, t, on);
  const { sums } = method === 'zncc' ? await windowSums(x, t, on) : { sums: [] };
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

/** In place: what `rest`, added to every weight, adds to every score. */
function subtract(scores: Float32Array, sums: Float64Array, rest: number): void {
  for (let i = 0; i < scores.length; i++) scores[i] -= rest * sums[i];
}

/**
 * The sum of every window, per channel, in float64 though the engine adds in float32: each value is split into a multiple of q,
 * such that the sums of those are whole numbers that float32 holds exactly, and a rest below q, whose rounding does not matter.
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

/** NaN in place of the scores of windows that hold a value which is not finite. */
async function forgetWhatIsNotFinite(scores: Tensor, { shape, data }: Tensor, [, , h, w]: readonly number[], on: RunOptions): Promise<void> {
  if (allFinite(data)) return;
  const [, , height, width] = shape;
  const lost = full([1, 1, height, width]);
  data.forEach((value, i) => {
    if (!Number.isFinite(value)) lost.data[i % lost.data.length] = 1;
  });
  const counts = await conv(lost, full([1, 1, h, w], 1), on);
  counts.data.forEach((count, i) => {
    if (count > 0.5) scores.data[i] = Number.NaN;
  });
}

/** The mean of each color, over what is finite. @param x `[1, C, H, W]` */
function meansOf({ shape, data }: Tensor): Float64Array {
  const area = shape[2] * shape[3];
  return new Float64Array(shape[1]).map((_, c) => meanOf(data.subarray(c * area, (c + 1) * area)));
}

function meanOf(values: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum += values[i];
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** Every value less the mean of its color; 0 for what is not finite. */
function relative({ shape, data }: Tensor, means: Float64Array): Float64Array {
  const area = shape[2] * shape[3];
  const values = new Float64Array(data.length);
  for (let c = 0, i = 0; c < means.length; c++) {
    const mean = means[c];
    for (const end = i + area; i < end; i++) values[i] = Number.isFinite(data[i]) ? data[i] - mean : 0;
  }
  return values;
}

function toTensor(shape: readonly number[], values: Float64Array, unit: number): Tensor {
  const data = new Float32Array(values.length);
  for (let i = 0; i < data.length; i++) data[i] = values[i] / unit;
  return { shape, data };
}

/** The largest value's power of two; 1 if all are 0. */
function unitOf(values: Float64Array): number {
  const largest = largestOf(values);
  return largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
}

function largestOf(values: Float32Array | Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function refuse(method: MatchMethod, complaint: string): never {
  throw new DataError('matchTemplate', `the template ${complaint}`, { method });
}
