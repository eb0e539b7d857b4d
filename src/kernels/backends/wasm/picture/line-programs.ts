import type { Resampling, ResizeJob } from '../../../job.js';
import { fftTiles } from '../../../plan/fft-tiles.js';
import { type Address, NOWHERE } from '../address.js';
import { storeTiling } from '../layers/store-tiling.js';
import { storeForward } from '../layers/stored-correlation.js';
import { type LineTask, SUMMED_PIXELS, SUMMED_ROWS } from '../records.generated.js';
import type { Tables } from '../tables.js';
import { type LinePass, PATTERN, rowBytesOf } from './line-pass.js';
import type { LineRecords } from './line-records.js';
import type { PictureProgram, SumOf } from './picture-program.js';

// Programs that sum the cells of an image's pixels as floats, line by line.

/** Cells per row of a tile; under most windows, its rows stay in an L1 cache of 32 KiB. */
export const TILE_CELLS = 384;
/**
 * Minimum output rows in a tile under a window; with fewer, reading the window's first rows would cost more. Fewer for
 * wide rows, so that bands stay in the L2 cache.
 */
export const WINDOW_ROWS = 64;
const LEAST_WINDOW_ROWS = 16;
const WINDOW_BYTES = 512 * 1024;
/** Bytes of a ring of rows, which stays in the L2 cache, and rows per band: see assembly/picture/line-separable.ts. */
export const RING_BYTES = 512 * 1024;
const RING_ROWS = 60;
/** Minimum number of rows of a box that are summed incrementally. */
export const BOX_ROWS = 64;
/** Floats after a row that may be read and written: whole groups of three vectors, and whole pixels. */
export const SLACK = 64;

/** The fields at the beginning of the records of all line programs. */
export function lineFields({ grid, load, store }: LineRecords): Omit<LineTask, 'loadAt' | 'storeAt'> & { loadAt: number; storeAt: number } {
  return { x: NOWHERE, out: NOWHERE, original: NOWHERE, mask: NOWHERE, grid, load, store, loadAt: 0, storeAt: 0 };
}

/** Bytes of the two lines of samples. @param pixels of a row of a tile that is loaded */
export function lineBytes({ loaded, stored }: LineRecords, pixels: number): readonly [loaded: number, stored: number] {
  return [4 * (pixels * loaded + SLACK), 4 * (pixels * stored + SLACK)];
}

export function windowProgram({ window, zeros }: SumOf<'window'>, line: LinePass, records: LineRecords, tables: Tables): PictureProgram<'lineWindow'> {
  const { pass, rectangle } = line;
  const { cells } = records;
  const [, KH, KW] = pass.geometry.kernel;
  const [, dilationH, dilationW] = pass.geometry.dilation;
  const [, strideH, strideW] = pass.geometry.stride;
  const tilePixels = evenly(rectangle.width, Math.floor(TILE_CELLS / cells / strideW));
  const seen = (tilePixels - 1) * strideW + 1 + (KW - 1) * dilationW;
  const rowLength = seen * cells + SLACK;
  const below = (KH - 1) * dilationH;
  const least = Math.min(WINDOW_ROWS, Math.max(LEAST_WINDOW_ROWS, 2 * Math.floor(WINDOW_BYTES / 2 / rowBytesOf(line)[0])));
  const bandRows = Math.min(rectangle.height, Math.max(3 * below + 1, least));
  const { taps, weights, patterned } = tapsOf(window, KH * KW, tables, zeros);
  const offsets = (rowBytes: number) =>
    tables.store(Int32Array.from(taps, (tap) => Math.floor(tap / KW) * dilationH * rowBytes + (tap % KW) * dilationW * 4 * cells));
  // two rows are computed together if all weights of the window are used and its rows are adjacent
  const paired = !patterned && taps.length === KH * KW && dilationH === 1 && strideH === 1;
  const sumsRow = 4 * (((tilePixels - 1) * strideW + 1) * cells + SLACK);
  const record = {
    ...lineFields(records),
    ...{ tilePixels, bandRows, rowLength, taps: taps.length, paired, bias: pass.bias, sumsRow, cellsAt: 0, sumsAt: 0 },
    ...{ offsets: offsets(4 * rowLength), direct: records.asLoaded ? offsets(rowBytesOf(line)[0]) : NOWHERE, weights, patterned },
  };
  return {
    name: 'lineWindow',
    lists: [],
    scratch: [...lineBytes(records, seen), 4 * rowLength * ((bandRows - 1) * strideH + 1 + below), 2 * sumsRow],
    across: Math.ceil(rectangle.width / tilePixels),
    rows: bandRows,
    taps: taps.length,
    record,
    place: ({ parts }) => {
      [record.loadAt, record.storeAt, record.cellsAt, record.sumsAt] = parts;
    },
  };
}

