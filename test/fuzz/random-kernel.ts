import {
  binomial,
  box,
  catalogue,
  differenceOfGaussians,
  disk,
  emboss,
  gabor,
  gaussian,
  kernel2d,
  LAPLACIAN_4,
  LAPLACIAN_8,
  motionBlur,
  type Random,
  SCHARR_X,
  SOBEL_Y,
  sharpen,
  type Tensor,
  tensor,
} from '../../src/index.js';

/** One of a list, each as likely as another. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.integer(list.length)];
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + random.integer(high - low + 1);
}

/** Kernels `[kH, kW]` by family; the families lead to different programs. */
const FAMILIES: readonly (readonly [share: number, make: (random: Random) => Tensor])[] = [
  [14, cross],
  [2, (random) => sharpen(pick(random, [1, 2, 3, 0.5, 0.3]))],
  [1, () => LAPLACIAN_4],
  [1, () => LAPLACIAN_8],
  [6, (random) => gaussian(pick(random, [0.5, 0.8, 1, 1.5, 2, 3]))],
  [2, (random) => gaussian([random.uniform(0.4, 2.5), random.uniform(0.4, 2.5)])],
  [4, (random) => box(between(random, 2, 9))],
  [1, (random) => box(pick(random, [15, 21]))],
  [2, (random) => filled(between(random, 1, 9), between(random, 1, 9), random.uniform(-0.1, 0.1))],
  [2, (random) => binomial(between(random, 2, 7))],
  [2, (random) => pick(random, [SOBEL_Y, SCHARR_X])],
  [1, (random) => emboss(random.uniform(0, 360), random.uniform(-1, 2))],
  [2, (random) => motionBlur(between(random, 2, 11), pick(random, [0, 45, 90, random.uniform(0, 180)]))],
  [1, (random) => disk(random.uniform(0.6, 4))],
  [1, (random) => gabor({ wavelength: random.uniform(2.2, 4), orientation: random.uniform(0, 180) })],
  [1, (random) => differenceOfGaussians(random.uniform(0.6, 1.2))],
  [3, (random) => pick(random, CATALOGUE)],
  [4, (random) => dense(random, between(random, 1, 7), between(random, 1, 7))],
  [2, (random) => dense(random, pick(random, [2, 4, 6]), pick(random, [2, 4, 6]))],
  [2, (random) => dense(random, 1, between(random, 1, 15))],
  [2, (random) => dense(random, between(random, 1, 15), 1)],
  [4, (random) => whole(random, between(random, 1, 5), between(random, 1, 5))],
  [2, (random) => scaled(whole(random, between(random, 1, 4), between(random, 1, 4)), pick(random, [0.25, 0.5, 1 / 3, 0.1, 1 / 16]))],
  [2, sparse],
  [2, cancelling],
  [2, product],
  [1, signedProduct],
  [2, (random) => dense(random, pick(random, [17, 23]), pick(random, [17, 23]))],
];

const CATALOGUE = Object.values(catalogue).flatMap((entry) => ('make' in entry ? entry.make() : []));

const MAKERS = FAMILIES.flatMap(([share, make]) => Array<typeof make>(share).fill(make));

/** Kernels that are computed in other ways than by a sum of products, where images are large enough. */
const LARGE: readonly ((random: Random) => Tensor)[] = [
  (random) => gaussian(pick(random, [1, 1.5, 2, 3])),
  product,
  signedProduct,
  signedProduct,
  (random) => dense(random, pick(random, [17, 23]), pick(random, [17, 23])),
  (random) => box(between(random, 5, 21)),
];

/** A kernel `[kH, kW]`. @param large for a large image */
export function randomKernel(random: Random, large: boolean): Tensor {
  return pick(random, large && random.chance(0.7) ? LARGE : MAKERS)(random);
}

/** One kernel of random weights for each channel, `[C, kH, kW]`. */
export function kernelPerChannel(random: Random, channels: number): Tensor {
  const [height, width] = [between(random, 1, 5), between(random, 1, 5)];
  const each = Array.from({ length: channels }, () => (random.chance(0.3) ? whole(random, height, width) : dense(random, height, width)).data);
  return tensor(
    each.flatMap((data) => [...data]),
    [channels, height, width],
  );
}

/** Whole weights in a center and its four neighbors, which have a program of their own. */
function cross(random: Random): Tensor {
  const [side, center] = [pick(random, [-1, -1, 1, -2, 2, 3]), between(random, -9, 9)];
  return kernel2d([
    [0, side, 0],
    [side, center, side],
    [0, side, 0],
  ]);
}

function filled(height: number, width: number, weight: number): Tensor {
  return tensor(new Float32Array(height * width).fill(weight), [height, width]);
}

/** Scaled so that most results are neither black nor white. */
function dense(random: Random, height: number, width: number): Tensor {
  const [low, size] = [pick(random, [-1, -0.2, 0]), height * width];
  const scale = low < -0.5 ? Math.sqrt(size) : size / 2;
  return tensor(
    Float32Array.from({ length: size }, () => random.uniform(low, 1) / scale),
    [height, width],
  );
}

function whole(random: Random, height: number, width: number): Tensor {
  const [low, high] = pick(random, [
    [-1, 1],
    [-3, 3],
    [0, 2],
    [-9, 4],
  ]);
  return tensor(
    Float32Array.from({ length: height * width }, () => between(random, low, high)),
    [height, width],
  );
}

function scaled({ shape, data }: Tensor, factor: number): Tensor {
  return tensor(
    data.map((weight) => weight * factor),
    [...shape],
  );
}

function sparse(random: Random): Tensor {
  const [height, width] = [between(random, 3, 9), between(random, 3, 9)];
  return tensor(
    Float32Array.from({ length: height * width }, () => (random.chance(0.12) ? random.uniform(-0.5, 1) : 0)),
    [height, width],
  );
}

/** Weights that sum to zero, up to the rounding of floats. */
function cancelling(random: Random): Tensor {
  const { shape, data } = dense(random, between(random, 2, 5), between(random, 2, 5));
  const mean = data.reduce((sum, weight) => sum + weight, 0) / data.length;
  return tensor(
    data.map((weight) => weight - mean),
    [...shape],
  );
}

/** A symmetric row times a symmetric column. */
function product(random: Random): Tensor {
  const [column, row] = [symmetric(random), symmetric(random)];
  return kernel2d(column.map((a) => row.map((b) => a * b)));
}

function signedProduct(random: Random): Tensor {
  const [column, row] = [between(random, 5, 15), between(random, 5, 15)].map((size) => Array.from({ length: size }, () => random.uniform(-1, 2) / size));
  return kernel2d(column.map((a) => row.map((b) => a * b)));
}

function symmetric(random: Random): number[] {
  const side = Array.from({ length: between(random, 1, 5) }, () => random.uniform(0.2, 1));
  const all = [...side, 1, ...side.toReversed()];
  return all.map((weight) => weight / all.reduce((sum, each) => sum + each));
}
