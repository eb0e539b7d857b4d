import { partOf } from '../../control.js';
import { OptionError, ShapeError } from '../../errors.js';
import { checkImage, type Image } from '../../image/image.js';
import type { ImageSource } from '../../image/image-source.js';
import { whiteOf } from '../../image/samples.js';
import { RUN_OPTIONS, type RunOptions } from '../../kernels/backends/create.js';
import { keep } from '../../kernels/keep.js';
import { check, checkOptions, count, type OptionsOf, pickRows, type Rows } from '../../options.js';
import { type AnyImage, throughHost, toPicture } from '../any-image.js';
import { DeviceImage } from '../device-image.js';
import { FILTER_OPTIONS, filter } from '../filter.js';
import { binomial } from '../kernels/binomial.js';
import { enlargedWith } from './enlarge.js';

/** Rules and defaults of {@link PyramidOptions}. */
export const PYRAMID_OPTIONS = pickRows(FILTER_OPTIONS, 'alpha', 'linear', 'backend', 'signal', 'onProgress') satisfies Rows;

/** Options of {@link gaussianPyramid}, each as in {@link FilterOptions}. */
export interface PyramidOptions extends OptionsOf<typeof PYRAMID_OPTIONS> {}

/**
 * An image at decreasing sizes: each level is the previous one, blurred with `binomial(5)` and subsampled by 2.
 * For 8 bits, it is identical to OpenCV's `pyrDown`.
 * @param levels number of images, including the original; each has half the size of the previous one, rounded up
 * @throws OptionError if levels is less than 1, or greater than the number at which the image has a single pixel
 * @see Burt & Adelson, The Laplacian Pyramid as a Compact Image Code (1983)
 */
export function gaussianPyramid(image: ImageSource, levels: number, options?: PyramidOptions): Promise<readonly Image[]>;
/** The pyramid of an image stored on a backend, see {@link uploadImage}; the levels are stored there too. The first level is the image itself. */
export function gaussianPyramid(image: DeviceImage, levels: number, options?: PyramidOptions): Promise<readonly DeviceImage[]>;
export async function gaussianPyramid(image: AnyImage, levels: number, options: PyramidOptions = {}): Promise<readonly (Image | DeviceImage)[]> {
  checkOptions('gaussianPyramid', options, PYRAMID_OPTIONS);
  const original = toPicture('gaussianPyramid', image);
  checkLevels('gaussianPyramid', original, levels);
  options.signal?.throwIfAborted();
  const pyramid = [original];
  for (let done = 0; done < levels - 1; done++) {
    pyramid.push(await filter(pyramid[done], binomial(5), { ...options, ...partOf(options, done / (levels - 1), (done + 1) / (levels - 1)), stride: 2 }));
  }
  if (levels === 1) options.onProgress?.(1);
  return pyramid;
}

/** The result of {@link laplacianPyramid}: detail bands, each with half the resolution of the previous one, and a small base image. */
export interface LaplacianPyramid<I extends Image | DeviceImage = Image> {
  /** float images around 0, finest first: each level of the Gaussian pyramid minus the enlarged next level */
  readonly details: readonly I[];
  /** the smallest level of the Gaussian pyramid, a float image: 0 is black, 1 is white */
  readonly base: I;
}

/**
 * Decomposes an image into detail bands; {@link collapsePyramid} reconstructs it.
 * All channels are treated the same, including alpha, and values are rounded only to float32.
 * @param levels as in {@link gaussianPyramid}: `levels − 1` details and the base
 * @throws OptionError as {@link gaussianPyramid} does
 * @example
 * ```ts
 * import { collapsePyramid, compareImages, laplacianPyramid } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const photo = await readImage('photo.jpg');
 * const pyramid = await laplacianPyramid(photo, 3);
 * console.log(pyramid.details.length, (await collapsePyramid(pyramid)).width); // → 2 96
 * ```
 */
export function laplacianPyramid(image: ImageSource, levels: number, options?: RunOptions): Promise<LaplacianPyramid>;
/** The pyramid of an image stored on a backend, see {@link uploadImage}; the bands and the base are stored there too, and the caller must free them. */
export function laplacianPyramid(image: DeviceImage, levels: number, options?: RunOptions): Promise<LaplacianPyramid<DeviceImage>>;
export async function laplacianPyramid(image: AnyImage, levels: number, options: RunOptions = {}): Promise<LaplacianPyramid<Image | DeviceImage>> {
  checkOptions('laplacianPyramid', options, RUN_OPTIONS);
  const original = toPicture('laplacianPyramid', image);
  checkLevels('laplacianPyramid', original, levels);
  let base = keep(original);
  const details: (Image | DeviceImage)[] = [];
  const { backend, signal, onProgress } = options;
  signal?.throwIfAborted();
  while (details.length < levels - 1) {
    const smaller = await filter(base, binomial(5), { backend, signal, stride: 2, channels: 'all', output: 'float' });
    details.push(await enlargedWith('laplacianPyramid', smaller, base, -1, { backend, signal }));
    if (base instanceof DeviceImage && base !== original) base.free();
    base = smaller;
    onProgress?.(details.length / (levels - 1));
  }
  if (levels === 1) {
    base = original instanceof DeviceImage ? await throughHost('laplacianPyramid', original, { backend }, toUnit) : toUnit(original);
    onProgress?.(1);
  }
  return { details, base };
}

/**
 * Reconstructs an image from its detail bands. The result equals the original up to float32 rounding; modify the bands
 * first to modify the image.
 * @returns a float image
 * @throws ShapeError if a detail band is not twice as large as the level below it
 */
export async function collapsePyramid<I extends Image | DeviceImage>(pyramid: LaplacianPyramid<I>, options: RunOptions = {}): Promise<I> {
  checkOptions('collapsePyramid', options, RUN_OPTIONS);
  const { details, base } = keep(pyramid);
  const { backend, signal, onProgress } = options;
  signal?.throwIfAborted();
  let image = base;
  let done = 0;
  for (const detail of details.toReversed()) {
    if (!(detail instanceof DeviceImage)) checkImage('collapsePyramid', detail);
    if (half(detail.width) !== image.width || half(detail.height) !== image.height || detail.channels !== image.channels) {
      const say = ({ width, height, channels }: I) => `${width} × ${height} × ${channels}`;
      throw new ShapeError('collapsePyramid', `a detail level must be twice the size of the level below it, received ${say(detail)} above ${say(image)}`, {
        detail,
        image,
      });
    }
    const larger = await enlargedWith('collapsePyramid', image, detail, 1, { backend, signal });
    if (image instanceof DeviceImage && image !== base) image.free();
    image = larger;
    onProgress?.(++done / details.length);
  }
  if (details.length === 0) onProgress?.(1);
  return image;
}

/** The same image as floats, with white 1. */
function toUnit(image: Image): Image {
  const white = whiteOf(image.data);
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = image.data[i] / white;
  return { ...image, data };
}

function half(size: number): number {
  return Math.ceil(size / 2);
}

function checkLevels(operation: string, { width, height }: Pick<Image, 'width' | 'height'>, levels: number): void {
  check(operation, 'levels', levels, count);
  const most = 1 + Math.ceil(Math.log2(Math.max(width, height)));
  if (levels > most) throw new OptionError(operation, 'levels', `must be at most ${most} for ${width} × ${height} pixels`, levels);
}
