import { type Image, type ImageOptions, linearToSrgb, type Rectangle, srgbToLinear, type Tensor } from '../../src/index.js';
import { type FilterCase, filteredChannels } from './random-filter-case.js';

/** What a filter gives before it is rounded and limited, in the units of the result. */
export interface ExactValues {
  readonly values: Float64Array;
  /** How far the sums of floats may lead from each value; infinite where the value depends on nothing but rounding. */
  readonly tolerance: Float64Array;
}

/**
 * Errors of sums of floats, in parts of the largest sum that the weights allow: of few terms, and by Fourier transforms. Of many
 * terms, each may add as much as half a unit in the last place.
 * @see Higham, Accuracy and Stability of Numerical Algorithms, 4.2
 */
export const SUM_ERROR = { plain: 2e-6, fft: 1e-5 };
const TERM_ERROR = 2 ** -24;
/** The error of one float. */
const FLOAT_ERROR = 2 ** -23;

/**
 * The values of a case, from those that its kernels give: what is left is to map them as `output` says, and to lay them over the
 * image as `region` and `mask` say.
 * @param raw what the kernels give on the whole image, with `output: 'float'`, without region and mask
 * @param sumError see {@link SUM_ERROR}
 */
export function exactValues(filterCase: FilterCase, raw: Image, sumError: number): ExactValues {
  const { image, around, where } = filterCase;
  const white = whiteOf(image);
  const [values, tolerance] = [Float64Array.from(raw.data, (value) => value * white), tolerances(filterCase, raw, sumError)];
  const whole = { x: 0, y: 0, width: raw.width, height: raw.height };
  mapOutput({ values, tolerance }, raw, where.region ?? whole, around, white);
  if (where.region ?? where.mask) blend({ values, tolerance }, filterCase);
  const unit = around.output === 'float' ? 1 / white : around.output === '16bit' ? 65535 / white : 1;
  return { values: values.map((value) => value * unit), tolerance: tolerance.map((value) => value * unit) };
}

/** The sample value of white. */
export function whiteOf({ data }: Pick<Image, 'data'>): number {
  return data instanceof Float32Array ? 1 : data instanceof Uint16Array ? 65535 : 255;
}

/** True if colors are filtered as much as they are opaque. */
export function isPremultiplied({ image, steps, around }: FilterCase): boolean {
  const { channels, alpha } = around;
  if (image.channels % 2 === 1 || channels === 'luminance') return false;
  if (alpha !== undefined) return alpha === 'premultiply';
  const filtered = filteredChannels({ channels }, image.channels);
  const colors = filtered.length === image.channels - 1 && !filtered.includes(image.channels - 1);
  const weights = steps.map(({ kernel, scale }) => scaledWeights(kernel, scale));
  const clear = steps.some(({ paddingMode }) => paddingMode === 'zero') && weights.some((each) => each.some((weight) => weight < 0));
  return colors && !clear && steps.every(({ kernel }) => isShared(kernel)) && weights.every(isMean);
}

/** One kernel for all channels, also where it is written once for each. */
function isShared({ shape, data }: Tensor): boolean {
  const size = shape.slice(-2).reduce((product, cells) => product * cells, 1);
  return data.every((weight, i) => weight === data[i % size]);
}

function isMean(weights: Float64Array): boolean {
  const { sum, absolute } = sums(weights);
  return sum > 1e-6 * absolute;
}

/** The weights as they count; kernels for each channel are scaled each by itself. */
export function scaledWeights({ shape, data }: Tensor, scale: number | 'sum' = 1): Float64Array {
  if (scale !== 'sum') return Float64Array.from(data, (weight) => Math.fround(weight * scale));
  const size = shape.slice(-2).reduce((product, cells) => product * cells, 1);
  return Float64Array.from(data, (weight, i) => {
    const one = data.subarray(i - (i % size), i - (i % size) + size);
    const { sum, absolute } = sums(one);
    // floats that cancel out leave a little
    return Math.abs(sum) <= 1e-6 * absolute ? weight : weight / sum;
  });
}

function sums(weights: Float64Array | Float32Array): { readonly sum: number; readonly absolute: number } {
  let [sum, absolute] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    absolute += Math.abs(weight);
  }
  return { sum, absolute };
}

/** How far from the exact values a backend's sums of floats may be, in the units of the image. */
function tolerances(filterCase: FilterCase, raw: Image, sumError: number): Float64Array {
  const { image, steps, around } = filterCase;
  const { channels } = raw;
  const white = whiteOf(image);
  const { color, alpha } = sumErrors(filterCase, white, sumError);
  const premultiplied = isPremultiplied(filterCase);
  const filtered = filteredChannels(around, channels);
  const changes = (c: number) => (around.channels === 'luminance' ? c < 3 : filtered.includes(c));
  const isAlpha = (c: number) => channels % 2 === 0 && c === channels - 1;
  const held = steps.reduce((sum, { bias = 0 }) => sum + Math.abs(bias), 0);
  return Float64Array.from(raw.data, (encoded, i) => {
    const c = i % channels;
    const stored = FLOAT_ERROR * Math.abs(encoded) * white;
    if (isAlpha(c)) return premultiplied ? alpha : changes(c) ? color : stored;
    if (!changes(c)) return stored;
    const value = around.linear ? srgbToLinear(encoded) : encoded;
    let error = color + stored;
    if (premultiplied) {
      const opacity = Math.abs(raw.data[i - c + channels - 1]);
      // what is 0 for one backend may be a little more for another, and then has a color
      error = opacity * white < 2 * alpha + 2e-6 * white ? Number.POSITIVE_INFINITY : (error + (Math.abs(value) * white + held) * (alpha / white)) / opacity;
    }
    if (!around.linear || error === Number.POSITIVE_INFINITY) return error;
    const [low, high] = [value - error / white, value + error / white].map(linearToSrgb);
    return Math.max(high - encoded, encoded - low) * white + stored;
  });
}

