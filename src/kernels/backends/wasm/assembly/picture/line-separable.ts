import { FRAME_BYTES, SUMMED_PIXELS, SUMMED_ROWS } from '../constants';
import { Floats, Ints } from '../memory';
import { madd } from '../madd';
import { fourWindows, Taps } from './four-windows';
import { loadRow } from './line-load';
import { lineOf } from './line-task';
import { LineTurnedTask, storeTurnedLine, turn } from './line-turned';

@unmanaged
export class LineSeparableTask extends LineTurnedTask {
  /** rows in the ring, at least those under SUMMED_ROWS rows of the result */
  slots: i32;
  /** number of pairs of a column and a row whose products are added up */
  products: i32;
  rowTaps: i32;
  /** [rowTaps + SUMMED_ROWS − 1]: byte offsets of the taps of a row in a line of sums */
  rowOffsets: Ints;
  /** [products, rowTaps] */
  rowWeights: Floats;
  columnTaps: i32;
  /** [products, columnTaps] */
  columnWeights: Floats;
  bias: f32;
  /** bytes from scratch to vectors of sums of rows */
  turnedAt: usize;
  /** bytes from scratch to vectors of sums of rows of a further product */
  furtherAt: usize;
  /** bytes from scratch to i32 [slots], the byte offsets of rows in the ring */
  offsetsAt: usize;
}

/**
 * A column and then a row of at least three weights each, or several such pairs whose products are added up, in float32. Tiles
 * `from` … `to` − 1, left to right and down: the cells of as many rows as four windows cover are kept as floats, in the slots of a
 * ring.
 * @param scratch frame; lines; floats [slots, rowLength], the ring
 */
export function lineSeparable(task: LineSeparableTask, scratch: usize, from: i32, to: i32): void {
  if (offsetof<Taps>() * 2 > FRAME_BYTES - 16) ERROR('the frame is too small');
  const g = task.grid;
  const ring = scratch + task.cellsAt, line = scratch + task.lineAt, turned = scratch + task.turnedAt, further = scratch + task.furtherAt, offsets = scratch + task.offsetsAt;
  const tilePixels = task.tilePixels, bandRows = task.bandRows, slots = task.slots, products = task.products, columnTaps = task.columnTaps;
  const kept = task.load.cells;
  const column = changetype<Taps>(scratch), row = changetype<Taps>(scratch + offsetof<Taps>());
  column.count = columnTaps;
  column.offsets = offsets;
  column.bias = 0;
  row.count = task.rowTaps;
  row.offsets = task.rowOffsets;
  const ringRow = <usize>task.rowLength << 2;
  const strideH = g.strideH, seen = columnTaps + (SUMMED_ROWS - 1) * strideH;
  const across = (g.outW + tilePixels - 1) / tilePixels;
  for (let index = from; index < to; index++) {
    const lines = lineOf(task, scratch, index);
    const oh = (index / across) * bandRows, ow = (index % across) * tilePixels;
    const rows = min(bandRows, g.outH - oh), pixels = min(tilePixels, g.outW - ow), dense = (pixels - 1) * g.strideW + 1;
    const used = (rows - 1) * strideH + columnTaps;
    const left = ow * g.strideW, end = left + dense + task.rowTaps - 1;
    const width = (end - left) * kept;
    let gathered = 0;
    for (let top = 0; top < rows; top += SUMMED_ROWS) {
      const first = top * strideH;
      // sums of rows beyond the last one are never read
      for (const last = min(used, first + seen); gathered < last; gathered++) {
        loadRow(task, lines, oh * strideH + gathered, left, end, ring + <usize>(gathered % slots) * ringRow);
      }
      for (let i = 0; i < seen; i++) store<u32>(offsets + (<usize>i << 2), <u32>(<usize>((first + i) % slots) * ringRow));
      for (let product = 0; product < products; product++) {
        column.weights = task.columnWeights + (<usize>(product * columnTaps) << 2);
        row.weights = task.rowWeights + (<usize>(product * task.rowTaps) << 2);
        row.bias = product === 0 ? task.bias : 0;
        const to = product === 0 ? turned : further;
        if (strideH === 1) {
          for (let cell = 0; cell < width; cell += 8) fourWindows(column, ring + (<usize>cell << 2), 16, line + (<usize>cell << 4), true);
        } else {
          const apart = scratch + task.sumsAt;
          for (let cell = 0; cell < width; cell += 16) {
            const at = ring + (<usize>cell << 2), sums = apart + (<usize>cell << 2);
            for (let i = 0; i < SUMMED_ROWS; i++) oneColumn(column, offsets + (<usize>(i * strideH) << 2), at, sums + <usize>i * ringRow);
          }
          turn(apart, ringRow, width, line);
        }
        if (g.strideW > 1) alongStrided(row, line, kept, g.strideW, pixels, to);
        else {
          for (let cell = 0, block = SUMMED_PIXELS * kept; cell < dense * kept; cell += block) {
            alongRows(row, line + (<usize>cell << 4), kept, to + (<usize>cell << 4));
          }
        }
        if (product > 0) add(turned, further, (g.strideW > 1 ? pixels : dense) * kept);
      }
      lines.oh = oh + top;
      storeTurnedLine(task, lines, turned, scratch, min(SUMMED_ROWS, rows - top), ow);
    }
  }
}

