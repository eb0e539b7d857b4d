// Turns sums into bytes of an interleaved 8-bit image and keeps alpha where it is not filtered.
import { Bytes } from '../memory';
import { PictureTask } from './picture-task';

/**
 * Converts sums of at least 16 pixels to bytes, rounded and clamped; alpha, if it is not filtered, is copied from
 * `source`.
 * @param cells sums of a pixel: as many as it has channels, or one less
 */
export function storeFloats(sums: usize, pixels: i32, cells: i32, channels: i32, out: usize, source: usize): void {
  const count = pixels * cells;
  if (cells === channels) {
    for (let done = 0; done < count; done += 16) {
      const cell = <usize>min(done, count - 16);
      v128.store(out + cell, bytesOf16(sums + (cell << 2)));
    }
  } else if (cells === 3) {
    const alpha = alphaMask(channels);
    for (let done = 0; done < pixels; done += 4) {
      const first = <usize>min(done, pixels - 4);
      const at = sums + 12 * first;
      const low = i16x8.narrow_i32x4_s(nearest(v128.load(at)), nearest(v128.load(at, 16)));
      const last = nearest(v128.load(at, 32));
      blend3(out + (first << 2), i8x16.narrow_i16x8_u(low, i16x8.narrow_i32x4_s(last, last)), source + (first << 2), alpha);
    }
  } else {
    const alpha = alphaMask(channels);
    for (let done = 0; done < count; done += 16) {
      const first = <usize>min(done, count - 16);
      const bytes = bytesOf16(sums + (first << 2));
      const to = out + (first << 1), from = source + (first << 1);
      blend1(to, i16x8.extend_low_i8x16_u(bytes), from, alpha);
      blend1(to + 16, i16x8.extend_high_i8x16_u(bytes), from + 16, alpha);
    }
  }
}

@inline
function bytesOf16(at: usize): v128 {
  const low = i16x8.narrow_i32x4_s(nearest(v128.load(at)), nearest(v128.load(at, 16)));
  const high = i16x8.narrow_i32x4_s(nearest(v128.load(at, 32)), nearest(v128.load(at, 48)));
  return i8x16.narrow_i16x8_u(low, high);
}

/**
 * Added to values before {@link wholeOf}, so that it rounds halves up, including values slightly below a half, which
 * float sums cannot distinguish from it.
 */
export const HALF_WAY: f32 = 1 / 65536;

/** Rounds four values within ±2²¹, a range that the plan guarantees: cheaper than {@link rounded}. */
@inline
export function nearest(values: v128): v128 {
  return wholeOf(f32x4.add(values, f32x4.splat(HALF_WAY)));
}

/** Rounds four values within ±2²¹, halves up, as in all filters. */
@inline
export function rounded(values: v128): v128 {
  return wholeOf(f32x4.floor(f32x4.add(values, f32x4.splat(0.5))));
}

/** The nearest integers, halves to even: adds 1.5 · 2²³, whose last bit counts ones. */
@inline
export function wholeOf(values: v128): v128 {
  return i32x4.sub(f32x4.add(values, f32x4.splat(12582912)), i32x4.splat(0x4b400000));
}

/** Bytes of a pixel whose last one is not filtered, or 0: see alphaMask. */
@inline
export function copiesAlpha(task: PictureTask): i32 {
  return task.filtered < task.channels ? task.channels : 0;
}

/** A mask that selects the last of every `keep` bytes, 2 or 4; empty if `keep` is 0. */
@inline
export function alphaMask(keep: i32): v128 {
  return keep === 4 ? i32x4.splat(<i32>0xff000000) : keep === 2 ? i16x8.splat(<i16>0xff00) : i32x4.splat(0);
}

