import { borderTable, OUTSIDE } from '../../border.js';
import type { ConvGeometry } from '../../geometry.js';
import { fftTiles } from '../../plan/fft-tiles.js';
import { fixedJob } from './bytes-fixed.js';
import { separableJob, windowJob } from './bytes-floats.js';
import type { BytesTask } from './bytes-task.js';
import { type Correlation, forwardCorrelation } from './correlation.js';
import type { Machine } from './machine.js';
import { type Prepared, prepare, prepareFft } from './prepare.js';
import type { ArgumentsOf, SharedProgram } from './programs.js';

/** Rows that are summed one after the other; before the first of them the window's own rows are. */
const BAND_ROWS = 128;

/** A program of assembly/bytes-*.ts and what it is handed. */
export interface BytesJob<P extends SharedProgram = SharedProgram> {
  readonly program: P;
  /** byte offsets of taps and weights */
  readonly lists: readonly (Int32Array | Float32Array)[];
  /** bytes for all threads. Default 0 */
  readonly shared?: number;
  /** bytes for each thread */
  readonly scratch: readonly number[];
  /** units side by side, from the top of the picture to its bottom */
  readonly across: number;
  /** rows of the result that a unit gives */
  readonly rows: number;
  readonly taps: number;
  /** Once for all runs; arguments as those of `args`. */
  prepare?(scratch: number, lists: readonly number[]): void;
  /**
   * The program's arguments, but for `from` and `to`.
   * @param scratch the first part of the scratch memory
   * @param parts the others, in bytes behind the first
   * @param lists where they lie, and behind them the shared bytes
   */
  args(scratch: number, parts: readonly number[], x: number, out: number, lists: readonly number[]): ArgumentsOf<P>;
}

/** What samples are on their way to the sums: bytes, words or floats. */
const CELL_BYTES = { integer: 1, box: 1, magnitude: 1, fixed: 2, window: 4, separable: 4 } as const;

/** What was made of a task last, and the tables it was made with: as long as the machine keeps them, it is as good as new. */
const made = new WeakMap<Machine, WeakMap<BytesTask, { readonly tables: Prepared; readonly job: BytesJob }>>();

/** The way of a picture `[H, W, C]` from bytes to bytes. */
export function bytesJob(task: BytesTask, machine: Machine): BytesJob {
  if (task.weights.kind === 'fft') return fftJob(task.weights, task, machine);
  const { inChannels } = task.geometry;
  const cellBytes = CELL_BYTES[task.weights.kind];
  // bytes are summed where they lie, alpha among them
  const cells = cellBytes > 1 && task.keepsAlpha ? inChannels - 1 : inChannels;
  const tables = prepared(machine, task.geometry, cells, cellBytes);
  const jobs = made.get(machine) ?? new WeakMap();
  const known = jobs.get(task);
  if (known?.tables === tables) return known.job;
  const job = newJob(task, tables, cells);
  made.set(machine, jobs.set(task, { tables, job }));
  return job;
}

function newJob(task: BytesTask, p: Prepared, cells: number): BytesJob {
  switch (task.weights.kind) {
    case 'integer':
      return integerJob(task.weights, task, p);
    case 'box':
      return boxJob(task.weights, task, p);
    case 'magnitude':
      return magnitudeJob(task.weights, task, p);
    case 'fixed':
      return fixedJob(task.weights, task.geometry.inChannels, cells, p);
    case 'separable':
      return separableJob(task.weights, task, p, cells);
    default:
      return windowJob(task.weights as Weights<'window'>, task, p, cells);
  }
}

function integerJob(weights: Weights<'integer'>, task: BytesTask, p: Prepared): BytesJob<'bytesInteger'> {
  const { window, scale, quotient } = weights;
  const { geometry, bias, keepsAlpha } = task;
  const cross = crossOf(weights, task);
  // of a cross the rows
  const taps = cross ? [0, 3, 6] : [...window.keys()].filter((tap) => window[tap] !== 0).sort((a, b) => order(window[a]) - order(window[b]));
  const [plus, minus] = [0, 1].map((kind) => taps.filter((tap) => order(window[tap]) === kind).length);
  return {
    program: 'bytesInteger',
    lists: [offsetsOf(taps, p), cross ?? Int32Array.from(taps.slice(plus + minus), (tap) => window[tap])],
    scratch: [p.stripBytes / 4],
    across: 1,
    rows: p.layout.stripRows,
    taps: taps.length,
    args: (strip, _, x, out, [offsets, weights]) => [
      strip,
      p.pointer,
      x,
      out,
      offsets,
      taps.length,
      plus,
      minus,
      weights,
      Number(cross !== undefined),
      scale === 1 ? bias : 0,
      Number(scale === 1),
      quotient?.shift ?? 0,
      quotient?.factor ?? 0,
      quotient?.bits ?? 0,
      scale,
      bias,
      keepsAlpha ? geometry.inChannels : 0,
    ],
  };
}

