import { OptionError, ShapeError, show } from '../errors.js';
import { conv, type RunOptions } from '../kernels/conv.js';
import { type AxisPadding, type ConvGeometry, type ConvOptions, convGeometry, type PerAxis } from '../kernels/geometry.js';
import { full, type Tensor } from '../tensor.js';
import { type Channels, chooseChannels, mergeChannels, pickChannels } from './channels.js';

/** Everything about a filter but how its result becomes samples. Values per axis are in the order `[y, x]`. */
export interface ApplyOptions extends Pick<ConvOptions, 'stride' | 'dilation' | 'paddingValue' | 'flip'>, RunOptions {
  /**
   * How far the picture is extended on each axis, see {@link AxisPadding}. Default `'same'`: the kernel's anchor visits
   * every pixel, and with a stride every stride-th one from the first: filter, then subsample.
   */
  padding?: PerAxis<AxisPadding>;
  /**
   * What lies beyond the border. Default `'reflect'` (dcb|abcd|cba, OpenCV's default); on a picture that is too small for
   * it, no wider than the padding, `'symmetric'` (cba|abcd|dcb), which has no such limit.
   */
  paddingMode?: ConvOptions['paddingMode'];
  /**
   * With padding `'same'`: the cell of the kernel, as it is written, that lies on the output pixel, 0 … k − 1.
   * Default floor(k / 2), as in OpenCV and scipy. With `flip` it turns round with the kernel.
   */
  anchor?: PerAxis<number>;
  /** Factor of all weights, or `'sum'`: divide by their sum. A kernel whose weights sum to zero is left as it is by `'sum'`. Default 1. */
  scale?: number | 'sum';
  /** Added after scaling, in the image's units: 0…255 for 8 bits, 0…65535 for 16, 0…1 for floats. Default 0. */
  bias?: number;
  /**
   * Which channels are filtered. Default `'colour'`, all but alpha. The others pass through: untouched, and where the
   * picture's size changes, with the pixel (or padding) that lies under the kernel's anchor.
   */
  channels?: Channels;
}

/**
 * One filter on a picture as a tensor: `conv` with as many groups as channels, and the same kernel for each.
 * @param x `[1, C, H, W]`, in the image's units
 * @param kernel `[kH, kW]`
 * @returns `[1, C, oH, oW]`, in the image's units, neither rounded nor clamped
 */
export async function applyKernel(x: Tensor, kernel: Tensor, options: ApplyOptions = {}): Promise<Tensor> {
  const { backend, scale = 1, bias = 0, channels = 'colour' } = options;
  if (kernel?.shape?.length !== 2) throw new ShapeError('filter', `kernel must be [kH, kW], received ${show(kernel?.shape ?? kernel)}`, { kernel });
  if (scale !== 'sum' && !Number.isFinite(scale)) throw new OptionError('filter', 'scale', "must be a finite number or 'sum'", scale);
  if (!Number.isFinite(bias)) throw new OptionError('filter', 'bias', 'must be a finite number', bias);

  const chosen = chooseChannels(channels, x.shape[1]);
  const picked = pickChannels(x, chosen);
  const weights = scaleWeights(kernel.data, scale);
  const repeated: Tensor = { shape: [chosen.length, 1, ...kernel.shape], data: new Float32Array(chosen.length * weights.length) };
  for (let c = 0; c < chosen.length; c++) repeated.data.set(weights, c * weights.length);

  const { placement, geometry, anchor } = place(picked.shape, repeated.shape, options);
  const filtered = await conv(picked, repeated, { ...placement, backend, bias: bias === 0 ? undefined : full([chosen.length], bias) });
  return mergeChannels(x, chosen, filtered, geometry, anchor);
}

function scaleWeights(weights: Float32Array, scale: number | 'sum'): Float32Array {
  if (scale !== 'sum') return weights.map((weight) => weight * scale);
  let [sum, size] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    size += Math.abs(weight);
  }
  // weights that are meant to cancel out, like 0.1 + 0.2 − 0.3, leave a remainder of about 1e-8 in float32
  return Math.abs(sum) <= 1e-6 * size ? weights : weights.map((weight) => weight / sum);
}

interface Placed {
  readonly placement: ConvOptions;
  readonly geometry: ConvGeometry;
  /** the window's cell that lies on the output pixel, `[y, x]`; with `flip` the window holds the turned kernel */
  readonly anchor: readonly number[];
}

/** Puts the filter's own defaults into the words of `conv`. */
function place(xShape: readonly number[], kernelShape: readonly number[], options: ApplyOptions): Placed {
  const { stride, dilation, padding = 'same', paddingMode, paddingValue, flip } = options;
  const steps = { stride, dilation, flip, groups: xShape[1] };
  const written = convGeometry(xShape, kernelShape, { ...steps, padding, anchor: options.anchor }, 'filter');
  const cells = kernelShape.slice(2).map((k, axis) => (Array.isArray(options.anchor) ? options.anchor[axis] : options.anchor) ?? Math.floor(k / 2));
  const same = convGeometry(xShape, kernelShape, { ...steps, padding: 'same', anchor: cells }, 'filter');
  const sides = [1, 2].map((axis) => {
    const { before, after } = (Array.isArray(padding) ? padding[axis - 1] : padding) === 'same' ? same : written;
    return [before[axis], after[axis]] as const;
  });
  const reflectFits = sides.every(([before, after], axis) => Math.max(before, after) < xShape[axis + 2]);
  const placement = { ...steps, padding: sides, paddingMode: paddingMode ?? (reflectFits ? 'reflect' : 'symmetric'), paddingValue } as const;
  const anchor = cells.map((cell, axis) => (flip ? kernelShape[axis + 2] - 1 - cell : cell));
  return { placement, geometry: convGeometry(xShape, kernelShape, placement, 'filter'), anchor };
}
