import { sizeOf, type Tensor } from '../../tensor.js';
import type { Backend } from '../backend.js';
import type { ConvGeometry } from '../geometry.js';
import type { Load, PictureJob, PicturePass, PictureSum, PictureSumKind, Store } from '../job.js';
import { type Algorithm, type Alternative, type ConvPlan, LazyPlan, type Way } from './conv-plan.js';
import { fftTiles } from './fft-tiles.js';
import { separate } from './low-rank.js';
import { filteredShare, nanosecondsAround } from './overheads.js';
import { inWords, type Reason } from './reason.js';
import { HIGHEST_SUM, isBox, isTogether, wholeWeights } from './whole.js';

/** Minimum bytes of a row for integer sums, whose programs read and write whole vectors; shorter rows use floats. */
const LEAST_ROW = 64;
/**
 * Nanoseconds per value and per tap, measured like the costs of planes (cost.ts). Floats include the conversion from
 * and to bytes; overheads.ts contains the costs of other options.
 */
const PICTURE_NS = { integer: 0.25, integerTap: 0.03, box: 0.6, floats: 0.5, tap: 0.055, single: 0.09, separable: 0.4, separableTap: 0.049, sums: 1.5, fft: 1 };
/** Maximum number of products of a row and a column to add. */
const MOST_PRODUCTS = 3;
/** Minimum number of weights in a row and a column; smaller kernels are one window. */
const LEAST_SEPARABLE = 3;
/** Maximum bytes of the bands of an image in the backend's memory: input and output. */
const BANDS = 2 * 2 ** 24;

/** One kernel on the cells of an image. */
export interface PictureStep {
  /** `[kH, kW]`, or `[cells, kH, kW]` with one per cell, before a `flip` */
  readonly kernel: Tensor;
  /** depthwise, on planes `[1, cells, H, W]` */
  readonly geometry: ConvGeometry;
  readonly bias: number;
  /** the cells of a pixel beyond the border */
  readonly border: readonly number[];
  readonly algorithm: Algorithm | 'auto';
}

/** A complete image filter, before its sums are chosen. */
export interface PictureWay {
  readonly load: Load;
  readonly steps: readonly PictureStep[];
  readonly store: Store;
}

/** The job of an image, and the plan of each step. */
export interface PicturePlan {
  readonly job: PictureJob;
  readonly steps: readonly ConvPlan[];
}

/**
 * Chooses how the sums of an image are computed from samples to samples: in integers if the weights are integer
 * multiples of one number to within a millionth; as running sums for boxes; otherwise in floats, in one or two passes
 * or by Fourier transform.
 * @returns undefined if the backend cannot do it, or a step requests an algorithm that does not support it; then the
 * image is computed on planes
 */
export function planPicture(way: PictureWay, backend: Backend): PicturePlan | undefined {
  if (whyNotFromSamples(way, backend)) return undefined;
  const chosen: Candidate[] = [];
  for (const step of way.steps) {
    const best = least(waysOf(step, way), step, way.load, backend);
    if (!best) return undefined;
    chosen.push(best);
  }
  const passes = way.steps.map(({ geometry, border, bias }, i): PicturePass => ({ geometry, border, bias, sum: chosen[i].sum }));
  const job: PictureJob = { operation: 'picture', load: way.load, passes, store: way.store };
  return { job, steps: way.steps.map((step, i) => planOfStep(step, chosen[i], job, () => pictureAlternatives(step, way, backend))) };
}

export function planOfStep({ geometry, algorithm }: PictureStep, chosen: Candidate, job: PictureJob, alternatives: () => readonly Alternative[]): ConvPlan {
  const reason: Reason = algorithm === 'auto' ? advantageOfSum(chosen.sum, geometry) : { name: 'asked' };
  const decided = { ...wayOf(chosen.sum, job.load), geometry, reason, passes: [], job };
  return new LazyPlan(decided, () => milliseconds(chosen, geometry, job.store), alternatives);
}

/**
 * How scale · √(a² + b²) is computed from the sums a and b under two kernels, if that is possible from samples to
 * samples: there are two kernels, their weights are integers, and every sum fits in 16 bits.
 * @param kernels kernels of one size
 * @param step without a kernel
 */
