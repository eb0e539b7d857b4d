import { OptionError, ShapeError, show } from '../../errors.js';
import type { Backend } from '../../kernels/backend.js';
import { conv } from '../../kernels/conv.js';
import { depthwiseKernel } from '../../kernels/depthwise.js';
import { anyWhole, checkedInUse, count, notNegative, type OptionsOf, option, type Rows, rule, settle, text } from '../../options.js';
import { Random } from '../../random.js';
import { sizeOf, type Tensor } from '../../tensor.js';
import type { Module } from '../module.js';
import { backpropagate } from './backpropagate.js';

const ascending = rule<readonly [low: number, high: number]>(
  'two ascending numbers',
  (value) => Array.isArray(value) && value.length === 2 && value[0] < value[1],
);

/** Rules and defaults of {@link MaximizeOptions}. */
export const MAXIMIZE_OPTIONS = {
  /** The layer whose activation is maximized, named as in {@link retrieveFeatures}. */
  layer: option(text, { required: true }),
  /** The index of the feature map to maximize; in a layer `[N, features]`, the index of the feature. */
  channel: option(checkedInUse<number>('the index of a map'), { required: true }),
  /** The position in the map (a single neuron), one number per spatial axis. Default: the mean of the map. */
  at: checkedInUse<readonly number[]>('a cell of the map'),
  /** Number of gradient steps. Default 100. */
  steps: option(count, { default: 100 }),
  /** Mean change of an input value per step. Default 0.02. */
  rate: option(notNegative, { default: 0.02 }),
  /** Standard deviation, in pixels, of the blur between steps, which suppresses unnatural high frequencies; 0: none. Default 0.5. */
  blur: option(notNegative, { default: 0.5 }),
  /** Input values are clamped to this range. Default [0, 1]. */
  range: option(ascending, { default: [0, 1] }),
  /** Seed of the weak noise to start from. Default 0. */
  seed: option(anyWhole, { default: 0 }),
} satisfies Rows;

/** Options of {@link maximizeActivation}. */
export interface MaximizeOptions extends OptionsOf<typeof MAXIMIZE_OPTIONS> {}

/** The result of {@link maximizeActivation}. */
export interface MaximizedInput {
  /** `[1, C, H, W]`, the image */
  readonly x: Tensor;
  /** the maximized activation before each step and at the end */
  readonly activations: readonly number[];
}

/**
 * Finds an image that maximizes the activation of a feature map: gradient ascent on the input, with a blur between
 * steps.
 * @param shape shape of the input, `[1, C, H, W]`
 * @throws OptionError if an option breaks its rule, or there is no such layer or channel
 * @see Erhan et al., Visualizing Higher-Layer Features of a Deep Network, 2009; the blur: Yosinski et al., 2015
 * @example
 * ```ts
 * import { ConvNet, maximizeActivation } from 'convlab';
 *
 * const model = new ConvNet().initialize(1);
 * const { x, activations } = await maximizeActivation(model, [1, 1, 28, 28], { layer: 'conv1', channel: 0, steps: 5, seed: 1 });
 * console.log(x.shape, activations[activations.length - 1] > activations[0]); // → [ 1, 1, 28, 28 ] true
 * ```
 */
export async function maximizeActivation(model: Module, shape: readonly number[], options: MaximizeOptions): Promise<MaximizedInput> {
  const { layer, channel, at, steps, rate, blur, range, seed } = settle('maximizeActivation', options, MAXIMIZE_OPTIONS);
  if (shape.length !== 4 || shape[0] !== 1) throw new ShapeError('maximizeActivation', `shape must be [1, C, H, W], received ${show(shape)}`, { shape });
  const [low, high] = range;
  const backend = await model.backend();
  const random = new Random(seed);
  const middle = (low + high) / 2;
  let x: Tensor = { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => middle + 0.02 * (high - low) * random.normal()) };
  const smooth = blur > 0 ? blurTaps(blur) : undefined;
  const activations: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const { output, inputGradient } = await backpropagate('maximizeActivation', model, x, layer, (values) => activationWeights(values, channel, at));
    activations.push(dotProduct(output.data, activationWeights(output, channel, at)));
    if (step === steps) break;
    const size = inputGradient.data.reduce((sum, value) => sum + Math.abs(value), 0) / inputGradient.data.length;
    if (size === 0) break; // the activation does not depend on the input
    const moved = { shape, data: x.data.map((value, i) => value + (rate * inputGradient.data[i]) / size) };
    x = smooth ? await blurred(moved, smooth, backend) : moved;
    for (const [i, value] of x.data.entries()) x.data[i] = Math.min(high, Math.max(low, value));
  }
  return { x, activations };
}

/** The activation is a weighted sum of the layer's values. These are the weights: 1 at the cell `at`, or 1 / cells over the whole map. */
function activationWeights({ shape, data }: Tensor, channel: number, at: readonly number[] | undefined): Float32Array {
  const spatial = shape.slice(2);
  const cells = sizeOf(spatial);
  if (!(Number.isInteger(channel) && channel >= 0 && channel < shape[1])) {
    throw new OptionError('maximizeActivation', 'channel', `must be an integer from 0 to ${shape[1] - 1}`, channel);
  }
  const weights = new Float32Array(data.length);
  if (!at) return weights.fill(1 / cells, channel * cells, (channel + 1) * cells);
  if (at.length !== spatial.length || !at.every((place, axis) => Number.isInteger(place) && place >= 0 && place < spatial[axis])) {
    throw new OptionError('maximizeActivation', 'at', `must be a cell of the map ${show(spatial)}`, at);
  }
  weights[at.reduce((index, place, axis) => index * spatial[axis] + place, channel)] = 1;
  return weights;
}

function dotProduct(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** exp(−x² / 2σ²) over 2·ceil(3σ) + 1 taps, sum 1. */
function blurTaps(sigma: number): Float32Array {
  const radius = Math.ceil(3 * sigma);
  const taps = Float32Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

async function blurred(x: Tensor, taps: Float32Array, backend: Backend): Promise<Tensor> {
  const [, channels] = x.shape;
  const options = { groups: channels, padding: 'same', paddingMode: 'replicate', backend } as const;
  const across = await conv(x, depthwiseKernel({ shape: [1, taps.length], data: taps }, channels), options);
  return conv(across, depthwiseKernel({ shape: [taps.length, 1], data: taps }, channels), options);
}
