import { blockOf } from '../blocks';
import { rowsOf1 } from '../blocks-of-one';
import { Floats, Ints } from '../memory';
import { loadRow } from './line-load';
import { storeLine } from './line-store';
import { lineOf, LineTask } from './line-task';
import { lengths, steepest } from './slopes';

/** Number of stored rows of slopes: the row being thinned, and those above and below. */
const KEPT_ROWS: i32 = 3;

/** Thins slopes to their ridges. The window of the grid is two pixels larger than those of the slopes. */
@unmanaged
export class LineRidgeTask extends LineTask {
  /** pixels of the result in a row of a tile */
  tilePixels: i32;
  /** rows of the result in a tile */
  bandRows: i32;
  /** cells of a row that is loaded */
  rowLength: i32;
  /** [2]: number of nonzero taps of each of the two windows */
  taps: Ints;
  /** byte offsets in the tile of these taps, one window after the other */
  offsets: Ints;
  /** weights of these taps */
  weights: Floats;
  /** height of the image; slopes beyond the border are 0 */
  height: i32;
  /** width of the image */
  width: i32;
  /** bytes from scratch to floats of cells */
  cellsAt: usize;
  /** bytes from scratch to three rows of `sumsRow` bytes: x, y and length of the slope of each cell */
  sumsAt: usize;
  /** bytes from scratch to [3, 3] rows of `slopeRow` bytes: for three rows of pixels, x, y and length of the steepest cell of each pixel */
  slopesAt: usize;
  /** bytes from scratch to floats of a row of the result */
  ridgeAt: usize;
  /** bytes of a row at `sumsAt` */
  sumsRow: i32;
  /** bytes of a row at `slopesAt` */
  slopeRow: i32;
}

/**
 * Non-maximum suppression: for each pixel, the slope of its steepest cell if it is at least as steep as the neighbor uphill and
 * steeper than the neighbor downhill; otherwise 0. Tiles `from` … `to` − 1, as in lineWindow.
 * @param scratch frame; lines; floats [bandRows + KH − 1, rowLength], cells
 */
export function lineRidge(task: LineRidgeTask, scratch: usize, from: i32, to: i32): void {
  const g = task.grid;
  const tile = scratch + task.cellsAt, ridge = scratch + task.ridgeAt;
  const tilePixels = task.tilePixels, bandRows = task.bandRows;
  const tileRow = <usize>task.rowLength << 2;
  const across = (g.outW + tilePixels - 1) / tilePixels;
  for (let index = from; index < to; index++) {
    const line = lineOf(task, scratch, index);
    const oh = (index / across) * bandRows, ow = (index % across) * tilePixels;
    const rows = min(bandRows, g.outH - oh), pixels = min(tilePixels, g.outW - ow);
    for (let row = 0, used = rows + g.KH - 1; row < used; row++) loadRow(task, line, oh + row, ow, ow + pixels + g.KW - 1, tile + <usize>row * tileRow);
    for (let row = 0; row < rows + 2; row++) {
      slopesOfRow(task, scratch, row, oh + row - 1, ow - 1, pixels + 2);
      if (row < 2) continue;
      thin(task, scratch, row - 1, pixels, ridge);
      storeLine(task, line, ridge, oh + row - 2, ow, pixels);
    }
  }
}

/**
 * Stores x, y and magnitude of the steepest cell of `pixels` pixels in one of the stored rows.
 * @param h,first the picture's row, and the first pixel's column
 */
