import { sizeOf, type Tensor } from '../../tensor.js';
import type { Backend } from '../backend.js';
import { depthwiseKernel } from '../depthwise.js';
import type { ConvGeometry } from '../geometry.js';
import type { Load, PictureJob, PictureSum, PictureSumKind, Store } from '../job.js';
import { type Alternative, type ConvPlan, LazyPlan, type Way } from './conv-plan.js';
import { predict } from './cost.js';
import { fftTiles } from './fft-tiles.js';
import { fixedWeights } from './fixed.js';
import { planConv } from './plan-conv.js';
import { inWords, type Reason } from './reason.js';
import { HIGHEST_SUM, isBox, isByte, isTogether, wholeWeights } from './whole.js';

/**
 * How exact sums are: `'exact'`, whole numbers or float32; or `'fixed'`, in 16-bit fixed point where that is possible and faster.
 * See {@link ImageOptions.precision}.
 */
export type Precision = (typeof PRECISIONS)[number];
/** Every {@link Precision}. */
export const PRECISIONS = ['exact', 'fixed'] as const;

/** Bytes of a row below which pictures go over planes. */
const LEAST_ROW = 64;
/**
 * Nanoseconds per value and per tap of it; measured as the costs of planes are (cost.ts). Floats include the conversion from and to
 * bytes; `planes` is that conversion where a picture goes over planes of floats.
 */
const PICTURE_NS = {
  ...{ integer: 0.25, integerTap: 0.03, box: 0.6, floats: 0.5, tap: 0.055, single: 0.09, separable: 0.4, separableTap: 0.049 },
  ...{ fixed: 0.7, fixedTap: 0.027, fft: 1, planes: 5 },
};
/** A row and a column of fewer weights are one window. */
const LEAST_SEPARABLE = 3;
/** Bytes of the bands in which a picture passes through the backend's memory, at most: input and output. */
const BANDS = 2 * 2 ** 24;

/** One kernel over all channels of an 8-bit picture, of which alpha may pass through. */
export interface PictureStep {
  /** `[kH, kW]` for all channels; with one for each channel, `[C, kH, kW]`, pictures go over planes */
  readonly kernel: Tensor;
  /** depthwise, over planes `[1, C, H, W]` */
  readonly geometry: ConvGeometry;
  readonly load: Load;
  readonly store: Store;
  readonly precision: Precision;
}

/**
 * Chooses the way of a picture from samples to samples, where the backend and the kernel allow one and it is cheaper than planes:
 * kernels whose weights are whole multiples of one number, to a millionth, in integers; boxes as running sums; others in floats, in
 * one pass or two, or in two passes of fixed point if `precision` allows it.
 * @returns undefined where the picture goes over planes
 */
export function planPicture(step: PictureStep, backend: Backend): ConvPlan | undefined {
  const { kernel, geometry, load, store } = step;
  if (whyNotFromSamples(step, backend)) return undefined;
  let best = least(cheapWays(step), backend);
  // a plan over planes takes longer than some filters, so it is made only where another way could still win
  if (!best || best.cost >= leastOfOthers(step)) {
    const planes = planConv(depthwiseKernel(kernel, geometry.inChannels), geometry, backend);
    best = least([...(best ? [best] : []), ...dearWays(step, planes, backend)], backend);
    if (!best || nanoseconds(best, geometry) >= overPlanes(planes, geometry)) return undefined;
  }
  return planFromSamples(geometry, best, { load, store }, () => pictureAlternatives(step, backend));
}

function planFromSamples(
  geometry: ConvGeometry,
  chosen: Candidate,
  around: Pick<PictureJob, 'load' | 'store'>,
  alternatives: () => readonly Alternative[],
): ConvPlan {
  const { sum } = chosen;
  const job: PictureJob = { operation: 'picture', passes: [{ geometry, sum }], ...around };
  const decided = { ...wayOf(sum), geometry, reason: advantageOfSum(sum, geometry), passes: [], job };
  return new LazyPlan(decided, () => nanoseconds(chosen, geometry) / 1e6, alternatives);
}

/**
 * How scale · √(a² + b²) is computed from the sums a and b under two kernels, where that is possible from samples to samples: there are
 * two, their weights are whole, and 16 bits hold every sum.
 * @param kernels of one size
 * @param geometry as in {@link PictureStep}
 */