/** @param count of the consecutive products in `row` and `column` */
export function separableProgram(
  { row, column }: Pick<SumOf<'separable'>, 'row' | 'column'>,
  count: number,
  line: LinePass,
  records: LineRecords,
  tables: Tables,
): PictureProgram<'lineSeparable'> {
  const { pass, rectangle } = line;
  const { cells } = records;
  const [rowTaps, columnTaps] = [row.length / count, column.length / count];
  const [, strideH, strideW] = pass.geometry.stride;
  const slots = columnTaps + (SUMMED_ROWS - 1) * strideH;
  const most = Math.max(TILE_CELLS, RING_BYTES / 4 / slots - (rowTaps - 1) * cells);
  const tilePixels = evenly(rectangle.width, Math.floor(most / cells / strideW));
  const seen = (tilePixels - 1) * strideW + rowTaps;
  const rowLength = seen * cells + SUMMED_PIXELS * cells + SLACK;
  const bandRows = Math.min(rectangle.height, RING_ROWS);
  const pixelBytes = 4 * SUMMED_ROWS * cells;
  const record = {
    ...lineFields(records),
    ...{ tilePixels, bandRows, rowLength, slots, products: count, rowTaps, columnTaps, bias: pass.bias },
    ...{ cellsAt: 0, lineAt: 0, sumsAt: 0, turnedAt: 0, furtherAt: 0, offsetsAt: 0 },
    rowOffsets: tables.store(Int32Array.from({ length: rowTaps + SUMMED_ROWS - 1 }, (_, kw) => pixelBytes * kw)),
    rowWeights: tables.store(row),
    columnWeights: tables.store(column),
  };
  const lineOfSums = 4 * SUMMED_ROWS * rowLength;
  return {
    name: 'lineSeparable',
    lists: [],
    scratch: [...lineBytes(records, seen), 4 * slots * rowLength, lineOfSums, lineOfSums, lineOfSums, count > 1 ? lineOfSums : 0, 4 * slots],
    across: Math.ceil(rectangle.width / tilePixels),
    rows: bandRows,
    taps: row.length + column.length,
    record,
    place: ({ parts }) => {
      [record.loadAt, record.storeAt, record.cellsAt, record.lineAt, record.sumsAt, record.turnedAt, record.furtherAt, record.offsetsAt] = parts;
    },
  };
}

export function boxProgram({ weight }: SumOf<'sums'>, line: LinePass, records: LineRecords): PictureProgram<'lineBox'> {
  const { pass, rectangle } = line;
  const { cells } = records;
  const [, KH, KW] = pass.geometry.kernel;
  const [, strideH, strideW] = pass.geometry.stride;
  // whole blocks of the window's size, counted from the upper left
  const [rowBlock, columnBlock] = [KH / gcd(KH, strideH), KW / gcd(KW, strideW)];
  const bandRows = Math.min(rectangle.height, rowBlock * Math.ceil(BOX_ROWS / rowBlock));
  const tilePixels = Math.min(rectangle.width, columnBlock * Math.ceil(Math.max(TILE_CELLS, RING_BYTES / 4 / (KH + 10)) / cells / strideW / columnBlock));
  const seen = (tilePixels - 1) * strideW + KW;
  const rowLength = seen * cells + SLACK;
  const record = {
    ...lineFields(records),
    ...{ tilePixels, bandRows, rowLength, weight, bias: pass.bias },
    ...{ cellsAt: 0, lineAt: 0, sumsAt: 0, suffixesAt: 0, prefixAt: 0, turnedAt: 0, alongAt: 0 },
  };
  const lineOfSums = 4 * SUMMED_ROWS * rowLength;
  return {
    name: 'lineBox',
    lists: [],
    scratch: [...lineBytes(records, seen), 4 * rowLength, lineOfSums, lineOfSums, 4 * KH * rowLength, 4 * rowLength, lineOfSums, 4 * SUMMED_ROWS * KW],
    across: Math.ceil(rectangle.width / tilePixels),
    rows: bandRows,
    taps: 24,
    record,
    place: ({ parts }) => {
      [record.loadAt, record.storeAt, record.cellsAt, record.lineAt, record.sumsAt, record.suffixesAt, record.prefixAt, record.turnedAt, record.alongAt] =
        parts;
    },
  };
}

export function fftProgram({ window }: SumOf<'fft'>, line: LinePass, records: LineRecords, tables: Tables): PictureProgram<'lineFft'> {
  const { pass, rectangle } = line;
  const { geometry: g } = pass;
  const { cells } = records;
  const tiles = fftTiles(g);
  if (!tiles) throw new Error('the plan has no Fourier transform for this geometry');
  const { machine } = tables;
  const correlation = storeForward(tables, g).address;
  const tiling = storeTiling(tables, { ...g, ...paddedAs(line) }, tiles);
  const [, KH, KW] = g.kernel;
  const windows = window.length / (KH * KW);
  const spectrumBytes = machine.run.fftSpectrumBytes(tiling);
  const spectrum: Address<'Floats'> = tables.allocate(windows * spectrumBytes);
  const kernel = tables.store(window);
  const scratch = machine.scratchFor([], [machine.run.fftScratch(correlation, tiling)]);
  machine.share('fftKernels', { correlation, tiling, kernel, spectra: spectrum, reverse: false }, { scratch, units: windows, work: 0 });
  const rowLength = tiles.columns * cells + SLACK;
  const { taps, weights, patterned } = tapsOf(window, KH * KW, tables);
  const record = {
    ...lineFields(records),
    ...{ correlation, tiling, spectrum, spectrumStep: windows > 1 ? spectrumBytes : 0, bias: pass.bias, rowLength, cellsAt: 0, tileAt: 0, taps: taps.length },
    offsets: tables.store(Int32Array.from(taps, (tap) => 4 * (Math.floor(tap / KW) * g.dilation[1] * rowLength + (tap % KW) * g.dilation[2] * cells))),
    ...{ weights, patterned },
  };
  return {
    name: 'lineFft',
    lists: [],
    scratch: [...lineBytes(records, tiles.columns), 8 * tiles.rows * rowLength, machine.run.fftScratch(correlation, tiling)],
    across: Math.ceil(rectangle.width / tiles.outColumns),
    rows: 2 * tiles.outRows,
    taps: 100,
    record,
    place: ({ parts }) => {
      [record.loadAt, record.storeAt, record.cellsAt, record.tileAt] = parts;
    },
  };
}

