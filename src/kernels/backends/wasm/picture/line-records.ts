import { borderTable } from '../../../border.js';
import type { ConvGeometry } from '../../../geometry.js';
import type { Beside, KeptPixels, Load, Mix, PictureJob, PicturePart, PicturePass, PictureSum, SampleFormat } from '../../../job.js';
import { srgbToLinear } from '../../../light.js';
import { type Address, NOWHERE } from '../address.js';
import { longestRun } from '../layers/correlation-spec.js';
import {
  LINEGRID_BYTES,
  LINELOAD_BYTES,
  LINESTORE_BYTES,
  TAKE_ALL,
  TAKE_CHOSEN,
  TAKE_LUMINANCE,
  TAKE_PREMULTIPLIED,
  writeLineGrid,
  writeLineLoad,
  writeLineStore,
} from '../records.generated.js';
import type { Tables } from '../tables.js';

export const SAMPLE_BYTES: Readonly<Record<SampleFormat, number>> = { uint8: 1, uint16: 2, float32: 4 };
/** Samples of a pattern that fits pixels of 1, 2, 3 and 4. */
export const PATTERN = 12;
/** The least pixels that are stored as whole vectors of bytes. */
const LEAST_PLAIN = 16;

/** One of a picture's passes as programs of lines see it: what it reads, and where its sums go. */
export interface LinePass {
  readonly job: PictureJob;
  readonly pass: PicturePass;
  /** it reads the picture; others read the cells that the pass before has left as floats */
  readonly first: boolean;
  /** its sums become samples of the result; others leave cells */
  readonly last: boolean;
  /** the rectangle of its output that is wanted */
  readonly rectangle: Pick<PicturePart, 'x' | 'y' | 'width' | 'height'>;
  /** another picture that is added to its sums */
  readonly beside?: Beside;
}

/** The records of a pass, in wasm memory. */
export interface LineRecords {
  readonly grid: Address<'LineGrid'>;
  readonly load: Address<'LineLoad'>;
  readonly store: Address<'LineStore'>;
  /** where the program leaves 0 if the picture is not opaque, see {@link judges}; or NOWHERE: it does not look */
  readonly verdict: Address<'Ints'>;
  /** the factors and summands of the last pass */
  readonly patterns: Patterns | undefined;
  /** what is read is floats, all of which are summed as they are */
  readonly asLoaded: boolean;
  /** floats of a pixel, and most samples of a pixel where it is loaded and where it is stored */
  readonly cells: number;
  readonly loaded: number;
  readonly stored: number;
}

const NO_COLUMNS = new Int32Array(0);

/** Cells of a pixel. */
export function cellsOf({ take, chosen }: Load): number {
  return take === 'luminance' ? 1 : chosen.length;
}

/** Cells of a pixel that a pass sums. */
function cellsSummed(line: LinePass): number {
  return carriesAlpha(line) ? line.job.load.channels : cellsOf(line.job.load);
}

/**
 * True if alpha is summed with the colors of an opaque picture of floats, and its sum left: the cells are the samples then, which are read where they
 * lie.
 */
function carriesAlpha({ job: { load, store }, pass: { sum, geometry }, first, last, beside }: LinePass): boolean {
  const { samples, opaque, light, channels, chosen, take } = load;
  if (!first || !last || sum.kind !== 'window' || sum.window.length !== geometry.kernel[1] * geometry.kernel[2]) return false;
  if (samples !== 'float32' || !opaque || light || channels !== 4 || take !== 'chosen' || chosen.join() !== '0,1,2') return false;
  return store.samples === samples && !store.mix && !store.places && !beside;
}

/** Cells of a pixel that a pass gives. */
export function cellsGiven(line: LinePass): number {
  const { sum } = line.pass;
  if (sum.kind === 'ridge' || sum.kind === 'likeness') return 1;
  return sum.kind === 'slopes' && sum.measure === 'hue' ? 3 : cellsSummed(line);
}

/** Samples of a pixel of the result. */
function channelsGiven({ load, store }: PictureJob): number {
  return store.places?.length ?? load.channels;
}