/** Errors of the sums of all steps, on the filtered planes and on alpha beside premultiplied ones. */
function sumErrors({ image, steps, around }: FilterCase, white: number, sumError: number): { readonly color: number; readonly alpha: number } {
  let most = 0;
  for (const value of image.data) most = Math.max(most, Math.abs(value));
  if (around.linear) most = Math.max(most, srgbToLinear(most / white) * white);
  let [color, alpha, mostAlpha] = [FLOAT_ERROR * most, 0, white];
  for (const { kernel, scale, bias = 0, paddingValue = 0 } of steps) {
    const { sum, absolute } = sums(scaledWeights(kernel, scale));
    most = Math.max(most, Math.abs(paddingValue));
    const lost = Math.max(sumError, TERM_ERROR * kernel.data.length);
    color = absolute * color + lost * (absolute * most + Math.abs(bias));
    most = absolute * most + Math.abs(bias);
    // the weights of alpha sum to 1
    alpha = (absolute / sum) * (alpha + lost * mostAlpha);
    mostAlpha *= absolute / sum;
  }
  return { color, alpha };
}

/** In place: what `output` makes of the colors that are filtered. */
function mapOutput({ values, tolerance }: ExactValues, { width, channels }: Image, at: Rectangle, { output, ...around }: ImageOptions, white: number): void {
  const last = channels % 2 === 0 ? channels - 1 : channels;
  const changed = (around.channels === 'luminance' ? [0, 1, 2] : filteredChannels(around, channels)).filter((c) => c < last);
  const places: number[] = [];
  for (let y = at.y; y < at.y + at.height; y++) {
    for (let x = at.x; x < at.x + at.width; x++) for (const c of changed) places.push((y * width + x) * channels + c);
  }
  if (output === 'abs') for (const i of places) values[i] = Math.abs(values[i]);
  if (output === 'signed') for (const i of places) values[i] += white === 1 ? 0.5 : (white + 1) / 2;
  if (output !== 'normalize') return;
  const extreme = (list: Float64Array, better: (a: number, b: number) => number) => places.reduce((best, i) => better(best, list[i]), list[places[0]]);
  const [min, max, error] = [extreme(values, Math.min), extreme(values, Math.max), extreme(tolerance, Math.max)];
  const flat = max - min <= 20 * error;
  for (const i of places) {
    values[i] = flat ? 0 : ((values[i] - min) * white) / (max - min);
    tolerance[i] = error === 0 ? 0 : flat ? Number.POSITIVE_INFINITY : (4 * error * white) / (max - min);
  }
}

/** In place: the image where nothing is filtered, and a mixture where a part of it counts. */
function blend({ values, tolerance }: ExactValues, { image, where: { region, mask } }: FilterCase): void {
  const { width, height, channels, data } = image;
  const colors = channels % 2 === 0 ? channels - 1 : channels;
  const { x: left, y: top, width: w, height: h, feather = 0 } = region ?? { x: 0, y: 0, width, height };
  /** of pixel `i` of an axis */
  const fade = (i: number, from: number, size: number, whole: number) => {
    if (i < from || i >= from + size) return 0;
    const steps = [from === 0 ? Number.POSITIVE_INFINITY : i - from, from + size === whole ? Number.POSITIVE_INFINITY : from + size - 1 - i];
    return feather === 0 ? 1 : Math.min(1, (Math.min(...steps) + 0.5) / feather);
  };
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y, at] = [pixel % width, Math.floor(pixel / width), pixel * channels];
    const masked = mask ? Math.min(1, Math.max(0, (mask as Image).data[pixel] / whiteOf(mask as Image))) : 1;
    const share = fade(x, left, w, width) * fade(y, top, h, height) * masked;
    let [kept, added, unsure] = [1 - share, share, 0];
    if (colors < channels) {
      const [old, fresh, lost] = [data[at + colors], values[at + colors], tolerance[at + colors]];
      const mixed = kept * old + added * fresh;
      const error = product(share, lost) + FLOAT_ERROR * (Math.abs(old) + Math.abs(fresh));
      values[at + colors] = mixed;
      tolerance[at + colors] = error;
      // a color counts as much as it is opaque
      if (share > 0 && Math.abs(old - fresh) > 0 && mixed > 0) [kept, added] = [(kept * old) / mixed, (added * fresh) / mixed];
      const changes = lost > 2 * FLOAT_ERROR * Math.abs(fresh) || Math.abs(old - fresh) > 2 * FLOAT_ERROR * Math.abs(old);
      if (share > 0 && changes) unsure = mixed > 2 * error ? error / mixed : Number.POSITIVE_INFINITY;
    }
    for (let i = at; i < at + colors; i++) {
      const stored = 4 * FLOAT_ERROR * (Math.abs(data[i]) + Math.abs(added * values[i]));
      // how much of each color there is does not matter where both are the same
      const apart = Math.abs(data[i] - values[i]) + tolerance[i];
      tolerance[i] = product(Math.abs(added), tolerance[i]) + 2 * product(unsure, apart) + stored;
      values[i] = kept * data[i] + added * values[i];
    }
  }
}

/** None of something infinite is none. */
function product(share: number, tolerance: number): number {
  return share === 0 || tolerance === 0 ? 0 : share * tolerance;
}
