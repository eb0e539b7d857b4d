import { DataError, OptionError, ShapeError, show } from '../errors.js';
import { depthwiseKernel } from '../kernels/depthwise.js';
import { CONV_OPTIONS, type ConvGeometry, convGeometry, PADDING_MODES } from '../kernels/geometry.js';
import { ALGORITHM, type Algorithm } from '../kernels/plan/conv-plan.js';
import { float32, type OptionsOf, oneOf, option, parseNumber, pickRows, type Rows, rule, withDefaults } from '../options.js';
import { sizeOf, type Tensor } from '../tensor.js';
import type { KernelSource } from './kernel-source.js';

const factor = rule<number | 'sum'>("a finite number or 'sum'", (value) => value === 'sum' || Number.isFinite(value), {
  parse: (typed) => (typed === 'sum' ? typed : parseNumber(typed)),
  form: 'a number, or sum to divide by their sum',
});

/** Rules and defaults of {@link StepOptions}. */
export const STEP_OPTIONS = {
  /**
   * How far the image is extended on each axis, see {@link AxisPadding}. Default `'same'`: one output for every pixel
   * or, with `stride` s, for every s-th pixel.
   */
  padding: option(CONV_OPTIONS.padding, { default: 'same' }),
  /**
   * How the image continues beyond its border. Default `'reflect'` (dcb|abcd|cba, OpenCV's default), or `'symmetric'` (cba|abcd|dcb) for
   * images too small for `'reflect'`.
   */
  paddingMode: option(oneOf(PADDING_MODES), { help: 'values beyond the border (default: reflect)', placeholder: 'mode' }),
  ...pickRows(CONV_OPTIONS, 'paddingValue', 'stride', 'dilation'),
  /**
   * With padding `'same'`: the index of the kernel weight placed on the output pixel, 0 … k − 1.
   * Default floor(k / 2), as in OpenCV and scipy. With `flip`, it rotates with the kernel.
   */
  anchor: CONV_OPTIONS.anchor,
  ...pickRows(CONV_OPTIONS, 'flip'),
  /** Multiplies all weights; `'sum'` divides them by their sum, unless the sum is zero. Default 1. */
  scale: option(factor, { default: 1, help: 'factor for the weights', placeholder: 'factor' }),
  /** Added after scaling, in the image's units: 0…255 for 8 bits, 0…65535 for 16, 0…1 for floats. Default 0. */
  bias: option(float32, { default: 0, help: 'value added after scaling, in the units of the image' }),
  /**
   * The algorithm, see {@link Algorithm}; results agree up to float rounding. Default `'auto'`: the one with the lowest predicted cost, see
   * `explain`. An algorithm that cannot compute the kernel is an error. A pipeline does not merge steps with an explicit algorithm.
   */
  algorithm: ALGORITHM,
} satisfies Rows;

/** Geometry and arithmetic options of one kernel. Values per axis are in the order `[y, x]`, for volumes `[z, y, x]`. */
export interface StepOptions extends OptionsOf<typeof STEP_OPTIONS> {}

/** One kernel on planes of one size, with defaults filled in. */
export interface Step {
  /** depthwise: one group per plane */
  readonly geometry: ConvGeometry;
  /** scaled weights in image order, `[...k]` for all planes, or `[C, ...k]` if they differ */
  readonly kernel: Tensor;
  readonly bias: number;
  readonly algorithm: Algorithm | 'auto';
  /** index of the weight placed on the output pixel, per spatial axis; with `flip`, `kernel` is already rotated */
  readonly anchor: readonly number[];
}

/**
 * Converts the options and defaults of a filter to those of `conv`.
 * @param shape the shape of the planes, `[N, C, ...spatial]`
 * @param given `[...k]` or `[1, ...k]` for all planes, or `[C, ...k]`
 * @throws ShapeError, DataError or OptionError as `filter` does
 */
export function placeStep(operation: string, shape: readonly number[], given: Tensor, options: StepOptions): Step {
  const { stride, dilation, padding, paddingMode, paddingValue, flip, scale, bias, algorithm } = withDefaults(options, STEP_OPTIONS);
  const rank = shape.length - 2;
  checkKernel(operation, given, rank, shape[1]);
  const kernel = sharedByAll(given, rank);
  if (paddingMode !== undefined && [padding].flat().every((sides) => sides === 'valid' || sides === 0)) {
    throw new OptionError(operation, 'paddingMode', `requires padding (it is ${show(padding)})`, paddingMode);
  }

  const window = kernel.shape.slice(-rank);
  const kernelShape = [shape[1], 1, ...window];
  const steps = { stride, dilation, flip, groups: shape[1] };
  const cells = window.map((k, axis) => (Array.isArray(options.anchor) ? options.anchor[axis] : options.anchor) ?? Math.floor(k / 2));
  const same = convGeometry(shape, kernelShape, { ...steps, padding: 'same', anchor: options.anchor ?? cells }, operation);
  const written = padding === 'same' ? same : convGeometry(shape, kernelShape, { ...steps, padding, anchor: options.anchor }, operation);
  const whole = rank === 1 && Array.isArray(padding) && padding.length === 2 ? [padding] : padding;
  const sides = window.map((_, axis) => {
    const { before, after } = (Array.isArray(whole) ? whole[axis] : whole) === 'same' ? same : written;
    return [before[3 - rank + axis], after[3 - rank + axis]] as const;
  });
  const reflectFits = sides.every(([before, after], axis) => Math.max(before, after) < shape[axis + 2]);
  const placement = { ...steps, padding: sides, paddingMode: paddingMode ?? (reflectFits ? 'reflect' : 'symmetric'), paddingValue } as const;
  return {
    geometry: convGeometry(shape, kernelShape, placement, operation),
    kernel: { shape: kernel.shape, data: scaleWeights(operation, kernel.data, scale, sizeOf(window)) },
    bias,
    algorithm,
    anchor: cells.map((cell, axis) => (flip ? window[axis] - 1 - cell : cell)),
  };
}

