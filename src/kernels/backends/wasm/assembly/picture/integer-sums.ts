import { FRAME_BYTES } from '../constants';
import { Correlation } from '../correlation';
import { Flag, Ints } from '../memory';
import { crossOfRow } from './bytes-cross';
import { EDGE, gatherStrip } from './bytes-gather';
import { nearest, rounded } from './bytes-store';
import { storeValues } from './line-store';
import { Line, lineOf, LineTask } from './line-task';

/** Sums of whole numbers: the cells are all samples of a pixel, filtered or not. */
@unmanaged
export class IntegerTask extends LineTask {
  /** of the bytes of rows: [H, bytes of a row], whose taps lie whole pixels apart */
  correlation: Correlation;
  /** [2, taps] in the strip and in x, in bytes: of `plus` taps of weight 1, `minus` of −1, then the others */
  offsets: Ints;
  taps: i32;
  plus: i32;
  minus: i32;
  /** of the others */
  weights: Ints;
  /** a window of bytes-cross.ts: `offsets` are those of its rows then */
  cross: Flag;
  /** samples that are not filtered are those of the original */
  keeps: Flag;
  /** the scale is 1, and `whole` is the bias */
  plain: Flag;
  whole: i32;
  /** of the quotient, see PictureSum; factor 0: there is none */
  shift: i32;
  factor: i32;
  bits: i32;
  /** of the sum */
  scale: f32;
  bias: f32;
  absolute: Flag;
  /** values are from black to white, so that they may be rounded the quick way */
  spread: Flag;
  /** the values go to the result by way of a line of floats; `direct`: they are the result */
  floats: Flag;
  direct: Flag;
  /** bytes become words: times 257 */
  wide: Flag;
  /** factor of the samples that are not filtered, where values are floats */
  unit: f32;
  /** bytes from scratch to the cells of a strip */
  stripAt: usize;
}

/** 8 bits, with Σ |w|·255 + |bias| < 2¹⁵: 16-bit sums. Strips `from` … `to` − 1. @param scratch frame; lines */
export function integerBytes(task: IntegerTask, scratch: usize, from: i32, to: i32): void {
  strips<i16>(task, scratch, from, to);
}

/** 16 bits, with Σ |w|·65535 + |bias| < 2³¹: 32-bit sums. Strips `from` … `to` − 1. @param scratch frame; lines */
export function integerWords(task: IntegerTask, scratch: usize, from: i32, to: i32): void {
  strips<i32>(task, scratch, from, to);
}

function strips<T>(task: IntegerTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const strip = scratch + task.stripAt;
  const offsets = task.offsets, direct = offsets + (<usize>task.taps << 2);
  for (let index = from; index < to; index++) {
    const line = lineOf(task, scratch, index);
    const oh = index * c.stripRows;
    const rows = min(c.stripRows, c.outH - oh);
    if (line.range) beginRange<T>(line);
    const inside = gatherStrip(c, task.x, oh, rows, strip);
    const edge = inside ? EDGE : c.outW;
    for (let row = 0; row < rows; row++) {
      const cells = strip + <usize>(row * c.rowLength);
      line.oh = oh + row;
      sumsOfRow<T>(task, line, cells, offsets, 0, edge);
      if (inside) {
        sumsOfRow<T>(task, line, inside + <usize>(row * c.inW), direct, edge, c.outW - edge);
        sumsOfRow<T>(task, line, cells, offsets, c.outW - edge, c.outW);
      }
      if (task.floats && !task.direct) storeValues(task, line, line.stored, oh + row, 0, task.grid.outW);
    }
    if (line.range) endRange<T>(task, line);
  }
}

/**
 * Bytes `from` … `to` − 1 of a row of the result's pixels, at least 64.
 *
 * A vector is read as numbers that hold two samples, even + 2ⁿ · odd. One sum runs over these numbers and may overflow; the other
 * runs over the odd samples alone and is exact. The first less 2ⁿ times the second is the sum of the even samples, exact as well. So
 * no sample has to be widened.
 * @param cells under the first tap of the row's first sample
 */
