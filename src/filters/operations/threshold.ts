import type { Image, Samples, SamplesOf } from '../../image/image.js';
import { type ImageSource, toImage } from '../../image/image-source.js';
import { arrayOf, formatOf, whiteOf } from '../../image/samples.js';
import { either, finite, type OptionsOf, oneOf, option, parseNumber, pickRows, type Rows, rule, type SettledOptions, settle } from '../../options.js';
import { FILTER_OPTIONS } from '../filter.js';
import { chooseChannels, colorsOf, LUMINANCE_WEIGHTS } from '../picture/channels.js';

const LEVEL = either(finite, oneOf(['otsu']));

/** Rows of {@link ThresholdOptions}. */
export const THRESHOLD_OPTIONS = {
  /**
   * What is above it becomes white, the rest black: a number in the picture's units, or `'otsu'`, the level that divides the values
   * into the two classes that vary least within themselves. Default `'otsu'`.
   */
  level: option(
    rule<number | 'otsu'>(LEVEL.says, LEVEL.holds, {
      parse: (typed) => (typed === 'otsu' ? typed : parseNumber(typed)),
      form: "a number in the picture's units, or otsu",
    }),
    { default: 'otsu', help: 'what is above it becomes white, the rest black' },
  ),
  ...pickRows(FILTER_OPTIONS, 'channels'),
} satisfies Rows;

/** Options of {@link threshold}; channels as in {@link FilterOptions}: every chosen one for itself, or the luminance for all colors. */
export interface ThresholdOptions extends OptionsOf<typeof THRESHOLD_OPTIONS> {}

/** Classes of float samples, and of luminances, from the smallest to the largest. */
const FLOAT_CLASSES = 4096;

/**
 * A picture in black and white: a sample above the level becomes white, any other black.
 * @param image not changed; the other channels stay, like alpha
 * @returns the same size, channels and sample type
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { createImage, threshold } from 'convlab';
 *
 * const ramp = createImage(5, 1, 1, Uint8ClampedArray.of(10, 20, 30, 200, 220));
 * console.log([...(await threshold(ramp)).data]); // → [ 0, 0, 0, 255, 255 ]
 * console.log([...(await threshold(ramp, { level: 20 })).data]); // → [ 0, 0, 255, 255, 255 ]
 * ```
 */
export async function threshold<I extends ImageSource>(image: I, options: ThresholdOptions = {}): Promise<Image<SamplesOf<I>>> {
  const settled = settle('threshold', options, THRESHOLD_OPTIONS);
  return toBlackAndWhite(toImage(image, 'threshold'), settled) as Image<SamplesOf<I>>; // of the same sample type
}

function toBlackAndWhite(image: Image, { level, channels }: SettledOptions<typeof THRESHOLD_OPTIONS>): Image {
  const chosen = channels === 'luminance' ? colorsOf('threshold', image) : chooseChannels(channels, image.channels, 'threshold');
  const white = whiteOf(image.data);
  const values = channels === 'luminance' ? luminances(image) : pickSamples(image, chosen);
  const above = level === 'otsu' ? otsu(values, white) : level;
  const data = image.data.slice();
  const step = channels === 'luminance' ? 0 : 1;
  for (let at = 0, i = 0; at < data.length; at += image.channels, i += 1 - step) {
    for (let k = 0; k < chosen.length; k++, i += step) data[at + chosen[k]] = values[i] > above ? white : 0;
  }
  return { ...image, data };
}

/** The samples of the chosen channels, pixel by pixel. */
function pickSamples(image: Image, chosen: readonly number[]): Samples {
  const { data, channels } = image;
  if (chosen.length === channels) return data;
  const picked = new (arrayOf(formatOf(image).samples))((data.length / channels) * chosen.length);
  for (let at = 0, i = 0; at < data.length; at += channels) for (let k = 0; k < chosen.length; k++) picked[i++] = data[at + chosen[k]];
  return picked;
}

/** Rec. 709 luminance of every pixel. */
function luminances({ data, channels }: Image): Float32Array {
  const [r, g, b] = LUMINANCE_WEIGHTS.rec709;
  const values = new Float32Array(data.length / channels);
  for (let i = 0, at = 0; i < values.length; i++, at += channels) values[i] = r * data[at] + g * data[at + 1] + b * data[at + 2];
  return values;
}

/**
 * The level with the largest variance between what is up to it and what is above it, the lowest one of equals; nothing is above it if
 * all values are equal. Floats are counted in classes of equal width.
 * @see Otsu, A threshold selection method from gray-level histograms (1979)
 */
function otsu(values: Samples, white: number): number {
  if (values instanceof Float32Array) return otsuOfFloats(values);
  const counts = new Float64Array(white + 1);
  for (let i = 0; i < values.length; i++) counts[values[i]]++;
  return lastOfLower(counts);
}

function otsuOfFloats(values: Float32Array): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = high > low ? FLOAT_CLASSES / (high - low) : 0;
  const classes = Uint16Array.from(values, (value) => Math.min(FLOAT_CLASSES - 1, Math.floor((value - low) * scale)));
  const counts = new Float64Array(FLOAT_CLASSES);
  for (let i = 0; i < classes.length; i++) counts[classes[i]]++;
  const last = lastOfLower(counts);
  // the largest value of the lower classes
  let level = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < classes.length; i++) if (classes[i] <= last && values[i] > level) level = values[i];
  return level;
}

/** The last of the classes that together vary most from those behind it. */
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
