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

/** Rows of {@link PyramidOptions}. */
export const PYRAMID_OPTIONS = pickRows(FILTER_OPTIONS, 'alpha', 'linear', 'backend', 'signal', 'onProgress') satisfies Rows;

/** Options of {@link gaussianPyramid}, each as in {@link FilterOptions}. */
export interface PyramidOptions extends OptionsOf<typeof PYRAMID_OPTIONS> {}

/**
 * A picture in ever smaller sizes: each level is the one before, blurred by `binomial(5)`, without every second row and column.
 * That is OpenCV's `pyrDown`, to the bit for 8 bits.
 * @param levels how many pictures, the original among them; each half as large as the one before, halves rounded up
 * @throws OptionError if levels is not from 1 to where the smallest picture has a single pixel
 * @see Burt & Adelson, The Laplacian Pyramid as a Compact Image Code (1983)
 */
export function gaussianPyramid(image: ImageSource, levels: number, options?: PyramidOptions): Promise<readonly Image[]>;
/** The same for a picture that is stored on a backend, see {@link uploadImage}: so are the levels. The first level is the image itself. */
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

/** What {@link laplacianPyramid} takes a picture apart into: bands of detail, each half as fine as the one before, and a small rest. */
export interface LaplacianPyramid<I extends Image | DeviceImage = Image> {
  /** float pictures around 0, the finest first: what a level of the Gaussian pyramid has and the next one, enlarged, has not */
  readonly details: readonly I[];
  /** the smallest level of the Gaussian pyramid, a float picture: 0 is black, 1 white */
  readonly base: I;
}

/**
 * Takes a picture apart into bands of detail; {@link collapsePyramid} puts it together again.
 * All channels are treated alike, alpha too, and nothing is rounded but to float32.
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
/** The same for a picture that is stored on a backend, see {@link uploadImage}: so are the bands and the base; the caller must free them. */
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
 * Puts a picture together from its bands of detail, equal to the original except for float32 rounding; what was changed in a
 * band is changed in the picture.
 * @returns a float picture
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
      throw new ShapeError('collapsePyramid', `a detail must be twice as large as what is below it, received ${say(detail)} on ${say(image)}`, {
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

/** The same in floats, white being 1. */
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
