import { sizeOf, type Tensor } from '../../tensor.js';
import type { Backend, BytesTask } from '../backend.js';
import { depthwiseKernel } from '../depthwise.js';
import type { ConvGeometry } from '../geometry.js';
import { predict } from './cost.js';
import { fftTiles } from './fft-tiles.js';
import { fixedWeights } from './fixed.js';
import type { Pass } from './pass.js';
import { plan, planPasses } from './plan.js';

/**
 * How exact sums are: `'exact'`, whole numbers or float32; or `'fixed'`, in 16-bit fixed point where that is possible and quicker.
 * See {@link ImageOptions.precision}.
 */
export type Precision = (typeof PRECISIONS)[number];
/** Every {@link Precision}. */
export const PRECISIONS = ['exact', 'fixed'] as const;

/** Narrower pictures, in bytes a row, take the way of all others. */
const LEAST_ROW = 64;
/**
 * Nanoseconds that a value takes, and each tap of it; measured as the costs of the plan for floats are (cost.ts). Floats pay
 * for the way to and from bytes; what goes over planes of floats, for the way there.
 */
const NS = {
  ...{ integer: 0.25, integerTap: 0.03, box: 0.6, floats: 0.5, tap: 0.055, single: 0.09, separable: 0.4, separableTap: 0.049 },
  ...{ fixed: 0.7, fixedTap: 0.027, fft: 1, planes: 5 },
};
/** A row and a column of fewer weights are one window. */
const LEAST_SEPARABLE = 3;
/** The programs round sums below it only. */
const HIGHEST_SUM = 2 ** 21;
/** Columns of so many values: 16 bits hold their sum. */
const HIGHEST_BOX = 257;

/**
 * How an 8-bit picture is filtered from bytes to bytes, where the backend and the convolution allow it and it is the cheapest
 * way: kernels whose weights are whole multiples of one number, to a millionth, in integers; boxes as running sums; others in
 * floats, in one pass or two, or in two in fixed point if `precision` allows it.
 * @param kernel `[kH, kW]`, one for all channels; where every channel has its own, `[C, kH, kW]`, there is no such way
 * @param geometry depthwise, over planes `[1, C, H, W]`
 */
export function planBytes(
  kernel: Tensor,
  geometry: ConvGeometry,
  backend: Backend,
  around: Around,
  precision: Precision = 'exact',
): (BytesTask & Pick<Way, 'weights'>) | undefined {
  const asked = [geometry, around.bias, around.keepsAlpha, around.needsOpaque, precision];
  const plans = planned.get(backend) ?? new WeakMap<Float32Array, Planned>();
  const known = plans.get(kernel.data);
  // the numbers may have been changed meanwhile
  if (known?.asked.every((value, i) => value === asked[i]) && known.weights.every((weight, i) => weight === kernel.data[i])) return known.task;
  const task = newTask(kernel, geometry, backend, around, precision);
  planned.set(backend, plans.set(kernel.data, { asked, weights: kernel.data.slice(), task }));
  return task;
}

type Around = Pick<BytesTask, 'bias' | 'keepsAlpha' | 'needsOpaque'>;

/** For each kernel what was planned last: the pictures of a film are filtered alike. Geometries are kept by what they are asked for. */
const planned = new WeakMap<Backend, WeakMap<Float32Array, Planned>>();

interface Planned {
  readonly asked: readonly unknown[];
  readonly weights: Float32Array;
  readonly task: ReturnType<typeof planBytes>;
}