/** The weights of centre and sides for four channels, where the window and its picture are as assembly/bytes-cross.ts has them. */
function crossOf({ window, scale }: Weights<'integer'>, { geometry, bias, keepsAlpha }: BytesTask): Int32Array | undefined {
  const { inChannels, kernel, dilation } = geometry;
  if (inChannels !== 4 || kernel[1] !== 3 || kernel[2] !== 3 || dilation[2] !== 1 || scale !== 1 || bias !== 0) return undefined;
  const [, side, , , centre] = window;
  if (![0, side, 0, side, centre, side, 0, side, 0].every((weight, tap) => weight === window[tap])) return undefined;
  const [own, others] = keepsAlpha ? [1, 0] : [centre, side];
  return new Int32Array(Int16Array.of(centre, centre, centre, own, side, side, side, others).buffer);
}

/** Where taps lie in a strip, and in x itself. */
function offsetsOf(taps: readonly number[], { layout }: Prepared): Int32Array {
  return Int32Array.from([layout.offsets, layout.direct.offsets].flatMap((offsets) => taps.map((tap) => offsets[tap] / 4)));
}

function magnitudeJob({ windows: [a, b], scale }: Weights<'magnitude'>, { geometry, keepsAlpha }: BytesTask, p: Prepared): BytesJob<'bytesMagnitude'> {
  const taps = [...a.keys()].filter((tap) => a[tap] !== 0 || b[tap] !== 0);
  return {
    program: 'bytesMagnitude',
    // of a pair the first weight lies in the lower 16 bits
    lists: [offsetsOf(taps, p), Int32Array.from(taps, (tap) => (a[tap] & 0xffff) | (b[tap] << 16))],
    scratch: [p.stripBytes / 4],
    across: 1,
    rows: p.layout.stripRows,
    // and about what the root takes
    taps: 2 * taps.length + 8,
    args: (strip, _, x, out, [offsets, weights]) => [strip, p.pointer, x, out, offsets, taps.length, weights, scale, keepsAlpha ? geometry.inChannels : 0],
  };
}

function fftJob({ window }: Weights<'fft'>, { geometry: g, bias, keepsAlpha }: BytesTask, machine: Machine): BytesJob<'fftBytes'> {
  const tiles = fftTiles(g);
  if (!tiles) throw new Error('the plan offers no Fourier transform for this geometry');
  const p = prepare(machine, `conv ${g.key}`, () => forwardCorrelation(g));
  const tiling = prepareFft(machine, g, tiles, p.tableW);
  const kept = keepsAlpha ? g.inChannels - 1 : g.inChannels;
  return {
    program: 'fftBytes',
    lists: [window],
    shared: machine.run.fftSpectrumBytes(tiling),
    scratch: [machine.run.fftScratch(p.pointer, tiling)],
    across: Math.ceil(g.output[2] / tiles.outColumns),
    rows: 2 * tiles.outRows,
    taps: 100,
    prepare: (tile, [weights, spectrum]) => machine.run.fftKernels(tile, p.pointer, tiling, weights, spectrum, 0, 0, 1),
    args: (tile, _, x, out, [, spectrum]) => [tile, p.pointer, tiling, x, spectrum, out, g.inChannels, kept, bias],
  };
}

/** Taps of weight 1 and of −1 need no product. */
function order(weight: number): number {
  return weight === 1 ? 0 : weight === -1 ? 1 : 2;
}

function boxJob({ weight }: Weights<'box'>, { geometry, bias, keepsAlpha }: BytesTask, p: Prepared): BytesJob<'bytesBox'> {
  const cells = p.layout.columns.length;
  const [, height] = geometry.output;
  const bandRows = Math.ceil(height / Math.ceil(height / Math.max(BAND_ROWS, 3 * geometry.kernel[1])));
  return {
    program: 'bytesBox',
    lists: [],
    scratch: [2 * cells, cells, cells, cells],
    across: 1,
    rows: bandRows,
    // about what it costs, whatever the window's size
    taps: 12,
    args: (sums, [enters, leaves, line], x, out) => [
      sums,
      enters,
      leaves,
      line,
      p.pointer,
      x,
      out,
      geometry.inChannels,
      bandRows,
      weight,
      bias,
      keepsAlpha ? geometry.inChannels : 0,
    ],
  };
}

export type Weights<K extends BytesTask['weights']['kind']> = Extract<BytesTask['weights'], { kind: K }>;

/** @param cells of a pixel */
function prepared(machine: Machine, g: ConvGeometry, cells: number, cellBytes: number): Prepared {
  return prepare(machine, `bytes${cellBytes} ${cells} ${g.key}`, () => bytesCorrelation(g, cells), cellBytes);
}

/** A picture as one plane [H, W·cells], whose taps lie so many cells apart along a row. */
function bytesCorrelation(g: ConvGeometry, cells: number): Correlation {
  const pixels = borderTable(g, 2);
  const columns = Int32Array.from({ length: pixels.length * cells }, (_, i) => {
    const pixel = pixels[Math.floor(i / cells)];
    return pixel === OUTSIDE ? OUTSIDE : pixel * cells + (i % cells);
  });
  return {
    ...{ batch: 1, groups: 1, inChannels: 1, outChannels: 1 },
    input: [1, g.input[1], g.input[2] * cells],
    kernel: g.kernel,
    output: [1, g.output[1], g.output[2] * cells],
    stride: [1, 1, 1],
    dilation: [1, g.dilation[1], g.dilation[2] * cells],
    value: g.paddingValue,
    tables: [Int32Array.of(0), borderTable(g, 1), columns],
    weights: Int32Array.of(),
  };
}
