import * as convlab from 'convlab';
import { type Draw, next } from './draw.js';

const SAMPLES = { uint8: [Uint8ClampedArray, 255], uint16: [Uint16Array, 65535], float32: [Float32Array, 1] } as const;

/** Every kernel of the catalogue with its default parameters, sorted by name. */
const CATALOGUE = Object.entries(convlab.catalogue)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .flatMap(([, entry]) => ('make' in entry ? entry.make() : []));

/** Least and most columns, least and most rows. The byte programs of wasm take rows of 64 bytes or more. */
const SIZES = { tiny: [1, 8, 1, 8], small: [9, 130, 9, 90], medium: [60, 130, 40, 90], wide: [64, 400, 5, 40] } as const;

export interface Wanted {
  readonly size?: keyof typeof SIZES;
  readonly samples?: keyof typeof SAMPLES;
  readonly channels?: number;
  readonly width?: number;
  readonly height?: number;
}

/** An image of ramps and noise. Float samples also lie outside 0…1; a few images hold one NaN or infinity. */
export function drawImage(draw: Draw, wanted: Wanted = {}) {
  const { size = draw.of(['tiny', 'small', 'medium', 'wide'] as const) } = wanted;
  const [minWidth, maxWidth, minHeight, maxHeight] = SIZES[size];
  const { samples = draw.of(['uint8', 'uint8', 'uint16', 'float32'] as const), channels = draw.integer(1, 4) } = wanted;
  const { width = draw.integer(minWidth, maxWidth), height = draw.integer(minHeight, maxHeight) } = wanted;
  const alpha = channels % 2 === 1 ? 'none' : draw.of(['opaque', 'opaque', 'random', 'holes']);
  const [noise, across, down] = [draw.of([0.1, 0.5, 1]), draw.uniform(0, 0.05), draw.uniform(0, 0.05)];
  const [low, high] = samples === 'float32' ? [-0.2, 1.2] : [0, 1];
  const [Data, white] = SAMPLES[samples];
  const data = new Data(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const [pixel, c] = [Math.floor(i / channels), i % channels];
    const ramp = ((pixel % width) * across + Math.floor(pixel / width) * down + c * 0.2) % 1;
    const color = low + (high - low) * ((1 - noise) * ramp + noise * draw.uniform());
    const opacity = alpha === 'opaque' ? 1 : alpha === 'holes' ? Number(draw.uniform() < 0.7) : draw.uniform();
    data[i] = white * (alpha !== 'none' && c === channels - 1 ? opacity : color);
  }
  if (samples === 'float32' && draw.uniform() < 0.05) data[draw.integer(0, data.length - 1)] = draw.of([Number.NaN, Number.POSITIVE_INFINITY]);
  return {
    image: convlab.createImage(width, height, channels, data),
    kinds: { samples, 'image channels': channels, 'image alpha': alpha, 'image size': size },
  };
}

/** Weights that are scaled so that most results are neither black nor white. */
function random(draw: Draw, shape: readonly number[], low: number = draw.of([-1, 0])): convlab.Tensor {
  const cells = shape.slice(-2).reduce((product, size) => product * size, 1);
  return draw.tensor(shape, () => draw.uniform(low, 1) / (low < 0 ? Math.sqrt(cells) : cells / 2));
}

function symmetric(draw: Draw): number[] {
  const side = Array.from({ length: draw.integer(1, 9) }, () => draw.uniform(0.2, 1));
  const all = [...side, 1, ...side.toReversed()];
  return all.map((weight) => weight / all.reduce((sum, each) => sum + each));
}

/** Kernels by family. The families lead to different programs. */
const KERNELS: Readonly<Record<string, (draw: Draw, channels: number) => convlab.Tensor>> = {
  sharpen: (draw) => convlab.sharpen(draw.of([0.3, 0.5, 1, 2])),
  gaussian: (draw) => convlab.gaussian(draw.of([0.5, 0.8, 1, 1.5, 2, 3, 5])),
  'gaussian per axis': (draw) => convlab.gaussian([draw.uniform(0.4, 3), draw.uniform(0.4, 3)]),
  box: (draw) => convlab.box(draw.integer(2, 9)),
  'large box': (draw) => convlab.box(draw.integer(15, 31)),
  rectangle: (draw) => convlab.full(draw.integers(2, 2, 9), draw.uniform(0.01, 0.1)),
  binomial: (draw) => convlab.binomial(draw.integer(2, 7)),
  slope: (draw) => draw.of([convlab.SOBEL_X, convlab.SOBEL_Y, convlab.SCHARR_X, convlab.PREWITT_Y, convlab.ROBERTS_RISING]),
  laplacian: (draw) => draw.of([convlab.LAPLACIAN_4, convlab.LAPLACIAN_8]),
  emboss: (draw) => convlab.emboss(draw.uniform(0, 360), draw.uniform(-1, 2)),
  motion: (draw) => convlab.motionBlur(draw.integer(2, 15), draw.uniform(0, 180)),
  disk: (draw) => convlab.disk(draw.uniform(0.6, 5)),
  gabor: (draw) => convlab.gabor({ wavelength: draw.uniform(2.2, 5), orientation: draw.uniform(0, 180), phase: draw.uniform(0, 90) }),
  band: (draw) => draw.of([convlab.highPass, convlab.laplacianOfGaussian, convlab.differenceOfGaussians])(draw.uniform(0.6, 2)),
  catalog: (draw) => draw.of(CATALOGUE),
  floats: (draw) => random(draw, draw.integers(2, 1, 7)),
  integers: (draw) => draw.tensor(draw.integers(2, 1, 5), () => draw.integer(-3, 3)),
  'even size': (draw) => random(draw, [draw.of([2, 4, 6]), draw.of([2, 4, 6])]),
  row: (draw) => random(draw, [1, draw.integer(2, 15)]),
  column: (draw) => random(draw, [draw.integer(2, 15), 1]),
  sparse: (draw) => draw.tensor([9, 9], () => (draw.uniform() < 0.08 ? draw.uniform(-0.5, 1) : 0)),
  product: (draw) => {
    const [column, row] = [symmetric(draw), symmetric(draw)];
    return convlab.kernel2d(column.map((a) => row.map((b) => a * b)));
  },
  large: (draw) => random(draw, [31, 31]),
  'one per channel': (draw, channels) => random(draw, [channels, ...draw.integers(2, 1, 5)]),
};

const FAMILIES = Object.keys(KERNELS);

/** A kernel, for all color channels of the image or with one for each of them. */
export function drawKernel(draw: Draw, { channels }: convlab.Image) {
  const family = next(FAMILIES);
  return { family, kernel: KERNELS[family](draw, channels - ((channels + 1) % 2)) };
}
