import { FIXED_CHUNK, FIXED_COLUMN_BITS, FIXED_GROUP, FIXED_TILE, FRAME_BYTES } from '../constants';
import { usedRows } from '../gather';
import { Ints } from '../memory';
import { storeRow } from './bytes-store';
import { gatherWords } from './bytes-words';
import { outRowBytes, PictureTask } from './picture-task';

const ROW: usize = 2 * FIXED_TILE;
const COLUMN_SHIFT: i32 = FIXED_COLUMN_BITS - 8;

/** The cells of the correlation are the filtered channels. */
@unmanaged
export class BytesFixedTask extends PictureTask {
  bandRows: i32;
  lineCells: i32;
  /** of cells, so that the sums of columns are of 2 to the power of FIXED_COLUMN_BITS */
  factor: i32;
  /** pairs of weights: half the middle's, which counts twice, and that of its neighbor; those of the next two … */
  columnPairs: i32;
  columnWeights: Ints;
  /** [rowPairs]: two pairs of weights, a group of vectors apart, and their distance from the window's first cell, in bytes of `pairs` */
  rowPairs: i32;
  rowWeights: Ints;
  /** of the sums of a row: half a level, and the 128 levels that every cell lacks */
  rowStart: i32;
  /** bytes from scratch to i16 [bandRows, lineCells], sums of columns; i16 [cells, 2], each with the one a pixel on; and bytes of a row */
  linesAt: usize;
  pairsAt: usize;
  bytesAt: usize;
}

/**
 * A column and then a row of non-negative weights, in fixed point: whole weights, cells of 16 bits, sums of 32. One instruction
 * applies two weights to four cells. Sums of columns are rounded to 1/256 of a level, less 128 levels, to fit 16 bits; cells of
 * equal weight are added first only where bytes are summed, as sums of columns would overflow. In sums of rows a level is 2²⁴:
 * their highest byte is the result. Bands of rows `from` … `to` − 1; the height of bands changes nothing.
 * @param scratch frame; i16 [1 + bandRows + KH − 1 + 2, FIXED_TILE], cells
 */
export function bytesFixed(task: BytesFixedTask, scratch: usize, from: i32, to: i32): void {
  if (offsetof<ThreeVectors>() !== 4 * FIXED_GROUP) ERROR('FIXED_GROUP is the largest group');
  const c = task.correlation;
  const tile = scratch + FRAME_BYTES, lines = scratch + task.linesAt, pairs = scratch + task.pairsAt, bytes = scratch + task.bytesAt;
  const kept = task.filtered, bandRows = task.bandRows, factor = <i16>task.factor;
  const rowPairs = task.rowPairs, rowWeights = task.rowWeights, rowStart = task.rowStart;
  const lineRow = <usize>task.lineCells << 1;
  const outRow = outRowBytes(task);
  const reach = c.KW * kept;
  for (let index = from; index < to; index++) {
    const oh = index * bandRows;
    const rows = min(bandRows, c.outH - oh);
    const used = usedRows(c, rows);
    for (let cell = 0; cell < c.rowLength; cell += FIXED_TILE) {
      const cells = min(FIXED_TILE, c.rowLength - cell);
      for (let row = 0; row < used; row++) gatherWords(task, oh + row, cell, cell + cells, factor, tile + <usize>(row + 1) * ROW);
      const above = tile + <usize>(c.KH >> 1) * ROW;
      sumColumns(task, above, rows, cells, lines + (<usize>cell << 1));
    }
    for (let row = 0; row < rows; row++) {
      const line = lines + <usize>row * lineRow;
      for (let cell = 0; cell < c.outW; cell += FIXED_CHUNK) {
        const cells = min(FIXED_CHUNK, c.outW - cell);
        // fewer than a block are summed again with those before
        const first = cells < 48 ? max(0, c.outW - 48) : cell;
        const count = c.outW < 48 ? c.outW : max(48, cells);
        pairUp(line + (<usize>first << 1), <usize>kept << 1, count + reach, pairs);
        const to = bytes + <usize>first;
        if (kept === 3) sumRow<ThreeVectors>(pairs, count, rowStart, rowPairs, rowWeights, to);
        else if (kept === 4) sumRow<TwoVectors>(pairs, count, rowStart, rowPairs, rowWeights, to);
        else sumRow<OneVector>(pairs, count, rowStart, rowPairs, rowWeights, to);
      }
      storeRow(bytes, c.outW / task.filtered, task.filtered, task.channels, task.out + <usize>(oh + row) * outRow, task.x + <usize>(oh + row) * outRow);
    }
  }
}

/**
 * Two rows at a time, so that every load serves twice. Cells at the same distance above and below the middle have the same
 * weight and are added first.
 * @param above the row above the middle of the first window
 */
