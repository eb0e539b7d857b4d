import { blockOf } from '../blocks';
import { pairsOf1, rowsOf1 } from '../blocks-of-one';
import { FRAME_BYTES } from '../constants';
import { usedRows } from '../gather';
import { Flag, Floats, Ints } from '../memory';
import { gatherFloats } from './bytes-gather';
import { storeFloats } from './bytes-store';
import { outRowBytes, PictureTask } from './picture-task';

/** The cells of the correlation are the filtered channels. */
@unmanaged
export class BytesFloatTask extends PictureTask {
  /** of a tile: output cells and rows; cells of a gathered row, and how many the window reaches beyond the output cells */
  tileCells: i32;
  bandRows: i32;
  rowLength: i32;
  halo: i32;
  taps: i32;
  /** of the taps in the tile, in bytes */
  offsets: Ints;
  weights: Floats;
  /** these are all taps of the window, and its rows are neighbors */
  paired: Flag;
  bias: f32;
  /** bytes from scratch to floats [2, tileCells], two rows of sums */
  sumsAt: usize;
}

/**
 * Any window, in float32. Tiles `from` … `to` − 1, left to right and down, small enough for the input of a row to stay in the
 * first-level cache.
 * @param scratch frame; floats [bandRows + rows that the window reaches below, rowLength], cells
 */
export function bytesFloat(task: BytesFloatTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const b = blockOf(scratch);
  const tile = scratch + FRAME_BYTES, sums = scratch + task.sumsAt;
  const tileCells = task.tileCells, bandRows = task.bandRows;
  const taps = task.taps, weights = task.weights, bias = task.bias;
  const tileRow = <usize>task.rowLength << 2;
  const sumsRow = <usize>tileCells << 2;
  const outRow = outRowBytes(task);
  const across = (c.outW + tileCells - 1) / tileCells;
  const width = min(tileCells, c.outW);
  const whole = task.paired && c.KH > 1 ? width & ~15 : 0;
  const skipped = <usize>whole << 2;
  b.step = tileRow;
  b.offsets = task.offsets;
  b.outRow = sumsRow;
  for (let index = from; index < to; index++) {
    const oh = (index / across) * bandRows;
    const rows = min(bandRows, c.outH - oh);
    // the last tile of a row overlaps the one before
    const ow = min((index % across) * tileCells, c.outW - width);
    for (let row = 0, used = usedRows(c, rows); row < used; row++) {
      gatherFloats(task, oh + row, ow, ow + width + task.halo, tile + <usize>row * tileRow);
    }
    const first = <usize>oh * outRow + <usize>(ow / task.filtered * task.channels);
    for (let row = 0; row < rows; row += 2) {
      const pair = min(2, rows - row);
      const source = tile + <usize>row * tileRow;
      if (whole) {
        b.source = source;
        b.out = sums;
        b.rows = pair;
        b.width = whole;
        pairsOf1(b, 1, c.KH, c.KW, weights, bias);
      }
      if (whole < width) {
        b.source = source + skipped;
        b.out = sums + skipped;
        b.rows = pair;
        b.width = width - whole;
        rowsOf1(b, taps, weights, bias);
      }
      for (let i = 0; i < pair; i++) storeFloats(task, sums + <usize>i * sumsRow, width, first + <usize>(row + i) * outRow);
    }
  }
}