/** A kernel with its placement and scaling. */
export interface KernelStep<K extends KernelSource = KernelSource> extends StepOptions {
  /**
   * `[kH, kW]` or `[1, kH, kW]` for all channels, or `[C, kH, kW]` with one per filtered channel; or rows, or a name
   */
  readonly kernel: K;
}

/** Places each step on the result of the previous one. @param shape the shape of the planes before the first */
export function placeSteps(operation: string, shape: readonly number[], steps: readonly KernelStep<Tensor>[]): readonly Step[] {
  const placed: Step[] = [];
  for (const { kernel, ...options } of steps) placed.push(placeStep(operation, placed.at(-1)?.geometry.outShape ?? shape, kernel, options));
  return placed;
}

/** The rows that a step reads, inside the planes and beyond their upper and lower border. */
export interface SeenRows {
  readonly count: number;
  readonly before: number;
  readonly after: number;
}

/** The same step with a different number of planes, constant border value, or range of rows. */
export function changeStep(step: Step, { channels, paddingValue, rows }: { channels?: number; paddingValue?: number; rows?: SeenRows }): Step {
  const g = step.geometry;
  if (channels === g.groups && paddingValue === undefined && !rows) return step;
  const axes = <T>(values: readonly T[]) => values.slice(3 - g.rank);
  const groups = channels ?? g.groups;
  const spatial = rows ? [rows.count, g.input[2]] : g.xShape.slice(2);
  const geometry = convGeometry([g.batch, groups, ...spatial], [groups, 1, ...g.kernelShape.slice(2)], {
    stride: axes(g.stride),
    dilation: axes(g.dilation),
    padding: axes(g.before.map((before, axis) => (rows && axis === 1 ? [rows.before, rows.after] : [before, g.after[axis]]))),
    paddingMode: g.paddingMode,
    paddingValue: g.paddingMode === 'constant' ? (paddingValue ?? g.paddingValue) : undefined,
    flip: g.flip,
    groups,
  });
  return { ...step, geometry };
}

/** The weights for every plane in the shape that `conv` requires, `[C, 1, ...k]`. */
export function weightsOf({ geometry, kernel }: Step): Tensor {
  const { kernelShape, groups } = geometry;
  return kernel.data.length === sizeOf(kernelShape) ? { shape: kernelShape, data: kernel.data } : depthwiseKernel(kernel, groups);
}

function checkKernel(operation: string, kernel: Tensor, rank: number, channels: number): void {
  const axes = ['kD', 'kH', 'kW'].slice(3 - rank).join(', ');
  const { shape, data } = kernel ?? {};
  if (!(data instanceof Float32Array) || !Array.isArray(shape) || (shape.length !== rank && shape.length !== rank + 1)) {
    throw new ShapeError(operation, `kernel must be [${axes}], or [C, ${axes}] with one kernel for each channel, received ${show(shape ?? kernel)}`, {
      kernel,
    });
  }
  if (shape.length > rank && shape[0] !== channels && shape[0] !== 1) {
    const what = `${channels === 1 ? '1 channel is' : `${channels} channels are`} filtered`;
    throw new ShapeError(operation, `kernel [C, ${axes}] must hold one kernel for each filtered channel, and ${what}, received ${show(shape)}`, {
      kernel: shape,
    });
  }
  if (data.length !== sizeOf(shape, operation)) {
    throw new ShapeError(operation, `kernel has shape ${show(shape)}, which holds ${sizeOf(shape)} weights, but its data has ${data.length}`, {
      kernel: shape,
    });
  }
  const odd = data.findIndex((weight) => !float32.holds(weight));
  if (odd !== -1) throw new DataError(operation, `every weight of the kernel must be ${float32.says}, received ${data[odd]} at index ${odd}`, { kernel });
}

/** Converts `[1, ...k]`, and `[C, ...k]` with equal kernels, to a single kernel `[...k]`. */
function sharedByAll({ shape, data }: Tensor, rank: number): Tensor {
  if (shape.length === rank) return { shape, data };
  const window = shape.slice(1);
  const size = sizeOf(window);
  return data.every((weight, i) => weight === data[i % size]) ? { shape: window, data: data.subarray(0, size) } : { shape, data };
}

/**
 * @param size weights of one kernel: each of `[C, ...k]` is divided by its own sum
 * @throws OptionError if the factor makes a weight infinite
 */
function scaleWeights(operation: string, weights: Float32Array, scale: number | 'sum', size: number): Float32Array {
  if (scale === 1) return weights;
  if (scale !== 'sum') {
    const scaled = weights.map((weight) => weight * scale);
    if (!scaled.every(float32.holds)) throw new OptionError(operation, 'scale', `must keep every weight ${float32.says}`, scale);
    return scaled;
  }
  const scaled = new Float32Array(weights.length);
  for (let at = 0; at < weights.length; at += size) {
    const one = weights.subarray(at, at + size);
    const sum = sumOf(one);
    scaled.set(sum === 0 ? one : one.map((weight) => weight / sum), at);
  }
  return scaled;
}

/** The sum of the weights; 0 also if they are meant to cancel out, like 0.1 + 0.2 − 0.3, which in float32 leaves about 1e-8. */
export function sumOf(weights: Float32Array): number {
  let [sum, size] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    size += Math.abs(weight);
  }
  return Math.abs(sum) <= 1e-6 * size ? 0 : sum;
}
