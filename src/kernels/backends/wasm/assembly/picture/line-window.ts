import { blockOf } from '../blocks';
import { pairsOf1, rowsOf1 } from '../blocks-of-one';
import { Flag, Floats, Ints } from '../memory';
import { rowsOfCells } from './line-cells';
import { loadRow } from './line-load';
import { storeLine } from './line-store';
import { lineOf, LineTask } from './line-task';

@unmanaged
export class LineWindowTask extends LineTask {
  /** pixels of the result in a row of a tile */
  tilePixels: i32;
  /** rows of the result in a tile */
  bandRows: i32;
  /** cells of a row that is loaded */
  rowLength: i32;
  taps: i32;
  /** byte offsets of the taps in the tile */
  offsets: Ints;
  /** byte offsets of the taps in the input, if its floats are the cells; or 0 */
  direct: Ints;
  /** [taps]; if `patterned`, [taps, 12]: per tap, a pattern of whole pixels that repeats every 12 floats */
  weights: Floats;
  /** each cell has its own window */
  patterned: Flag;
  /** two rows are summed at once: no tap is omitted, and rows are neither dilated nor strided */
  paired: Flag;
  bias: f32;
  /** bytes from scratch to floats of cells */
  cellsAt: usize;
  /** bytes from scratch to two rows of sums */
  sumsAt: usize;
  /** bytes of a row of sums */
  sumsRow: i32;
}

/**
 * Any window, in float32. Tiles `from` … `to` − 1, left to right and down, small enough for the input of a row to stay in the
 * L1 cache.
 * @param scratch frame; lines; floats [input rows of a tile, rowLength], cells
 */
export function lineWindow(task: LineWindowTask, scratch: usize, from: i32, to: i32): void {
  const g = task.grid;
  const b = blockOf(scratch);
  const tile = scratch + task.cellsAt, sums = scratch + task.sumsAt;
  const tilePixels = task.tilePixels, bandRows = task.bandRows, kept = task.load.cells;
  const taps = task.taps, weights = task.weights, bias = task.bias;
  const tileRow = <usize>task.rowLength << 2, sumsRow = <usize>task.sumsRow;
  const strideH = g.strideH;
  const across = (g.outW + tilePixels - 1) / tilePixels;
  const halo = (g.KW - 1) * g.dilationW;
  b.outRow = sumsRow;
  for (let index = from; index < to; index++) {
    const line = lineOf(task, scratch, index);
    const oh = (index / across) * bandRows, ow = (index % across) * tilePixels;
    const rows = min(bandRows, g.outH - oh), pixels = min(tilePixels, g.outW - ow);
    const dense = (pixels - 1) * g.strideW + 1;
    const width = dense * kept;
    const whole = task.paired && g.KH > 1 ? width & ~15 : 0;
    const skipped = <usize>whole << 2;
    const left = ow * g.strideW, top = oh * strideH;
    const used = (rows - 1) * strideH + (g.KH - 1) * g.dilationH + 1;
    const inside = task.direct ? cellsInside(task, top, used, left, left + dense + halo) : 0;
    if (!inside) {
      for (let row = 0; row < used; row++) loadRow(task, line, top + row, left, left + dense + halo, tile + <usize>row * tileRow);
    }
    const first = inside ? inside : tile, pitch = inside ? <usize>task.load.rowBytes : tileRow;
    b.offsets = inside ? task.direct : task.offsets;
    for (let row = 0; row < rows; row += 2) {
      const pair = min(2, rows - row);
      const source = first + <usize>(row * strideH) * pitch;
      b.step = <usize>strideH * pitch;
      if (whole) {
        b.source = source;
        b.out = sums;
        b.rows = pair;
        b.width = whole;
        pairsOf1(b, 1, g.KH, g.KW, weights, bias);
      }
      if (whole < width) {
        b.source = source + skipped;
        b.out = sums + skipped;
        b.rows = pair;
        b.width = width - whole;
        if (task.patterned) rowsOfCells(b, taps, weights, bias);
        else rowsOf1(b, taps, weights, bias);
      }
      for (let i = 0; i < pair; i++) storeLine(task, line, sums + <usize>i * sumsRow, oh + row + i, ow, pixels);
    }
  }
}

/**
 * Address of padded rows `top` … and columns `from` … `to` − 1, if all of them and the row below are inside the loaded
 * data, because whole vectors are read; otherwise 0.
 */
function cellsInside(task: LineWindowTask, top: i32, rows: i32, from: i32, to: i32): usize {
  const g = task.grid, l = task.load;
  if (from < g.runFrom || to > g.runTo || top + rows >= (g.outH - 1) * g.strideH + (g.KH - 1) * g.dilationH + 1) return 0;
  const first = load<i32>(g.tableH + (<usize>top << 2)), below = load<i32>(g.tableH + (<usize>(top + rows) << 2));
  if (first < 0 || below - first !== rows) return 0;
  return task.x + <usize>first * <usize>l.rowBytes + <usize>((g.runSource - g.runFrom + from) * l.cells) * 4;
}
