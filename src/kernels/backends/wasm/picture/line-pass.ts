import { borderTable } from '../../../border.js';
import type { ConvGeometry } from '../../../geometry.js';
import type { Addend, Load, PictureJob, PicturePart, PicturePass, PictureSum, SampleFormat, UnsharpMix } from '../../../job.js';

export const SAMPLE_BYTES: Readonly<Record<SampleFormat, number>> = { uint8: 1, uint16: 2, float32: 4 };

/** One pass of an image for the line programs: its input and the destination of its sums. */
export interface LinePass {
  readonly job: PictureJob;
  readonly pass: PicturePass;
  /** true: it reads the image; false: it reads the float cells of the previous pass */
  readonly first: boolean;
  /** true: its sums are stored as samples of the result; false: as cells */
  readonly last: boolean;
  /** the required rectangle of its output */
  readonly rectangle: Pick<PicturePart, 'x' | 'y' | 'width' | 'height'>;
  /** another image to add to its sums */
  readonly addend?: Addend;
}

/** The default weights of `luminance`, from Rec. 709. */
export const LUMINANCE = [0.2126, 0.7152, 0.0722] as const;

/** Cells of a pixel. */
export function cellsOf({ take, chosen }: Load): number {
  return take === 'luminance' ? chosen.length - 2 : chosen.length;
}

/** Cells per pixel that a pass sums. */
export function cellsSummed(line: LinePass): number {
  return carriesAlpha(line) ? line.job.load.channels : cellsOf(line.job.load);
}

/**
 * True if a pass over an opaque float image sums alpha along with the colors and then discards it: the samples then have
 * the layout of the cells and are read in place.
 */
export function carriesAlpha({ job: { load, store }, pass: { sum, geometry }, first, last, addend }: LinePass): boolean {
  const { samples, opaque, light, channels, chosen, take } = load;
  if (!first || !last || sum.kind !== 'window' || sum.window.length !== geometry.kernel[1] * geometry.kernel[2]) return false;
  if (samples !== 'float32' || !opaque || light || channels !== 4 || take !== 'chosen' || chosen.join() !== '0,1,2') return false;
  return store.samples === samples && !store.mix && !store.places && !addend;
}

/** Cells per pixel that a pass outputs. */
export function cellsGiven(line: LinePass): number {
  const { sum } = line.pass;
  if (sum.kind === 'ridge' || sum.kind === 'likeness') return 1;
  return sum.kind === 'slopes' && sum.measure === 'hue' ? 3 : cellsSummed(line);
}

/** Samples per pixel of the result. */
export function channelsGiven({ load, store }: PictureJob): number {
  return store.places?.length ?? load.channels;
}

/** Bytes per row of a pass's input and output. */
export function rowBytesOf({ job, pass, first, last, rectangle }: LinePass): readonly [input: number, output: number] {
  const { load, store } = job;
  const cells = 4 * cellsOf(load);
  const width = pass.geometry.input[2];
  return [
    width * (first ? SAMPLE_BYTES[load.samples] * load.channels : cells),
    rectangle.width * (last ? SAMPLE_BYTES[store.samples] * channelsGiven(job) : cells),
  ];
}

/** The filtered channels of the result except alpha, which is included only if it has a place or is mixed. */
export function changedBy({ load: { chosen, channels, take }, store: { places, mix } }: PictureJob): (channel: number) => boolean {
  // with luminance, the second channel is alpha
  if (places) return (channel) => places[channel] >= 0 && !(take === 'luminance' && places[channel] === 1);
  if (mix) return (channel) => mix.channels.includes(channel);
  return (channel) => chosen.includes(channel) && !(channels % 2 === 0 && channel === channels - 1);
}

/** The part of an axis' border table that windows of outputs `from` … `from + count − 1` read. */
export function wanted(g: ConvGeometry, axis: 1 | 2, from: number, count: number): Int32Array {
  const reach = (g.kernel[axis] - 1) * g.dilation[axis];
  return borderTable(g, axis).subarray(from * g.stride[axis], (from + count - 1) * g.stride[axis] + reach + 1);
}