/** True if the last of every 2 or 4 samples is white. @param length in samples, whole pixels @param bytes of a sample: 1, 2, or 4 for floats */
export function isOpaque(x: Bytes, length: i32, channels: i32, bytes: i32): bool {
  const size = <usize>length * <usize>bytes;
  const alpha = alphaOf(channels, bytes);
  let at: usize = 0;
  if (bytes < 4) {
    // for integers, white has all bits set
    for (; at + 128 <= size; at += 128) {
      const p = x + at;
      const a = v128.and(v128.load(p), v128.load(p, 16)), b = v128.and(v128.load(p, 32), v128.load(p, 48));
      const c = v128.and(v128.load(p, 64), v128.load(p, 80)), d = v128.and(v128.load(p, 96), v128.load(p, 112));
      if (v128.any_true(v128.andnot(alpha, v128.and(v128.and(a, b), v128.and(c, d))))) return false;
    }
  } else {
    const white = f32x4.splat(1);
    for (; at + 64 <= size; at += 64) {
      const p = x + at;
      const a = v128.and(f32x4.eq(v128.load(p), white), f32x4.eq(v128.load(p, 16), white));
      const b = v128.and(f32x4.eq(v128.load(p, 32), white), f32x4.eq(v128.load(p, 48), white));
      if (v128.any_true(v128.andnot(alpha, v128.and(a, b)))) return false;
    }
  }
  const step = <usize>(channels * bytes);
  for (at += step - <usize>bytes; at < size; at += step) {
    const sample = x + at;
    if (bytes === 1 ? load<u8>(sample) !== 255 : bytes === 2 ? load<u16>(sample) !== 65535 : load<f32>(sample) !== 1) return false;
  }
  return true;
}

/** All bits of the last of every 2 or 4 samples. */
function alphaOf(channels: i32, bytes: i32): v128 {
  if (bytes === 1) return alphaMask(channels);
  if (bytes === 2) return channels === 4 ? i64x2.splat(<i64>0xffff000000000000) : i32x4.splat(<i32>0xffff0000);
  return channels === 4 ? i32x4(0, 0, 0, -1) : i32x4(0, -1, 0, -1);
}

/** Stores 16 bytes; those under the mask are the source's. */
@inline
export function blendBytes(to: usize, bytes: v128, source: usize, alpha: v128): void {
  v128.store(to, v128.bitselect(v128.load(source), bytes, alpha));
}

/** Stores 32 bytes: those in even places, and those in odd ones. Under the mask they are the source's. */
@inline
export function storeBytes(to: usize, source: usize, alpha: v128, even: v128, odd: v128): void {
  // shuffles that are single processor instructions; any other pattern would be loaded each time
  blendBytes(to, v128.shuffle<u8>(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), source, alpha);
  blendBytes(to + 16, v128.shuffle<u8>(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), source + 16, alpha);
}

/**
 * Stores filtered bytes of at least 16 pixels, with the alpha of `source` between them where it is not filtered.
 * @param cells bytes of a pixel: as many as it has channels, or one less
 */
export function storeRow(bytes: usize, pixels: i32, cells: i32, channels: i32, out: usize, source: usize): void {
  const size = <usize>(pixels * channels);
  if (channels === cells) {
    memory.copy(out, bytes, size);
    return;
  }
  const alpha = alphaMask(channels);
  const last = out + size - 16;
  if (cells === 3) {
    for (; out < last; out += 16) {
      blend3(out, v128.load(bytes), source, alpha);
      bytes += 12;
      source += 16;
    }
    // the last 16 overlap the previous ones
    const back = out - last;
    blend3(last, v128.load(bytes - (back >> 2) * 3), source - back, alpha);
  } else {
    for (; out < last; out += 16) {
      blend1(out, v128.load8x8_u(bytes), source, alpha);
      bytes += 8;
      source += 16;
    }
    const back = out - last;
    blend1(last, v128.load8x8_u(bytes - (back >> 1)), source - back, alpha);
  }
}

/** 12 bytes as the colors of four pixels, with the source's alpha. */
@inline
function blend3(out: usize, bytes: v128, source: usize, alpha: v128): void {
  const spread = v128.swizzle(bytes, i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
  v128.store(out, v128.or(spread, v128.and(v128.load(source), alpha)));
}

/** 8 bytes, widened to 16 bits, as the grays of pixels, with the source's alpha. */
@inline
function blend1(out: usize, words: v128, source: usize, alpha: v128): void {
  v128.store(out, v128.or(words, v128.and(v128.load(source), alpha)));
}
