import { FRAME_BYTES } from '../constants';
import { Ints } from '../memory';
import { EDGE, gatherStrip } from './bytes-gather';
import { alphaMask, copiesAlpha, rounded, storeBytes } from './bytes-store';
import { PictureTask } from './picture-task';

/** The cells of the correlation are all channels, filtered or not. */
@unmanaged
export class BytesMagnitudeTask extends PictureTask {
  /** [2, taps]: byte offsets in the strip, and in x */
  offsets: Ints;
  taps: i32;
  /** [taps, 2], i16: the weights of the first window and of the second */
  weights: Ints;
  scale: f32;
}

/**
 * scale · √(a² + b²) of the sums a and b under two windows of integer weights with Σ |w|·255 < 2¹⁵ each. Strips `from` … `to` − 1.
 * For each window, one sum runs over the words of every vector and another over their odd bytes, as in integerBytes.
 * @param scratch frame; bytes [gatheredRows, rowLength]
 */
export function bytesMagnitude(task: BytesMagnitudeTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const strip = scratch + FRAME_BYTES;
  const offsets = task.offsets, direct = offsets + (<usize>task.taps << 2);
  for (let index = from; index < to; index++) {
    const oh = index * c.stripRows;
    const rows = min(c.stripRows, c.outH - oh);
    const inside = gatherStrip(c, task.x, oh, rows, strip);
    const edge = inside ? EDGE : c.outW;
    for (let row = 0; row < rows; row++) {
      const place = <usize>((oh + row) * c.outW);
      const line = strip + <usize>(row * c.rowLength);
      magnitudesOfRow(task, line, 0, edge, offsets, place);
      if (!inside) continue;
      magnitudesOfRow(task, inside + <usize>(row * c.inW), edge, c.outW - edge, direct, place);
      magnitudesOfRow(task, line, c.outW - edge, c.outW, offsets, place);
    }
  }
}

/**
 * Cells `from` … `to` − 1 of a row, at least 32.
 * @param line address of the cell under a tap of offset 0, for cell 0
 * @param place offset of the row in the image, in bytes
 */
function magnitudesOfRow(task: BytesMagnitudeTask, line: usize, from: i32, to: i32, offsets: usize, place: usize): void {
  const target = task.out + place, source = task.x + place;
  const alpha = alphaMask(copiesAlpha(task));
  const weights = task.weights, scale = task.scale;
  const end = offsets + (<usize>task.taps << 2);
  for (let ow = from; ow < to; ow += 32) {
    // the last 32 overlap the previous ones
    const column = <usize>min(ow, to - 32);
    const at = line + column;
    let a0 = i16x8.splat(0), a1 = a0, b0 = a0, b1 = a0, oddA0 = a0, oddA1 = a0, oddB0 = a0, oddB1 = a0;
    let w = weights;
    for (let tap = offsets; tap < end; tap += 4) {
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16);
      const odd0 = i16x8.shr_u(v0, 8), odd1 = i16x8.shr_u(v1, 8);
      const k = v128.load16_splat(w);
      a0 = i16x8.add(a0, i16x8.mul(k, v0));
      a1 = i16x8.add(a1, i16x8.mul(k, v1));
      oddA0 = i16x8.add(oddA0, i16x8.mul(k, odd0));
      oddA1 = i16x8.add(oddA1, i16x8.mul(k, odd1));
      const l = v128.load16_splat(w, 2);
      b0 = i16x8.add(b0, i16x8.mul(l, v0));
      b1 = i16x8.add(b1, i16x8.mul(l, v1));
      oddB0 = i16x8.add(oddB0, i16x8.mul(l, odd0));
      oddB1 = i16x8.add(oddB1, i16x8.mul(l, odd1));
      w += 4;
    }
    const even0 = lengths(i16x8.sub(a0, i16x8.shl(oddA0, 8)), i16x8.sub(b0, i16x8.shl(oddB0, 8)), scale);
    const even1 = lengths(i16x8.sub(a1, i16x8.shl(oddA1, 8)), i16x8.sub(b1, i16x8.shl(oddB1, 8)), scale);
    const odd = i8x16.narrow_i16x8_u(lengths(oddA0, oddB0, scale), lengths(oddA1, oddB1, scale));
    storeBytes(target + column, source + column, alpha, i8x16.narrow_i16x8_u(even0, even1), odd);
  }
}

/** Eight times round(scale · √(a² + b²)). */
@inline
function lengths(a: v128, b: v128, scale: f32): v128 {
  const low = v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  const high = v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  return i16x8.narrow_i32x4_s(length(i32x4.dot_i16x8_s(low, low), scale), length(i32x4.dot_i16x8_s(high, high), scale));
}

@inline
function length(squares: v128, scale: f32): v128 {
  return rounded(f32x4.mul(f32x4.sqrt(f32x4.convert_i32x4_s(squares)), f32x4.splat(scale)));
}
