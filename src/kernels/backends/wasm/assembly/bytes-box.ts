import { gatherBytes } from './bytes-gather';
import { alphaMask, blendBytes, HALF_WAY, wholeOf } from './bytes-store';
import { Correlation } from './correlation';
import { usedRows } from './gather';

/**
 * The same weight everywhere: sums that run down the columns and along the rows, in whole numbers, whatever the window's
 * size. Bands of rows `from` … `to` − 1.
 * @param sums scratch, u16 [rowLength]: of each column of the window; so KH · 255 < 2¹⁶
 * @param newAt,oldAt,lineAt bytes behind `sums`: scratch, bytes: two gathered rows, and a row of the result
 * @param pixel bytes of one
 * @param keep 2 or 4 if the last of so many channels passes through, else 0
 */
export function bytesBox(
  sums: usize, newAt: usize, oldAt: usize, lineAt: usize, geometry: usize, x: usize, out: usize, pixel: i32, bandRows: i32,
  weight: f32, bias: f32, keep: i32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const alpha = alphaMask(keep);
  const cells = c.rowLength;
  const enters = sums + newAt, leaves = sums + oldAt, line = sums + lineAt;
  for (let index = from; index < to; index++) {
    const oh = index * bandRows;
    const rows = min(bandRows, c.outH - oh);
    memory.fill(sums, 0, <usize>cells << 1);
    memory.fill(leaves, 0, <usize>cells);
    for (let row = 0, used = usedRows(c, rows); row < used; row++) {
      gatherBytes(c, x, load<i32>(c.tableH + (<usize>(oh + row) << 2)), enters, 0, cells);
      const first = row - c.KH;
      if (first >= 0) gatherBytes(c, x, load<i32>(c.tableH + (<usize>(oh + first) << 2)), leaves, 0, cells);
      exchange(sums, enters, leaves, cells);
      if (first < -1) continue;
      const at = <usize>((oh + first + 1) * c.outW);
      runAlong(sums, c.outW, pixel, c.KW, weight, bias, line, out + at, x + at, alpha);
    }
  }
}

/** sums += enters − leaves */
function exchange(sums: usize, enters: usize, leaves: usize, cells: i32): void {
  for (let i = 0; i < cells; i += 16) {
    const at = sums + (<usize>i << 1);
    const plus = v128.load(enters + <usize>i), minus = v128.load(leaves + <usize>i);
    const low = i16x8.sub(i16x8.extend_low_i8x16_u(plus), i16x8.extend_low_i8x16_u(minus));
    const high = i16x8.sub(i16x8.extend_high_i8x16_u(plus), i16x8.extend_high_i8x16_u(minus));
    v128.store(at, i16x8.add(v128.load(at), low));
    v128.store(at, i16x8.add(v128.load(at, 16), high), 16);
  }
}

/**
 * A pixel's sums are one vector, of which up to four lanes count: what is beyond them is written over by the next one.
 * @param line scratch, bytes: of pixels that are not four bytes
 */
function runAlong(sums: usize, cells: i32, pixel: i32, KW: i32, weight: f32, bias: f32, line: usize, out: usize, source: usize, alpha: v128): void {
  const step = <usize>pixel << 1;
  const window = <usize>KW * step;
  const w = f32x4.splat(weight), b = f32x4.splat(bias + HALF_WAY);
  let sum = i32x4.splat(0);
  for (let at = sums; at < sums + window; at += step) sum = i32x4.add(sum, v128.load16x4_u(at));
  let done = 0;
  let leaves = sums, enters = sums + window;
  if (pixel === 4) {
    for (; done + 16 <= cells; done += 16) {
      const s0 = sum;
      const s1 = i32x4.add(s0, i32x4.sub(v128.load16x4_u(enters), v128.load16x4_u(leaves)));
      const s2 = i32x4.add(s1, i32x4.sub(v128.load16x4_u(enters, 8), v128.load16x4_u(leaves, 8)));
      const s3 = i32x4.add(s2, i32x4.sub(v128.load16x4_u(enters, 16), v128.load16x4_u(leaves, 16)));
      sum = i32x4.add(s3, i32x4.sub(v128.load16x4_u(enters, 24), v128.load16x4_u(leaves, 24)));
      const low = i16x8.narrow_i32x4_s(weighed(s0, w, b), weighed(s1, w, b));
      const high = i16x8.narrow_i32x4_s(weighed(s2, w, b), weighed(s3, w, b));
      blendBytes(out + <usize>done, i8x16.narrow_i16x8_u(low, high), source + <usize>done, alpha);
      leaves += 32;
      enters += 32;
    }
  }
  for (; done < cells; done += pixel) {
    const words = i16x8.narrow_i32x4_s(weighed(sum, w, b), w);
    const bytes = i8x16.narrow_i16x8_u(words, words);
    if (pixel === 4) v128.store32_lane(out + <usize>done, v128.bitselect(v128.load32_zero(source + <usize>done), bytes, alpha), 0);
    else v128.store32_lane(line + <usize>done, bytes, 0);
    sum = i32x4.add(sum, i32x4.sub(v128.load16x4_u(enters), v128.load16x4_u(leaves)));
    leaves += step;
    enters += step;
  }
  if (pixel === 4) return;
  for (let done = 0; done < cells; done += 16) {
    const column = <usize>min(done, cells - 16);
    blendBytes(out + column, v128.load(line + column), source + column, alpha);
  }
}

/** Half-way goes up, as in floats. @param bias with the 2⁻¹⁶ that takes it there */
@inline
function weighed(sum: v128, weight: v128, bias: v128): v128 {
  return wholeOf(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), weight), bias));
}