export function planMagnitude(
  kernels: readonly Tensor[],
  scale: number,
  step: Omit<PictureStep, 'kernel'>,
  around: Pick<PictureJob, 'load' | 'store'>,
  backend: Backend,
): PicturePlan | undefined {
  const { geometry } = step;
  const [a, b] = kernels.map(({ data }) => wholeWeights(data, 0, geometry, 255));
  const { pictures, refuses } = backend.abilities;
  const possible = pictures.includes('magnitude') && isInPlace(step, around) && !refuses?.({ ...around, passes: [step] });
  if (!possible || kernels.length !== 2 || a?.scale !== 1 || b?.scale !== 1 || scale * 2 ** 16 >= HIGHEST_SUM) return undefined;
  const sum: PictureSum = { kind: 'magnitude', windows: [a.window, b.window], scale };
  const taps = a.window.reduce((count, weight, i) => count + Number(weight !== 0 || b.window[i] !== 0), 0);
  const job: PictureJob = { operation: 'picture', passes: [{ geometry, border: step.border, bias: 0, sum }], ...around };
  const candidate = { sum, cost: PICTURE_NS.integer + 2 * PICTURE_NS.integerTap * taps, products: 2 * taps };
  return { job, steps: [planOfStep({ ...step, kernel: kernels[0] }, candidate, job, () => [])] };
}

/** A plan on planes for an image, with the reason why it is not computed from samples to samples. */
export function overPlanes(plan: ConvPlan, why: Reason): ConvPlan {
  const refused: Alternative = { algorithm: 'direct', through: 'samples', arithmetic: 'float32', possible: false, reason: why, whyNot: inWords(why) };
  return new LazyPlan(
    plan,
    () => plan.cost,
    () => [...plan.alternatives, refused],
  );
}

/** All alternatives of a step from samples to samples, cheapest first. */
function pictureAlternatives(step: PictureStep, way: PictureWay, backend: Backend): readonly Alternative[] {
  const { geometry } = step;
  const memory = Math.min(BANDS, 2 * sizeOf(geometry.outShape));
  return waysOf(step, way)
    .filter(({ sum }) => backend.abilities.pictures.includes(sum.kind))
    .map((each) => {
      const passes = each.sum.kind === 'products' ? 2 * each.sum.count : each.sum.kind === 'separable' ? 2 : 1;
      const multiplyAdds = each.products * sizeOf(geometry.outShape);
      return { ...wayOf(each.sum, way.load), possible: true as const, cost: milliseconds(each, geometry, way.store), memory, multiplyAdds, passes };
    })
    .sort((a, b) => a.cost - b.cost);
}

/** A sum and its predicted nanoseconds per value of the result. */
export interface Candidate {
  readonly sum: PictureSum;
  readonly cost: number;
  /** multiply-adds per value, or additions of running sums */
  readonly products: number;
}

/** The reason why an image must be computed on planes, regardless of cost. */
export function whyNotFromSamples({ steps, load, store }: PictureWay, backend: Backend): Reason | undefined {
  if (!backend.abilities.pictures.includes('window')) return { name: 'noPictures', values: { backend: backend.name } };
  const finite = (values: Float32Array | readonly number[]) => values.every(Number.isFinite);
  if (!steps.every(({ kernel, bias, border }) => finite(kernel.data) && Number.isFinite(bias) && finite(border))) return { name: 'notFinite' };
  if (!Number.isFinite(store.alphaScale) || load.chosen.length === 0) return { name: 'notFinite' };
  return backend.abilities.refuses?.({ load, store, passes: steps });
}

/**
 * True if integer sums are possible: one pass with stride 1 on unchanged samples of all channels or all except alpha,
 * see {@link PictureJob}.
 */
function isWhole({ geometry }: Pick<PictureStep, 'geometry'>, { load, store }: Pick<PictureWay, 'load' | 'store'>): boolean {
  const { input, output, stride } = geometry;
  const { samples, take, light, chosen, channels, origins } = load;
  if (samples === 'float32' || take !== 'chosen' || light || origins || filteredShare(store, geometry) < 1 || store.offset !== 0 || store.places || store.mix)
    return false;
  if (Math.min(input[2], output[2]) * channels < LEAST_ROW || stride.some((each) => each !== 1)) return false;
  // filtered alpha is neither made absolute nor normalized
  if (chosen.length === channels) return channels % 2 === 1 || !(store.absolute || store.normalized);
  const { kept } = store;
  const keepsAlpha = channels % 2 === 0 && chosen.length === channels - 1 && !chosen.includes(channels - 1);
  return keepsAlpha && kept !== undefined && isStraight(kept.rows) && isStraight(kept.columns);
}

