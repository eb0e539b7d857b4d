import { partOf } from '../../control.js';
import { OptionError, ShapeError } from '../../errors.js';
import { checkImage, type Image, type Samples } from '../../image/image.js';
import { type ImageSource, toImage } from '../../image/image-source.js';
import { whiteOf } from '../../image/samples.js';
import { RUN_OPTIONS, type RunOptions } from '../../kernels/backends/create.js';
import { keep } from '../../kernels/keep.js';
import { check, checkOptions, count, type OptionsOf, pickRows, type Rows } from '../../options.js';
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
export async function gaussianPyramid(image: ImageSource, levels: number, options: PyramidOptions = {}): Promise<readonly Image[]> {
  checkOptions('gaussianPyramid', options, PYRAMID_OPTIONS);
  const original: Image = toImage(image, 'gaussianPyramid');
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
export interface LaplacianPyramid {
  /** float pictures around 0, the finest first: what a level of the Gaussian pyramid has and the next one, enlarged, has not */
  readonly details: readonly Image[];
  /** the smallest level of the Gaussian pyramid, a float picture: 0 is black, 1 white */
  readonly base: Image;
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
export async function laplacianPyramid(image: ImageSource, levels: number, options: RunOptions = {}): Promise<LaplacianPyramid> {
  checkOptions('laplacianPyramid', options, RUN_OPTIONS);
  const original: Image = toImage(image, 'laplacianPyramid');
  checkLevels('laplacianPyramid', original, levels);
  let base = keep(original);
  const details: Image[] = [];
  const { backend, signal, onProgress } = options;
  signal?.throwIfAborted();
  while (details.length < levels - 1) {
    const smaller = await filter(base, binomial(5), { backend, signal, stride: 2, channels: 'all', output: 'float' });
    details.push(await enlargedWith('laplacianPyramid', smaller, base, -1, { backend, signal }));
    base = smaller;
    onProgress?.(details.length / (levels - 1));
  }
  if (levels === 1) onProgress?.(1);
  return { details, base: levels > 1 ? base : { ...original, data: toUnit(original.data, whiteOf(original.data)) } };
}

/**
 * Puts a picture together from its bands of detail, equal to the original but for float32 rounding; what was changed in a
 * band is changed in the picture.
 * @returns a float picture
 * @throws ShapeError if a detail is not twice as large as what is below it
 */
export async function collapsePyramid(pyramid: LaplacianPyramid, options: RunOptions = {}): Promise<Image> {
  checkOptions('collapsePyramid', options, RUN_OPTIONS);
  const { details, base } = keep(pyramid);
  const { backend, signal, onProgress } = options;
  signal?.throwIfAborted();
  let image = base;
  let done = 0;
  for (const detail of details.toReversed()) {
    checkImage('collapsePyramid', detail);
    if (half(detail.width) !== image.width || half(detail.height) !== image.height || detail.channels !== image.channels) {
      const say = ({ width, height, channels }: Image) => `${width} × ${height} × ${channels}`;
      throw new ShapeError('collapsePyramid', `a detail must be twice as large as what is below it, received ${say(detail)} on ${say(image)}`, {
        detail,
        image,
      });
    }
    image = await enlargedWith('collapsePyramid', image, detail, 1, { backend, signal });
    onProgress?.(++done / details.length);
  }
  if (details.length === 0) onProgress?.(1);
  return image;
}

function toUnit(data: Samples, white: number): Float32Array {
  const values = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) values[i] = data[i] / white;
  return values;
}

function half(size: number): number {
  return Math.ceil(size / 2);
}

function checkLevels(operation: string, { width, height }: Image, levels: number): void {
  check(operation, 'levels', levels, count);
  const most = 1 + Math.ceil(Math.log2(Math.max(width, height)));
  if (levels > most) throw new OptionError(operation, 'levels', `must be at most ${most} for ${width} × ${height} pixels`, levels);
}
