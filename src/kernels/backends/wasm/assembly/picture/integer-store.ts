// Converts integer sums to bytes, words or floats.
import { nearest, rounded } from './bytes-store';
import { IntegerTask } from './integer-task';

/** All bits of the samples that are not filtered, the last of 2 or 4. */
@inline
export function keptOf<T>(task: IntegerTask): v128 {
  const channels = task.keeps ? task.store.channels : 0;
  if (sizeof<T>() === 2) return channels === 4 ? i32x4.splat(<i32>0xff000000) : channels === 2 ? i16x8.splat(<i16>0xff00) : i32x4.splat(0);
  return channels === 4 ? i64x2.splat(<i64>0xffff000000000000) : channels === 2 ? i32x4.splat(<i32>0xffff0000) : i32x4.splat(0);
}

/** Clamps sums to the range of the samples. */
@inline
export function narrow<T>(a: v128, b: v128): v128 {
  return sizeof<T>() === 2 ? i8x16.narrow_i16x8_u(a, b) : i16x8.narrow_i32x4_u(a, b);
}

/** Stores 32 bytes: even and odd samples. Those under the mask are the source's. */
@inline
export function storeSamples<T>(to: usize, source: usize, alpha: v128, even: v128, odd: v128): void {
  // shuffles that are single processor instructions; any other pattern would be loaded each time
  const first = sizeof<T>() === 2 ? v128.shuffle<u8>(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23) : v128.shuffle<u16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
  const second = sizeof<T>() === 2 ? v128.shuffle<u8>(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31) : v128.shuffle<u16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
  v128.store(to, v128.bitselect(v128.load(source), first, alpha));
  v128.store(to + 16, v128.bitselect(v128.load(source + 16), second, alpha));
}

/** The same for bytes that become words: repeating each byte multiplies it by 257. */
@inline
export function storeWide(to: usize, source: usize, alpha: v128, even: v128, odd: v128): void {
  const first = v128.bitselect(v128.load(source), v128.shuffle<u8>(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), alpha);
  const second = v128.bitselect(v128.load(source + 16), v128.shuffle<u8>(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), alpha);
  v128.store(to, v128.shuffle<u8>(first, first, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7));
  v128.store(to + 16, v128.shuffle<u8>(first, first, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15));
  v128.store(to + 32, v128.shuffle<u8>(second, second, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7));
  v128.store(to + 48, v128.shuffle<u8>(second, second, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15));
}

// Constant vectors are passed as arguments, because reading them from the task after each store takes as long as the
// arithmetic.

/** round(scale · sum) for 16-bit sums. @param half of the last bit that is kept */
@inline
export function quotient<T>(sums: v128, shift: i32, factor: v128, half: v128, bits: i32): v128 {
  if (sizeof<T>() !== 2) return sums;
  const product = i16x8.q15mulr_sat_s(i16x8.shl(sums, shift), factor);
  return i16x8.shr_s(i16x8.add_sat_s(product, half), bits);
}

/**
 * round(255 / range · sum) for 16-bit sums from 0 to the range. The factor is rounded down, so a product is the result
 * or one less; the remainder of the sum decides which.
 * @param half (range − 1) >> 1
 */
@inline
export function spread<T>(sums: v128, shift: i32, factor: v128, range: v128, half: v128): v128 {
  if (sizeof<T>() !== 2) return sums;
  const product = i16x8.q15mulr_sat_s(i16x8.shl(sums, shift), factor);
  const left = i16x8.sub(i16x8.mul(sums, i16x8.splat(255)), i16x8.mul(product, range));
  return i16x8.sub(product, i16x8.gt_s(left, half));
}

/** round(scale · sum + bias) */
@inline
export function scaled<T>(task: IntegerTask, sums: v128): v128 {
  const s = f32x4.splat(task.scale), b = f32x4.splat(task.bias);
  if (sizeof<T>() !== 2) {
    const value = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), s), b);
    return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(value, f32x4.splat(0.5))));
  }
  const low = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sums)), s), b);
  const high = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(sums)), s), b);
  return task.spread ? i16x8.narrow_i32x4_s(nearest(low), nearest(high)) : i16x8.narrow_i32x4_s(rounded(low), rounded(high));
}

/**
 * Converts the even and odd sums under a vector of samples to floats: scale · sum + bias, and the samples that are not
 * filtered.
 */
@inline
export function toFloats<T>(task: IntegerTask, to: usize, even: v128, odd: v128, source: usize): void {
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