function isStraight(places: Int32Array): boolean {
  return places[0] >= 0 && places.every((place, i) => place === places[0] + i);
}

/** True if, in addition, input and result are bytes of images of the same size, and alpha does not move. */
function isInPlace(step: Pick<PictureStep, 'geometry'>, { load, store }: Pick<PictureWay, 'load' | 'store'>): boolean {
  const { input, output } = step.geometry;
  const { kept } = store;
  const stays = !kept || (kept.rows[0] === 0 && kept.columns[0] === 0);
  const clamps = load.samples === 'uint8' && store.samples === 'uint8' && !store.absolute && !store.normalized && !store.part;
  return isWhole(step, { load, store }) && clamps && stays && input.every((size, axis) => size === output[axis]);
}

/** The largest possible sum of bytes. */
function largestSum(window: Float32Array, { geometry, bias }: PictureStep): number {
  return Math.max(255, Math.abs(geometry.paddingValue)) * window.reduce((sum, weight) => sum + Math.abs(weight), 0) + Math.abs(bias);
}

/** The weights in image order. */
function writtenWeights({ kernel, geometry }: PictureStep): Float32Array {
  const size = sizeOf(geometry.kernel);
  if (!geometry.flip) return kernel.data;
  return kernel.data.map((_, i, weights) => weights[i - (i % size) + size - 1 - (i % size)]);
}

/** All ways to compute the sums of a step. */
function waysOf(step: PictureStep, way: PictureWay): readonly Candidate[] {
  const { geometry, bias } = step;
  const { load, store, steps } = way;
  const window = writtenWeights(step);
  const [, KH, KW] = geometry.kernel;
  const one = window.length === KH * KW;
  const taps = window.reduce((count, weight) => count + Number(weight !== 0), 0) / (window.length / (KH * KW));
  const [single, small] = [steps.length === 1 && taps > 0 && one, largestSum(window, step) < HIGHEST_SUM];
  const inPlace = single && small && isInPlace(step, way);
  const cells = geometry.inChannels;
  // integer programs sum alpha even if it is copied
  const share = cells / load.channels;
  const around = nanosecondsAround(load, store);
  const times = store.normalized ? 2 : 1;
  const ways: Candidate[] = [];
  if (single && isWhole(step, way) && (small || load.samples === 'uint16')) {
    const integer = wholeWeights(window, bias, geometry, load.white);
    // with a bias, |scale · sum + bias| is not a multiple of |sum|
    const possible = integer && (!store.absolute || integer.scale === 1 || bias === 0);
    const cost = (PICTURE_NS.integer + PICTURE_NS.integerTap * taps) * (load.white === 255 ? 1 : 2) + 0.3 * around;
    if (possible) ways.push({ cost: times * cost, products: taps, sum: { kind: 'integer', ...integer } });
  }
  if (inPlace) {
    if (isBox(window, geometry)) ways.push({ cost: PICTURE_NS.box, products: 3, sum: { kind: 'box', weight: window[0] } });
  }
  const floats = (cost: number, products: number, sum: PictureSum) => ways.push({ cost: times * share * (cost + around), products: share * products, sum });
  const tap = one && taps === KH * KW && geometry.dilation[1] === 1 && geometry.stride[1] === 1 ? PICTURE_NS.tap : PICTURE_NS.single;
  floats(PICTURE_NS.floats + geometry.stride[2] * tap * taps, taps, { kind: 'window', window, zeros: false });
  if (step.algorithm === 'direct' && taps < KH * KW)
    floats(PICTURE_NS.floats + geometry.stride[2] * tap * KH * KW, KH * KW, { kind: 'window', window, zeros: true });
  if (one && taps === KH * KW && isTogether(geometry) && KH > 1 && window.every((weight) => weight === window[0])) {
    floats(PICTURE_NS.sums + PICTURE_NS.floats, 6, { kind: 'sums', weight: window[0] });
  }
  const tiles = KH > 1 && taps > 0 ? fftTiles(geometry) : undefined;
  if (tiles) {
    const values = sizeOf(geometry.outShape);
    const products = (2.5 * tiles.transforms * tiles.rows * tiles.columns * Math.log2(tiles.rows * tiles.columns)) / values;
    floats(PICTURE_NS.fft + tiles.cost / values, products, { kind: 'fft', window });
  }
  const separable = one && taps > 0 && isTogether(geometry) && Math.min(KH, KW) >= LEAST_SEPARABLE;
  const products = (separable && separate(Float64Array.from(window), [KH, KW], MOST_PRODUCTS)) || [];
  const [column, row] = [0, 1].map((axis) => Float32Array.from(products.flatMap((product) => [...product[axis]])));
  const [count, both] = [products.length, products.length * (KH + KW)];
  const cost = count * PICTURE_NS.separable + PICTURE_NS.separableTap * both;
  if (count > 0) floats(cost, both, count === 1 ? { kind: 'separable', row, column } : { kind: 'products', count, row, column });
  return ways;
}

