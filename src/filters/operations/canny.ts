import { OptionError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { whiteOf } from '../../image/samples.js';
import { finite, notNegative, type OptionsOf, option, type Rows, settle } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { Turns } from '../../turns.js';
import type { AnyImage, ResultImage } from '../any-image.js';
import type { OperationEntry } from '../catalogue/operation-entry.js';
import { gaussian } from '../kernels/gaussian.js';
import { SOBEL_X, SOBEL_Y } from '../kernels/sobel.js';
import type { Output } from '../picture/output.js';
import { largestAt } from './gradient.js';
import { type MeasureOptions, OPERATION_OPTIONS, onPicture, planeAt, planeToImage, respond, toPlanes } from './operation.js';
import { ridgeFromSamples } from './ridge.js';

/** Rules and defaults of {@link CannyOptions}. */
export const CANNY_OPTIONS = {
  /** Standard deviation of the Gaussian that removes noise first, in pixels, ≥ 0; 0 disables it. Default 1. */
  sigma: option(notNegative, { default: 1 }),
  /** Minimum magnitude of weak edges, which are kept if connected to a strong one, ≥ 0. Default 0.05. */
  low: option(notNegative, { default: 0.05 }),
  /** Minimum magnitude of strong edges, which are always kept, ≥ low. Default 0.1. */
  high: option(finite, { default: 0.1 }),
  ...OPERATION_OPTIONS,
} satisfies Rows;

/** Options of {@link canny}. */
export interface CannyOptions extends OptionsOf<typeof CANNY_OPTIONS> {}

/**
 * Canny's edge detector, with edges one pixel wide: Gaussian blur, Sobel gradient, non-maximum suppression across the edge,
 * and hysteresis between the two thresholds.
 *
 * Thresholds are magnitudes of the {@link gradient} of the blurred image. A step from black to white that is not blurred
 * has magnitude 1. Multiply thresholds by 1020 for OpenCV's `Canny` with `L2gradient` (8 bits), by 4 for scikit-image's
 * `canny` (0…1). The two neighbors across the edge are interpolated as in scikit-image; of two equal neighbors one is kept,
 * as in OpenCV. Each pixel uses its steepest channel.
 * @returns one channel of the same size and sample type: white on black
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Canny, A Computational Approach to Edge Detection (1986)
 * @example
 * ```ts
 * import { canny } from 'convlab';
 * import { readImage, writeImage } from 'convlab/node';
 *
 * await writeImage('lines.png', await canny(await readImage('photo.jpg'), { sigma: 2 }));
 * ```
 */
export async function canny<I extends AnyImage, P extends Output = 'clamp'>(
  image: I,
  options: CannyOptions & { readonly output?: P } = {},
): Promise<ResultImage<I, P>> {
  const { sigma, low, high, output, ...rest } = settle('canny', options, CANNY_OPTIONS);
  if (high < low) throw new OptionError('canny', 'high', `must be a finite number ≥ low (${low})`, high);

  const blur = sigma === 0 ? undefined : gaussian(sigma);
  // hysteresis follows edges across the whole image, so there is no device program
  return onPicture<I, P, typeof rest>('canny', image, rest, async (image, on) => {
    const ridge = await (ridgeFromSamples('canny', image, blur, on) ?? ridgeOverPlanes(image, blur, on));
    const white = whiteOf(image.data);
    const full = 4 * white; // Sobel's response to a step from black to white
    const turns = new Turns(on.signal);
    return planeToImage(image, await link(ridge, image.width, [low * full, high * full], white, turns), turns, output);
  });
}

async function ridgeOverPlanes(image: Image, blur: Tensor | undefined, options: MeasureOptions): Promise<Float32Array> {
  const { x } = toPlanes('canny', image, options);
  const smooth = blur ? await respond(x, [blur], options) : x;
  const slopes = (await respond(smooth, [SOBEL_X, SOBEL_Y], options)).data;
  return thin(steepestSlopes(slopes, x.shape[0]), image.width, image.height);
}

interface SlopePlanes {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly magnitude: Float32Array;
}

/** At every pixel, the gradient of the steepest plane. @param slopes `[planes, 2, H, W]` */
function steepestSlopes(slopes: Float32Array, planes: number): SlopePlanes {
  const area = slopes.length / planes / 2;
  const steep = new Float32Array(planes * area);
  for (let plane = 0; plane < planes; plane++) {
    const pair = planeAt(slopes, plane, planes);
    for (let i = 0; i < area; i++) steep[plane * area + i] = Math.sqrt(pair[i] ** 2 + pair[area + i] ** 2);
  }
  const [x, y, magnitude] = [new Float32Array(area), new Float32Array(area), new Float32Array(area)];
  for (let i = 0; i < area; i++) {
    const best = largestAt(steep, area, i);
    const at = 2 * (best - i) + i;
    [x[i], y[i], magnitude[i]] = [slopes[at], slopes[at + area], steep[best]];
  }
  return { x, y, magnitude };
}

/**
 * Non-maximum suppression: keeps the magnitude where it is ≥ the neighbor uphill, along the gradient, and > the neighbor downhill; 0 elsewhere.
 * Both neighbors are interpolated between the two nearest of the eight surrounding pixels. Beyond the border they are 0.
 */
function thin({ x, y, magnitude }: SlopePlanes, width: number, height: number): Float32Array {
  const ridge = new Float32Array(magnitude.length);
  const at = (column: number, row: number) => (column < 0 || row < 0 || column >= width || row >= height ? 0 : magnitude[row * width + column]);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const m = magnitude[i];
      if (m === 0) continue;
      const [sx, sy] = [Math.sign(x[i]), Math.sign(y[i])];
      const [ax, ay] = [Math.abs(x[i]), Math.abs(y[i])];
      // interpolates between the straight and the diagonal neighbor
      const [dx, dy] = ax >= ay ? [sx, 0] : [0, sy];
      const share = Math.min(ax, ay) / Math.max(ax, ay);
      const [ahead, back] = [at(column + dx, row + dy), at(column - dx, row - dy)];
      // exactly equal to both neighbors if they are equal
      const uphill = ahead + share * (at(column + sx, row + sy) - ahead);
      const downhill = back + share * (at(column - sx, row - sy) - back);
      if (m >= uphill && m > downhill) ridge[i] = m;
    }
  }
  return ridge;
}