function sumsOfRow<T>(task: IntegerTask, line: Line, cells0: usize, offsets: usize, from: i32, to: i32): void {
  const oh = line.oh;
  const s = task.store;
  const target = task.out + <usize>oh * <usize>s.rowBytes;
  if (sizeof<T>() === 2 && task.cross) {
    crossOfRow(cells0, from, to, offsets, task.weights, target);
    return;
  }
  const source = task.keeps ? originalRow(task, oh) : cells0;
  const weights = task.weights;
  const odd = v128.splat<T>(<T>task.whole);
  const both = v128.add<T>(odd, v128.shl<T>(odd, <i32>(sizeof<T>() << 2)));
  const endPlus = offsets + (<usize>task.plus << 2);
  const endMinus = endPlus + (<usize>task.minus << 2);
  const end = offsets + (<usize>task.taps << 2);
  for (let ow = from; ow < to; ow += 64) {
    // the last 64 overlap those before
    const column = <usize>min(ow, to - 64);
    const at = cells0 + column;
    let a0 = both, a1 = both, a2 = both, a3 = both, b0 = odd, b1 = odd, b2 = odd, b3 = odd;
    let tap = offsets;
    for (; tap < endPlus; tap += 4) {
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = v128.add<T>(a0, v0);
      a1 = v128.add<T>(a1, v1);
      a2 = v128.add<T>(a2, v2);
      a3 = v128.add<T>(a3, v3);
      b0 = v128.add<T>(b0, high<T>(v0));
      b1 = v128.add<T>(b1, high<T>(v1));
      b2 = v128.add<T>(b2, high<T>(v2));
      b3 = v128.add<T>(b3, high<T>(v3));
    }
    for (; tap < endMinus; tap += 4) {
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = v128.sub<T>(a0, v0);
      a1 = v128.sub<T>(a1, v1);
      a2 = v128.sub<T>(a2, v2);
      a3 = v128.sub<T>(a3, v3);
      b0 = v128.sub<T>(b0, high<T>(v0));
      b1 = v128.sub<T>(b1, high<T>(v1));
      b2 = v128.sub<T>(b2, high<T>(v2));
      b3 = v128.sub<T>(b3, high<T>(v3));
    }
    for (let w = weights; tap < end; tap += 4) {
      const k = sizeof<T>() === 2 ? v128.load16_splat(w) : v128.load32_splat(w);
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = v128.add<T>(a0, v128.mul<T>(k, v0));
      a1 = v128.add<T>(a1, v128.mul<T>(k, v1));
      a2 = v128.add<T>(a2, v128.mul<T>(k, v2));
      a3 = v128.add<T>(a3, v128.mul<T>(k, v3));
      b0 = v128.add<T>(b0, v128.mul<T>(k, high<T>(v0)));
      b1 = v128.add<T>(b1, v128.mul<T>(k, high<T>(v1)));
      b2 = v128.add<T>(b2, v128.mul<T>(k, high<T>(v2)));
      b3 = v128.add<T>(b3, v128.mul<T>(k, high<T>(v3)));
      w += 4;
    }
    a0 = low<T>(a0, b0);
    a1 = low<T>(a1, b1);
    a2 = low<T>(a2, b2);
    a3 = low<T>(a3, b3);
    if (task.absolute) {
      a0 = v128.abs<T>(a0);
      a1 = v128.abs<T>(a1);
      a2 = v128.abs<T>(a2);
      a3 = v128.abs<T>(a3);
      b0 = v128.abs<T>(b0);
      b1 = v128.abs<T>(b1);
      b2 = v128.abs<T>(b2);
      b3 = v128.abs<T>(b3);
    }
    if (line.range) {
      const kept = v128.shr<T>(keptOf<T>(task), <i32>(sizeof<T>() << 2));
      const least = v128.min<T>(v128.min<T>(v128.min<T>(a0, a1), v128.min<T>(a2, a3)), odds(v128.min<T>(v128.min<T>(b0, b1), v128.min<T>(b2, b3)), kept, a0));
      const most = v128.max<T>(v128.max<T>(v128.max<T>(a0, a1), v128.max<T>(a2, a3)), odds(v128.max<T>(v128.max<T>(b0, b1), v128.max<T>(b2, b3)), kept, a0));
      v128.store(line.stored, v128.min<T>(v128.load(line.stored), least));
      v128.store(line.stored, v128.max<T>(v128.load(line.stored, 16), most), 16);
      continue;
    }
    if (task.floats) {
      const to = (task.direct ? target : line.stored) + (column << (sizeof<T>() === 2 ? 2 : 1));
      toFloats<T>(task, to, a0, b0, source + column);
      toFloats<T>(task, to + 16 * (8 / sizeof<T>()), a1, b1, source + column + 16);
      toFloats<T>(task, to + 32 * (8 / sizeof<T>()), a2, b2, source + column + 32);
      toFloats<T>(task, to + 48 * (8 / sizeof<T>()), a3, b3, source + column + 48);
      continue;
    }
    if (task.factor) {
      a0 = quotient<T>(task, a0);
      a1 = quotient<T>(task, a1);
      a2 = quotient<T>(task, a2);
      a3 = quotient<T>(task, a3);
      b0 = quotient<T>(task, b0);
      b1 = quotient<T>(task, b1);
      b2 = quotient<T>(task, b2);
      b3 = quotient<T>(task, b3);
    } else if (!task.plain) {
      a0 = scaled<T>(task, a0);
      a1 = scaled<T>(task, a1);
      a2 = scaled<T>(task, a2);
      a3 = scaled<T>(task, a3);
      b0 = scaled<T>(task, b0);
      b1 = scaled<T>(task, b1);
      b2 = scaled<T>(task, b2);
      b3 = scaled<T>(task, b3);
    }
    // here, because the sums above take all registers
    const alpha = keptOf<T>(task);
    if (sizeof<T>() === 2 && task.wide) {
      storeWide(target + 2 * column, source + column, alpha, narrow<T>(a0, a1), narrow<T>(b0, b1));
      storeWide(target + 2 * column + 64, source + column + 32, alpha, narrow<T>(a2, a3), narrow<T>(b2, b3));
      continue;
    }
    storeSamples<T>(target + column, source + column, alpha, narrow<T>(a0, a1), narrow<T>(b0, b1));
    storeSamples<T>(target + column + 32, source + column + 32, alpha, narrow<T>(a2, a3), narrow<T>(b2, b3));
  }
}

