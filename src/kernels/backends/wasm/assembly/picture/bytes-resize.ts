import { FRAME_BYTES, RESIZED_PIXELS, RESIZED_ROWS } from '../constants';
import { Bytes, Ints } from '../memory';
import { alongRows } from './resize-rows';
import { storeTurned } from './four-windows';

/** An 8-bit picture in another size. Weights are 16-bit pairs of neighboring taps, times 2¹⁴. */
@unmanaged
export class BytesResizeTask {
  x: Bytes;
  out: Bytes;
  channels: i32;
  /** bytes of a row of the source and of the result, and rows of each */
  inRow: usize;
  outRow: usize;
  inH: i32;
  outH: i32;
  /** two output rows have a common window: its first row, `rowPairs` pairs of taps, and i32 [rowPairs, 2] of weights */
  rowStarts: Ints;
  rowWeights: Ints;
  rowPairs: i32;
  /** of each output pixel: where its window begins in the woven line, in bytes, and i32 [columnPairs] of weights */
  columnStarts: Ints;
  columnWeights: Ints;
  columnPairs: i32;
  /**
   * bytes from scratch to the woven line, i16 [pairs of pixels, channels, RESIZED_ROWS, 2]; to i32 [RESIZED_PIXELS, channels,
   * RESIZED_ROWS], sums; and to bytes [RESIZED_ROWS, lineBytes] of the result
   */
  wovenAt: usize;
  sumsAt: usize;
  bytesAt: usize;
  /** bytes of a row of sums of columns, i16, and of a row of the result in scratch memory */
  sumRow: usize;
  byteRow: usize;
}

/**
 * Sums down the columns of four output rows, in 2⁻⁶ of a level, and then along these rows. Units are RESIZED_ROWS output rows.
 * @param scratch frame; i16 [RESIZED_ROWS, sumRow], sums of columns
 */
export function bytesResize(task: BytesResizeTask, scratch: usize, from: i32, to: i32): void {
  const sums = scratch + FRAME_BYTES, sumRow = task.sumRow;
  const woven = scratch + task.wovenAt, bytes = scratch + task.bytesAt;
  const outH = task.outH, outRow = task.outRow, byteRow = task.byteRow;
  for (let unit = from; unit < to; unit++) {
    const oh = unit * RESIZED_ROWS;
    const rows = min(RESIZED_ROWS, outH - oh);
    for (let row = 0; row < rows; row += 2) twoRows(task, (oh + row) >> 1, sums + <usize>row * sumRow);
    weave(task, sums, woven);
    alongRows(task, woven, scratch + task.sumsAt, bytes);
    for (let row = 0; row < rows; row++) memory.copy(task.out + <usize>(oh + row) * outRow, bytes + <usize>row * byteRow, outRow);
  }
}

/** Half of a unit of the sums of columns, which are shifted right by 8 bits. */
const HALF: i32 = 128;

/** Sums of columns of two output rows, 16 cells at a time. @param to i16 [2, sumRow] */
function twoRows(task: BytesResizeTask, index: i32, to: usize): void {
  const inRow = task.inRow, pairs = task.rowPairs;
  let below = to + task.sumRow;
  const first = load<i32>(task.rowStarts + (<usize>index << 2));
  const weights = task.rowWeights + (<usize>(index * pairs) << 3);
  const end = weights + (<usize>pairs << 3);
  const start = task.x + <usize>first * inRow;
  // under the last pair there may be one row only
  const last = task.x + <usize>(task.inH - 1) * inRow;
  for (let cell: usize = 0; cell < inRow; cell += 16) {
    let a = i32x4.splat(HALF), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    let upper = start + cell;
    for (let w = weights; w < end; w += 8) {
      const u = v128.load(upper), v = v128.load(min(upper + inRow, last + cell));
      const left = v128.shuffle<u8>(u, v, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const right = v128.shuffle<u8>(u, v, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const p = i16x8.extend_low_i8x16_u(left), q = i16x8.extend_high_i8x16_u(left);
      const r = i16x8.extend_low_i8x16_u(right), s = i16x8.extend_high_i8x16_u(right);
      const k = v128.load32_splat(w), l = v128.load32_splat(w, 4);
      a = i32x4.add(a, i32x4.dot_i16x8_s(p, k));
      b = i32x4.add(b, i32x4.dot_i16x8_s(q, k));
      c = i32x4.add(c, i32x4.dot_i16x8_s(r, k));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, k));
      e = i32x4.add(e, i32x4.dot_i16x8_s(p, l));
      f = i32x4.add(f, i32x4.dot_i16x8_s(q, l));
      g = i32x4.add(g, i32x4.dot_i16x8_s(r, l));
      h = i32x4.add(h, i32x4.dot_i16x8_s(s, l));
      upper += 2 * inRow;
    }
    v128.store(to, words(a, b));
    v128.store(to, words(c, d), 16);
    v128.store(below, words(e, f));
    v128.store(below, words(g, h), 16);
    to += 32;
    below += 32;
  }
}

@inline
function words(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, 8), i32x4.shr_s(b, 8));
}

/** Of four rows of cells: vectors of the four rows, each with a pair of neighboring pixels, channel by channel. */
function weave(task: BytesResizeTask, sums: usize, woven: usize): void {
  const channels = task.channels, row = task.sumRow;
  const step: usize = channels === 3 ? 12 : 16;
  // channel by channel, the words of two pixels side by side
  const order =
    channels === 1 ? i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) :
    channels === 2 ? i8x16(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15) :
    channels === 3 ? i8x16(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, -1, -1, -1, -1) :
    i8x16(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
  for (const end = sums + (task.inRow << 1); sums < end; sums += step) {
    const a = v128.swizzle(v128.load(sums), order), b = v128.swizzle(v128.load(sums + row), order);
    const c = v128.swizzle(v128.load(sums + 2 * row), order), d = v128.swizzle(v128.load(sums + 3 * row), order);
    storeTurned(woven, 16, a, b, c, d);
    woven += step << 2;
  }
}
