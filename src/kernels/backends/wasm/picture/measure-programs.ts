import type { LikenessMeasure, MomentMeasure, SlopeMeasure } from '../../../job.js';
import { NOWHERE } from '../address.js';
import {
  LIKE_CORRELATION,
  LIKE_NCC,
  LIKE_SSD,
  LIKE_ZNCC,
  type LineMomentsTask,
  MOMENT_DEVIATION,
  MOMENT_MEAN,
  MOMENT_VARIANCE,
  SLOPE_ANGLE,
  SLOPE_HUE,
  SLOPE_LENGTH,
} from '../records.generated.js';
import type { Tables } from '../tables.js';
import { cellsGiven, type LinePass } from './line-pass.js';
import { BOX_ROWS, evenly, lineBytes, lineFields, RING_BYTES, SLACK, TILE_CELLS, WINDOW_ROWS } from './line-programs.js';
import type { LineRecords } from './line-records.js';
import type { PictureProgram, SumOf } from './picture-program.js';

// Programs that measure more of a window than one weighted sum.

const SLOPES: Readonly<Record<SlopeMeasure, number>> = { length: SLOPE_LENGTH, angle: SLOPE_ANGLE, hue: SLOPE_HUE };
const MOMENTS: Readonly<Record<MomentMeasure, number>> = { mean: MOMENT_MEAN, variance: MOMENT_VARIANCE, deviation: MOMENT_DEVIATION };
const LIKENESS: Readonly<Record<LikenessMeasure, number>> = { zncc: LIKE_ZNCC, ncc: LIKE_NCC, ssd: LIKE_SSD, correlation: LIKE_CORRELATION };
/** Approximate cost of a magnitude, an angle or a color, in taps. */
const MEASURE_TAPS = 12;
/** Approximate cost of a mean and a variance, in taps. */
const MOMENT_TAPS = 100;

export function slopesProgram(
  { windows, step, measure, headings }: SumOf<'slopes'>,
  line: LinePass,
  records: LineRecords,
  tables: Tables,
): PictureProgram<'lineSlopes'> {
  const { cells } = records;
  const [, KH, KW] = line.pass.geometry.kernel;
  const { tile, taps, list } = windowTile(windows, [KH, KW], line, cells, tables);
  const sumsRow = 4 * (tile.tilePixels * Math.max(cells, cellsGiven(line)) + SLACK);
  const pair = headings.flatMap(({ x, y }) => [x, y]);
  const record = {
    ...{ ...lineFields(records), ...tile, ...list, windows: windows.length, measure: SLOPES[measure], step, sumsRow, cellsAt: 0, sumsAt: 0 },
    headings: tables.store(Float32Array.from(windows.length === 2 ? pair : headings.map(({ angle }) => angle))),
  };
  return {
    name: 'lineSlopes',
    lists: [],
    scratch: [...lineBytes(records, tile.tilePixels + KW - 1), 4 * tile.rowLength * (tile.bandRows + KH - 1), (windows.length + 2) * sumsRow],
    across: Math.ceil(line.rectangle.width / tile.tilePixels),
    rows: tile.bandRows,
    taps: taps + MEASURE_TAPS,
    record,
    place: ({ parts }) => {
      [record.loadAt, record.storeAt, record.cellsAt, record.sumsAt] = parts;
    },
  };
}

export function ridgeProgram({ windows }: SumOf<'ridge'>, line: LinePass, records: LineRecords, tables: Tables): PictureProgram<'lineRidge'> {
  const { cells } = records;
  const [, KH, KW] = line.pass.geometry.kernel;
  const [, height, width] = line.pass.geometry.input;
  const { tile, taps, list } = windowTile(windows, [KH - 2, KW - 2], line, cells, tables);
  const [sumsRow, slopeRow] = [cells, 1].map((each) => 4 * ((tile.tilePixels + 2) * each + SLACK));
  const record = {
    ...{ ...lineFields(records), ...tile, ...list, height, width, sumsRow, slopeRow },
    ...{ cellsAt: 0, sumsAt: 0, slopesAt: 0, ridgeAt: 0 },
  };
  return {
    name: 'lineRidge',
    lists: [],
    scratch: [...lineBytes(records, tile.tilePixels + KW - 1), 4 * tile.rowLength * (tile.bandRows + KH - 1), 3 * sumsRow, 9 * slopeRow, slopeRow],
    across: Math.ceil(line.rectangle.width / tile.tilePixels),
    rows: tile.bandRows,
    taps: taps + 2 * MEASURE_TAPS,
    record,
    place: ({ parts }) => {
      [record.loadAt, record.storeAt, record.cellsAt, record.sumsAt, record.slopesAt, record.ridgeAt] = parts;
    },
  };
}