/** Bytes of a row of what a pass reads, and of what it gives. */
export function rowBytesOf({ job, pass, first, last, rectangle }: LinePass): readonly [input: number, output: number] {
  const { load, store } = job;
  const cells = 4 * cellsOf(load);
  const width = pass.geometry.input[2];
  return [
    width * (first ? SAMPLE_BYTES[load.samples] * load.channels : cells),
    rectangle.width * (last ? SAMPLE_BYTES[store.samples] * channelsGiven(job) : cells),
  ];
}

/** @param ranges where the least and the largest value of each unit go instead of samples into the result */
export function storeLine(tables: Tables, line: LinePass, ranges: Address<'Floats'>): LineRecords {
  const { job, first, last } = line;
  const cells = cellsSummed(line);
  const verdict: Address<'Ints'> = judges(line) ? tables.store(Int32Array.of(1)) : NOWHERE;
  return {
    grid: storeGrid(tables, line),
    load: storeLoad(tables, line, !first ? rawLoad(job.load) : carriesAlpha(line) ? allOf(job.load, false) : job.load, verdict),
    verdict,
    asLoaded: !first || (job.load.samples === 'float32' && cells === job.load.channels && job.load.take === 'chosen' && !job.load.light && !job.load.origins),
    ...(last ? storeStore(tables, line, ranges) : { store: storeRawStore(tables, line), patterns: undefined }),
    cells,
    // pixels of the original lie further apart than those of the result where any pass has a stride
    loaded: Math.max(first ? job.load.channels : cells, last ? job.load.channels * Math.max(1, stepOf(job.store.kept?.columns ?? NO_COLUMNS)) : 0),
    stored: last ? Math.max(job.load.channels, channelsGiven(job)) : cells,
  };
}

/** Where the factors and the summands of samples lie. */
interface Patterns {
  readonly scales: Address<'Floats'>;
  readonly offsets: Address<'Floats'>;
}

/** See {@link PictureProgram.normalize}. */
export function normalize({ machine }: Tables, { job }: LinePass, { scales, offsets }: Patterns, [least, largest]: readonly [number, number]): void {
  const scale = largest > least ? job.load.white / (largest - least) : 0;
  const offset = scale > 0 ? -scale * least : 0;
  const changed = changedBy(job);
  const [{ unit }, channels] = [job.store, channelsGiven(job)];
  machine.put(
    patternOf(channels, (c) => unit * (changed(c) ? scale : 1)),
    scales,
  );
  machine.put(
    patternOf(channels, (c) => (changed(c) ? unit * offset : 0)),
    offsets,
  );
}

/** A value for each channel as a pattern. */
function patternOf(channels: number, value: (channel: number) => number): Float32Array {
  return Float32Array.from({ length: PATTERN }, (_, i) => value(i % channels));
}

/** The channels of the result that are filtered and no alpha; those that have places or are mixed may be. */
function changedBy({ load: { chosen, channels }, store: { places, mix } }: PictureJob): (channel: number) => boolean {
  if (places) return (channel) => places[channel] >= 0;
  if (mix) return (channel) => mix.channels.includes(channel);
  return (channel) => chosen.includes(channel) && !(channels % 2 === 0 && channel === channels - 1);
}

function storeGrid(tables: Tables, { pass: { geometry: g }, rectangle: { x, y, width, height } }: LinePass): Address<'LineGrid'> {
  const address: Address<'LineGrid'> = tables.allocate(LINEGRID_BYTES);
  const [rows, columns] = [wanted(g, 1, y, height), wanted(g, 2, x, width)];
  const run = longestRun(columns);
  const fields = {
    ...{ outH: height, outW: width, denseW: (width - 1) * g.stride[2] + 1, strideH: g.stride[1], strideW: g.stride[2] },
    ...{ KH: g.kernel[1], KW: g.kernel[2], dilationH: g.dilation[1], dilationW: g.dilation[2] },
    ...{ tableH: tables.store(rows), tableW: tables.store(columns), runFrom: run.from, runTo: run.to, runSource: run.source },
  };
  writeLineGrid(tables.machine.views, address, fields);
  return address;
}

/** The part of an axis' border table that windows of outputs `from` … `from + count − 1` see. */
export function wanted(g: ConvGeometry, axis: 1 | 2, from: number, count: number): Int32Array {
  const reach = (g.kernel[axis] - 1) * g.dilation[axis];
  return borderTable(g, axis).subarray(from * g.stride[axis], (from + count - 1) * g.stride[axis] + reach + 1);
}

