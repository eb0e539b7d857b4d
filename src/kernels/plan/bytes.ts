import { sizeOf, type Tensor } from '../../tensor.js';
import type { Backend, BytesTask } from '../backend.js';
import { depthwiseKernel } from '../depthwise.js';
import type { ConvGeometry } from '../geometry.js';
import { predict } from './cost.js';
import type { Pass } from './pass.js';
import { planPasses } from './plan.js';

/** Narrower pictures, in bytes a row, take the way of all others. */
const LEAST_ROW = 64;
/**
 * Nanoseconds that a value takes, and each tap of it; measured as the costs of the plan for floats are (cost.ts). Floats pay
 * for the way to and from bytes; what goes over planes of floats, for the way there.
 */
const NS = { integer: 0.25, integerTap: 0.03, box: 0.6, floats: 0.5, tap: 0.055, single: 0.09, planes: 5 };
/** Columns of so many values: 16 bits hold their sum. */
const HIGHEST_BOX = 257;

/**
 * How an 8-bit picture is filtered from bytes to bytes, where the backend and the convolution allow it and it is the cheapest
 * way: kernels whose weights are whole multiples of one number, to a millionth, in integers; boxes as running sums; others in
 * floats, in one pass or two.
 * @param kernel `[kH, kW]`, one for all channels; where every channel has its own, `[C, kH, kW]`, there is no such way
 * @param geometry depthwise, over planes `[1, C, H, W]`
 */
export function planBytes(
  kernel: Tensor,
  geometry: ConvGeometry,
  backend: Backend,
  around: Pick<BytesTask, 'bias' | 'keepsAlpha' | 'needsOpaque'>,
): BytesTask | undefined {
  const { bias, keepsAlpha } = around;
  const window = kernel.data;
  const { inChannels, input, output, stride, rank, batch } = geometry;
  const sameSize = input.every((size, axis) => size === output[axis]) && stride.every((step) => step === 1);
  if (!backend.convBytes || kernel.shape.length !== 2 || rank !== 2 || batch !== 1 || !sameSize || input[2] * inChannels < LEAST_ROW) return undefined;
  if (!window.every(Number.isFinite) || !Number.isFinite(bias) || window.every((weight) => weight === 0)) return undefined;
  const written = geometry.flip ? window.slice().reverse() : window;

  const passes = planPasses(depthwiseKernel(kernel, inChannels), geometry, backend);
  const inFloats = passes.length <= 2 && passes.every(({ program, geometry: { outChannels } }) => isDirect(program) && outChannels === inChannels);
  const cells = keepsAlpha ? (inChannels - 1) / inChannels : 1;
  const ways: { cost: number; weights: () => BytesTask['weights'] }[] = [];
  const integer = wholeWeights(written, bias, geometry);
  if (integer) {
    const { taps, ...whole } = integer;
    ways.push({ cost: NS.integer + NS.integerTap * taps, weights: () => ({ kind: 'integer', ...whole }) });
  }
  if (isBox(written, geometry)) ways.push({ cost: NS.box, weights: () => ({ kind: 'box', weight: written[0] }) });
  if (inFloats && passes.length === 2) {
    const turned = passes.map(({ kernel, geometry: { flip, outChannels } }) => {
      const one = kernel.slice(0, kernel.length / outChannels);
      return flip ? one.reverse() : one;
    });
    const across = passes.findIndex(({ geometry: { kernel } }) => kernel[1] === 1);
    const [row, column] = [turned[across], turned[1 - across]];
    ways.push({ cost: cells * (NS.floats + NS.tap * column.length + NS.single * row.length), weights: () => ({ kind: 'separable', row, column }) });
  }
  const taps = written.reduce((count, weight) => count + Number(weight !== 0), 0);
  const tap = taps === written.length && geometry.dilation[1] === 1 ? NS.tap : NS.single;
  ways.push({ cost: cells * (NS.floats + tap * taps), weights: () => ({ kind: 'window', window: written }) });

  const best = ways.reduce((least, way) => (way.cost < least.cost ? way : least));
  const values = sizeOf(geometry.outShape);
  const overPlanes = 1e6 * passes.reduce((sum, pass) => sum + predict(pass), 0) + NS.planes * values;
  return best.cost * values < overPlanes ? { geometry, ...around, weights: best.weights() } : undefined;
}

function isDirect(program: Pass['program']): boolean {
  return program === 'conv' || program === 'convSparse';
}

/** True if the sums of columns stay within 16 bits. */
function isBox(window: Float32Array, { kernel, dilation, paddingValue }: ConvGeometry): boolean {
  const together = dilation[1] === 1 && dilation[2] === 1 && kernel[1] <= HIGHEST_BOX;
  return together && isByte(paddingValue) && window.every((weight) => weight === window[0]);
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

/** The weights as whole numbers and their factor, if 16 bits hold every sum. */
function wholeWeights(window: Float32Array, bias: number, { paddingValue }: ConvGeometry): { window: Int32Array; scale: number; taps: number } | undefined {
  const weights = window.filter((weight) => weight !== 0);
  const unit = weights.reduce((least, weight) => Math.min(least, Math.abs(weight)), Number.POSITIVE_INFINITY);
  const near = (value: number) => Math.abs(value - Math.round(value)) <= 1e-6 * Math.abs(value);
  // weights that are whole themselves stay what they are: their sums need no factor
  const scale = weights.every(Number.isInteger) && Number.isInteger(bias) ? 1 : unit;
  if (scale === 1 && !Number.isInteger(bias)) return undefined;
  if (!weights.every((weight) => near(weight / scale)) || !isByte(paddingValue)) return undefined;
  const whole = Int32Array.from(window, (weight) => Math.round(weight / scale));
  const largest = 255 * whole.reduce((sum, weight) => sum + Math.abs(weight), 0) + (scale === 1 ? Math.abs(bias) : 0);
  // the sum, and what the program makes of it
  return largest < 2 ** 15 && largest * scale + Math.abs(bias) < 2 ** 22 ? { window: whole, scale, taps: weights.length } : undefined;
}
