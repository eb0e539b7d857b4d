import type { Tensor } from '../../tensor.js';
import type { Backend, BytesTask } from '../backend.js';
import { depthwiseKernel } from '../depthwise.js';
import type { ConvGeometry } from '../geometry.js';
import type { Pass } from './pass.js';
import { planPasses } from './plan.js';

/** Narrower pictures, in bytes a row, take the way of all others. */
const LEAST_ROW = 32;
/** What a tap costs a value: in 16-bit integers, and in floats; and what floats cost besides, to and from bytes. */
const COST = { integer: 0.4, float: 0.75, floats: 3 };

/**
 * How an 8-bit picture is filtered from bytes to bytes, where the backend and the convolution allow it: kernels whose weights
 * are whole multiples of one number, to a millionth, in integers; others in floats, as the plan for floats has it.
 * @param kernel `[kH, kW]`, one for all channels; where every channel has its own, `[C, kH, kW]`, there is no such way
 * @param geometry depthwise, over planes `[1, C, H, W]`
 */
export function planBytes(kernel: Tensor, geometry: ConvGeometry, backend: Backend, bias: number, keepsAlpha: boolean): BytesTask | undefined {
  const window = kernel.data;
  const { inChannels, input, output, stride, rank, batch } = geometry;
  const sameSize = input.every((size, axis) => size === output[axis]) && stride.every((step) => step === 1);
  if (!backend.convBytes || kernel.shape.length !== 2 || rank !== 2 || batch !== 1 || !sameSize || input[2] * inChannels < LEAST_ROW) return undefined;
  if (!window.every(Number.isFinite) || !Number.isFinite(bias) || window.every((weight) => weight === 0)) return undefined;
  const written = geometry.flip ? window.slice().reverse() : window;
  const task = (weights: BytesTask['weights']): BytesTask => ({ geometry, bias, keepsAlpha, weights });

  const passes = planPasses(depthwiseKernel(kernel, inChannels), geometry, backend);
  const kernels = passes.map((pass) => pass.kernel.subarray(0, pass.kernel.length / pass.geometry.outChannels));
  const inFloats = passes.every(({ program, geometry: { outChannels } }) => isDirect(program) && outChannels === inChannels);
  const taps = kernels.reduce((sum, kernel) => sum + kernel.filter((weight) => weight !== 0).length, 0);
  const integer = wholeWeights(written, bias, geometry);
  if (integer && (!inFloats || COST.integer * integer.taps < COST.float * taps + COST.floats)) {
    return task({ kind: 'integer', window: integer.window, scale: integer.scale });
  }
  if (!inFloats || passes.length > 2) return undefined;
  if (passes.length === 1) return task({ kind: 'window', window: written });
  const turned = passes.map(({ geometry: { flip } }, i) => (flip ? kernels[i].slice().reverse() : kernels[i]));
  const across = passes.findIndex(({ geometry: { kernel } }) => kernel[1] === 1);
  return task({ kind: 'separable', row: turned[across], column: turned[1 - across] });
}

function isDirect(program: Pass['program']): boolean {
  return program === 'conv' || program === 'convSparse';
}

/** The weights as whole numbers and their factor, if 16 bits hold every sum. */
function wholeWeights(window: Float32Array, bias: number, { paddingValue }: ConvGeometry): { window: Int32Array; scale: number; taps: number } | undefined {
  const weights = window.filter((weight) => weight !== 0);
  const unit = weights.reduce((least, weight) => Math.min(least, Math.abs(weight)), Number.POSITIVE_INFINITY);
  const near = (value: number) => Math.abs(value - Math.round(value)) <= 1e-6 * Math.abs(value);
  // weights that are whole themselves stay what they are: their sums need no factor
  const scale = weights.every(Number.isInteger) && Number.isInteger(bias) ? 1 : unit;
  if (scale === 1 && !Number.isInteger(bias)) return undefined;
  if (!weights.every((weight) => near(weight / scale)) || !Number.isInteger(paddingValue) || paddingValue < 0 || paddingValue > 255) return undefined;
  const whole = Int32Array.from(window, (weight) => Math.round(weight / scale));
  const largest = 255 * whole.reduce((sum, weight) => sum + Math.abs(weight), 0) + (scale === 1 ? Math.abs(bias) : 0);
  return largest < 2 ** 15 ? { window: whole, scale, taps: weights.length } : undefined;
}