function storeLoad(
  tables: Tables,
  line: LinePass,
  { samples, channels, white, take, chosen, light, origins }: Load,
  verdict: Address<'Ints'> = NOWHERE,
  width = line.pass.geometry.input[2],
): Address<'LineLoad'> {
  const address: Address<'LineLoad'> = tables.allocate(LINELOAD_BYTES);
  const border = tables.store(Float32Array.from({ length: 4 }, (_, c) => line.pass.border[c] ?? 0));
  const all = take === 'chosen' && chosen.length === channels;
  const fields = {
    ...{ sampleBytes: SAMPLE_BYTES[samples], channels, cells: take === 'luminance' ? 1 : chosen.length, white, light, border },
    take: take === 'luminance' ? TAKE_LUMINANCE : take === 'premultiplied' ? TAKE_PREMULTIPLIED : all ? TAKE_ALL : TAKE_CHOSEN,
    order: orderOf(tables, chosen, 4),
    origins: origins ? tables.store(patternOf(origins.length, (c) => origins[c])) : NOWHERE,
    lightOfBytes: light && samples === 'uint8' ? tables.store(lightOfBytes()) : NOWHERE,
    rowBytes: width * channels * SAMPLE_BYTES[samples],
    verdict,
  };
  writeLineLoad(tables.machine.views, address, fields);
  return address;
}

/**
 * True if the program sees all pixels of a picture that has to be opaque, and looks at their alpha while it reads them: to look beforehand means to read them
 * twice.
 */
function judges(line: LinePass): boolean {
  const { load, store } = line.job;
  const { sum, geometry: g } = line.pass;
  const { first, rectangle } = line;
  if (!first || !load.opaque || load.channels !== 4 || load.take !== 'chosen' || load.chosen.join() !== '0,1,2') return false;
  if (rectangle.height !== g.output[1]) return false;
  // row by row
  if (sum.kind === 'integer') return g.stride[1] === 1 && g.output[1] === g.input[1];
  if (load.samples !== 'float32' || (sum.kind !== 'window' && sum.kind !== 'separable')) return false;
  if (carriesAlpha(line)) return store.kept !== undefined && isPlain(line, store.kept.rows) && isWhole(store.kept, g);
  const seesAll = (axis: 1 | 2, from: number, count: number) => {
    const run = longestRun(wanted(g, axis, from, count));
    return g.stride[axis] === 1 && run.to - run.from === g.input[axis];
  };
  return seesAll(1, rectangle.y, rectangle.height) && seesAll(2, rectangle.x, rectangle.width);
}

/** True if all pixels of the picture are kept, each in its place. */
function isWhole({ rows, columns }: KeptPixels, { input: [, height, width] }: ConvGeometry): boolean {
  return rows[0] === 0 && columns[0] === 0 && rows.length === height && columns.length === width && stepOf(rows) * stepOf(columns) === 1;
}

/** All samples as they are, or as light. */
function allOf(load: Load, light: boolean): Load {
  return { ...load, take: 'chosen', chosen: Array.from({ length: load.channels }, (_, c) => c), light, origins: undefined };
}

/** Cells of a pass before as they are. */
function rawLoad(load: Load): Load {
  return allOf({ ...load, samples: 'float32', channels: cellsOf(load) }, false);
}

/** Places of floats in a vector; −1 gives zero. @returns bytes [16] */
function orderOf(tables: Tables, places: readonly number[], count: number): Address<'Bytes'> {
  const bytes = new Uint8Array(16).fill(0xff);
  for (let i = 0; i < count; i++) {
    if (places[i] !== undefined && places[i] >= 0) for (let byte = 0; byte < 4; byte++) bytes[4 * i + byte] = 4 * places[i] + byte;
  }
  return tables.store(new Int32Array(bytes.buffer)) as Address<never>;
}

/** The light of each byte, and each byte. */
function lightOfBytes(): Float32Array {
  return Float32Array.from({ length: 512 }, (_, i) => (i < 256 ? srgbToLinear(i / 255) * 255 : i - 256));
}

