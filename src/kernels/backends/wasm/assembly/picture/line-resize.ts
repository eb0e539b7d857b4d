import { FRAME_BYTES, SUMMED_ROWS } from '../constants';
import { madd } from '../madd';
import { Floats, Ints } from '../memory';
import { Taps } from './four-windows';
import { loadPixels } from './line-load';
import { oneColumn } from './line-separable';
import { lineOf } from './line-task';
import { LineTurnedTask, storeTurnedLine, turn } from './line-turned';

/** An image in another size. */
@unmanaged
export class LineResizeTask extends LineTurnedTask {
  /** rows in the ring, at least those under SUMMED_ROWS rows of the result */
  slots: i32;
  /** the first row of the window of each row of the result */
  rowStarts: Ints;
  /** [rows of the result, rowTaps] */
  rowWeights: Floats;
  /** rows of a window */
  rowTaps: i32;
  /** the first column of the window of each column of the result */
  columnStarts: Ints;
  /** [columns of the result, columnTaps] */
  columnWeights: Floats;
  /** columns of a window */
  columnTaps: i32;
  /** bytes from scratch to vectors of sums of rows */
  turnedAt: usize;
  /** bytes from scratch to i32 [rowTaps], the byte offsets of a window's rows in the ring */
  offsetsAt: usize;
}

/**
 * Sums down the columns and then along the rows, in float32, with a separate window for each row and each column of the result. Tiles
 * `from` … `to` − 1, left to right and down: the cells of as many rows as four windows cover are kept as floats, in the slots of a ring.
 * @param scratch frame; lines; floats [slots, rowLength], the ring
 */
export function lineResize(task: LineResizeTask, scratch: usize, from: i32, to: i32): void {
  if (offsetof<Taps>() > FRAME_BYTES - 16) ERROR('the frame is too small');
  const g = task.grid, l = task.load;
  const ring = scratch + task.cellsAt, line = scratch + task.lineAt, apart = scratch + task.sumsAt, offsets = scratch + task.offsetsAt;
  const slots = task.slots, rowTaps = task.rowTaps, columnTaps = task.columnTaps;
  const tilePixels = task.tilePixels, bandRows = task.bandRows;
  const ringRow = <usize>task.rowLength << 2;
  const column = changetype<Taps>(scratch);
  column.count = rowTaps;
  const across = (g.outW + tilePixels - 1) / tilePixels;
  for (let index = from; index < to; index++) {
    const lines = lineOf(task, scratch, index);
    const oh = (index / across) * bandRows, ow = (index % across) * tilePixels;
    const end = min(g.outH, oh + bandRows);
    const left = startOf(task.columnStarts, ow);
    const seen = startOf(task.columnStarts, min(g.outW, ow + tilePixels) - 1) + columnTaps - left;
    const cells = seen * l.cells;
    let loaded = 0;
    for (let top = oh; top < end; top += SUMMED_ROWS) {
      const bottom = min(end, top + SUMMED_ROWS);
      loaded = max(loaded, startOf(task.rowStarts, top));
      for (const last = startOf(task.rowStarts, bottom - 1) + rowTaps; loaded < last; loaded++) {
        loadPixels(l, task.x + <usize>loaded * <usize>l.rowBytes, left, seen, ring + <usize>(loaded % slots) * ringRow, lines.loaded);
      }
      for (let row = top; row < bottom; row++) {
        const first = startOf(task.rowStarts, row);
        for (let i = 0; i < rowTaps; i++) store<u32>(offsets + (<usize>i << 2), <u32>(<usize>((first + i) % slots) * ringRow));
        column.weights = task.rowWeights + (<usize>(row * rowTaps) << 2);
        const sums = apart + <usize>(row - top) * ringRow;
        for (let at: usize = 0, stop = <usize>cells << 2; at < stop; at += 64) oneColumn(column, offsets, ring + at, sums + at);
      }
      turn(apart, ringRow, cells, line);
      alongRows(task, line, left, ow, scratch + task.turnedAt);
      lines.oh = top;
      storeTurnedLine(task, lines, scratch + task.turnedAt, scratch, bottom - top, ow);
    }
  }
}

@inline
function startOf(starts: Ints, index: i32): i32 {
  return load<i32>(starts + (<usize>index << 2));
}

/**
 * Sums rows for the pixels of a tile from column `ow` on, with one vector per cell.
 * @param line from column `left` of the picture on
 */
function alongRows(task: LineResizeTask, line: usize, left: i32, ow: i32, to: usize): void {
  const cells = task.load.cells;
  const taps = <usize>task.columnTaps << 2;
  let weights = task.columnWeights + <usize>ow * taps;
  for (let end = min(task.grid.outW, ow + task.tilePixels); ow < end; ow++, weights += taps) {
    let at = line + (<usize>((startOf(task.columnStarts, ow) - left) * cells) << 4);
    if (cells === 4) {
      fourCells(at, weights, weights + taps, to);
      to += 64;
    } else {
      for (let cell = 0; cell < cells; cell++, at += 16, to += 16) oneCell(at, weights, weights + taps, <usize>cells << 4, to);
    }
  }
}

@inline
function oneCell(at: usize, weights: usize, end: usize, step: usize, to: usize): void {
  let a = f32x4.splat(0);
  for (; weights < end; weights += 4, at += step) a = madd(a, v128.load(at), v128.load32_splat(weights));
  v128.store(to, a);
}

@inline
function fourCells(at: usize, weights: usize, end: usize, to: usize): void {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (; weights < end; weights += 4, at += 64) {
    const k = v128.load32_splat(weights);
    a = madd(a, v128.load(at), k);
    b = madd(b, v128.load(at, 16), k);
    c = madd(c, v128.load(at, 32), k);
    d = madd(d, v128.load(at, 48), k);
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
}
