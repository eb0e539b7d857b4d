// Converts values of the result to samples: clamped, and integers rounded, halves up.
import { HALF_WAY, wholeOf } from './bytes-store';

/** Rounded and clamped; NaN becomes 0. @param half what is added before the fraction is cut off */
@inline
export function wholeOf4(at: usize, white: v128, half: f32): v128 {
  // pmin of a number and NaN returns the first argument
  const limited = f32x4.pmin(f32x4.pmax(f32x4.splat(0), v128.load(at)), white);
  return wholeOf(f32x4.floor(f32x4.add(limited, f32x4.splat(half))));
}

export function storeBytes(values: usize, count: i32, to: usize): void {
  const white = f32x4.splat(255);
  for (; count >= 16; count -= 16) {
    const low = i16x8.narrow_i32x4_s(wholeOf4(values, white, 0.5 + HALF_WAY), wholeOf4(values + 16, white, 0.5 + HALF_WAY));
    v128.store(to, i8x16.narrow_i16x8_u(low, i16x8.narrow_i32x4_s(wholeOf4(values + 32, white, 0.5 + HALF_WAY), wholeOf4(values + 48, white, 0.5 + HALF_WAY))));
    values += 64;
    to += 16;
  }
  for (; count > 0; count--) {
    store<u8>(to, i32x4.extract_lane(wholeOf4(values, white, 0.5 + HALF_WAY), 0));
    values += 4;
    to++;
  }
}

export function storeWords(values: usize, count: i32, to: usize): void {
  const white = f32x4.splat(65535);
  for (; count >= 8; count -= 8) {
    v128.store(to, i16x8.narrow_i32x4_u(wholeOf4(values, white, 0.5), wholeOf4(values + 16, white, 0.5)));
    values += 32;
    to += 16;
  }
  for (; count > 0; count--) {
    store<u16>(to, i32x4.extract_lane(wholeOf4(values, white, 0.5), 0));
    values += 4;
    to += 2;
  }
}

/** Between 0 and 1; NaN stays. */
export function storeClamped(values: usize, count: i32, to: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(to, clamped(v128.load(values)));
    values += 16;
    to += 16;
  }
  for (; count > 0; count--) {
    store<f32>(to, f32x4.extract_lane(clamped(v128.load(values)), 0));
    values += 4;
    to += 4;
  }
}

/** Between 0 and 1, never −0; NaN stays. */
@inline
export function clamped(values: v128): v128 {
  // one instruction each, unlike min and max; they return the first argument if the comparison is false
  return f32x4.pmin(f32x4.pmax(f32x4.add(values, f32x4.splat(0)), f32x4.splat(0)), f32x4.splat(1));
}
