import { partOf } from '../../control.js';
import type { Image } from '../../image/image.js';
import { formatOf, whiteOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import { keep } from '../../kernels/keep.js';
import { planPicture } from '../../kernels/plan/plan-picture.js';
import { either, finite, type OptionsOf, oneOf, option, parseNumber, pickRows, type Rows, rule, settle } from '../../options.js';
import { type AnyImage, type ResultImage, refuseOut, toPicture } from '../any-image.js';
import { FILTER_OPTIONS } from '../filter.js';
import type { Channels } from '../picture/channels.js';
import { checkOut, deliver, RESULT_OPTIONS, type ResultOptions } from '../picture/output.js';
import { aroundCells } from './around-cells.js';
import { type EngineOptions, throughEngine } from './engine-way.js';
import { grayOf } from './grayscale.js';
import type { Graying } from './grayscale-loops.js';
import { type Histogram, histogramOf } from './histogram.js';
import { lookedAt, onPicture } from './operation.js';
import { pixelStep } from './pixel-step.js';

const LEVEL = either(finite, oneOf(['otsu']));

/** Rules and defaults of {@link ThresholdOptions}. */
export const THRESHOLD_OPTIONS = {
  /**
   * The threshold level: samples above it become white, all others black. A number in the units of the image, or
   * `'otsu'`, the level that splits the values into the two classes with the smallest variance. Default `'otsu'`.
   */
  level: option(
    rule<number | 'otsu'>(LEVEL.says, LEVEL.holds, {
      parse: (typed) => (typed === 'otsu' ? typed : parseNumber(typed)),
      form: 'a number in the units of the image, or otsu',
    }),
    { default: 'otsu', help: 'threshold: samples above it become white, all others black' },
  ),
  ...RESULT_OPTIONS,
  ...pickRows(FILTER_OPTIONS, 'channels', 'backend', 'onPlan', 'signal', 'onProgress'),
} satisfies Rows;

/**
 * Options of {@link threshold}. `channels` is as in {@link FilterOptions}: each chosen channel is compared with the same level, or with `'luminance'`, all
 * colors of a pixel become white or black together, by their luminance, as computed by {@link grayscale} and rounded to the sample type.
 */
export interface ThresholdOptions extends OptionsOf<typeof THRESHOLD_OPTIONS> {}

/**
 * Converts an image to black and white: samples above the level become white, all others black.
 * @param image not modified; other channels, such as alpha, are copied
 * @returns the same size, channels and sample type
 * @throws OptionError if an option is unknown or breaks its rule
 * @throws ShapeError if `out` does not have the shape and type of the result
 * @example
 * ```ts
 * import { createImage, threshold } from 'convlab';
 *
 * const ramp = createImage(5, 1, 1, Uint8ClampedArray.of(10, 20, 30, 200, 220));
 * console.log([...(await threshold(ramp)).data]); // → [ 0, 0, 0, 255, 255 ]
 * console.log([...(await threshold(ramp, { level: 20 })).data]); // → [ 0, 0, 255, 255, 255 ]
 * ```
 */
export async function threshold<I extends AnyImage>(image: I, options: ThresholdOptions = {}): Promise<ResultImage<I>> {
  const { level, out, ...rest } = settle('threshold', options, THRESHOLD_OPTIONS);
  const picture = toPicture('threshold', image);
  refuseOut('threshold', picture, out);
  const result = await onPicture('threshold', picture, rest, async (image, { channels, ...on }) => {
    if (out !== undefined) checkOut('threshold', out, formatOf(image));
    lookedAt('threshold', image, channels); // rejects channels that the image does not have
    if (level !== 'otsu') return divide(image, level, { ...on, channels, out });
    // the image is read twice, the second time after the call has returned
    const kept = keep(image);
    const above = await otsu(kept, channels, { ...on, ...partOf(on, 0, 0.7) });
    return divide(kept, above, { ...on, ...partOf(on, 0.7, 1), channels, out });
  });
  return result as ResultImage<I>; // of the same sample type, stored where the image is
}

interface Chosen {
  readonly channels: Channels;
}

const LUMINANCE: Graying = { weights: 'rec709', linear: false, measured: true };

async function divide(image: Image, above: number, options: Chosen & EngineOptions & ResultOptions): Promise<Image> {
  return divideInEngine(image, above, options) ?? deliver(await divideByLoops(keep(image), above, options), options.out, image);
}

function divideInEngine(image: Image, above: number, options: Chosen & EngineOptions & ResultOptions): Promise<Image> | undefined {
  const { channels } = options;
  const format = formatOf(image);
  const least = leastAbove(above, image.data instanceof Float32Array);
  const plan = (backend: Backend) => {
    const { load, store } = aroundCells(format, { channels, output: 'clamp', gives: 'picture' });
    const cells = channels === 'luminance' ? 1 : load.chosen.length;
    return [planPicture({ load, store: { ...store, clamped: false, least }, steps: [pixelStep('threshold', format, cells)] }, backend)];
  };
  return throughEngine(image, { operation: 'threshold', from: [channels, least], result: format, plan }, options);
}

/** The smallest float32 that becomes white: the next one above the level, or for integers, the value that rounds up to the next one. */
function leastAbove(level: number, floats: boolean): number {
  if (!floats) return Math.floor(level) + 0.5;
  const near = Float32Array.of(level);
  if (near[0] > level) return near[0];
  const bits = new Int32Array(near.buffer);
  if (bits[0] === -0x80000000) bits[0] = 0; // −0 and 0 are the same level
  bits[0] += bits[0] < 0 ? -1 : 1;
  return near[0];
}

/** The reference implementation. */
async function divideByLoops(image: Image, above: number, { channels, backend, signal }: Chosen & EngineOptions): Promise<Image> {
  const chosen = lookedAt('threshold', image, channels);
  const gray = channels === 'luminance' ? await grayOf(image, LUMINANCE, { backend, signal }) : undefined;
  const white = whiteOf(image.data);
  const data = image.data.slice();
  for (let at = 0, i = 0; at < data.length; at += image.channels, i += gray?.channels ?? 0) {
    for (const c of chosen) data[at + c] = (gray ? gray.data[i] : data[at + c]) > above ? white : 0;
  }
  return { ...image, data };
}

/**
 * The level with the largest variance between the classes below and above it; the lowest one among equals. If all
 * values are equal, none is above it. Floats are counted in bins of equal width.
 * @see Otsu, A threshold selection method from gray-level histograms (1979)
 */
async function otsu(image: Image, channels: Channels, on: EngineOptions): Promise<number> {
  if (channels !== 'luminance') return levelOf(await histogramOf(image, lookedAt('threshold', image, channels), on));
  const gray = await grayOf(image, LUMINANCE, { ...on, ...partOf(on, 0, 0.6), onPlan: undefined });
  return levelOf(await histogramOf(gray, [0], { ...on, ...partOf(on, 0.6, 1) }));
}

/** The largest value of the lower classes. */
function levelOf({ counts, largest }: Histogram): number {
  return largest.subarray(0, lastOfLower(counts) + 1).reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

/** The last class of the lower group in the split with the largest variance between the groups. */
function lastOfLower(counts: Float64Array): number {
  const [all, total] = counts.reduce(([count, sum], each, i) => [count + each, sum + i * each], [0, 0]);
  let [best, most, below, sum] = [counts.length - 1, 0, 0, 0];
  for (let i = 0; i < counts.length - 1; i++) {
    below += counts[i];
    sum += i * counts[i];
    const variance = below * (all - below) * (sum / below - (total - sum) / (all - below)) ** 2;
    if (variance > most) [best, most] = [i, variance];
  }
  return best;
}
