import { FRAME_BYTES } from '../constants';
import { Flag, Ints } from '../memory';
import { crossOfRow } from './bytes-cross';
import { EDGE, gatherStrip } from './bytes-gather';
import { alphaMask, copiesAlpha, rounded, storeBytes } from './bytes-store';
import { PictureTask } from './picture-task';

/** The cells of the correlation are all channels, filtered or not. */
@unmanaged
export class BytesIntegerTask extends PictureTask {
  /** [2, taps] in the strip and in x, in bytes: of `plus` taps of weight 1, `minus` of −1, then the others */
  offsets: Ints;
  taps: i32;
  plus: i32;
  minus: i32;
  /** of the others */
  weights: Ints;
  /** a window of bytes-cross.ts: `offsets` are those of its rows then */
  cross: Flag;
  /** the scale is 1, and `whole` is the bias */
  plain: Flag;
  whole: i32;
  /** of the quotient, see BytesTask; factor 0: there is none */
  shift: i32;
  factor: i32;
  bits: i32;
  /** of the sum */
  scale: f32;
  bias: f32;
}

/**
 * Whole weights with Σ |w|·255 + |bias| < 2¹⁵: 16-bit sums. Strips `from` … `to` − 1.
 *
 * A vector of 16 bytes is read as 8 numbers even + 256 · odd. One sum runs over these numbers and may overflow; the other runs
 * over the odd bytes alone and is exact. The first less 256 times the second is the sum of the even bytes, exact as well. So no
 * byte has to be widened.
 * @param scratch frame; bytes [gatheredRows, rowLength]
 */
export function bytesInteger(task: BytesIntegerTask, scratch: usize, from: i32, to: i32): void {
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
      sumsOfRow(task, line, 0, edge, offsets, place);
      if (!inside) continue;
      sumsOfRow(task, inside + <usize>(row * c.inW), edge, c.outW - edge, direct, place);
      sumsOfRow(task, line, c.outW - edge, c.outW, offsets, place);
    }
  }
}

/**
 * Cells `from` … `to` − 1 of a row, at least 64.
 * @param line under the first tap of cell 0
 * @param place of the row in the picture, in bytes
 */
function sumsOfRow(task: BytesIntegerTask, line: usize, from: i32, to: i32, offsets: usize, place: usize): void {
  const target = task.out + place, source = task.x + place;
  if (task.cross) {
    crossOfRow(line, from, to, offsets, task.weights, target);
    return;
  }
  const weights = task.weights, plain = task.plain, keep = copiesAlpha(task);
  const shift = task.shift, factor = task.factor, bits = task.bits, scale = task.scale, bias = task.bias;
  const odd = i16x8.splat(<i16>task.whole);
  const both = i16x8.add(odd, i16x8.shl(odd, 8));
  const endPlus = offsets + (<usize>task.plus << 2);
  const endMinus = endPlus + (<usize>task.minus << 2);
  const end = offsets + (<usize>task.taps << 2);
  for (let ow = from; ow < to; ow += 64) {
    // the last 64 overlap those before
    const column = <usize>min(ow, to - 64);
    const at = line + column;
    let a0 = both, a1 = both, a2 = both, a3 = both, b0 = odd, b1 = odd, b2 = odd, b3 = odd;
    let tap = offsets;
    for (; tap < endPlus; tap += 4) {
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = i16x8.add(a0, v0);
      a1 = i16x8.add(a1, v1);
      a2 = i16x8.add(a2, v2);
      a3 = i16x8.add(a3, v3);
      b0 = i16x8.add(b0, i16x8.shr_u(v0, 8));
      b1 = i16x8.add(b1, i16x8.shr_u(v1, 8));
      b2 = i16x8.add(b2, i16x8.shr_u(v2, 8));
      b3 = i16x8.add(b3, i16x8.shr_u(v3, 8));
    }
    for (; tap < endMinus; tap += 4) {
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = i16x8.sub(a0, v0);
      a1 = i16x8.sub(a1, v1);
      a2 = i16x8.sub(a2, v2);
      a3 = i16x8.sub(a3, v3);
      b0 = i16x8.sub(b0, i16x8.shr_u(v0, 8));
      b1 = i16x8.sub(b1, i16x8.shr_u(v1, 8));
      b2 = i16x8.sub(b2, i16x8.shr_u(v2, 8));
      b3 = i16x8.sub(b3, i16x8.shr_u(v3, 8));
    }
    for (let w = weights; tap < end; tap += 4) {
      const k = v128.load16_splat(w);
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = i16x8.add(a0, i16x8.mul(k, v0));
      a1 = i16x8.add(a1, i16x8.mul(k, v1));
      a2 = i16x8.add(a2, i16x8.mul(k, v2));
      a3 = i16x8.add(a3, i16x8.mul(k, v3));
      b0 = i16x8.add(b0, i16x8.mul(k, i16x8.shr_u(v0, 8)));
      b1 = i16x8.add(b1, i16x8.mul(k, i16x8.shr_u(v1, 8)));
      b2 = i16x8.add(b2, i16x8.mul(k, i16x8.shr_u(v2, 8)));
      b3 = i16x8.add(b3, i16x8.mul(k, i16x8.shr_u(v3, 8)));
      w += 4;
    }
    a0 = i16x8.sub(a0, i16x8.shl(b0, 8));
    a1 = i16x8.sub(a1, i16x8.shl(b1, 8));
    a2 = i16x8.sub(a2, i16x8.shl(b2, 8));
    a3 = i16x8.sub(a3, i16x8.shl(b3, 8));
    if (factor) {
      a0 = quotient(a0, shift, factor, bits);
      a1 = quotient(a1, shift, factor, bits);
      a2 = quotient(a2, shift, factor, bits);
      a3 = quotient(a3, shift, factor, bits);
      b0 = quotient(b0, shift, factor, bits);
      b1 = quotient(b1, shift, factor, bits);
      b2 = quotient(b2, shift, factor, bits);
      b3 = quotient(b3, shift, factor, bits);
    } else if (!plain) {
      a0 = scaled(a0, scale, bias);
      a1 = scaled(a1, scale, bias);
      a2 = scaled(a2, scale, bias);
      a3 = scaled(a3, scale, bias);
      b0 = scaled(b0, scale, bias);
      b1 = scaled(b1, scale, bias);
      b2 = scaled(b2, scale, bias);
      b3 = scaled(b3, scale, bias);
    }
    // here, because the sums above take all registers
    const alpha = alphaMask(keep);
    storeBytes(target + column, source + column, alpha, i8x16.narrow_i16x8_u(a0, a1), i8x16.narrow_i16x8_u(b0, b1));
    storeBytes(target + column + 32, source + column + 32, alpha, i8x16.narrow_i16x8_u(a2, a3), i8x16.narrow_i16x8_u(b2, b3));
  }
}

/** Eight 16-bit sums: round(scale · sum). */
@inline
function quotient(sums: v128, shift: i32, factor: i32, bits: i32): v128 {
  const product = i16x8.q15mulr_sat_s(i16x8.shl(sums, shift), i16x8.splat(<i16>factor));
  const half: i32 = 1 << (bits - 1);
  return i16x8.shr_s(i16x8.add_sat_s(product, i16x8.splat(<i16>half)), bits);
}

/** Eight 16-bit sums: round(scale · sum + bias). */
@inline
function scaled(sums: v128, scale: f32, bias: f32): v128 {
  const s = f32x4.splat(scale), b = f32x4.splat(bias);
  const low = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sums)), s), b);
  const high = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(sums)), s), b);
  return i16x8.narrow_i32x4_s(rounded(low), rounded(high));
}
