import { FRAME_BYTES, SUMMED_PIXELS, SUMMED_ROWS } from '../constants';
import { usedRows } from '../gather';
import { Floats, Ints } from '../memory';
import { gatherFloats } from './bytes-gather';
import { nearest, storeRow } from './bytes-store';
import { fourWindows, storeTurned, Taps } from './four-windows';
import { outRowBytes, PictureTask } from './picture-task';

/** The cells of the correlation are the filtered channels. */
@unmanaged
export class BytesSeparableTask extends PictureTask {
  /** of a tile: output cells and rows; cells of a gathered row, and how many the window reaches beyond the output cells */
  tileCells: i32;
  bandRows: i32;
  rowLength: i32;
  halo: i32;
  /** rows in the ring, at least columnTaps + SUMMED_ROWS − 1 */
  slots: i32;
  rowTaps: i32;
  /** [rowTaps + SUMMED_ROWS − 1] of the taps of a row in a line of sums, in bytes */
  rowOffsets: Ints;
  rowWeights: Floats;
  columnTaps: i32;
  columnWeights: Floats;
  bias: f32;
  /**
   * bytes from scratch to floats [rowLength, SUMMED_ROWS], a line: sums of columns, where each cell is a vector of the rows, so that
   * taps along a row are whole vectors apart; floats [SUMMED_PIXELS · filtered, SUMMED_ROWS], sums of rows; bytes [SUMMED_ROWS,
   * tileCells] of the result; i32 [columnTaps + SUMMED_ROWS − 1], where rows lie in the ring
   */
  lineAt: usize;
  sumsAt: usize;
  bytesAt: usize;
  offsetsAt: usize;
}

/**
 * A column and then a row of weights, in float32. Tiles `from` … `to` − 1, left to right and down: the cells of as many rows as
 * a window covers are kept as floats, in the slots of a ring.
 * @param scratch frame; floats [slots, rowLength], the ring
 */
export function bytesSeparable(task: BytesSeparableTask, scratch: usize, from: i32, to: i32): void {
  if (offsetof<Taps>() * 2 > FRAME_BYTES) ERROR('the frame is too small');
  const c = task.correlation;
  const ring = scratch + FRAME_BYTES, line = scratch + task.lineAt, sums = scratch + task.sumsAt;
  const bytes = scratch + task.bytesAt, offsets = scratch + task.offsetsAt;
  const tileCells = task.tileCells, bandRows = task.bandRows, halo = task.halo, slots = task.slots, columnTaps = task.columnTaps;
  const kept = task.filtered;
  const column = changetype<Taps>(scratch), row = changetype<Taps>(scratch + offsetof<Taps>());
  column.count = columnTaps;
  column.offsets = offsets;
  column.weights = task.columnWeights;
  column.bias = 0;
  row.count = task.rowTaps;
  row.offsets = task.rowOffsets;
  row.weights = task.rowWeights;
  row.bias = task.bias;
  const ringRow = <usize>task.rowLength << 2;
  const outRow = outRowBytes(task);
  const across = (c.outW + tileCells - 1) / tileCells;
  const width = min(tileCells, c.outW);
  for (let index = from; index < to; index++) {
    const oh = (index / across) * bandRows;
    const rows = min(bandRows, c.outH - oh);
    const used = usedRows(c, rows);
    // the last tile of a row overlaps the one before
    const ow = min((index % across) * tileCells, c.outW - width);
    const first = <usize>oh * outRow + <usize>(ow / kept * task.channels);
    let gathered = 0;
    for (let top = 0; top < rows; top += SUMMED_ROWS) {
      const seen = columnTaps + SUMMED_ROWS - 1;
      // sums of rows beyond the last one are never read
      for (const end = min(used, top + seen); gathered < end; gathered++) {
        gatherFloats(task, oh + gathered, ow, ow + width + halo, ring + <usize>(gathered % slots) * ringRow);
      }
      for (let i = 0; i < seen; i++) store<u32>(offsets + (<usize>i << 2), <u32>(<usize>((top + i) % slots) * ringRow));
      columns(column, ring, line, width + halo);
      for (let cell = 0, block = SUMMED_PIXELS * kept; cell < width; cell += block) {
        // the last pixels overlap those before
        const left = <usize>min(cell, width - block);
        alongRows(row, line + (left << 4), kept, sums);
        toBytes(sums, block, bytes + left, <usize>tileCells);
      }
      for (let i = 0, count = min(SUMMED_ROWS, rows - top); i < count; i++) {
        storeRow(task, bytes + <usize>i * tileCells, width, first + <usize>(top + i) * outRow);
      }
    }
  }
}

/** Sums of columns, four rows of them: of each cell a vector. Up to 7 cells more are read and written. */
function columns(taps: Taps, ring: usize, line: usize, cells: i32): void {
  for (let cell = 0; cell < cells; cell += 8) {
    fourWindows(taps, ring + (<usize>cell << 2), 16, line + (<usize>cell << 4), true);
  }
}

/** Sums of rows, 16 pixels: of each cell a vector. */
function alongRows(taps: Taps, line: usize, kept: i32, sums: usize): void {
  const four = <usize>kept << 6;
  for (let cell: usize = 0; cell < <usize>kept << 4; cell += 16) {
    fourWindows(taps, line + cell, four, sums + cell, false);
    fourWindows(taps, line + cell + 2 * four, four, sums + cell + 2 * four, false);
  }
}

/** Vectors of four rows become bytes, rounded and clamped, row by row. @param cells a multiple of 16 @param row bytes from one to the next */
function toBytes(sums: usize, cells: i32, bytes: usize, row: usize): void {
  for (let cell = 0; cell < cells; cell += 16) {
    storeTurned(bytes, row, bytesOf4Rows(sums), bytesOf4Rows(sums + 64), bytesOf4Rows(sums + 128), bytesOf4Rows(sums + 192));
    sums += 256;
    bytes += 16;
  }
}

/** Four cells of four rows: four bytes of each row. */
@inline
function bytesOf4Rows(sums: usize): v128 {
  const low = i16x8.narrow_i32x4_s(nearest(v128.load(sums)), nearest(v128.load(sums, 16)));
  const high = i16x8.narrow_i32x4_s(nearest(v128.load(sums, 32)), nearest(v128.load(sums, 48)));
  return v128.swizzle(i8x16.narrow_i16x8_u(low, high), i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}
