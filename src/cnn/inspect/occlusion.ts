import { OptionError, ShapeError, show } from '../../errors.js';
import { anyNumber, checkedInUse, count, type OptionsOf, option, type Rows, settle } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { checkTensor } from '../../tensor.js';
import { argmax } from '../evaluate.js';
import type { Module } from '../module.js';

/** Rules and defaults of {@link OcclusionOptions}. */
export const OCCLUSION_OPTIONS = {
  /** Side length of the covering square, in pixels. Default 5. */
  window: option(count, { default: 5 }),
  /** Distance between positions of the square, in pixels. Default 1. */
  stride: option(count, { default: 1 }),
  /** Value of the square. Default 0. */
  value: option(anyNumber, { default: 0 }),
  /** Class whose score is measured. Default: the class with the highest score. */
  class: checkedInUse<number>('the index of a class'),
} satisfies Rows;

/** Options of {@link occlusionMap}. */
export interface OcclusionOptions extends OptionsOf<typeof OCCLUSION_OPTIONS> {}

/** Number of occluded images per batch. */
const BATCH = 100;

/**
 * The drop in the score of a class when a square of the image is covered. It shows the parts that the model relies on.
 * @param x `[1, C, H, W]`; the model's output must be `[N, classes]`
 * @returns `[oH, oW]`: for each position of the square, the score of the uncovered image minus the score of the covered one. At the
 * first position, the center of the square is in the first row and column
 * @throws ShapeError or OptionError if x or an option breaks its rule
 * @see Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2014
 * @example
 * ```ts
 * import { ConvNet, full, occlusionMap } from 'convlab';
 *
 * const map = await occlusionMap(new ConvNet().initialize(1), full([1, 1, 28, 28], 0.5), { window: 8, stride: 4, class: 3 });
 * console.log(map.shape); // → [ 7, 7 ]
 * ```
 */
export async function occlusionMap(model: Module, x: Tensor, options: OcclusionOptions = {}): Promise<Tensor> {
  const { window, stride, value } = settle('occlusionMap', options, OCCLUSION_OPTIONS);
  checkTensor('occlusionMap', 'x', x);
  const [one, channels, height, width] = x.shape;
  if (x.shape.length !== 4 || one !== 1) throw new ShapeError('occlusionMap', `x must be [1, C, H, W], received ${show(x.shape)}`, { x: x.shape });
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const resume = model.pauseTraining();
  try {
    const { data: scores } = await model.run(x);
    const watched = options.class ?? argmax(scores);
    if (!(watched in scores)) throw new OptionError('occlusionMap', 'class', `must be an integer from 0 to ${scores.length - 1}`, watched);
    const out = new Float32Array(rows * columns);
    const size = x.data.length;
    const batch = new Float32Array(BATCH * size);
    for (let start = 0; start < out.length; start += BATCH) {
      for (let k = 0; k < BATCH; k++) {
        const place = Math.min(start + k, out.length - 1);
        const [cy, cx] = [Math.floor(place / columns) * stride, (place % columns) * stride];
        const picture = batch.subarray(k * size, (k + 1) * size);
        picture.set(x.data);
        const [top, left] = [Math.max(0, cy - (window >> 1)), Math.max(0, cx - (window >> 1))];
        const [bottom, right] = [Math.min(height, cy - (window >> 1) + window), Math.min(width, cx - (window >> 1) + window)];
        for (let c = 0; c < channels; c++)
          for (let y = top; y < bottom; y++) picture.fill(value, (c * height + y) * width + left, (c * height + y) * width + right);
      }
      const { data } = await model.run({ shape: [BATCH, channels, height, width], data: batch });
      for (let k = 0; k < BATCH && start + k < out.length; k++) out[start + k] = scores[watched] - data[k * scores.length + watched];
    }
    return { shape: [rows, columns], data: out };
  } finally {
    resume();
  }
}
