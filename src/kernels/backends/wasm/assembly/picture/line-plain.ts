// Stores cells that need no processing except conversion, next to samples of the original: by whole vectors, without an
// intermediate line of samples.
import { TAKE_LUMINANCE, TAKE_PREMULTIPLIED } from '../constants';
import { HALF_WAY, storeFloats, wholeOf } from './bytes-store';
import { luminanceOfBytes } from './line-load';
import { clamped, wholeOf4 } from './line-samples';
import { LineStore, LineTask } from './line-task';

/**
 * Stores cells of whole pixels, see LineStore.plain.
 * @returns false if there are too few pixels, or if there is no code for their format
 */
export function storePlain(task: LineTask, sums: usize, oh: i32, ow: i32, count: i32): bool {
  const s = task.store;
  const pixel = s.channels * s.sampleBytes;
  const row = load<i32>(s.originalRows + (<usize>oh << 2)), first = load<i32>(s.originalColumns + (<usize>ow << 2));
  const source = task.original + <usize>row * <usize>s.original.rowBytes + <usize>(first * pixel);
  const target = task.out + <usize>oh * <usize>s.rowBytes + <usize>(ow * pixel);
  if (s.take === TAKE_LUMINANCE) {
    if (count < 4) return false;
    storeLuminances(sums, count, target, source);
  } else if (s.take === TAKE_PREMULTIPLIED) {
    if (count < 4) return false;
    storePremultiplied(s, sums, count, target);
  } else if (s.sampleBytes === 1 && s.cells === 1 && s.channels === 4) {
    if (count < 4) return false;
    storeOne(sums, count, target, source, v128.load(s.filtered));
  } else if (s.sampleBytes === 4 && s.channels === 4 && s.cells >= 3) {
    const opaque = storeColorFloats(sums, <usize>s.cells << 2, count, target, source, s.clamped !== 0);
    if (!opaque && task.load.verdict) store<i32>(task.load.verdict, 0);
  } else if (s.sampleBytes === 1) {
    if (count < 16) return false;
    storeFloats(sums, count, s.cells, s.channels, target, source);
  } else if (s.sampleBytes !== 2 || s.cells !== 3 || s.channels !== 4) return false;
  else storeColorWords(sums, count, target, source);
  return true;
}

/**
 * Stores one sample of each four-byte pixel, and copies the others from the source.
 * @param chosen all bits of its lane in a pixel of floats
 */