function storeStore(tables: Tables, line: LinePass, ranges: Address<'Floats'>): { store: Address<'LineStore'>; patterns: Patterns } {
  const { load, store } = line.job;
  const { take, chosen } = load;
  const { kept, part, unit, places, mix } = store;
  const [cells, channels, changed] = [cellsGiven(line), channelsGiven(line.job), changedBy(line.job)];
  const whole = places ? places.length === cells && places.every((cell, c) => cell === c) : !kept;
  const address: Address<'LineStore'> = tables.allocate(LINESTORE_BYTES);
  const { x, y, width, height } = line.rectangle;
  const [rows, columns] = kept ? [kept.rows.subarray(y, y + height), kept.columns.subarray(x, x + width)] : [new Int32Array(height), new Int32Array(width)];
  const inputRow = rowBytesOf({ ...line, first: true, pass: line.job.passes[0] })[0];
  const original = (loaded: Load) => storeLoad(tables, { ...line, pass: line.job.passes[0] }, loaded);
  const patterns = {
    scales: tables.store(patternOf(channels, () => unit)),
    offsets: tables.store(patternOf(channels, (c) => (changed(c) ? store.offset : 0))),
  };
  const fields = {
    ...{ sampleBytes: SAMPLE_BYTES[store.samples], channels, rowBytes: rowBytesOf(line)[1], cells },
    take: take === 'premultiplied' ? TAKE_PREMULTIPLIED : take === 'luminance' && !places ? TAKE_LUMINANCE : whole ? TAKE_ALL : TAKE_CHOSEN,
    order: orderOf(tables, places ?? Array.from({ length: channels }, (_, c) => chosen.indexOf(c)), channels),
    filtered: tables.store(Int32Array.from(patternOf(channels, (c) => (changed(c) ? -1 : 0)))),
    original: original(allOf(load, load.light && take === 'luminance')),
    ...{ originalRows: tables.store(rows), originalColumns: tables.store(columns), beyond: tables.store(new Float32Array(4).fill(kept?.value ?? 0)) },
    originalStep: stepOf(columns),
    plain: isPlain(line, rows),
    compact: isCompact(line.pass.sum),
    mixed: mix ? original(take === 'premultiplied' ? allOf(load, false) : load) : NOWHERE,
    ...{ amount: mix?.amount ?? 0, threshold: mix?.threshold ?? 0, brightness: take === 'premultiplied' && mix?.brightness === true },
    mixes: mix ? tables.store(Int32Array.from(patternOf(channels, (c) => (take !== 'premultiplied' || mix.channels.includes(c) ? -1 : 0)))) : NOWHERE,
    ...besideFields(tables, line),
    ...{
      alphaScale: 1 / store.alphaScale,
      colorScale: store.alphaScale,
      nothing: store.nothing,
      bias: store.bias,
      light: load.light,
      early: load.light && isColors(load),
      absolute: store.absolute,
    },
    ...{ ...patterns, same: unit === 1 && store.offset === 0 && !store.normalized, clamped: store.clamped, ranges },
    ...{ rowShares: part ? tables.store(part.rowShares) : NOWHERE, columnShares: part ? tables.store(part.columnShares) : NOWHERE },
    ...{ maskBytes: part?.mask ? SAMPLE_BYTES[part.mask.samples] : 0, maskWhite: part?.mask?.white ?? 1 },
    maskRowBytes: part?.mask ? (SAMPLE_BYTES[part.mask.samples] * inputRow) / (channels * SAMPLE_BYTES[load.samples]) : 0,
    ...{ blended: original(allOf(load, false)), top: y, left: x, unit },
  };
  writeLineStore(tables.machine.views, address, fields);
  return { store: address, patterns };
}

/** How the picture is loaded that is added to sums. */
function besideFields(tables: Tables, line: LinePass) {
  const { beside, rectangle } = line;
  if (!beside) return { beside: NOWHERE, besideUnit: 0, sumUnit: 1 };
  const address = storeLoad(tables, line, allOf({ ...line.job.load, samples: beside.samples }, false), NOWHERE, rectangle.width);
  return { beside: address, besideUnit: beside.unit, sumUnit: beside.factor };
}

/** The distance of neighbors, if it is the same for all, and none lies beyond the border; else 0. */
function stepOf(places: Int32Array): number {
  const step = places.length > 1 ? places[1] - places[0] : 1;
  return step > 0 && places.every((place, i) => place >= 0 && place === places[0] + step * i) ? step : 0;
}

/** True if with a stride only the wanted columns are summed. */
function isCompact({ kind }: PictureSum): boolean {
  return kind === 'separable' || kind === 'products';
}