/** The cheapest candidate that the backend supports and the options allow. */
function least(ways: readonly Candidate[], { algorithm }: PictureStep, load: Load, { abilities }: Backend): Candidate | undefined {
  const able = ways.filter(({ sum }) => abilities.pictures.includes(sum.kind) && (algorithm === 'auto' || isAsked(wayOf(sum, load), algorithm)));
  return able.length === 0 ? undefined : able.reduce((best, each) => (each.cost < best.cost ? each : best));
}

/** True if a candidate matches the requested algorithm; requested algorithms sum floats. */
function isAsked(way: Way, algorithm: Algorithm): boolean {
  return way.algorithm === algorithm && way.arithmetic === 'float32';
}

function milliseconds({ cost }: Candidate, geometry: ConvGeometry, store: Store): number {
  return (cost * filteredShare(store, geometry) * sizeOf(geometry.outShape)) / 1e6;
}

const WAYS: Readonly<Record<PictureSumKind, Pick<Way, 'algorithm' | 'arithmetic'>>> = {
  integer: { algorithm: 'direct', arithmetic: 'int16' },
  box: { algorithm: 'runningSum', arithmetic: 'int16' },
  window: { algorithm: 'direct', arithmetic: 'float32' },
  sums: { algorithm: 'runningSum', arithmetic: 'float32' },
  separable: { algorithm: 'separable', arithmetic: 'float32' },
  products: { algorithm: 'separable', arithmetic: 'float32' },
  fft: { algorithm: 'fft', arithmetic: 'float32' },
  magnitude: { algorithm: 'sparse', arithmetic: 'int16' },
  slopes: { algorithm: 'sparse', arithmetic: 'float32' },
  ridge: { algorithm: 'sparse', arithmetic: 'float32' },
  moments: { algorithm: 'runningSum', arithmetic: 'float64' },
  likeness: { algorithm: 'runningSum', arithmetic: 'float64' },
};

/** The algorithm and arithmetic of a sum from samples to samples. */
function wayOf(sum: PictureSum, { samples }: Load): Way {
  const { algorithm, arithmetic } = WAYS[sum.kind];
  const way: Way = { algorithm, arithmetic: arithmetic === 'int16' && samples === 'uint16' ? 'int32' : arithmetic, through: 'samples' };
  const zeros = (sum.kind === 'integer' || (sum.kind === 'window' && !sum.zeros)) && sum.window.includes(0);
  return zeros ? { ...way, algorithm: 'sparse' } : way;
}

/** The reason why a sum is chosen. */
function advantageOfSum(sum: PictureSum, geometry: ConvGeometry): Reason {
  const size = geometry.kernel.slice(1).join(' × ');
  const passes = [`${geometry.kernel[1]} × 1`, `1 × ${geometry.kernel[2]}`];
  switch (sum.kind) {
    case 'integer':
    case 'magnitude':
      return { name: 'whole' };
    case 'box':
    case 'sums':
    case 'moments':
    case 'likeness':
      return { name: 'equal' };
    case 'window':
    case 'slopes':
    case 'ridge':
      return { name: 'cheapest' };
    case 'separable':
      return { name: 'product', values: { size, passes } };
    case 'products':
      return { name: 'products', values: { size, n: sum.count, passes } };
    case 'fft':
      return { name: 'large', values: { size } };
    default:
      return sum satisfies never;
  }
}