export function planMagnitude(kernels: readonly Tensor[], scale: number, geometry: ConvGeometry, load: Load, backend: Backend): ConvPlan | undefined {
  const [a, b] = kernels.map(({ data }) => wholeWeights(data, 0, geometry));
  const possible = backend.abilities.pictures.includes('magnitude') && !whyOtherShape(geometry);
  if (!possible || kernels.length !== 2 || a?.scale !== 1 || b?.scale !== 1 || scale * 2 ** 16 >= HIGHEST_SUM) return undefined;
  const sum: PictureSum = { kind: 'magnitude', windows: [a.window, b.window], scale };
  const taps = a.window.reduce((count, weight, i) => count + Number(weight !== 0 || b.window[i] !== 0), 0);
  return planFromSamples(
    geometry,
    { sum, cost: PICTURE_NS.integer + 2 * PICTURE_NS.integerTap * taps, products: 2 * taps },
    { load, store: { bias: 0 } },
    () => [],
  );
}

/** All ways from samples to samples, and those over planes with the conversion to floats and back; the cheapest first. */
export function pictureAlternatives(step: PictureStep, backend: Backend): readonly Alternative[] {
  const { kernel, geometry } = step;
  const planes = planConv(weightsFor(kernel, geometry), geometry, backend);
  const why = whyNotFromSamples(step, backend);
  const ways = why ? [] : [...cheapWays(step), ...dearWays(step, planes, backend)].filter(({ sum }) => backend.abilities.pictures.includes(sum.kind));
  const memory = Math.min(BANDS, 2 * sizeOf(geometry.outShape));
  const fromSamples = ways.map((each): Alternative => {
    const cost = nanoseconds(each, geometry) / 1e6;
    const passes = each.sum.kind === 'separable' || each.sum.kind === 'fixed' ? 2 : 1;
    return { ...wayOf(each.sum), possible: true, cost, memory, multiplyAdds: each.products * sizeOf(geometry.outShape), passes };
  });
  const refused: Alternative[] = why
    ? [{ algorithm: 'direct', through: 'samples', arithmetic: 'float32', possible: false, reason: why, whyNot: inWords(why) }]
    : [];
  const cost = (each: Alternative) => (each.possible ? each.cost : Number.POSITIVE_INFINITY);
  return [...fromSamples, ...refused, ...withConversion(planes)].sort((a, b) => cost(a) - cost(b));
}

/** The ways of a step over planes, and why none goes from samples to samples. */
export function refusedSamples(plan: ConvPlan, why: Reason): readonly Alternative[] {
  return [...withConversion(plan), { algorithm: 'direct', through: 'samples', arithmetic: 'float32', possible: false, reason: why, whyNot: inWords(why) }];
}

/** Predicted milliseconds of a picture's conversion to planes of floats and back. */
export function conversionCost({ geometry }: ConvPlan): number {
  return (PICTURE_NS.planes * sizeOf(geometry.outShape)) / 1e6;
}

/** The alternatives of a plan over planes, with the conversion of a picture. */
function withConversion(plan: ConvPlan): readonly Alternative[] {
  const values = sizeOf(plan.geometry.xShape) + sizeOf(plan.geometry.outShape);
  return plan.alternatives.map((each) => (each.possible ? { ...each, cost: each.cost + conversionCost(plan), memory: each.memory + 8 * values } : each));
}

/** A sum and its predicted nanoseconds for each value of the result. */
interface Candidate {
  readonly sum: PictureSum;
  readonly cost: number;
  /** multiply-adds for each value, or the additions of running sums */
  readonly products: number;
}

/** Why a picture has to go over planes, whatever its weights cost. */
function whyNotFromSamples(step: PictureStep, backend: Backend): Reason | undefined {
  const { kernel, geometry, store } = step;
  if (backend.abilities.pictures.length === 0) return { name: 'noPictures', values: { backend: backend.name } };
  const shape = whyOtherShape(geometry);
  if (shape) return shape;
  if (kernel.shape.length !== 2) return { name: 'kernelPerChannel' };
  const window = kernel.data;
  if (!window.every(Number.isFinite) || !Number.isFinite(store.bias)) return { name: 'notFinite' };
  if (window.every((weight) => weight === 0)) return { name: 'onlyZeros' };
  const most = Math.max(255, Math.abs(geometry.paddingValue));
  const largest = most * window.reduce((sum, weight) => sum + Math.abs(weight), 0) + Math.abs(store.bias);
  return largest >= HIGHEST_SUM ? { name: 'largeSums' } : undefined;
}