/** to += from, with one vector per cell */
function add(to: usize, from: usize, cells: i32): void {
  for (const end = to + (<usize>cells << 4); to < end; to += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    from += 16;
  }
}

/** Sums of rows, 16 pixels, with one vector per cell. */
@inline
function alongRows(taps: Taps, line: usize, kept: i32, sums: usize): void {
  const four = <usize>kept << 6;
  for (let cell: usize = 0; cell < <usize>kept << 4; cell += 16) {
    fourWindows(taps, line + cell, four, sums + cell, false);
    fourWindows(taps, line + cell + 2 * four, four, sums + cell + 2 * four, false);
  }
}

/** Sums of rows for every stride-th pixel, four at a time; up to three pixels more are read and written. */
function alongStrided(taps: Taps, line: usize, kept: i32, stride: i32, pixels: i32, sums: usize): void {
  const pixel = <usize>kept << 4, step = pixel * <usize>stride;
  const weights = taps.weights, end = weights + (<usize>taps.count << 2);
  const start = f32x4.splat(taps.bias);
  for (; pixels > 0; pixels -= 4) {
    for (let cell: usize = 0; cell < pixel; cell += 16) {
      let a0 = start, a1 = start, a2 = start, a3 = start;
      let x = line + cell;
      for (let w = weights; w < end; w += 4) {
        const k = v128.load32_splat(w);
        a0 = madd(a0, v128.load(x), k);
        a1 = madd(a1, v128.load(x + step), k);
        a2 = madd(a2, v128.load(x + 2 * step), k);
        a3 = madd(a3, v128.load(x + 3 * step), k);
        x += pixel;
      }
      const to = sums + cell;
      v128.store(to, a0);
      v128.store(to + pixel, a1);
      v128.store(to + 2 * pixel, a2);
      v128.store(to + 3 * pixel, a3);
    }
    line += 4 * step;
    sums += 4 * pixel;
  }
}

/** Sums of 16 columns for one row. @param offsets of its taps in the ring */
export function oneColumn(taps: Taps, offsets: usize, at: usize, to: usize): void {
  const weights = taps.weights, end = weights + (<usize>taps.count << 2);
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let tap = offsets;
  for (let w = weights; w < end; w += 4) {
    const x = at + load<u32>(tap);
    const k = v128.load32_splat(w);
    a0 = madd(a0, v128.load(x), k);
    a1 = madd(a1, v128.load(x, 16), k);
    a2 = madd(a2, v128.load(x, 32), k);
    a3 = madd(a3, v128.load(x, 48), k);
    tap += 4;
  }
  v128.store(to, a0);
  v128.store(to, a1, 16);
  v128.store(to, a2, 32);
  v128.store(to, a3, 48);
}
