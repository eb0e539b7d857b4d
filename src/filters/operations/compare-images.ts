import { ShapeError } from '../../errors.js';
import type { Image, Samples } from '../../image/image.js';
import { type Format, formatOf, whiteOf } from '../../image/samples.js';
import type { Backend, Executable } from '../../kernels/backend.js';
import { onBackend, RUN_OPTIONS, type RunOptions } from '../../kernels/backends/create.js';
import { keep, whileKept } from '../../kernels/keep.js';
import { checkOptions } from '../../options.js';
import { type AnyImage, onHost, toPicture } from '../any-image.js';
import { DeviceImage } from '../device-image.js';
import { filter } from '../filter.js';
import { gaussian } from '../kernels/gaussian.js';
import { RecentPlans } from '../recent-plans.js';
import type { EngineOptions } from './engine-way.js';

/** Differences between two images, in their units: 0 … 255 for 8 bits, 0 … 65535 for 16, 0 … 1 for floats. */
export interface Comparison {
  /** the largest absolute difference of two samples */
  readonly max: number;
  /** the mean absolute difference */
  readonly mean: number;
  /** the root of the mean squared difference */
  readonly rmse: number;
  /** peak signal-to-noise ratio in decibels, 20 · log₁₀(white / rmse); Infinity if the images are equal */
  readonly psnr: number;
  /**
   * structural similarity, mean over all windows and channels, 1 if the images are equal; null if a side has fewer than
   * 11 pixels
   */
  readonly ssim: number | null;
}

/** SSIM's window: a Gaussian of σ 1.5, cut off to 11 × 11. */
const WINDOW = 11;
const SIGMA = 1.5;
/** Number of moments of two images: a, b, a² + b² and ab. */
const MOMENTS = 4;

/**
 * Compares two images over all channels, including alpha. An image stored on a device is read back.
 * @throws ShapeError unless both have the same size, channels and sample type
 * @see Wang, Bovik, Sheikh, Simoncelli, Image Quality Assessment: From Error Visibility to Structural Similarity (2004)
 * @example
 * ```ts
 * import { box, compareImages, filter } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const photo = await readImage('photo.jpg');
 * console.log((await compareImages(photo, photo)).max); // → 0
 * const { psnr, ssim } = await compareImages(photo, await filter(photo, box(3)));
 * ```
 */
export async function compareImages(a: AnyImage, b: AnyImage, options: RunOptions = {}): Promise<Comparison> {
  checkOptions('compareImages', options, RUN_OPTIONS);
  const [first, second] = [toPicture('compareImages', a), toPicture('compareImages', b)];
  if (first instanceof DeviceImage || second instanceof DeviceImage) {
    return onHost('compareImages', [first, second], options, ([a, b], on) => compareImages(a, b, on));
  }
  const pair = [first, second] as const;
  return onBackend('compareImages', options, pair, (on, [a, b], control) => compare(a, b, { ...control, backend: on }));
}

async function compare(a: Image, b: Image, on: EngineOptions): Promise<Comparison> {
  const say = ({ width, height, channels, data }: Image) => `${width} × ${height} × ${channels} (${data.constructor.name})`;
  if (say(a) !== say(b))
    throw new ShapeError('compareImages', `the images must have the same size, channels and sample type, received ${say(a)} and ${say(b)}`, { a, b });
  const { max, sum, squares, ssim } = await (comparedInEngine(a, b, on) ?? comparedByLoops(a, b, on));
  const rmse = Math.sqrt(squares / a.data.length);
  return { max, mean: sum / a.data.length, rmse, psnr: 20 * Math.log10(whiteOf(a.data) / rmse), ssim };
}

interface Compared extends Pick<Comparison, 'max' | 'ssim'> {
  /** sum of |a − b| */
  readonly sum: number;
  /** sum of (a − b)² */
  readonly squares: number;
}

/** Prepared comparison of images of one format on a backend. */
interface Ready {
  readonly executable: Executable | undefined;
  release(): void;
}

/** Plans of recent calls. */
const recentComparisons = new RecentPlans<Ready>(4);