/**
 * The nonzero taps of a window and their weights; for windows per cell, in patterns of whole pixels.
 * @param size size of a window
 */
function tapsOf(
  window: Float32Array,
  size: number,
  tables: Tables,
  zeros = false,
): { taps: readonly number[]; weights: Address<'Floats'>; patterned: boolean } {
  const cells = window.length / size;
  const counts = (tap: number) => zeros || Array.from({ length: cells }, (_, cell) => window[cell * size + tap]).some((weight) => weight !== 0);
  const taps = Array.from({ length: size }, (_, tap) => tap).filter(counts);
  const patterned = cells > 1;
  const weights = taps.flatMap((tap) => Array.from({ length: patterned ? PATTERN : 1 }, (_, i) => window[(i % cells) * size + tap]));
  return { taps, weights: tables.store(Float32Array.from(weights)), patterned };
}

/** The cells under the windows of a rectangle, as an input without padding. */
function paddedAs({ pass: { geometry: g }, rectangle: { width, height } }: LinePass) {
  const padded = (axis: 1 | 2, count: number) => (count - 1) * g.stride[axis] + (g.kernel[axis] - 1) * g.dilation[axis] + 1;
  return { input: [1, padded(1, height), padded(2, width)] as const, before: [0, 0, 0] as const, after: [0, 0, 0] as const };
}

/**
 * Pixels per tile: at most `most`, a multiple of whole vectors, so that all tiles of a row have about the same width.
 */
export function evenly(width: number, most: number): number {
  const whole = Math.max(SUMMED_PIXELS, Math.floor(most / SUMMED_PIXELS) * SUMMED_PIXELS);
  const across = Math.ceil(width / whole);
  return Math.min(whole, SUMMED_PIXELS * Math.ceil(width / across / SUMMED_PIXELS));
}

export function lineResizeProgram(
  { rows, columns, unit = RING_ROWS }: ResizeJob,
  { rectangle }: LinePass,
  records: LineRecords,
  tables: Tables,
): PictureProgram<'lineResize'> {
  const { cells } = records;
  const slots = seenBy(rows, SUMMED_ROWS);
  const most = Math.max(TILE_CELLS, RING_BYTES / 4 / slots) / cells / Math.max(1, columns.input / columns.output);
  const tilePixels = evenly(rectangle.width, Math.floor(most));
  const seen = seenBy(columns, tilePixels);
  const rowLength = Math.max(seen, tilePixels) * cells + SLACK;
  const bandRows = Math.min(rectangle.height, unit, RING_ROWS);
  const record = {
    ...lineFields(records),
    ...{ tilePixels, bandRows, rowLength, slots, rowTaps: rows.taps, columnTaps: columns.taps },
    ...{ cellsAt: 0, lineAt: 0, sumsAt: 0, turnedAt: 0, offsetsAt: 0 },
    ...{ rowStarts: tables.store(rows.starts), rowWeights: tables.store(Float32Array.from(rows.weights)) },
    ...{ columnStarts: tables.store(columns.starts), columnWeights: tables.store(Float32Array.from(columns.weights)) },
  };
  const lineOfSums = 4 * SUMMED_ROWS * rowLength;
  return {
    name: 'lineResize',
    lists: [],
    scratch: [...lineBytes(records, Math.max(seen, tilePixels)), 4 * slots * rowLength, lineOfSums, lineOfSums, lineOfSums, 4 * rows.taps],
    across: Math.ceil(rectangle.width / tilePixels),
    rows: bandRows,
    taps: rows.taps + columns.taps,
    record,
    place: ({ parts }) => {
      [record.loadAt, record.storeAt, record.cellsAt, record.lineAt, record.sumsAt, record.turnedAt, record.offsetsAt] = parts;
    },
  };
}

/** Maximum number of source samples that `count` neighboring result samples read. */
function seenBy({ output, starts, taps }: Resampling, count: number): number {
  let most = 0;
  for (let o = 0; o < output; o++) most = Math.max(most, starts[Math.min(output, o + count) - 1] + taps - starts[o]);
  return most;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
