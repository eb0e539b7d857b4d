import { FRAME_BYTES } from '../constants';
import { usedRows } from '../gather';
import { gatherBytes } from './bytes-gather';
import { alphaMask, blendBytes, copiesAlpha, HALF_WAY, wholeOf } from './bytes-store';
import { PictureTask } from './picture-task';

/** The cells of the correlation are all channels, filtered or not. */
@unmanaged
export class BytesBoxTask extends PictureTask {
  bandRows: i32;
  weight: f32;
  bias: f32;
  /** bytes from scratch to bytes [rowLength], the row that enters the window */
  entersAt: usize;
  /** bytes from scratch to bytes [rowLength], the row that leaves the window */
  leavesAt: usize;
  /** bytes from scratch to bytes of an output row */
  lineAt: usize;
}

/**
 * One weight for the whole window: integer sums that run down the columns and along the rows, at the same cost for any
 * window size. Bands of rows `from` … `to` − 1.
 * @param scratch frame; u16 [rowLength], sums of the window's columns: KH · 255 < 2¹⁶
 */
export function bytesBox(task: BytesBoxTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const x = task.x, bandRows = task.bandRows;
  const cells = c.rowLength;
  const sums = scratch + FRAME_BYTES, enters = scratch + task.entersAt, leaves = scratch + task.leavesAt;
  for (let index = from; index < to; index++) {
    const oh = index * bandRows;
    const rows = min(bandRows, c.outH - oh);
    memory.fill(sums, 0, <usize>cells << 1);
    memory.fill(leaves, 0, <usize>cells);
    for (let row = 0, used = usedRows(c, rows); row < used; row++) {
      gatherBytes(c, x, oh + row, enters, 0, cells);
      const first = row - c.KH;
      if (first >= 0) gatherBytes(c, x, oh + first, leaves, 0, cells);
      exchange(sums, enters, leaves, cells);
      if (first < -1) continue;
      runAlong(task, sums, scratch + task.lineAt, <usize>((oh + first + 1) * c.outW));
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
 * The sums of a pixel are one vector with up to four used lanes; the next pixel overwrites the others.
 * @param line scratch memory for bytes of an output row, if pixels are not four bytes
 * @param place of the row in the picture, in bytes
 */
function runAlong(task: BytesBoxTask, sums: usize, line: usize, place: usize): void {
  const cells = task.correlation.outW;
  const pixel = task.channels;
  const out = task.out + place, source = task.x + place;
  const alpha = alphaMask(copiesAlpha(task));
  const step = <usize>pixel << 1;
  const window = <usize>task.correlation.KW * step;
  const w = f32x4.splat(task.weight), b = f32x4.splat(task.bias + HALF_WAY);
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

/** Halves are rounded up, as in floats. @param bias includes HALF_WAY */
@inline
function weighed(sum: v128, weight: v128, bias: v128): v128 {
  return wholeOf(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), weight), bias));
}