/** @returns undefined if the backend has no program for it */
function comparedInEngine(a: Image, b: Image, { backend: on, ...control }: EngineOptions): Promise<Compared> | undefined {
  const format = formatOf(a);
  const { executable } = recentComparisons.get(on, format, [], () => prepare(format, on));
  if (!executable) return undefined;
  return whileKept([a.data, b.data], executable.later, async (pair) => {
    const sums = new Float64Array(4);
    await on.run(executable, pair, [sums], [], control);
    const [max, sum, squares, similar] = sums;
    const windows = a.channels * (a.width - WINDOW + 1) * (a.height - WINDOW + 1);
    return { max, sum, squares, ssim: Math.min(a.width, a.height) < WINDOW ? null : similar / windows };
  });
}

async function comparedByLoops(a: Image, b: Image, on: EngineOptions): Promise<Compared> {
  return { ...differences(a.data, b.data), ssim: await similarity(keep(a), keep(b), on) };
}

function prepare(format: Format, on: Backend): Ready {
  if (!on.abilities.comparison) return { executable: undefined, release: () => {} };
  const { data } = gaussian(SIGMA, { size: WINDOW });
  const window = Float32Array.from({ length: WINDOW }, (_, i) => data.subarray(i * WINDOW, (i + 1) * WINDOW).reduce((sum, weight) => sum + weight, 0));
  const executable = on.prepare({ operation: 'comparison', ...format, white: whiteOf(format.samples), window });
  return { executable, release: () => on.release(executable) };
}

function differences(a: Samples, b: Samples): Omit<Compared, 'ssim'> {
  let [max, sum, squares] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (difference > max) max = difference;
    sum += difference;
    squares += difference * difference;
  }
  return { max, sum, squares };
}

async function similarity(a: Image, b: Image, on: RunOptions): Promise<number | null> {
  if (Math.min(a.width, a.height) < WINDOW) return null;
  const bell = gaussian(SIGMA, { size: WINDOW });
  const pairs: Image = { ...a, channels: MOMENTS, data: new Float32Array(MOMENTS * a.width * a.height) };
  const [width, height] = [a.width - WINDOW + 1, a.height - WINDOW + 1];
  const windows: Image = { width, height, channels: MOMENTS, data: new Float32Array(MOMENTS * width * height) };
  let total = 0;
  for (let c = 0; c < a.channels; c++) {
    const shift = pairMoments(a, b, c, pairs.data);
    await filter(pairs, bell, { ...on, padding: 'valid', channels: 'all', output: 'float', out: windows });
    total += meanSimilarity(windows.data, shift);
  }
  return total / a.channels;
}

/**
 * a, b, a² + b² and ab of a channel, pixel by pixel, with white 1 and shifted by their common mean, which preserves the variances in
 * float32.
 * @param x receives them
 * @returns the mean
 */
function pairMoments({ data: a, channels }: Image, { data: b }: Image, c: number, x: Samples): number {
  const area = a.length / channels;
  const white = whiteOf(a);
  let sum = 0;
  for (let at = c; at < a.length; at += channels) sum += a[at] + b[at];
  const shift = sum / (2 * area);
  for (let to = 0, at = c; at < a.length; at += channels, to += MOMENTS) {
    const va = (a[at] - shift) / white;
    const vb = (b[at] - shift) / white;
    x[to] = va;
    x[to + 1] = vb;
    x[to + 2] = va * va + vb * vb;
    x[to + 3] = va * vb;
  }
  return shift / white;
}

/** The mean of (2 μa μb + C1)(2 σab + C2) / ((μa² + μb² + C1)(σa² + σb² + C2)), with white = 1. */
function meanSimilarity(windows: Samples, shift: number): number {
  const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
  let sum = 0;
  for (let at = 0; at < windows.length; at += MOMENTS) {
    const a = windows[at];
    const b = windows[at + 1];
    const variances = Math.max(0, windows[at + 2] - a * a - b * b);
    const covariance = windows[at + 3] - a * b;
    const ma = a + shift;
    const mb = b + shift;
    sum += ((2 * ma * mb + c1) * (2 * covariance + c2)) / ((ma * ma + mb * mb + c1) * (variances + c2));
  }
  return (sum * MOMENTS) / windows.length;
}