function sumColumns(task: BytesFixedTask, above: usize, rows: i32, cells: i32, line: usize): void {
  const weights = task.columnWeights, lineRow = <usize>task.lineCells << 1;
  const end = weights + (<usize>task.columnPairs << 2);
  const width = <usize>cells << 1;
  const start = i32x4.splat((1 << (COLUMN_SHIFT - 1)) - (128 << FIXED_COLUMN_BITS));
  for (let row = 0; row < rows; row += 2) {
    for (let i: usize = 0; i < width; i += 16) {
      let up = above + i, down = up + 3 * ROW;
      let u = v128.load(up), d = v128.load(up, 3 * ROW);
      const x0 = v128.load(up, ROW), x1 = v128.load(up, 2 * ROW);
      let k = v128.load32_splat(weights);
      const m0 = i16x8.add(x0, x0), m1 = i16x8.add(x1, x1);
      let s = i16x8.add(u, x1), t = i16x8.add(x0, d);
      let a0 = i32x4.add(start, i32x4.dot_i16x8_s(low(m0, s), k));
      let a1 = i32x4.add(start, i32x4.dot_i16x8_s(high(m0, s), k));
      let b0 = i32x4.add(start, i32x4.dot_i16x8_s(low(m1, t), k));
      let b1 = i32x4.add(start, i32x4.dot_i16x8_s(high(m1, t), k));
      for (let w = weights + 4; w < end; w += 4) {
        up -= 2 * ROW;
        k = v128.load32_splat(w);
        const u1 = v128.load(up, ROW), u2 = v128.load(up), d1 = v128.load(down, ROW), d2 = v128.load(down, 2 * ROW);
        down += 2 * ROW;
        s = i16x8.add(u1, d);
        t = i16x8.add(u2, d1);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(low(s, t), k));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(high(s, t), k));
        s = i16x8.add(u, d1);
        t = i16x8.add(u1, d2);
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(low(s, t), k));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(high(s, t), k));
        u = u2;
        d = d2;
      }
      v128.store(line + i, i16x8.narrow_i32x4_s(i32x4.shr_s(a0, COLUMN_SHIFT), i32x4.shr_s(a1, COLUMN_SHIFT)));
      v128.store(line + lineRow + i, i16x8.narrow_i32x4_s(i32x4.shr_s(b0, COLUMN_SHIFT), i32x4.shr_s(b1, COLUMN_SHIFT)));
    }
    above += 2 * ROW;
    line += 2 * lineRow;
  }
}

// shuffles that are one instruction of the processor
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Each of `cells` cells, and up to 7 more, beside the one that lies `next` bytes further. */
function pairUp(line: usize, next: usize, cells: i32, pairs: usize): void {
  for (let i = 0; i < cells; i += 8) {
    const a = v128.load(line), b = v128.load(line + next);
    v128.store(pairs, low(a, b));
    v128.store(pairs, high(a, b), 16);
    line += 16;
    pairs += 32;
  }
}

/** Sizes of groups of vectors of 4 cells: two pixels of 1 or 2 cells are one vector, two of 4 cells are two, and four of 3 cells three. */
@unmanaged
class OneVector {
  a: f64;
  b: f64;
}
@unmanaged
class ThreeVectors {
  a: f64;
  b: f64;
  c: f64;
  d: f64;
  e: f64;
  f: f64;
}
@unmanaged
class TwoVectors {
  a: f64;
  b: f64;
  c: f64;
  d: f64;
}

/**
 * Four outputs at a time, a group of vectors apart: two weights a group apart load mostly the same vectors for them.
 * @param cells at least a group
 * @param start,taps,weights rowStart, rowPairs and rowWeights of the task
 */
function sumRow<G>(pairs: usize, cells: i32, start: i32, taps: i32, weights: usize, bytes: usize): void {
  const block = <i32>offsetof<G>();
  const end = weights + <usize>taps * 12;
  for (let cell = 0; cell < cells; cell += block) {
    // the last groups overlap those before
    const first = <usize>min(cell, cells - block);
    for (let vector: usize = 0; vector < offsetof<G>(); vector += 16) {
      const at = pairs + (first << 2) + vector;
      let a0 = i32x4.splat(start), a1 = a0, a2 = a0, a3 = a0;
      for (let w = weights; w < end; w += 12) {
        const x = at + load<u32>(w, 8);
        const k0 = v128.load32_splat(w), k1 = v128.load32_splat(w, 4);
        const v0 = v128.load(x), v1 = v128.load(x, offsetof<G>()), v2 = v128.load(x, 2 * offsetof<G>()), v3 = v128.load(x, 3 * offsetof<G>()), v4 = v128.load(x, 4 * offsetof<G>());
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v0, k0));
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v1, k1));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v1, k0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v2, k1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(v2, k0));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(v3, k1));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(v3, k0));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(v4, k1));
      }
      const to = bytes + first + (vector >> 2);
      const four = i8x16.narrow_i16x8_u(wholeOf(a0, a1), wholeOf(a2, a3));
      v128.store32_lane(to, four, 0);
      v128.store32_lane(to, four, 1, offsetof<G>() >> 2);
      v128.store32_lane(to, four, 2, offsetof<G>() >> 1);
      v128.store32_lane(to, four, 3, 3 * (offsetof<G>() >> 2));
    }
  }
}

@inline
function wholeOf(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_u(a, 24), i32x4.shr_u(b, 24));
}
