import { OptionError, ShapeError, show } from '../../errors.js';
import { checkedInUse, checkOptions, type OptionsOf, option, type Rows, text } from '../../options.js';
import { sizeOf, type Tensor } from '../../tensor.js';
import { argmax } from '../evaluate.js';
import type { Module } from '../module.js';
import { backpropagate } from './backpropagate.js';

/** Rules and defaults of {@link ScoreOptions}. */
export const SCORE_OPTIONS = {
  /** One class per sample. Default: the class with the highest score. */
  classes: checkedInUse<ArrayLike<number>>('one class for each sample'),
  /**
   * The layer that holds the scores, `[N, classes]`, named as in {@link retrieveFeatures}. Default: the model's output.
   * If that is log-softmax, use the layer before it: a probability also changes with the scores of other classes.
   */
  scores: text,
} satisfies Rows;

/** Options that select a score. */
export interface ScoreOptions extends OptionsOf<typeof SCORE_OPTIONS> {}

/**
 * How much each input cell changes a class's score: |∂score/∂x|, the maximum over the channels.
 * @param x `[N, C, ...spatial]`
 * @returns `[N, ...spatial]`
 * @throws OptionError if there is no such layer or class
 * @see Simonyan, Vedaldi and Zisserman, Deep Inside Convolutional Networks, 2013
 * @example
 * ```ts
 * import { ConvNet, gradCam, saliency } from 'convlab';
 * import { mnist } from 'convlab/node';
 *
 * const { x } = (await mnist({ train: false })).at(0);
 * const batch = { shape: [1, ...x.shape], data: x.data };
 * const map = await saliency(new ConvNet().initialize(1), batch);
 * const heat = await gradCam(new ConvNet().initialize(1), batch, { layer: 'conv2' });
 * console.log(map.shape, heat.shape); // → [ 1, 28, 28 ] [ 1, 14, 14 ]
 * ```
 */
export async function saliency(model: Module, x: Tensor, options: ScoreOptions = {}): Promise<Tensor> {
  const { shape, data } = await scoreGradient(model, x, options);
  const [batch, channels, ...spatial] = shape;
  const cells = sizeOf(spatial);
  const out = new Float32Array(batch * cells);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < cells; i++) out[n * cells + i] = Math.max(out[n * cells + i], Math.abs(data[(n * channels + c) * cells + i]));
    }
  }
  return { shape: [batch, ...spatial], data: out };
}

/**
 * The signed gradient ∂score/∂x. Positive where a larger input value would raise the score of the class.
 * @param x `[N, ...]`
 * @returns in x's shape
 * @throws OptionError if there is no such layer or class
 */
export async function scoreGradient(model: Module, x: Tensor, options: ScoreOptions = {}): Promise<Tensor> {
  checkOptions('scoreGradient', options, SCORE_OPTIONS);
  const { inputGradient } = await backpropagate('scoreGradient', model, x, options.scores, (scores) => oneHot('scoreGradient', scores, options.classes));
  return inputGradient;
}

/** Rules and defaults of {@link GradCamOptions}. */
export const GRAD_CAM_OPTIONS = {
  ...SCORE_OPTIONS,
  /** The convolution (or a following layer) whose maps are weighted, named as in {@link retrieveFeatures}. */
  layer: option(text, { required: true }),
} satisfies Rows;

/** Options of {@link gradCam}. */
export interface GradCamOptions extends OptionsOf<typeof GRAD_CAM_OPTIONS> {}

/**
 * Shows where a layer responds to a class. Each feature map of the layer is weighted by the mean gradient of the score over the map.
 * The result is the sum of the weighted maps, with negative values set to 0.
 * @param x `[N, C, ...spatial]`
 * @returns `[N, ...spatial of the layer]`, ≥ 0
 * @throws OptionError if there is no such layer or class
 * @see Selvaraju et al., Grad-CAM, 2017
 */
export async function gradCam(model: Module, x: Tensor, options: GradCamOptions): Promise<Tensor> {
  checkOptions('gradCam', options, GRAD_CAM_OPTIONS);
  const { classes, scores, layer } = options;
  const { between } = await backpropagate('gradCam', model, x, scores, (output) => oneHot('gradCam', output, classes), layer);
  const { values, gradient } = between as NonNullable<typeof between>;
  const [batch, channels, ...spatial] = values.shape;
  const cells = sizeOf(spatial);
  if (cells === 1) throw new ShapeError('gradCam', `layer must have spatial axes, received ${layer} with ${show(values.shape)}`, { layer });
  const out = new Float32Array(batch * cells);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      const at = (n * channels + c) * cells;
      const weight = gradient.data.subarray(at, at + cells).reduce((sum, value) => sum + value, 0) / cells;
      for (let i = 0; i < cells; i++) out[n * cells + i] += weight * values.data[at + i];
    }
  }
  return { shape: [batch, ...spatial], data: out.map((value) => Math.max(value, 0)) };
}

/** 1 at each sample's class. */
function oneHot(operation: string, { shape, data }: Tensor, classes: ArrayLike<number> | undefined): Float32Array {
  const [batch, count, ...rest] = shape;
  if (count === undefined || sizeOf(rest) !== 1) throw new ShapeError(operation, `the scores must be [N, classes], received ${show(shape)}`, { shape });
  const chosen = classes ?? Array.from({ length: batch }, (_, n) => argmax(data.subarray(n * count, (n + 1) * count)));
  if (chosen.length !== batch) throw new OptionError(operation, 'classes', `must contain one class for each of the ${batch} samples`, chosen);
  const out = new Float32Array(data.length);
  for (let n = 0; n < batch; n++) {
    if (!(Number.isInteger(chosen[n]) && chosen[n] >= 0 && chosen[n] < count)) {
      throw new OptionError(operation, 'classes', `must be integers from 0 to ${count - 1}`, chosen[n]);
    }
    out[n * count + chosen[n]] = 1;
  }
  return out;
}
