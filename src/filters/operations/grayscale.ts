import type { Image, Samples, SamplesOf } from '../../image/image.js';
import { type ImageSource, toImage } from '../../image/image-source.js';
import { formatOf, newImage, whiteOf } from '../../image/samples.js';
import { linearToSrgb, srgbToLinear } from '../../kernels/light.js';
import { flag, type OptionsOf, oneOf, option, type Rows, type SettledOptions, settle } from '../../options.js';
import { hasAlpha, LUMINANCE_WEIGHTS } from '../picture/channels.js';

/** Every name of weights that {@link grayscale} takes. */
export const GRAYSCALE_WEIGHTS = ['rec709', 'rec601'] as const;

/** Rows of {@link GrayscaleOptions}. */
export const GRAYSCALE_OPTIONS = {
  /**
   * What red, green and blue count. `'rec709'`: 0.2126, 0.7152, 0.0722, of the primaries that screens and sRGB have; `'rec601'`: 0.299,
   * 0.587, 0.114, as Pillow and OpenCV weigh them. Default `'rec709'`.
   */
  weights: option(oneOf(GRAYSCALE_WEIGHTS), { default: 'rec709', help: 'what red, green and blue count' }),
  /** Sum light instead of samples: they are decoded as sRGB first, and the gray is encoded again. Default false. */
  linear: option(flag, { default: false, help: 'sum light instead of samples: decode sRGB, sum, encode' }),
} satisfies Rows;

/** Options of {@link grayscale}. */
export interface GrayscaleOptions extends OptionsOf<typeof GRAYSCALE_OPTIONS> {}

/**
 * A picture in gray: the weighted mean of red, green and blue.
 * @param image not changed
 * @returns 1 channel, or 2 where the picture has alpha, which stays; of a gray picture a copy. The sample type stays, too
 * @throws OptionError if an option is unknown or breaks its rule
 * @see ITU-R BT.709, 3.2, and BT.601, 2.5.1
 * @example
 * ```ts
 * import { createImage, grayscale } from 'convlab';
 *
 * const colors = createImage(3, 1, 3, Uint8ClampedArray.of(255, 0, 0, 0, 255, 0, 0, 0, 255));
 * console.log([...(await grayscale(colors)).data]); // → [ 54, 182, 18 ]
 * console.log([...(await grayscale(colors, { linear: true })).data]); // → [ 127, 220, 76 ]
 * ```
 */
export async function grayscale<I extends ImageSource>(image: I, options: GrayscaleOptions = {}): Promise<Image<SamplesOf<I>>> {
  const settled = settle('grayscale', options, GRAYSCALE_OPTIONS);
  return toGray(toImage(image, 'grayscale'), settled) as Image<SamplesOf<I>>; // of the same sample type
}

function toGray(image: Image, { weights, linear }: SettledOptions<typeof GRAYSCALE_OPTIONS>): Image {
  if (image.channels < 3) return { ...image, data: image.data.slice() };
  const format = formatOf(image);
  const white = whiteOf(format.samples);
  const gray = newImage({ ...format, channels: hasAlpha(image.channels) ? 2 : 1 }, image);
  const factors = LUMINANCE_WEIGHTS[weights];
  const tables = white > 1 ? factors.map((factor) => tableOf(white, factor, linear)) : [];
  const sums = new Float64Array(image.width);
  for (let row = 0; row < image.height; row++) {
    const line = image.data.subarray(row * image.width * image.channels, (row + 1) * image.width * image.channels);
    if (white > 1) sumTables(line, image.channels, tables, sums);
    else sumFloats(line as Float32Array, image.channels, factors, linear, sums);
    if (linear && white === 255) encodeBytes(sums);
    else if (linear) for (let i = 0; i < sums.length; i++) sums[i] = white * linearToSrgb(sums[i]);
    for (let i = 0, at = row * sums.length * gray.channels; i < sums.length; i++, at += gray.channels) {
      gray.data[at] = white > 1 ? Math.floor(sums[i] + 0.5) : Math.min(1, Math.max(0, sums[i]));
      if (gray.channels === 2) gray.data[at + 1] = line[4 * i + 3];
    }
  }
  return gray;
}

/** What each sample adds to the sum: itself, or its light, 0 … 1. */
function tableOf(white: number, factor: number, linear: boolean): Float64Array {
  return Float64Array.from({ length: white + 1 }, (_, sample) => factor * (linear ? srgbToLinear(sample / white) : sample));
}

function sumTables(line: Samples, channels: number, [red, green, blue]: readonly Float64Array[], sums: Float64Array): void {
  for (let i = 0, at = 0; i < sums.length; i++, at += channels) sums[i] = red[line[at]] + green[line[at + 1]] + blue[line[at + 2]];
}

function sumFloats(line: Float32Array, channels: number, [r, g, b]: readonly [number, number, number], linear: boolean, sums: Float64Array): void {
  for (let i = 0, at = 0; i < sums.length; i++, at += channels) {
    const [red, green, blue] = [line[at], line[at + 1], line[at + 2]];
    sums[i] = linear ? r * srgbToLinear(red) + g * srgbToLinear(green) + b * srgbToLinear(blue) : r * red + g * green + b * blue;
  }
}

const STEPS = 4096;
let begins: Float64Array | undefined;
let least: Uint8Array | undefined;

/** In place: from light to bytes, by the light where each of them begins, as a power for every pixel takes several times as long. */
function encodeBytes(sums: Float64Array): void {
  begins ??= Float64Array.from({ length: 257 }, (_, byte) => (byte === 256 ? Number.POSITIVE_INFINITY : srgbToLinear((byte - 0.5) / 255)));
  least ??= Uint8Array.from({ length: STEPS + 1 }, (_, step) => Math.floor(255 * linearToSrgb(step / STEPS) + 0.5));
  for (let i = 0; i < sums.length; i++) {
    let byte = least[Math.floor(sums[i] * STEPS)];
    while (sums[i] >= begins[byte + 1]) byte++;
    sums[i] = byte;
  }
}