function slopesOfRow(task: LineRidgeTask, scratch: usize, row: i32, h: i32, first: i32, pixels: i32): void {
  const slope = <usize>task.slopeRow;
  const x = slopesAt(task, scratch, row), y = x + slope, length = y + slope;
  if (h < 0 || h >= task.height) {
    memory.fill(length, 0, <usize>pixels << 2);
    return;
  }
  const kept = task.load.cells, sums = scratch + task.sumsAt, sumsRow = <usize>task.sumsRow;
  const b = blockOf(scratch);
  b.source = scratch + task.cellsAt + <usize>row * (<usize>task.rowLength << 2);
  b.step = 0;
  b.rows = 1;
  b.width = pixels * kept;
  b.offsets = task.offsets;
  b.out = kept === 1 ? x : sums;
  const second = kept === 1 ? y : sums + sumsRow, third = kept === 1 ? length : sums + 2 * sumsRow;
  const taps = load<i32>(task.taps);
  rowsOf1(b, taps, task.weights, 0);
  b.out = second;
  b.offsets += <usize>taps << 2;
  rowsOf1(b, load<i32>(task.taps, 4), task.weights + (<usize>taps << 2), 0);
  lengths(kept === 1 ? x : sums, second, b.width, 1, third);
  if (kept > 1) {
    for (let i = 0; i < pixels; i++) {
      const pixel = <usize>(i * kept) << 2, to = <usize>i << 2;
      const best = pixel + steepest(third + pixel, kept);
      store<f32>(x + to, load<f32>(sums + best));
      store<f32>(y + to, load<f32>(second + best));
      store<f32>(length + to, load<f32>(third + best));
    }
  }
  if (first < 0) store<f32>(length, 0);
  if (first + pixels > task.width) store<f32>(length + (<usize>(task.width - first) << 2), 0);
}

@inline
function slopesAt(task: LineRidgeTask, scratch: usize, row: i32): usize {
  return scratch + task.slopesAt + <usize>((row % KEPT_ROWS) * 3) * <usize>task.slopeRow;
}

/** Pixel i of the result corresponds to pixel i + 1 of the slopes. Whole vectors are written. */
function thin(task: LineRidgeTask, scratch: usize, row: i32, pixels: i32, to: usize): void {
  const slope = <usize>task.slopeRow;
  const x = slopesAt(task, scratch, row) + 4, y = x + slope, length = y + slope;
  const above = slopesAt(task, scratch, row - 1) + 4 + 2 * slope, below = slopesAt(task, scratch, row + 1) + 4 + 2 * slope;
  const zero = f32x4.splat(0);
  for (let at: usize = 0; at < <usize>pixels << 2; at += 16) {
    const m = v128.load(length + at), sx = v128.load(x + at), sy = v128.load(y + at);
    const ax = f32x4.abs(sx), ay = f32x4.abs(sy);
    const share = f32x4.div(f32x4.pmin(ax, ay), f32x4.pmax(ax, ay));
    const flat = f32x4.ge(ax, ay);
    const right = f32x4.gt(sx, zero), down = f32x4.gt(sy, zero);
    const still = f32x4.eq(sx, zero), level = f32x4.eq(sy, zero);
    const l = v128.load(length + at - 4), r = v128.load(length + at, 4);
    const a = v128.load(above + at), al = v128.load(above + at - 4), ar = v128.load(above + at, 4);
    const b = v128.load(below + at), bl = v128.load(below + at - 4), br = v128.load(below + at, 4);
    // the neighbors along the longer axis
    const ahead = v128.bitselect(v128.bitselect(r, l, right), v128.bitselect(b, a, down), flat);
    const back = v128.bitselect(v128.bitselect(l, r, right), v128.bitselect(a, b, down), flat);
    // the diagonal neighbors; if the gradient is along an axis, they equal the straight ones and have no weight
    const aside = v128.bitselect(v128.bitselect(br, bl, right), v128.bitselect(ar, al, right), down);
    const behind = v128.bitselect(v128.bitselect(al, ar, right), v128.bitselect(bl, br, right), down);
    const along = v128.or(still, level);
    const uphill = f32x4.add(ahead, f32x4.mul(share, f32x4.sub(v128.bitselect(ahead, aside, along), ahead)));
    const downhill = f32x4.add(back, f32x4.mul(share, f32x4.sub(v128.bitselect(back, behind, along), back)));
    v128.store(to + at, v128.and(m, v128.and(f32x4.ge(m, uphill), f32x4.gt(m, downhill))));
  }
}