/** The pixel of the original under the anchor of the row's first. */
@inline
function originalRow(task: IntegerTask, oh: i32): usize {
  const s = task.store, l = s.original;
  const row = load<i32>(s.originalRows + (<usize>oh << 2));
  return task.original + <usize>row * <usize>l.rowBytes + <usize>(load<i32>(s.originalColumns) * l.channels * l.sampleBytes);
}

/** The odd samples. */
@inline
function high<T>(both: v128): v128 {
  return sizeof<T>() === 2 ? i16x8.shr_u(both, 8) : i32x4.shr_u(both, 16);
}

/** Sums of the even samples. */
@inline
function low<T>(both: v128, odd: v128): v128 {
  return v128.sub<T>(both, v128.shl<T>(odd, <i32>(sizeof<T>() << 2)));
}

/** All bits of the samples that are not filtered, the last of 2 or 4. */
@inline
function keptOf<T>(task: IntegerTask): v128 {
  const channels = task.keeps ? task.store.channels : 0;
  if (sizeof<T>() === 2) return channels === 4 ? i32x4.splat(<i32>0xff000000) : channels === 2 ? i16x8.splat(<i16>0xff00) : i32x4.splat(0);
  return channels === 4 ? i64x2.splat(<i64>0xffff000000000000) : channels === 2 ? i32x4.splat(<i32>0xffff0000) : i32x4.splat(0);
}

/** Sums within the range of the samples. */
@inline
function narrow<T>(a: v128, b: v128): v128 {
  return sizeof<T>() === 2 ? i8x16.narrow_i16x8_u(a, b) : i16x8.narrow_i32x4_u(a, b);
}

/** Stores 32 bytes: even and odd samples. Those under the mask are the source's. */
@inline
function storeSamples<T>(to: usize, source: usize, alpha: v128, even: v128, odd: v128): void {
  // shuffles that are one instruction of the processor: any other order would be loaded each time
  const first = sizeof<T>() === 2 ? v128.shuffle<u8>(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23) : v128.shuffle<u16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
  const second = sizeof<T>() === 2 ? v128.shuffle<u8>(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31) : v128.shuffle<u16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
  v128.store(to, v128.bitselect(v128.load(source), first, alpha));
  v128.store(to + 16, v128.bitselect(v128.load(source + 16), second, alpha));
}

/** The same of bytes that become words: each twice is 257 times as much. */
@inline
function storeWide(to: usize, source: usize, alpha: v128, even: v128, odd: v128): void {
  const first = v128.bitselect(v128.load(source), v128.shuffle<u8>(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), alpha);
  const second = v128.bitselect(v128.load(source + 16), v128.shuffle<u8>(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), alpha);
  v128.store(to, v128.shuffle<u8>(first, first, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7));
  v128.store(to + 16, v128.shuffle<u8>(first, first, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15));
  v128.store(to + 32, v128.shuffle<u8>(second, second, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7));
  v128.store(to + 48, v128.shuffle<u8>(second, second, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15));
}

