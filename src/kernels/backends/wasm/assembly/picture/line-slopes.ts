import { blockOf } from '../blocks';
import { rowsOf1 } from '../blocks-of-one';
import { SLOPE_ANGLE, SLOPE_LENGTH } from '../constants';
import { Floats, Ints } from '../memory';
import { loadRow } from './line-load';
import { storeLine } from './line-store';
import { lineOf, LineTask } from './line-task';
import { angles, headingOfLargest, hues, largest, lengths } from './slopes';

/** Combines the responses of several windows. */
@unmanaged
export class LineSlopesTask extends LineTask {
  /** pixels of the result in a row of a tile */
  tilePixels: i32;
  /** rows of the result in a tile */
  bandRows: i32;
  /** cells of a row that is loaded */
  rowLength: i32;
  /** number of windows: two at right angles, or more, of which the largest response is used */
  windows: i32;
  /** [windows]: number of nonzero taps of each window */
  taps: Ints;
  /** byte offsets in the tile of these taps, one window after the other */
  offsets: Ints;
  /** weights of these taps */
  weights: Floats;
  /** SLOPE_LENGTH, SLOPE_ANGLE or SLOPE_HUE */
  measure: i32;
  /** the response that is converted to length 1 */
  step: f32;
  /** for two windows, their directions, [2, 2] as x and y; for more, their angles, [windows] */
  headings: Floats;
  /** bytes from scratch to floats of cells */
  cellsAt: usize;
  /** bytes from scratch to windows + 2 rows of `sumsRow` bytes: the responses, the angles, the lengths */
  sumsAt: usize;
  /** bytes of a row at `sumsAt` */
  sumsRow: i32;
}

/**
 * Sums several windows over every cell, in float32, and combines their responses to one value: the magnitude of the gradient, its
 * direction, or both as a color.
 * Tiles `from` … `to` − 1, as in lineWindow.
 * @param scratch frame; lines; floats [bandRows + KH − 1, rowLength], cells
 */
export function lineSlopes(task: LineSlopesTask, scratch: usize, from: i32, to: i32): void {
  const g = task.grid;
  const tile = scratch + task.cellsAt;
  const tilePixels = task.tilePixels, bandRows = task.bandRows, kept = task.load.cells;
  const tileRow = <usize>task.rowLength << 2;
  const across = (g.outW + tilePixels - 1) / tilePixels;
  for (let index = from; index < to; index++) {
    const line = lineOf(task, scratch, index);
    const oh = (index / across) * bandRows, ow = (index % across) * tilePixels;
    const rows = min(bandRows, g.outH - oh), pixels = min(tilePixels, g.outW - ow);
    for (let row = 0, used = rows + g.KH - 1; row < used; row++) loadRow(task, line, oh + row, ow, ow + pixels + g.KW - 1, tile + <usize>row * tileRow);
    for (let row = 0; row < rows; row++) {
      respond(task, scratch, tile + <usize>row * tileRow, pixels * kept);
      storeLine(task, line, measured(task, scratch, pixels), oh + row, ow, pixels);
    }
  }
}

/** A row of responses of each window. */
function respond(task: LineSlopesTask, scratch: usize, source: usize, width: i32): void {
  const b = blockOf(scratch);
  b.source = source;
  b.step = 0;
  b.rows = 1;
  b.width = width;
  b.out = scratch + task.sumsAt;
  b.offsets = task.offsets;
  let weights = task.weights;
  for (let i = 0; i < task.windows; i++) {
    const taps = load<i32>(task.taps + (<usize>i << 2));
    rowsOf1(b, taps, weights, 0);
    b.offsets += <usize>taps << 2;
    weights += <usize>taps << 2;
    b.out += <usize>task.sumsRow;
  }
}

/** Computes the measure from the responses. @returns a row of it */
function measured(task: LineSlopesTask, scratch: usize, pixels: i32): usize {
  const sums = scratch + task.sumsAt, row = <usize>task.sumsRow, windows = task.windows;
  const kept = task.load.cells, count = pixels * kept;
  const pair = windows === 2;
  if (task.measure === SLOPE_LENGTH) {
    if (pair) lengths(sums, sums + row, count, task.step, sums);
    else largest(sums, row, windows, count, task.step, sums);
    return sums;
  }
  const turned = sums + <usize>windows * row;
  if (pair) angles(sums, sums + row, count, task.headings, turned);
  else headingOfLargest(sums, row, windows, count, task.headings, turned);
  if (task.measure === SLOPE_ANGLE) return turned;
  const steep = turned + row;
  if (pair) lengths(sums, sums + row, count, task.step, steep);
  else largest(sums, row, windows, count, task.step, steep);
  hues(steep, turned, pixels, kept, sums);
  return sums;
}