/** The programs need a picture that keeps its size, and rows that are not too short. */
function whyOtherShape({ inChannels, input, output, stride, rank, batch }: ConvGeometry): Reason | undefined {
  const sameSize = input.every((size, axis) => size === output[axis]) && stride.every((step) => step === 1);
  if (rank !== 2 || batch !== 1 || !sameSize) return { name: 'otherSize' };
  return input[2] * inChannels >= LEAST_ROW ? undefined : { name: 'shortRows', values: { n: LEAST_ROW } };
}

/** The weights as they lie on the picture. */
function writtenWeights({ kernel, geometry }: PictureStep): Float32Array {
  return geometry.flip ? kernel.data.slice().reverse() : kernel.data;
}

/** The share of the values that are summed: alpha may pass through. */
function filteredShare({ load, geometry }: PictureStep): number {
  return load.filtered / geometry.inChannels;
}

/** The ways whose cost follows from the weights alone. */
function cheapWays(step: PictureStep): Candidate[] {
  const { geometry, store } = step;
  const window = writtenWeights(step);
  const taps = window.reduce((count, weight) => count + Number(weight !== 0), 0);
  const tap = taps === window.length && geometry.dilation[1] === 1 ? PICTURE_NS.tap : PICTURE_NS.single;
  const share = filteredShare(step);
  const ways: Candidate[] = [{ cost: share * (PICTURE_NS.floats + tap * taps), products: share * taps, sum: { kind: 'window', window } }];
  const integer = wholeWeights(window, store.bias, geometry);
  if (integer) ways.push({ cost: PICTURE_NS.integer + PICTURE_NS.integerTap * taps, products: taps, sum: { kind: 'integer', ...integer } });
  if (isBox(window, geometry)) ways.push({ cost: PICTURE_NS.box, products: 3, sum: { kind: 'box', weight: window[0] } });
  return ways;
}

function maySplit({ geometry }: PictureStep): boolean {
  return isTogether(geometry) && Math.min(geometry.kernel[1], geometry.kernel[2]) >= LEAST_SEPARABLE;
}

function mayBeFixed({ geometry, store, precision }: PictureStep): boolean {
  return precision === 'fixed' && store.bias === 0 && isTogether(geometry) && isByte(geometry.paddingValue);
}

/** Nanoseconds of a row and a column, in floats and in fixed point. */
function inTwoPasses(step: PictureStep): { floats: number; fixed: number } {
  const [share, taps] = [filteredShare(step), step.geometry.kernel[1] + step.geometry.kernel[2]];
  return { floats: share * (PICTURE_NS.separable + PICTURE_NS.separableTap * taps), fixed: share * (PICTURE_NS.fixed + PICTURE_NS.fixedTap * taps) };
}

/** The least that a way which takes a plan over planes could cost. */
function leastOfOthers(step: PictureStep): number {
  const { floats, fixed } = inTwoPasses(step);
  return Math.min(PICTURE_NS.planes, maySplit(step) ? floats : PICTURE_NS.planes, mayBeFixed(step) ? fixed : PICTURE_NS.planes);
}