function newTask(kernel: Tensor, geometry: ConvGeometry, backend: Backend, around: Around, precision: Precision): ReturnType<typeof planBytes> {
  const { bias, keepsAlpha } = around;
  const window = kernel.data;
  const { inChannels } = geometry;
  if (!goesByBytes(geometry, backend) || kernel.shape.length !== 2) return undefined;
  if (!window.every(Number.isFinite) || !Number.isFinite(bias) || window.every((weight) => weight === 0)) return undefined;
  const most = Math.max(255, Math.abs(geometry.paddingValue));
  if (most * window.reduce((sum, weight) => sum + Math.abs(weight), 0) + Math.abs(bias) >= HIGHEST_SUM) return undefined;
  const written = geometry.flip ? window.slice().reverse() : window;

  const cells = keepsAlpha ? (inChannels - 1) / inChannels : 1;
  const values = sizeOf(geometry.outShape);
  const taps = written.reduce((count, weight) => count + Number(weight !== 0), 0);
  const tap = taps === written.length && geometry.dilation[1] === 1 ? NS.tap : NS.single;
  let best: Way = { cost: cells * (NS.floats + tap * taps), weights: { kind: 'window', window: written } };
  const offer = (way: Way) => {
    if (way.cost < best.cost) best = way;
  };
  const integer = wholeWeights(written, bias, geometry);
  if (integer) offer({ cost: NS.integer + NS.integerTap * taps, weights: { kind: 'integer', ...integer } });
  if (isBox(written, geometry)) offer({ cost: NS.box, weights: { kind: 'box', weight: written[0] } });

  // a plan takes longer than some filters, so it is made only where one that can be hoped for would win
  const [, KH, KW] = geometry.kernel;
  const maySplit = isTogether(geometry) && Math.min(KH, KW) >= LEAST_SEPARABLE;
  const inTwo = cells * (NS.separable + NS.separableTap * (KH + KW));
  const mayBeFixed = precision === 'fixed' && bias === 0 && isTogether(geometry) && isByte(geometry.paddingValue);
  const inFixed = cells * (NS.fixed + NS.fixedTap * (KH + KW));
  const hoped = Math.min(NS.planes, maySplit ? inTwo : NS.planes, mayBeFixed ? inFixed : NS.planes);
  if (best.cost < hoped) return { geometry, ...around, weights: best.weights };
  const tiles = KH > 1 ? fftTiles(geometry) : undefined;
  if (tiles) offer({ cost: cells * (NS.fft + tiles.cost / values), weights: { kind: 'fft', window: written } });
  const passes = planPasses(depthwiseKernel(kernel, inChannels), geometry, backend);
  // in fixed point it may be the quicker way where in floats over planes it is not
  const split = mayBeFixed && passes.length === 1 ? separableOf(depthwiseKernel(kernel, inChannels), geometry, backend) : passes;
  const inFloats = split.length === 2 && split.every(({ program, geometry: { outChannels } }) => isDirect(program) && outChannels === inChannels);
  if (inFloats) {
    const turned = split.map(({ kernel, geometry: { flip, outChannels } }) => {
      const one = kernel.slice(0, kernel.length / outChannels);
      return flip ? one.reverse() : one;
    });
    const across = split.findIndex(({ geometry: { kernel } }) => kernel[1] === 1);
    const [row, column] = [turned[across], turned[1 - across]];
    // what is not in fixed point is as without it
    if (split === passes && maySplit) offer({ cost: inTwo, weights: { kind: 'separable', row, column } });
    const fixed = mayBeFixed && fixedWeights(row, column);
    if (fixed) offer({ cost: inFixed, weights: fixed });
  }
  const overPlanes = 1e6 * passes.reduce((sum, pass) => sum + predict(pass), 0) + NS.planes * values;
  return best.cost * values < overPlanes ? { geometry, ...around, weights: best.weights } : undefined;
}

/**
 * How scale · √(a² + b²) is computed of the sums a and b under two kernels, where it is possible: there are two, their weights
 * are whole and 16 bits hold every sum.
 * @param kernels of one size
 * @param geometry as in {@link planBytes}
 */
export function planMagnitude(kernels: readonly Tensor[], scale: number, geometry: ConvGeometry, backend: Backend, keepsAlpha: boolean): BytesTask | undefined {
  const [a, b] = kernels.map(({ data }) => wholeWeights(data, 0, geometry));
  if (!goesByBytes(geometry, backend) || kernels.length !== 2 || a?.scale !== 1 || b?.scale !== 1 || scale * 2 ** 16 >= HIGHEST_SUM) return undefined;
  return { geometry, bias: 0, keepsAlpha, needsOpaque: false, weights: { kind: 'magnitude', windows: [a.window, b.window], scale } };
}