/** A tile for several windows of `size`, and their taps in it, window by window. */
function windowTile(windows: readonly Float32Array[], size: readonly [number, number], { pass, rectangle }: LinePass, cells: number, tables: Tables) {
  const [, KW] = size;
  const [, reachH, reachW] = pass.geometry.kernel;
  const tilePixels = evenly(rectangle.width, Math.floor(TILE_CELLS / cells));
  const rowLength = (tilePixels + reachW - 1) * cells + SLACK;
  const bandRows = Math.min(rectangle.height, Math.max(3 * reachH, WINDOW_ROWS));
  const kept = windows.map((window) => [...window.keys()].filter((tap) => window[tap] !== 0));
  const list = {
    taps: tables.store(Int32Array.from(kept, (taps) => taps.length)),
    offsets: tables.store(Int32Array.from(kept.flat(), (tap) => 4 * (Math.floor(tap / KW) * rowLength + (tap % KW) * cells))),
    weights: tables.store(Float32Array.from(kept.flatMap((taps, i) => taps.map((tap) => windows[i][tap])))),
  };
  return { tile: { tilePixels, rowLength, bandRows }, taps: kept.flat().length, list };
}

export function momentsProgram({ measure, weighted, brightness }: SumOf<'moments'>, line: LinePass, records: LineRecords): PictureProgram<'lineMoments'> {
  return ofMoments({ measure: MOMENTS[measure], weighted, brightness, energy: 0, rests: NOWHERE, nothing: 0 }, line, records);
}

export function likenessProgram(
  { measure, energy, rests, nothing }: SumOf<'likeness'>,
  line: LinePass,
  records: LineRecords,
  tables: Tables,
): PictureProgram<'lineMoments'> {
  const four = Float32Array.from({ length: 4 }, (_, cell) => rests[cell] ?? 0);
  return ofMoments({ measure: LIKENESS[measure], weighted: false, brightness: false, energy, rests: tables.store(four), nothing }, line, records);
}

type Measured = Pick<LineMomentsTask, 'measure' | 'weighted' | 'brightness' | 'energy' | 'rests' | 'nothing'>;

function ofMoments(measured: Measured, line: LinePass, records: LineRecords): PictureProgram<'lineMoments'> {
  const { rectangle, job } = line;
  const { cells } = records;
  const [, KH, KW] = line.pass.geometry.kernel;
  // whole blocks of the window's size, counted from the upper left
  const bandRows = Math.min(rectangle.height, KH * Math.ceil(BOX_ROWS / KH));
  const tilePixels = Math.min(rectangle.width, KW * Math.ceil(Math.max(TILE_CELLS, RING_BYTES / 16 / (KH + 4)) / cells / KW));
  const seen = tilePixels + KW - 1;
  const rowLength = seen * cells + SLACK;
  const record = {
    ...{ ...lineFields(records), tilePixels, bandRows, rowLength, ...measured, white: job.load.white },
    ...{ cellsAt: 0, suffixesAt: 0, prefixAt: 0, columnsAt: 0, alongAt: 0, countsAt: 0, originsAt: 0, sumsAt: 0 },
  };
  return {
    name: 'lineMoments',
    lists: [],
    scratch: [...lineBytes(records, seen), 4 * rowLength, 16 * KH * rowLength, 16 * rowLength, 16 * rowLength, 16 * KW, 16 * tilePixels, 32, 4 * rowLength],
    across: Math.ceil(rectangle.width / tilePixels),
    rows: bandRows,
    taps: MOMENT_TAPS,
    record,
    place: ({ parts }) => {
      [
        record.loadAt,
        record.storeAt,
        record.cellsAt,
        record.suffixesAt,
        record.prefixAt,
        record.columnsAt,
        record.alongAt,
        record.countsAt,
        record.originsAt,
        record.sumsAt,
      ] = parts;
    },
  };
}
