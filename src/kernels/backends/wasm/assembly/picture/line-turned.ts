import { SUMMED_PIXELS, TAKE_LUMINANCE, TAKE_PREMULTIPLIED } from '../constants';
import { nearest, storeRow } from './bytes-store';
import { storeTurned } from './four-windows';
import { storeLine } from './line-store';
import { Line, LineTask } from './line-task';

// Four rows of sums are interleaved: one vector per cell contains the four rows, so taps along a row are whole vectors
// apart.

/** Rows and columns of a tile that is summed by columns first. */
@unmanaged
export class LineTurnedTask extends LineTask {
  /** pixels of the result in a row of a tile */
  tilePixels: i32;
  /** rows of the result in a tile */
  bandRows: i32;
  /** cells of a row that is loaded */
  rowLength: i32;
  /** bytes from scratch to floats of cells */
  cellsAt: usize;
  /** bytes from scratch to floats [rowLength, SUMMED_ROWS], sums of columns */
  lineAt: usize;
  /** bytes from scratch to floats [SUMMED_ROWS, rowLength], sums of rows */
  sumsAt: usize;
}

/**
 * Transposes four rows of cells to a line of vectors.
 * @param row bytes from one to the next
 * @param cells whole vectors are read and written
 */
export function turn(rows: usize, row: usize, cells: i32, line: usize): void {
  for (let cell = 0; cell < cells; cell += 4) {
    const at = rows + (<usize>cell << 2);
    storeTurned(line + (<usize>cell << 4), 16, v128.load(at), v128.load(at + row), v128.load(at + 2 * row), v128.load(at + 3 * row));
  }
}

/**
 * Converts a line of sums to rows of the result, from row `line.oh` on.
 * @param sums vectors of the cells of `dense` columns, whole blocks of SUMMED_PIXELS; overwritten
 * @param count of rows, at most SUMMED_ROWS
 */
export function storeTurnedLine(task: LineTurnedTask, line: Line, sums: usize, scratch: usize, count: i32, ow: i32): void {
  const g = task.grid, s = task.store;
  const oh = line.oh;
  const pixels = min(task.tilePixels, g.outW - ow);
  const dense = (s.compact ? pixels : (pixels - 1) * g.strideW + 1) * s.cells;
  const rows = scratch + task.sumsAt, row = <usize>task.rowLength << 2;
  const rowsOfBytes = s.plain && s.sampleBytes === 1 && !s.light && s.channels <= s.cells + 1 && s.take !== TAKE_LUMINANCE && s.take !== TAKE_PREMULTIPLIED;
  if (rowsOfBytes && !changetype<usize>(s.mixed) && pixels >= SUMMED_PIXELS && (s.compact || g.strideW === 1)) {
    for (let cell = 0; cell < dense; cell += 16) bytesTurned(sums + (<usize>cell << 4), rows + <usize>cell, row);
    for (let i = 0; i < count; i++) storeBytesOf(task, rows + <usize>i * row, pixels, oh + i, ow);
    return;
  }
  for (let cell = 0; cell < dense; cell += 4) {
    const at = sums + (<usize>cell << 4);
    storeTurned(rows + (<usize>cell << 2), row, v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48));
  }
  for (let i = 0; i < count; i++) storeLine(task, line, rows + <usize>i * row, oh + i, ow, pixels);
}

@inline
function storeBytesOf(task: LineTask, bytes: usize, pixels: i32, oh: i32, ow: i32): void {
  const s = task.store;
  const column = <usize>(ow * s.channels);
  const h = load<i32>(s.originalRows + (<usize>oh << 2)), first = load<i32>(s.originalColumns + (<usize>ow << 2));
  const source = task.original + <usize>h * <usize>s.original.rowBytes + <usize>(first * s.channels);
  storeRow(bytes, pixels, s.cells, s.channels, task.out + <usize>oh * <usize>s.rowBytes + column, source);
}

/** Converts 16 cells of four rows to bytes, rounded and clamped, row by row. */
@inline
function bytesTurned(sums: usize, bytes: usize, row: usize): void {
  storeTurned(bytes, row, bytesOf4Rows(sums), bytesOf4Rows(sums + 64), bytesOf4Rows(sums + 128), bytesOf4Rows(sums + 192));
}

/** Four cells of four rows: four bytes of each row. */
@inline
function bytesOf4Rows(sums: usize): v128 {
  const low = i16x8.narrow_i32x4_s(nearest(v128.load(sums)), nearest(v128.load(sums, 16)));
  const high = i16x8.narrow_i32x4_s(nearest(v128.load(sums, 32)), nearest(v128.load(sums, 48)));
  return v128.swizzle(i8x16.narrow_i16x8_u(low, high), i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}