function storeOne(sums: usize, count: i32, to: usize, source: usize, chosen: v128): void {
  const low = i16x8.narrow_i32x4_s(chosen, chosen);
  const mask = i8x16.narrow_i16x8_s(low, low);
  const white = f32x4.splat(255);
  for (let done = 0; done < count; done += 4) {
    // the last four overlap the previous ones
    const at = <usize>min(done, count - 4) << 2;
    const whole = wholeOf4(sums + at, white, 0.5 + HALF_WAY);
    // copied to every byte of its pixel
    const bytes = v128.swizzle(whole, i8x16(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    v128.store(to + at, v128.bitselect(bytes, v128.load(source + at), mask));
  }
}

/**
 * Stores the first three cells of each pixel with the source's alpha.
 * @param pixel bytes from one to the next
 * @returns true if every alpha is 1
 */
function storeColorFloats(sums: usize, pixel: usize, count: i32, to: usize, source: usize, limited: bool): bool {
  const alpha = i32x4(0, 0, 0, -1), white = f32x4.splat(1);
  let opaque = alpha;
  for (; count > 0; count--) {
    const original = v128.load(source);
    const value = v128.bitselect(original, v128.load(sums), alpha);
    opaque = v128.and(opaque, f32x4.eq(original, white));
    v128.store(to, limited ? clamped(value) : value);
    sums += pixel;
    source += 16;
    to += 16;
  }
  return i32x4.extract_lane(opaque, 3) !== 0;
}

function storeColorWords(sums: usize, count: i32, to: usize, source: usize): void {
  const white = f32x4.splat(65535);
  const alpha = i64x2.splat(<i64>0xffff000000000000);
  for (; count >= 2; count -= 2) {
    const words = i16x8.narrow_i32x4_u(wholeOf4(sums, white, 0.5), wholeOf4(sums + 12, white, 0.5));
    v128.store(to, v128.bitselect(v128.load(source), words, alpha));
    sums += 24;
    source += 16;
    to += 16;
  }
  if (count === 0) return;
  const words = i16x8.narrow_i32x4_u(wholeOf4(sums, white, 0.5), white);
  v128.store64_lane(to, v128.bitselect(v128.load64_zero(source), words, alpha), 0);
}

/** Adds the change in luminance to four-byte pixels. */
function storeLuminances(sums: usize, count: i32, target: usize, source: usize): void {
  for (let done = 0; done < count; done += 4) {
    // the last four overlap the previous ones
    const at = <usize>min(done, count - 4) << 2;
    const pixels = v128.load(source + at);
    const change = f32x4.add(f32x4.sub(v128.load(sums + at), luminanceOfBytes(pixels)), f32x4.splat(HALF_WAY));
    const red = moved(v128.and(pixels, i32x4.splat(255)), change);
    const green = moved(v128.and(i32x4.shr_u(pixels, 8), i32x4.splat(255)), change);
    const blue = moved(v128.and(i32x4.shr_u(pixels, 16), i32x4.splat(255)), change);
    const colors = v128.or(red, v128.or(i32x4.shl(green, 8), i32x4.shl(blue, 16)));
    v128.store(target + at, v128.bitselect(pixels, colors, i32x4.splat(<i32>0xff000000)));
  }
}

/** Four samples and their change, rounded and clamped. */
@inline
function moved(samples: v128, change: v128): v128 {
  const whole = wholeOf(f32x4.add(f32x4.convert_i32x4_s(samples), change));
  return i32x4.min_s(i32x4.max_s(whole, i32x4.splat(0)), i32x4.splat(255));
}

/**
 * Converts sums of premultiplied pixels to four bytes each, like line-alpha.ts, with the reds, greens, blues and alphas
 * of four pixels in separate vectors.
 */
function storePremultiplied(s: LineStore, sums: usize, count: i32, to: usize): void {
  const alphaScale = f32x4.splat(s.alphaScale), colorScale = f32x4.splat(s.colorScale), bias = f32x4.splat(s.bias), nothing = f32x4.splat(s.nothing);
  for (let done = 0; done < count; done += 4) {
    // the last four overlap the previous ones
    const first = <usize>min(done, count - 4);
    const at = sums + (first << 4);
    const p = v128.load(at), q = v128.load(at, 16), r = v128.load(at, 32), t = v128.load(at, 48);
    const low = v128.shuffle<f32>(p, q, 0, 4, 1, 5), lowNext = v128.shuffle<f32>(r, t, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(p, q, 2, 6, 3, 7), highNext = v128.shuffle<f32>(r, t, 2, 6, 3, 7);
    const shares = v128.shuffle<u64>(high, highNext, 1, 3);
    const opacity = f32x4.mul(shares, alphaScale);
    const visible = f32x4.gt(opacity, nothing);
    const red = byteOf(colorOf(v128.shuffle<u64>(low, lowNext, 0, 2), shares, colorScale, bias), visible);
    const green = byteOf(colorOf(v128.shuffle<u64>(low, lowNext, 1, 3), shares, colorScale, bias), visible);
    const blue = byteOf(colorOf(v128.shuffle<u64>(high, highNext, 0, 2), shares, colorScale, bias), visible);
    const alpha = byteOf(opacity, visible);
    v128.store(to + (first << 2), v128.or(v128.or(red, i32x4.shl(green, 8)), v128.or(i32x4.shl(blue, 16), i32x4.shl(alpha, 24))));
  }
}

@inline
function colorOf(sums: v128, shares: v128, scale: v128, bias: v128): v128 {
  return f32x4.add(f32x4.div(f32x4.mul(sums, scale), shares), bias);
}

/** Rounded and clamped; 0 for transparent pixels. */
@inline
function byteOf(values: v128, visible: v128): v128 {
  const limited = f32x4.pmin(f32x4.pmax(f32x4.splat(0), v128.and(values, visible)), f32x4.splat(255));
  return wholeOf(f32x4.floor(f32x4.add(limited, f32x4.splat(0.5 + HALF_WAY))));
}