/** The ways that take a look at the kernel as a product, or at Fourier tiles. @param planes the plan over planes */
function dearWays(step: PictureStep, planes: ConvPlan, backend: Backend): Candidate[] {
  const { geometry } = step;
  const share = filteredShare(step);
  const [, KH, KW] = geometry.kernel;
  const ways: Candidate[] = [];
  const tiles = KH > 1 ? fftTiles(geometry) : undefined;
  if (tiles) {
    const values = sizeOf(geometry.outShape);
    const products = (2.5 * tiles.transforms * tiles.rows * tiles.columns * Math.log2(tiles.rows * tiles.columns)) / values;
    ways.push({ cost: share * (PICTURE_NS.fft + tiles.cost / values), products: share * products, sum: { kind: 'fft', window: writtenWeights(step) } });
  }
  // fixed point may be the faster way where floats over planes are not
  const passes = mayBeFixed(step) && planes.passes.length === 1 ? separablePassesOf(step, backend) : planes.passes;
  const plain = passes.every(({ program, geometry: { outChannels } }) => (program === 'direct' || program === 'sparse') && outChannels === geometry.inChannels);
  if (passes.length !== 2 || !plain) return ways;
  const turned = passes.map(({ kernel, geometry: { flip, outChannels } }) => {
    const one = kernel.slice(0, kernel.length / outChannels);
    return flip ? one.reverse() : one;
  });
  const across = passes.findIndex(({ geometry: { kernel } }) => kernel[1] === 1);
  const [row, column] = [turned[across], turned[1 - across]];
  const { floats, fixed } = inTwoPasses(step);
  const products = share * (KH + KW);
  if (passes === planes.passes && maySplit(step)) ways.push({ cost: floats, products, sum: { kind: 'separable', row, column } });
  const whole = mayBeFixed(step) ? fixedWeights(row, column) : undefined;
  if (whole) ways.push({ cost: fixed, products, sum: whole });
  return ways;
}

/** A row and a column, even where the plan over planes is another. */
function separablePassesOf({ kernel, geometry }: PictureStep, backend: Backend): ConvPlan['passes'] {
  const weights = depthwiseKernel(kernel, geometry.inChannels);
  const split = planConv(weights, geometry, backend).alternatives.some(({ algorithm, possible }) => algorithm === 'separable' && possible);
  return split ? planConv(weights, geometry, backend, 'separable').passes : [];
}

function weightsFor(kernel: Tensor, geometry: ConvGeometry): Tensor {
  return kernel.shape.length === 2 ? depthwiseKernel(kernel, geometry.groups) : { shape: geometry.kernelShape, data: kernel.data };
}

/** The cheapest way that the backend has a program for. */
function least(ways: readonly Candidate[], { abilities }: Backend): Candidate | undefined {
  const able = ways.filter(({ sum }) => abilities.pictures.includes(sum.kind));
  return able.length === 0 ? undefined : able.reduce((best, each) => (each.cost < best.cost ? each : best));
}

function nanoseconds({ cost }: Candidate, geometry: ConvGeometry): number {
  return cost * sizeOf(geometry.outShape);
}

function overPlanes({ passes }: ConvPlan, geometry: ConvGeometry): number {
  return 1e6 * passes.reduce((sum, pass) => sum + predict(pass), 0) + PICTURE_NS.planes * sizeOf(geometry.outShape);
}

const WAYS: Readonly<Record<PictureSumKind, Pick<Way, 'algorithm' | 'arithmetic'>>> = {
  integer: { algorithm: 'direct', arithmetic: 'int16' },
  box: { algorithm: 'runningSum', arithmetic: 'int16' },
  window: { algorithm: 'direct', arithmetic: 'float32' },
  separable: { algorithm: 'separable', arithmetic: 'float32' },
  fixed: { algorithm: 'separable', arithmetic: 'fixed16' },
  fft: { algorithm: 'fft', arithmetic: 'float32' },
  magnitude: { algorithm: 'sparse', arithmetic: 'int16' },
};

/** The way of a sum from samples to samples. */
export function wayOf(sum: PictureSum): Way {
  const way: Way = { ...WAYS[sum.kind], through: 'samples' };
  const zeros = (sum.kind === 'integer' || sum.kind === 'window') && sum.window.includes(0);
  return zeros ? { ...way, algorithm: 'sparse' } : way;
}

/** Why a sum is chosen, or what a picture's sums have in common. */
export function advantageOfSum({ kind }: PictureSum, geometry: ConvGeometry): Reason {
  const size = geometry.kernel.slice(1).join(' × ');
  switch (kind) {
    case 'integer':
    case 'magnitude':
      return { name: 'whole' };
    case 'box':
      return { name: 'equal' };
    case 'window':
      return { name: 'cheapest' };
    case 'separable':
      return { name: 'product', values: { size, passes: [`${geometry.kernel[1]} × 1`, `1 × ${geometry.kernel[2]}`] } };
    case 'fixed':
      return { name: 'fixedPoint' };
    case 'fft':
      return { name: 'large', values: { size } };
    default:
      return kind satisfies never;
  }
}