/** Pixels processed without a pause: less than a millisecond. */
const LINKED_PIXELS = 2 ** 16;

/** Hysteresis: white where the ridge is ≥ `high`, or ≥ `low` and 8-connected to such a pixel; else 0. */
async function link(ridge: Float32Array, width: number, [low, high]: readonly [number, number], white: number, turns: Turns): Promise<Float32Array> {
  const edges = new Float32Array(ridge.length);
  const open: number[] = [];
  const follow = (start: number) => {
    edges[start] = white;
    open.push(start);
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      const column = i % width;
      const [left, right] = [column === 0 ? 0 : -1, column === width - 1 ? 0 : 1];
      for (let row = i - width; row <= i + width; row += width) {
        for (let next = row + left; next <= row + right; next++) {
          if (!(ridge[next] > 0 && ridge[next] >= low) || edges[next] !== 0) continue;
          edges[next] = white;
          open.push(next);
        }
      }
    }
  };
  await turns.each(ridge.length, LINKED_PIXELS, (from, to) => {
    for (let start = from; start < to; start++) if (ridge[start] > 0 && ridge[start] >= high && edges[start] === 0) follow(start);
  });
  return edges;
}

export const CANNY_ENTRY: OperationEntry = {
  name: 'canny',
  group: 'edges',
  summary: 'edges as lines one pixel wide',
  formula: 'sobel-edges of a Gaussian blur, thinned to ridges; ≥ high, or ≥ low and connected',
  code: 'canny(image, { sigma, low, high })',
  parameters: [
    { name: 'sigma', default: 1, rule: 'σ of the blur in pixels, ≥ 0' },
    { name: 'low', default: 0.05, rule: 'fraction of a step from black to white, ≥ 0' },
    { name: 'high', default: 0.1, rule: 'fraction of a step from black to white, ≥ low' },
  ],
  apply: (image, [sigma, low, high] = [], options) => canny(image, { sigma, low, high, ...options }),
  output: 'clamp',
};
