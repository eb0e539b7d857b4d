import { atLeast, between, notNegative, type OptionsOf, option, type Rows, rule, settle, whole } from '../../options.js';
import type { Random } from '../../random.js';
import { type PixelAugmentation, pixelAugmentation } from './pixel-augmentation.js';
import type { Augmentation, PixelStep } from './pixel-step.js';
import { nodesOf } from './smooth-noise.js';

/**
 * Maps every pixel of a result to its source position, see {@link warpProgram}. Successive warps are combined, so the
 * image is resampled (and thereby blurred) only once.
 */
interface Warp {
  readonly height: number;
  readonly width: number;
  /** [yy, yx, xy, xx] */
  matrix: readonly [number, number, number, number];
  /** [y, x], pixels */
  shift: readonly [number, number];
  /** the record that contains the displacements */
  readonly record: Float64Array;
  /** index of the next displacement */
  at: number;
}

/** Approximate nanoseconds per value for copying samples, interpolating them, and interpolating them with smooth noise. */
const [COPIED, INTERPOLATED, DISTORTED] = [4, 10, 40];

/** An augmentation that only moves pixels. */
export interface WarpAugmentation extends PixelAugmentation {
  /** Composes its movement with those in `warp`. */
  readonly move: (warp: Warp, random: Random) => void;
  /** Number of values in the record of its displacement. */
  readonly size: (height: number, width: number) => number;
  /** Approximate nanoseconds per value of the resampling that it requires. */
  readonly cost: number;
}

const SHIFT_OPTIONS = { max: option(whole(0), { required: true }) } satisfies Rows;
const ROTATION_OPTIONS = { degrees: option(between(0, 180), { required: true }) } satisfies Rows;
const FLIP_OPTIONS = { probability: option(between(0, 1), { default: 0.5 }) } satisfies Rows;
const ELASTIC_OPTIONS = { alpha: option(notNegative, { required: true }), sigma: option(atLeast(1), { required: true }) } satisfies Rows;

const range = (says: string, highest: number) =>
  rule<readonly [number, number]>(says, (value) => Array.isArray(value) && value.length === 2 && value[0] > 0 && value[0] <= value[1] && value[1] <= highest);
const shares = range('two ascending numbers > 0 and ≤ 1', 1);
const ratios = range('two ascending numbers > 0', Number.MAX_VALUE);

/**
 * Shifts the image by a random number of whole pixels from −max to max on each axis. The edge pixels are repeated beyond the border.
 * @param options.max pixels, an integer ≥ 0
 * @throws OptionError if an option is unknown or breaks its rule
 */
export function randomShift(options: { max: number }): Augmentation {
  const { max } = settle('randomShift', options, SHIFT_OPTIONS);
  return warping(COPIED, (warp, random) => {
    const draw = () => random.integer(2 * max + 1) - max;
    follow(warp, [1, 0, 0, 1], [-draw(), -draw()]);
  });
}

/**
 * Rotates the image about its center by a random angle from −degrees to degrees. The edge pixels are repeated beyond the border.
 * @param options.degrees 0 to 180
 * @throws OptionError if an option is unknown or breaks its rule
 */
export function randomRotation(options: { degrees: number }): Augmentation {
  const { degrees } = settle('randomRotation', options, ROTATION_OPTIONS);
  return warping(INTERPOLATED, (warp, random) => {
    const angle = (random.uniform(-degrees, degrees) * Math.PI) / 180;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    follow(warp, [cos, sin, -sin, cos], [0, 0]);
  });
}

/**
 * Mirrors the image left to right.
 * @param options.probability 0 to 1. Default 0.5
 * @throws OptionError if an option is unknown or breaks its rule
 */
export function randomFlip(options: { probability?: number } = {}): Augmentation {
  const { probability } = settle('randomFlip', options, FLIP_OPTIONS);
  return warping(COPIED, (warp, random) => {
    if (random.uniform() < probability) follow(warp, [1, 0, 0, -1], [0, 0]);
  });
}

/** Rules and defaults of {@link RandomResizedCropOptions}. */
export const RANDOM_RESIZED_CROP_OPTIONS = {
  /** Minimum and maximum area of the part as a fraction of the image. Default [0.5, 1]. */
  area: option(shares, { default: [0.5, 1] }),
  /**
   * Minimum and maximum aspect ratio of the part, width / height, relative to that of the image; its logarithm is
   * uniformly distributed. Default [3/4, 4/3].
   */
  ratio: option(ratios, { default: [3 / 4, 4 / 3] }),
} satisfies Rows;

/** Options of {@link randomResizedCrop}. */
export interface RandomResizedCropOptions extends OptionsOf<typeof RANDOM_RESIZED_CROP_OPTIONS> {}