/** round(scale · sum), of 16-bit sums. */
@inline
function quotient<T>(task: IntegerTask, sums: v128): v128 {
  if (sizeof<T>() !== 2) return sums;
  const product = i16x8.q15mulr_sat_s(i16x8.shl(sums, task.shift), i16x8.splat(<i16>task.factor));
  const half: i32 = 1 << (task.bits - 1);
  return i16x8.shr_s(i16x8.add_sat_s(product, i16x8.splat(<i16>half)), task.bits);
}

/** round(scale · sum + bias) */
@inline
function scaled<T>(task: IntegerTask, sums: v128): v128 {
  const s = f32x4.splat(task.scale), b = f32x4.splat(task.bias);
  if (sizeof<T>() !== 2) {
    const value = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), s), b);
    return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(value, f32x4.splat(0.5))));
  }
  const low = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sums)), s), b);
  const high = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(sums)), s), b);
  return task.spread ? i16x8.narrow_i32x4_s(nearest(low), nearest(high)) : i16x8.narrow_i32x4_s(rounded(low), rounded(high));
}

/** The even and the odd sums under a vector of samples become floats: scale · sum + bias, and the samples that are not filtered. */
@inline
function toFloats<T>(task: IntegerTask, to: usize, even: v128, odd: v128, source: usize): void {
  const s = f32x4.splat(task.scale), b = f32x4.splat(task.plain ? 0 : task.bias), u = f32x4.splat(task.unit);
  if (sizeof<T>() === 2) {
    const channels = task.keeps ? task.store.channels : 0;
    const alpha = channels === 4 ? i64x2.splat(<i64>0xffff000000000000) : channels === 2 ? i32x4.splat(<i32>0xffff0000) : i32x4.splat(0);
    const first = v128.shuffle<u16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11), second = v128.shuffle<u16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
    const bytes = v128.load(source);
    four(to, i32x4.extend_low_i16x8_s(first), s, b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes))), u), i32x4.extend_low_i16x8_s(alpha));
    four(to + 16, i32x4.extend_high_i16x8_s(first), s, b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(i16x8.extend_low_i8x16_u(bytes))), u), i32x4.extend_high_i16x8_s(alpha));
    four(to + 32, i32x4.extend_low_i16x8_s(second), s, b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_high_i8x16_u(bytes))), u), i32x4.extend_low_i16x8_s(alpha));
    four(to + 48, i32x4.extend_high_i16x8_s(second), s, b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(i16x8.extend_high_i8x16_u(bytes))), u), i32x4.extend_high_i16x8_s(alpha));
  } else {
    const alpha = keptOf<T>(task);
    const words = v128.load(source);
    four(to, v128.shuffle<i32>(even, odd, 0, 4, 1, 5), s, b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words)), u), i32x4.extend_low_i16x8_s(alpha));
    four(to + 16, v128.shuffle<i32>(even, odd, 2, 6, 3, 7), s, b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(words)), u), i32x4.extend_high_i16x8_s(alpha));
  }
}

/** @param samples those that are not filtered, as floats @param kept all bits of them */
@inline
function four(to: usize, sums: v128, scale: v128, bias: v128, samples: v128, kept: v128): void {
  v128.store(to, v128.bitselect(samples, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), scale), bias), kept));
}

/** Odd sums that count; the others are replaced by some that do. */
@inline
function odds(odd: v128, kept: v128, even: v128): v128 {
  return v128.bitselect(even, odd, kept);
}

/** No sums yet: two vectors, of the least and of the largest. */
@inline
function beginRange<T>(line: Line): void {
  v128.store(line.stored, v128.splat<T>(<T>(sizeof<T>() === 2 ? 0x7fff : 0x7fffffff)));
  v128.store(line.stored, v128.splat<T>(<T>(sizeof<T>() === 2 ? -0x8000 : -0x80000000)), 16);
}

/** The least and the largest sum, as scale · sum + bias. */
function endRange<T>(task: IntegerTask, line: Line): void {
  const bias: f32 = task.plain ? 0 : task.bias;
  for (let at: usize = 0; at < 16; at += sizeof<T>()) {
    const least: f32 = <f32>load<T>(line.stored + at) * task.scale + bias;
    const most: f32 = <f32>load<T>(line.stored + at, 16) * task.scale + bias;
    store<f32>(line.range, min(load<f32>(line.range), least));
    store<f32>(line.range, max(load<f32>(line.range, 4), most), 4);
  }
}
