import { DataError } from '../../errors.js';
import type { RunOptions } from '../../kernels/backends/create.js';
import { conv } from '../../kernels/conv.js';
import { full, reshape, type Tensor } from '../../tensor.js';
import { planeAt } from './operation.js';
import { largestOf, windowEnergies } from './window-energies.js';

/**
 * The similarity of a window I of the image to the template T. Sums run over the pixels of the template and the colors.
 *
 * | method | score | best | OpenCV's |
 * |---|---|---|---|
 * | `zncc` | Σ (T − T̄)(I − Ī) / √(Σ (T − T̄)² · Σ (I − Ī)²), means per color; invariant to brightness and contrast | 1 | `TM_CCOEFF_NORMED` |
 * | `ncc` | Σ T·I / √(Σ T² · Σ I²); invariant to contrast | 1 | `TM_CCORR_NORMED` |
 * | `ssd` | Σ (T − I)²; assumes equal brightness and contrast | 0 | `TM_SQDIFF` |
 * | `correlation` | Σ T·I, the convolution itself; favors bright areas regardless of similarity | | `TM_CCORR` |
 */
export type MatchMethod = (typeof MATCH_METHODS)[number];
/** All values of {@link MatchMethod}. */
export const MATCH_METHODS = ['zncc', 'ncc', 'ssd', 'correlation'] as const;

/** Scores in a unit that float32 can represent for samples of any magnitude. */
export interface Scores {
  /** `[H − h + 1, W − w + 1]`; NaN where the window holds a value that is not finite */
  readonly scores: Tensor;
  /** a power of two; 1 for normalized scores */
  readonly unit: number;
}

/**
 * The similarity of every window to the template.
 * @param image `[1, C, H, W]`
 * @param template `[1, C, h, w]`
 * @throws DataError if nothing can match the template
 */
export async function matchScores(method: MatchMethod, picture: Tensor, template: Tensor, on: RunOptions): Promise<Scores> {
  const black = new Float64Array(picture.shape[1]);
  const means = method === 'zncc' || method === 'ssd' ? meansOf(picture) : black;
  const [levels, patch] = [relative(picture, means), relative(template, method === 'zncc' ? meansOf(template) : means)];
  let [levelUnit, patchUnit] = [unitOf(levels), unitOf(patch)];
  if (method === 'ssd') levelUnit = patchUnit = Math.max(levelUnit, patchUnit);
  const scores = await compare(method, toTensor(picture.shape, levels, levelUnit), toTensor(template.shape, patch, patchUnit), on);
  await forgetWhatIsNotFinite(scores, picture, template.shape, on);
  return { scores, unit: method === 'ssd' || method === 'correlation' ? levelUnit * patchUnit : 1 };
}

/** The scores of values whose largest magnitude is about 1. @param x finite @param t finite */
async function compare(method: MatchMethod, x: Tensor, t: Tensor, on: RunOptions): Promise<Tensor> {
  const energy = templateEnergy(method, t);
  const products = await conv(x, t, on);
  const scores = reshape(products, products.shape.slice(2));
  if (method === 'correlation') return scores;

  const windows = await windowEnergies(x, t, method === 'zncc', on);
  // values of the template rounded to float32 do not cancel exactly, which would matter for windows far from the mean
  for (const [c, sums] of windows.sums.entries()) subtract(scores.data, sums, meanOf(planeAt(t.data, c, x.shape[1])));
  // rounding error of a window without contrast: a billionth of the maximum energy
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

/** @throws DataError if the template contains a value that is not finite */
export function checkFinite(method: MatchMethod, template: Tensor): void {
  if (!allFinite(template.data)) refuse(method, 'must contain only finite values');
}

/** Σ T² of the template after scaling. @throws DataError if nothing can match it */
export function templateEnergy(method: MatchMethod, { data }: Tensor): number {
  const energy = data.reduce((sum, value) => sum + value * value, 0);
  if (energy === 0 && method === 'ncc') refuse(method, "must not be black for this method; use 'ssd'");
  if (energy === 0 && method === 'zncc') refuse(method, "must have contrast for this method; use 'ssd'");
  return energy;
}

/** Subtracts, in place, the contribution of `rest`, which was added to every weight, from every score. */
function subtract(scores: Float32Array, sums: Float64Array, rest: number): void {
  for (let i = 0; i < scores.length; i++) scores[i] -= rest * sums[i];
}

/** Sets the scores of windows that contain non-finite values to NaN. */
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

/** The mean of each color over finite values. @param x `[1, C, H, W]` */
export function meansOf({ shape, data }: Tensor): Float64Array {
  const area = shape[2] * shape[3];
  return new Float64Array(shape[1]).map((_, c) => meanOf(data.subarray(c * area, (c + 1) * area)));
}

export function meanOf(values: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum += values[i];
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** Every value minus the mean of its color; 0 for non-finite values. */
export function relative({ shape, data }: Tensor, means: Float64Array): Float64Array {
  const area = shape[2] * shape[3];
  const values = new Float64Array(data.length);
  for (let c = 0, i = 0; c < means.length; c++) {
    const mean = means[c];
    for (const end = i + area; i < end; i++) values[i] = Number.isFinite(data[i]) ? data[i] - mean : 0;
  }
  return values;
}

export function toTensor(shape: readonly number[], values: Float64Array, unit: number): Tensor {
  const data = new Float32Array(values.length);
  for (let i = 0; i < data.length; i++) data[i] = values[i] / unit;
  return { shape, data };
}

/** The power of two of the largest value; 1 if all are 0. */
function unitOf(values: Float64Array): number {
  const largest = largestOf(values);
  return largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function refuse(method: MatchMethod, complaint: string): never {
  throw new DataError('matchTemplate', `the template ${complaint}`, { method });
}