/** A row and a column, whatever way the plan takes. */
function separableOf(kernel: Tensor, geometry: ConvGeometry, backend: Backend): readonly Pass[] {
  const way = plan(kernel, geometry, backend).alternatives.find(({ algorithm }) => algorithm === 'separable');
  return way?.possible ? way.passes : [];
}

/** True if the backend goes from bytes to bytes and the picture keeps its size. */
function goesByBytes({ inChannels, input, output, stride, rank, batch }: ConvGeometry, { convBytes }: Backend): boolean {
  const sameSize = input.every((size, axis) => size === output[axis]) && stride.every((step) => step === 1);
  return convBytes !== undefined && rank === 2 && batch === 1 && sameSize && input[2] * inChannels >= LEAST_ROW;
}

type IntegerWeights = Extract<BytesTask['weights'], { kind: 'integer' }>;

/** One of the ways from bytes to bytes. */
interface Way {
  /** nanoseconds a value */
  readonly cost: number;
  readonly weights: Exclude<BytesTask['weights'], { kind: 'magnitude' }>;
}

function isDirect(program: Pass['program']): boolean {
  return program === 'conv' || program === 'convSparse';
}

/** True if the sums of columns stay within 16 bits. */
function isBox(window: Float32Array, geometry: ConvGeometry): boolean {
  return isTogether(geometry) && geometry.kernel[1] <= HIGHEST_BOX && isByte(geometry.paddingValue) && window.every((weight) => weight === window[0]);
}

/** True if the cells of a window are neighbors. */
function isTogether({ dilation }: ConvGeometry): boolean {
  return dilation[1] === 1 && dilation[2] === 1;
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

/** The weights as whole numbers and their factor, if 16 bits hold every sum. */
function wholeWeights(window: Float32Array, bias: number, { paddingValue }: ConvGeometry): Omit<IntegerWeights, 'kind'> | undefined {
  const weights = window.filter((weight) => weight !== 0);
  const unit = weights.reduce((least, weight) => Math.min(least, Math.abs(weight)), Number.POSITIVE_INFINITY);
  const near = (value: number) => Math.abs(value - Math.round(value)) <= 1e-6 * Math.abs(value);
  // weights that are whole themselves stay what they are: their sums need no factor
  const scale = weights.every(Number.isInteger) && Number.isInteger(bias) ? 1 : unit;
  if (scale === 1 && !Number.isInteger(bias)) return undefined;
  if (!weights.every((weight) => near(weight / scale)) || !isByte(paddingValue)) return undefined;
  const whole = Int32Array.from(window, (weight) => Math.round(weight / scale));
  const largest = 255 * whole.reduce((sum, weight) => sum + Math.abs(weight), 0) + (scale === 1 ? Math.abs(bias) : 0);
  if (largest >= 2 ** 15) return undefined;
  return { window: whole, scale, quotient: scale === 1 || bias !== 0 ? undefined : quotientOf(whole, scale) };
}

/** The quotient in 16 bits, with as many bits behind the point as there is room for: tried with every sum that gives a byte. */
function quotientOf(window: Int32Array, scale: number): IntegerWeights['quotient'] {
  const [low, high] = [Math.min, Math.max].map((end) => 255 * window.reduce((sum, weight) => sum + end(weight, 0), 0));
  const shift = 14 - Math.floor(Math.log2(Math.max(-low, high)));
  const bits = 14 - Math.floor(Math.log2(scale * 2 ** (15 - shift)));
  const factor = Math.round(scale * 2 ** (15 - shift + bits));
  if (bits < 1 || bits > 14 || factor >= 2 ** 15) return undefined;
  const [from, to] = [Math.max(low, Math.ceil(-1 / scale)), Math.min(high, Math.floor(256 / scale))];
  for (let sum = from; sum <= to; sum++) {
    const product = ((sum << shift) * factor + 2 ** 14) >> 15;
    if ((product + 2 ** (bits - 1)) >> bits !== Math.floor(scale * sum + 0.5)) return undefined;
  }
  return { shift, factor, bits };
}
