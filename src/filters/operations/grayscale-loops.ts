import type { Image, Samples } from '../../image/image.js';
import { formatOf, newImage, whiteOf } from '../../image/samples.js';
import { linearToSrgb, srgbToLinear } from '../../kernels/light.js';
import { hasAlpha, LUMINANCE_WEIGHTS } from '../picture/channels.js';
/** Settings for converting an image to gray. */
export interface Graying {
  readonly weights: keyof typeof LUMINANCE_WEIGHTS;
  readonly linear: boolean;
  /** For measurements: floats are not clamped, and alpha is omitted. */
  readonly measured: boolean;
}

/** The reference implementation. @param image with 3 or 4 channels */
export function grayByLoops(image: Image, { weights, linear, measured }: Graying): Image {
  const format = formatOf(image);
  const white = whiteOf(format.samples);
  const gray = newImage({ ...format, channels: hasAlpha(image.channels) && !measured ? 2 : 1 }, image);
  const factors = LUMINANCE_WEIGHTS[weights];
  const tables = white > 1 ? factors.map((factor) => tableOf(white, factor, linear)) : [];
  const limit = (value: number) => (white > 1 || measured ? value : Math.min(1, Math.max(0, value)));
  const sums = new Float64Array(image.width);
  for (let row = 0; row < image.height; row++) {
    const line = image.data.subarray(row * image.width * image.channels, (row + 1) * image.width * image.channels);
    if (white > 1) sumTables(line, image.channels, tables, sums);
    else sumFloats(line as Float32Array, image.channels, factors, linear, sums);
    if (linear) for (let i = 0; i < sums.length; i++) sums[i] = white * linearToSrgb(sums[i]);
    for (let i = 0, at = row * sums.length * gray.channels; i < sums.length; i++, at += gray.channels) {
      gray.data[at] = white > 1 ? Math.floor(sums[i] + 0.5) : limit(sums[i]);
      if (gray.channels === 2) gray.data[at + 1] = limit(line[4 * i + 3]);
    }
  }
  return gray;
}

/** The value that each sample adds to the sum: the sample, or its linear light, 0 … 1. */
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
