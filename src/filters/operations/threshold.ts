import { checkImage, type Image } from '../../image/image.js';
import { whiteOf } from '../../image/samples.js';
import { either, finite, type OptionsOf, oneOf, option, parseNumber, pickRows, type Rows, rule, settle } from '../../options.js';
import { FILTER_OPTIONS } from '../filter.js';
import { replacePlanes, toPlanes } from './operation.js';

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

/** Classes of float samples from the smallest to the largest. */
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
export async function threshold(image: Image, options: ThresholdOptions = {}): Promise<Image> {
  const { level, channels } = settle('threshold', options, THRESHOLD_OPTIONS);
  checkImage('threshold', image);
  const planes = toPlanes('threshold', image, { channels });
  const { data } = planes.x;
  const white = whiteOf(image.data);
  const above = level === 'otsu' ? otsu(data, white) : level;
  return replacePlanes(
    image,
    planes,
    data.map((value) => (value > above ? white : 0)),
  );
}

/**
 * The level with the largest variance between what is up to it and what is above it, the lowest one of equals; nothing is above it if
 * all values are equal. Floats are counted in classes of equal width.
 * @see Otsu, A threshold selection method from gray-level histograms (1979)
 */
function otsu(values: Float32Array, white: number): number {
  const [low, width, classes] = white === 1 ? floatClasses(values) : [0, 1, white + 1];
  const classOf = (value: number) => Math.min(classes - 1, Math.floor((value - low) / width));
  const counts = new Float64Array(classes);
  for (const value of values) counts[classOf(value)]++;
  const total = counts.reduce((sum, count, i) => sum + i * count, 0);
  let [best, most, below, sum] = [classes - 1, 0, 0, 0];
  for (let i = 0; i < classes - 1; i++) {
    below += counts[i];
    sum += i * counts[i];
    const above = values.length - below;
    const variance = below * above * (sum / below - (total - sum) / above) ** 2;
    if (variance > most) [best, most] = [i, variance];
  }
  // the largest value up to that class
  return values.reduce((level, value) => (value > level && classOf(value) <= best ? value : level), Number.NEGATIVE_INFINITY);
}

function floatClasses(values: Float32Array): readonly [low: number, width: number, classes: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high > low ? (high - low) / FLOAT_CLASSES : 1, FLOAT_CLASSES];
}