/**
 * Crops a random part of the image and enlarges it to the size of the image, like torchvision's RandomResizedCrop. The
 * part is at most as wide and as high as the image.
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { augment, full, randomFlip, randomResizedCrop, TensorDataset } from 'convlab';
 *
 * const photos = new TensorDataset(full([2, 3, 32, 32]), Int32Array.of(0, 1));
 * const varied = augment(photos, [randomFlip(), randomResizedCrop({ area: [0.6, 1] })], { seed: 1 });
 * console.log((await varied.at(0, 1)).x.shape); // → [ 3, 32, 32 ]
 * ```
 */
export function randomResizedCrop(options: RandomResizedCropOptions = {}): Augmentation {
  const { area, ratio } = settle('randomResizedCrop', options, RANDOM_RESIZED_CROP_OPTIONS);
  return warping(INTERPOLATED, (warp, random) => {
    const part = random.uniform(...area);
    const shape = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
    const [tall, wide] = [Math.min(Math.sqrt(part / shape), 1), Math.min(Math.sqrt(part * shape), 1)];
    // the center of the part, relative to that of the image
    const draw = (side: number, length: number) => (random.uniform() - 0.5) * (1 - side) * length;
    follow(warp, [tall, 0, 0, wide], [draw(tall, warp.height), draw(wide, warp.width)]);
  });
}

/**
 * Elastic distortion, similar to variations in handwriting: every pixel is displaced by noise from −1 to 1, smoothed by a Gaussian and
 * multiplied by alpha. A pixel then moves by α / (σ·√(12π)) on each axis, root mean square: 1.4 pixels for α = 34, σ = 4.
 * @param options.alpha ≥ 0
 * @param options.sigma standard deviation of the Gaussian in pixels, ≥ 1
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Simard, Steinkraus and Platt, Best practices for convolutional neural networks, ICDAR 2003
 * @example
 * ```ts
 * import { augment, full, randomElastic, TensorDataset } from 'convlab';
 *
 * const data = new TensorDataset(full([2, 1, 28, 28]), Int32Array.of(0, 1));
 * const bent = augment(data, [randomElastic({ alpha: 8, sigma: 4 })], { seed: 1 });
 * console.log((await bent.at(0, 1)).x.shape); // → [ 1, 28, 28 ]
 * ```
 */
export function randomElastic(options: { alpha: number; sigma: number }): Augmentation {
  const { alpha, sigma } = settle('randomElastic', options, ELASTIC_OPTIONS);
  const nodes = (height: number, width: number) => nodesOf(height, sigma) * nodesOf(width, sigma);
  return warping(
    DISTORTED,
    (warp, random) => {
      const { record, at, height, width } = warp;
      warp.at += 1 + 2 * nodes(height, width);
      record[at] = sigma;
      for (let i = at + 1; i < warp.at; i++) record[i] = random.uniform(-alpha, alpha);
    },
    (height, width) => 1 + 2 * nodes(height, width),
  );
}

/** Resamples the image once for all these warps, which are applied in order. */
export function fuseWarps(warps: readonly WarpAugmentation[]): PixelStep {
  return {
    operation: 'augment',
    kind: 'warp',
    get cost() {
      return Math.max(...warps.map(({ cost }) => cost));
    },
    size: ([, height, width]) => warps.reduce((sum, { size }) => sum + size(height, width), 6),
    draw: (random, [, height, width], record) => {
      const warp: Warp = { height, width, matrix: [1, 0, 0, 1], shift: [0, 0], record, at: 6 };
      for (const { move } of warps) move(warp, random);
      record.set(warp.matrix);
      record.set(warp.shift, 4);
    },
  };
}

function warping(cost: number, move: WarpAugmentation['move'], size: WarpAugmentation['size'] = () => 0): WarpAugmentation {
  const warping: WarpAugmentation = Object.assign(
    pixelAugmentation({
      operation: 'augment',
      kind: 'warp',
      cost,
      size: (shape) => fuseWarps([warping]).size(shape),
      draw: (random, shape, record) => fuseWarps([warping]).draw(random, shape, record),
    }),
    { move, size, cost },
  );
  return warping;
}

/** Composes a warp with `matrix` and `shift`, which are applied first. */
function follow(warp: Warp, [yy, yx, xy, xx]: Warp['matrix'], [y, x]: Warp['shift']): void {
  const [a, b, c, d] = warp.matrix;
  warp.shift = [warp.shift[0] + a * y + b * x, warp.shift[1] + c * y + d * x];
  warp.matrix = [a * yy + b * xy, a * yx + b * xx, c * yy + d * xy, c * yx + d * xx];
}