/** True if the cells are chosen channels without alpha. */
export function isColors({ take, chosen, channels }: Load): boolean {
  return take === 'chosen' && !(channels % 2 === 0 && chosen.includes(channels - 1));
}

/** The distance of neighbors, if it is constant and none is beyond the border; otherwise 0. */
export function stepOf(places: Int32Array): number {
  const step = places.length > 1 ? places[1] - places[0] : 1;
  return step > 0 && places.every((place, i) => place >= 0 && place === places[0] + step * i) ? step : 0;
}

/** Length of a pattern that fits pixels of 1, 2, 3 and 4 samples. */
export const PATTERN = 12;
/** A pattern with one value per channel. */
export function patternOf(channels: number, value: (channel: number) => number): Float32Array {
  return Float32Array.from({ length: PATTERN }, (_, i) => value(i % channels));
}

/** Minimum number of pixels to store as whole byte vectors. */
const LEAST_PLAIN = 16;
/** True if, with a stride, only the required columns are summed. */
export function isCompact({ kind }: PictureSum): boolean {
  return kind === 'separable' || kind === 'products';
}

/** True if cells are converted to samples by whole vectors, see LineStore. */
export function isPlain({ job: { load, store, passes }, rectangle, addend }: LinePass, keptRows: Int32Array): boolean {
  const { kept, places, mix } = store;
  const { samples, take, chosen, channels, white } = load;
  if (places && (places.length !== channels || places.some((cell, c) => cell !== chosen.indexOf(c)))) return false;
  if (addend || samples !== store.samples || (take === 'luminance' && (samples !== 'uint8' || channels !== 4))) return false;
  if (load.light ? !isColors(load) : samples === 'uint8' && take !== 'premultiplied' && !isSmall(passes, white, mix)) return false;
  if (store.absolute || store.normalized || store.offset !== 0 || store.least !== undefined || store.part || rectangle.width < LEAST_PLAIN) return false;
  if (take === 'premultiplied') return !mix && samples === 'uint8' && channels === 4 && !load.light;
  if (!kept) return samples === 'uint8';
  const keepsAlpha = channels % 2 === 0 && chosen.length === channels - 1 && !chosen.includes(channels - 1);
  const single = samples === 'uint8' && channels === 4 && chosen.length === 1 && isColors(load);
  return (keepsAlpha || single) && keptRows.every((row) => row >= 0) && stepOf(kept.columns) === 1;
}

/** True if sums can use the fast rounding, which is valid within ±2²¹. */
function isSmall(passes: readonly PicturePass[], white: number, mix: UnsharpMix | undefined): boolean {
  const sum = passes.reduce(
    (cell, { sum, bias, border, geometry }) => Math.max(cell, ...border.map(Math.abs)) * weightOf(sum, geometry) + Math.abs(bias),
    white,
  );
  const largest = mix ? white + Math.abs(mix.amount) * (white + sum) : sum;
  return largest < 2 ** 21;
}

/** Upper bound of Σ |w| of a window. */
function weightOf(sum: PictureSum, { kernel }: ConvGeometry): number {
  const absolute = (values: Float32Array) => values.reduce((all, value) => all + Math.abs(value), 0);
  if (sum.kind === 'window' || sum.kind === 'fft') return absolute(sum.window);
  if (sum.kind === 'separable') return absolute(sum.row) * absolute(sum.column);
  if (sum.kind === 'products') return absolute(sum.row) * absolute(sum.column);
  if (sum.kind === 'slopes') return sum.windows.reduce((all, window) => all + absolute(window), 0) / sum.step;
  if (sum.kind === 'moments' || sum.kind === 'likeness') return 1;
  return sum.kind === 'sums' ? kernel[1] * kernel[2] * Math.abs(sum.weight) : Number.POSITIVE_INFINITY;
}