/** True if the cells are chosen channels and none of them is alpha. */
function isColors({ take, chosen, channels }: Load): boolean {
  return take === 'chosen' && !(channels % 2 === 0 && chosen.includes(channels - 1));
}

/** True if cells become samples by whole vectors, see LineStore. */
function isPlain({ job: { load, store, passes }, rectangle, beside }: LinePass, keptRows: Int32Array): boolean {
  const { kept, places, mix } = store;
  const { samples, take, chosen, channels, white } = load;
  if (places && (places.length !== channels || places.some((cell, c) => cell !== chosen.indexOf(c)))) return false;
  if (beside || samples !== store.samples || (take === 'luminance' && (samples !== 'uint8' || channels !== 4))) return false;
  if (load.light ? !isColors(load) : samples === 'uint8' && take !== 'premultiplied' && !isSmall(passes, white, mix)) return false;
  if (store.absolute || store.normalized || store.offset !== 0 || store.part || rectangle.width < LEAST_PLAIN) return false;
  if (take === 'premultiplied') return !mix && samples === 'uint8' && channels === 4 && !load.light;
  if (!kept) return samples === 'uint8';
  const keepsAlpha = channels % 2 === 0 && chosen.length === channels - 1 && !chosen.includes(channels - 1);
  const single = samples === 'uint8' && channels === 4 && chosen.length === 1 && isColors(load);
  return (keepsAlpha || single) && keptRows.every((row) => row >= 0) && stepOf(kept.columns) === 1;
}

/** True if vectors of sums may be rounded the quick way, which holds within ±2²¹. */
function isSmall(passes: readonly PicturePass[], white: number, mix: Mix | undefined): boolean {
  const sum = passes.reduce(
    (cell, { sum, bias, border, geometry }) => Math.max(cell, ...border.map(Math.abs)) * weightOf(sum, geometry) + Math.abs(bias),
    white,
  );
  const largest = mix ? white + Math.abs(mix.amount) * (white + sum) : sum;
  return largest < 2 ** 21;
}

/** Σ |w| of a window, at most. */
function weightOf(sum: PictureSum, { kernel }: ConvGeometry): number {
  const absolute = (values: Float32Array) => values.reduce((all, value) => all + Math.abs(value), 0);
  if (sum.kind === 'window' || sum.kind === 'fft') return absolute(sum.window);
  if (sum.kind === 'separable') return absolute(sum.row) * absolute(sum.column);
  if (sum.kind === 'products') return absolute(sum.row) * absolute(sum.column);
  if (sum.kind === 'slopes') return sum.windows.reduce((all, window) => all + absolute(window), 0) / sum.step;
  if (sum.kind === 'moments' || sum.kind === 'likeness') return 1;
  return sum.kind === 'sums' ? kernel[1] * kernel[2] * Math.abs(sum.weight) : Number.POSITIVE_INFINITY;
}

/** Sums as they are: the cells of the next pass. */
function storeRawStore(tables: Tables, line: LinePass): Address<'LineStore'> {
  const cells = cellsOf(line.job.load);
  const address: Address<'LineStore'> = tables.allocate(LINESTORE_BYTES);
  const fields = {
    ...{ sampleBytes: 4, channels: cells, rowBytes: rowBytesOf(line)[1], take: TAKE_ALL, cells, order: NOWHERE, filtered: NOWHERE },
    ...{
      original: NOWHERE,
      originalRows: NOWHERE,
      originalColumns: NOWHERE,
      beyond: NOWHERE,
      originalStep: 0,
      plain: false,
      compact: isCompact(line.pass.sum),
    },
    ...{ mixed: NOWHERE, amount: 0, threshold: 0, mixes: NOWHERE, brightness: false, beside: NOWHERE, besideUnit: 0, sumUnit: 1 },
    ...{
      alphaScale: 1,
      colorScale: 1,
      nothing: 0,
      bias: 0,
      light: false,
      early: false,
      absolute: false,
      scales: NOWHERE,
      offsets: NOWHERE,
      same: true,
      clamped: false,
    },
    ...{ ranges: NOWHERE, rowShares: NOWHERE, columnShares: NOWHERE, maskBytes: 0, maskWhite: 1, maskRowBytes: 0 },
    ...{ blended: NOWHERE, top: 0, left: 0, unit: 1 },
  };
  writeLineStore(tables.machine.views, address, fields);
  return address;
}
