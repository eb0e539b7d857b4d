import { DataError, ShapeError } from '../../errors.js';
import { checkImage, type Image, imageToTensor } from '../../image/image.js';
import { RUN_OPTIONS, type RunOptions } from '../../kernels/backends/create.js';
import { conv } from '../../kernels/conv.js';
import { count, finite, type OptionsOf, oneOf, option, positive, type Rows, settle } from '../../options.js';
import { full, reshape, type Tensor } from '../../tensor.js';
import { colorChannels, pickChannels } from '../picture/channels.js';
import { findPeaks, type Peak } from './peaks.js';

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

/** Rows of {@link MatchOptions}. */
export const MATCH_OPTIONS = {
  /** Default `'zncc'`. */
  method: option(oneOf(MATCH_METHODS), { default: 'zncc', help: 'how likeness is measured', placeholder: 'method' }),
  /** How many places are returned at most, the best first. Default 1. */
  peaks: option(count, { default: 1, help: 'how many places at most' }),
  /** Places that score worse are no places: lower than this, with `'ssd'` higher. Default: none is too bad. */
  threshold: option(finite, { help: 'leave out places that score worse', placeholder: 'score' }),
  /** How far apart two places are at least, in pixels, > 0. Default: half the template's shorter side. */
  minDistance: option(positive, {
    help: "how far apart two places are at least (default: half the template's shorter side)",
    placeholder: 'pixels',
  }),
  ...RUN_OPTIONS,
} satisfies Rows;

/** Options of {@link matchTemplate}. */
export interface MatchOptions extends OptionsOf<typeof MATCH_OPTIONS> {}

/** What {@link matchTemplate} finds. */
export interface Matches {
  /** `[H − h + 1, W − w + 1]`: the score of the template with its upper left corner there */
  readonly scores: Tensor;
  /** the best places, the best first */
  readonly peaks: readonly Peak[];
}

/**
 * Finds a small picture in a large one: a convolution whose kernel is the template.
 *
 * The scores are float32 and exact to about 1e-5 (normalized) or 1e-5 of Σ T² + Σ I² (`ssd`): the picture's mean is taken away
 * first, and the sums of a window are taken without rounding, so that a dim window far from the mean is measured as well.
 * A window without contrast (`ncc`: all black) scores 0. Alpha is not looked at.
 * @param image W × H
 * @param template w × h, not larger, of the same sample type and as many colors
 * @throws ShapeError if the two do not go together
 * @throws DataError if the template has no contrast (`zncc`) or is black (`ncc`): nothing is like it
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Lewis, Fast Normalized Cross-Correlation (1995)
 * @example
 * ```ts
 * import { createImage, matchTemplate } from 'convlab';
 *
 * const eye = createImage(5, 5, 1, Uint8ClampedArray.from({ length: 25 }, (_, i) => (i === 12 ? 255 : 10 * (i % 5))));
 * const face = createImage(40, 30, 1);
 * for (let y = 0; y < 5; y++) face.data.set(eye.data.subarray(5 * y, 5 * y + 5), (12 + y) * 40 + 20);
 * const { peaks } = await matchTemplate(face, eye, { threshold: 0.8 });
 * for (const { x, y, score } of peaks) console.log(`${score.toFixed(2)} at ${x.toFixed(0)}, ${y.toFixed(0)}`); // → 1.00 at 20, 12
 * ```
 */
export async function matchTemplate(image: Image, template: Image, options: MatchOptions = {}): Promise<Matches> {
  const { method, peaks, threshold, backend } = settle('matchTemplate', options, MATCH_OPTIONS);
  checkPair(image, template);
  const { minDistance = Math.max(1, Math.min(template.width, template.height) / 2) } = options;

  const [x, t] = [colors(image), colors(template)];
  const scores = await score(method, x, t, { backend });
  return { scores, peaks: findPeaks(scores, { count: peaks, threshold, minDistance, smallest: method === 'ssd' }) };
}

async function score(method: MatchMethod, x: Tensor, t: Tensor, on: RunOptions): Promise<Tensor> {
  if (method === 'zncc') subtract(t, meansOf(t));
  if (method === 'zncc' || method === 'ssd') {
    const means = meansOf(x);
    subtract(x, means);
    if (method === 'ssd') subtract(t, means);
  }
  const energy = sumOfSquares(t.data);
  if (energy === 0 && (method === 'zncc' || method === 'ncc')) {
    throw new DataError('matchTemplate', `the template ${method === 'ncc' ? 'is black' : 'has no contrast'}: nothing is like it; 'ssd' compares levels`, {
      method,
    });
  }
  const products = await conv(x, t, on);
  const scores = reshape(products, products.shape.slice(2));
  if (method === 'correlation') return scores;

  const { sums: squares, largest } = await windowSums({ shape: x.shape, data: Float64Array.from(x.data, (value) => value * value) }, t, on);
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
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  const q = 2 ** Math.ceil(Math.log2((h * w * Math.max(largest, Number.MIN_VALUE)) / 2 ** 24));
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

function checkPair(image: Image, template: Image): void {
  checkImage('matchTemplate', image);
  checkImage('matchTemplate', template);
  const say = ({ width, height, channels, data }: Image) => `${width} × ${height} × ${channels} (${data.constructor.name})`;
  const both = `received a picture of ${say(image)} and a template of ${say(template)}`;
  const values = { image: [image.width, image.height], template: [template.width, template.height] };
  if (template.width > image.width || template.height > image.height)
    throw new ShapeError('matchTemplate', `the template must not be larger than the picture, ${both}`, values);
  if (image.data.constructor !== template.data.constructor || colorChannels(image.channels).length !== colorChannels(template.channels).length) {
    throw new ShapeError('matchTemplate', `the template must have the picture's sample type and as many colors, ${both}`, values);
  }
}

/** `[1, C, H, W]` without alpha, a copy. */
function colors(image: Image): Tensor {
  return pickChannels(imageToTensor(image), colorChannels(image.channels));
}

function meansOf({ shape, data }: Tensor): readonly number[] {
  const area = shape[2] * shape[3];
  return Array.from({ length: shape[1] }, (_, c) => data.subarray(c * area, (c + 1) * area).reduce((sum, value) => sum + value, 0) / area);
}

function subtract({ shape, data }: Tensor, means: readonly number[]): void {
  const area = shape[2] * shape[3];
  for (let i = 0; i < data.length; i++) data[i] -= means[Math.floor(i / area)];
}

function sumOfSquares(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
