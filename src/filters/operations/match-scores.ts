import { DataError } from '../../errors.js';
import type { RunOptions } from '../../kernels/backends/create.js';
import { conv } from '../../kernels/conv.js';
import { full, reshape, type Tensor } from '../../tensor.js';

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
  if (!template.data.every(Number.isFinite)) refuse(method, 'holds a value that is not finite: nothing is like it');
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

  const { sums: squares, largest } = await windowSums({ shape: x.shape, data: new Float64Array(x.data).map((value) => value * value) }, t, on);
  if (method === 'zncc') {
    const area = t.shape[2] * t.shape[3];
    const { sums } = await windowSums(x, t, on);
    for (let c = 0; c < sums.length; c++) {
      // rounded to float32, the template's values do not cancel out quite, and a window far from the mean would see that
      const rest = t.data.subarray(c * area, (c + 1) * area).reduce((sum, value) => sum + value, 0) / area;
      for (let i = 0; i < scores.data.length; i++) {
        squares[c][i] -= sums[c][i] ** 2 / area;
        scores.data[i] -= rest * sums[c][i];
      }
    }
  }
  // what rounding leaves of no contrast: a billionth of the most that a window can hold
  const nothing = 1e-9 * largest * t.data.length;
  const { data } = scores;
  for (let i = 0; i < data.length; i++) {
    let window = 0;
    for (const plane of squares) window += plane[i];
    if (method === 'ssd') data[i] = Math.max(0, energy - 2 * data[i] + window);
    else data[i] = window <= nothing ? 0 : Math.min(1, Math.max(-1, data[i] / Math.sqrt(energy * window)));
  }
  return scores;
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
  const sums = Array.from({ length: channels }, (_, c) =>
    Float64Array.from({ length: area }, (_, i) => summed.data[c * area + i] + summed.data[size + c * area + i]),
  );
  return { sums, largest };
}

/** NaN in place of the scores of windows that hold a value which is not finite. */
async function forgetWhatIsNotFinite(scores: Tensor, { shape, data }: Tensor, [, , h, w]: readonly number[], on: RunOptions): Promise<void> {
  if (data.every(Number.isFinite)) return;
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
  return new Float64Array(shape[1]).map((_, c) => {
    const finite = data.subarray(c * area, (c + 1) * area).filter(Number.isFinite);
    return finite.length === 0 ? 0 : finite.reduce((sum, value) => sum + value, 0) / finite.length;
  });
}

/** Every value less the mean of its color; 0 for what is not finite. */
function relative({ shape, data }: Tensor, means: Float64Array): Float64Array {
  const area = shape[2] * shape[3];
  return new Float64Array(data).map((value, i) => (Number.isFinite(value) ? value - means[Math.floor(i / area)] : 0));
}

function toTensor(shape: readonly number[], values: Float64Array, unit: number): Tensor {
  return { shape, data: new Float32Array(values.map((value) => value / unit)) };
}

/** The largest value's power of two; 1 if all are 0. */
function unitOf(values: Float64Array): number {
  const largest = largestOf(values);
  return largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
}

function largestOf(values: Float32Array | Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

function refuse(method: MatchMethod, complaint: string): never {
  throw new DataError('matchTemplate', `the template ${complaint}`, { method });
}
