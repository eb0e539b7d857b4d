import { TAKE_ALL, TAKE_CHOSEN, TAKE_LUMINANCE, TAKE_PREMULTIPLIED } from '../constants';
import { HALF_WAY, storeFloats, wholeOf } from './bytes-store';
import { toSrgb } from './light';
import { loadPixels, luminanceOf, luminanceOfBytes } from './line-load';
import { mixWithOriginal } from './line-mix';
import { Line, LineStore, LineTask } from './line-task';

/**
 * Sums become samples of the result: a part of row `oh`, from column `ow` on.
 * @param sums cells of every column, strides or not; used up
 * @param count of pixels of the result
 */
export function storeLine(task: LineTask, line: Line, sums: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store;
  if (task.grid.strideW > 1 && !s.compact) keepColumns(sums, <usize>s.cells << 2, task.grid.strideW, count);
  if (s.early) toSrgb(sums, count * s.cells, s.original.white, 0);
  const mixed = changetype<usize>(s.mixed) !== 0;
  if (mixed && s.take !== TAKE_PREMULTIPLIED) mixWithOriginal(task, line, sums, oh, ow, count);
  if (s.plain && (s.take === TAKE_LUMINANCE ? storeLuminances(task, sums, oh, ow, count) : storeFloatsTo(task, sums, oh, ow, count))) return;
  let values = sums;
  if (s.take === TAKE_PREMULTIPLIED) {
    if (s.channels === 4) unpremultiply4(s, sums, count);
    else unpremultiply2(s, sums, count);
    if (mixed) mixWithOriginal(task, line, sums, oh, ow, count);
  } else if (s.take !== TAKE_ALL) {
    values = line.stored;
    loadOriginal(task, line, oh, ow, count, values);
    if (s.take === TAKE_LUMINANCE) addLuminance(s, sums, values, count);
    else putCells(s, sums, count, values);
  }
  if (s.light && !s.early) toSrgb(values, count * s.channels, s.original.white, s.filtered);
  storeValues(task, line, values, oh, ow, count);
}

/** All samples of pixels, filtered or not, become those of the result. @param values floats; used up */
export function storeValues(task: LineTask, line: Line, values: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store;
  const samples = count * s.channels;
  if (s.absolute) absolute(values, samples, s.filtered);
  if (line.range) {
    extendRange(s, values, samples, line.range);
    return;
  }
  if (!s.same) affine(s, values, samples);
  if (s.rowShares) blend(task, line, values, oh, ow, count);
  const target = task.out + <usize>oh * <usize>s.rowBytes + <usize>(ow * s.channels) * <usize>s.sampleBytes;
  if (s.sampleBytes === 1) storeBytes(values, samples, target);
  else if (s.sampleBytes === 2) storeWords(values, samples, target);
  else if (s.clamped) storeClamped(values, samples, target);
  else memory.copy(target, values, <usize>samples << 2);
}

/** By whole vectors. @returns false where that is not possible */
function storeFloatsTo(task: LineTask, sums: usize, oh: i32, ow: i32, count: i32): bool {
  const s = task.store;
  const pixel = s.channels * s.sampleBytes;
  const row = load<i32>(s.originalRows + (<usize>oh << 2)), first = load<i32>(s.originalColumns + (<usize>ow << 2));
  const source = task.original + <usize>row * <usize>s.original.rowBytes + <usize>(first * pixel);
  const target = task.out + <usize>oh * <usize>s.rowBytes + <usize>(ow * pixel);
  if (s.take === TAKE_PREMULTIPLIED) {
    if (count < 4) return false;
    storePremultiplied(s, sums, count, target);
  } else if (s.sampleBytes === 1 && s.cells === 1 && s.channels === 4) {
    if (count < 4) return false;
    storeOne(sums, count, target, source, v128.load(s.filtered));
  } else if (s.sampleBytes === 1) {
    if (count < 16) return false;
    storeFloats(sums, count, s.cells, s.channels, target, source);
  } else if (s.cells !== 3 || s.channels !== 4) return false;
  else if (s.sampleBytes === 2) storeColorWords(sums, count, target, source);
  else storeColorFloats(sums, count, target, source, s.clamped !== 0);
  return true;
}

/** One sample of each pixel of four bytes, beside the source's others. @param chosen all bits of its lane in a pixel of floats */
function storeOne(sums: usize, count: i32, to: usize, source: usize, chosen: v128): void {
  const low = i16x8.narrow_i32x4_s(chosen, chosen);
  const mask = i8x16.narrow_i16x8_s(low, low);
  const white = f32x4.splat(255);
  for (let done = 0; done < count; done += 4) {
    // the last four overlap those before
    const at = <usize>min(done, count - 4) << 2;
    const whole = wholeOf4(sums + at, white, 0.5 + HALF_WAY);
    // in every byte of its pixel
    const bytes = v128.swizzle(whole, i8x16(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
    v128.store(to + at, v128.bitselect(bytes, v128.load(source + at), mask));
  }
}

/** Three cells of each pixel beside the source's alpha. */
function storeColorFloats(sums: usize, count: i32, to: usize, source: usize, clamped: bool): void {
  const alpha = i32x4(0, 0, 0, -1);
  const low = f32x4.splat(clamped ? 0 : -Infinity), high = f32x4.splat(clamped ? 1 : Infinity);
  for (; count > 0; count--) {
    const value = f32x4.min(f32x4.max(v128.bitselect(v128.load(source), v128.load(sums), alpha), low), high);
    v128.store(to, value);
    sums += 12;
    source += 16;
    to += 16;
  }
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

/** The change of the luminance is added to pixels of four bytes. @returns false if there are too few for a vector */
function storeLuminances(task: LineTask, sums: usize, oh: i32, ow: i32, count: i32): bool {
  const s = task.store;
  if (count < 4) return false;
  const row = load<i32>(s.originalRows + (<usize>oh << 2)), first = load<i32>(s.originalColumns + (<usize>ow << 2));
  const source = task.original + <usize>row * <usize>s.original.rowBytes + (<usize>first << 2);
  const target = task.out + <usize>oh * <usize>s.rowBytes + (<usize>ow << 2);
  for (let done = 0; done < count; done += 4) {
    // the last four overlap those before
    const at = <usize>min(done, count - 4) << 2;
    const pixels = v128.load(source + at);
    const change = f32x4.add(f32x4.sub(v128.load(sums + at), luminanceOfBytes(pixels)), f32x4.splat(HALF_WAY));
    const red = moved(v128.and(pixels, i32x4.splat(255)), change);
    const green = moved(v128.and(i32x4.shr_u(pixels, 8), i32x4.splat(255)), change);
    const blue = moved(v128.and(i32x4.shr_u(pixels, 16), i32x4.splat(255)), change);
    const colors = v128.or(red, v128.or(i32x4.shl(green, 8), i32x4.shl(blue, 16)));
    v128.store(target + at, v128.bitselect(pixels, colors, i32x4.splat(<i32>0xff000000)));
  }
  return true;
}

/** Four samples and their change, rounded and clamped. */
@inline
function moved(samples: v128, change: v128): v128 {
  const whole = wholeOf(f32x4.add(f32x4.convert_i32x4_s(samples), change));
  return i32x4.min_s(i32x4.max_s(whole, i32x4.splat(0)), i32x4.splat(255));
}

/** In place: pixels 0, stride, 2 · stride … side by side. */
function keepColumns(cells: usize, pixel: usize, stride: i32, count: i32): void {
  const step = pixel * <usize>stride;
  let to = cells + pixel, from = cells + step;
  for (let i = 1; i < count; i++) {
    if (pixel === 4) store<f32>(to, load<f32>(from));
    // a vector holds a pixel, and beyond it what the next one overwrites
    else v128.store(to, v128.load(from));
    to += pixel;
    from += step;
  }
}

/** In place: sums of premultiplied colors and of alpha become colors and alpha. */
function unpremultiply4(s: LineStore, at: usize, count: i32): void {
  for (; count > 0; count--) {
    const v = v128.load(at);
    v128.store(at, divided(s, v, v128.shuffle<f32>(v, v, 3, 3, 3, 3), i32x4(0, 0, 0, -1)));
    at += 16;
  }
}

/** The same of gray pixels, two at a time: up to one more is written. */
function unpremultiply2(s: LineStore, at: usize, count: i32): void {
  for (; count > 0; count -= 2) {
    const v = v128.load(at);
    v128.store(at, divided(s, v, v128.shuffle<f32>(v, v, 1, 1, 3, 3), i32x4(0, -1, 0, -1)));
    at += 16;
  }
}

/** Colors and alpha of sums; nothing where alpha is what sums leave of zeros. @param shares the sums of alpha @param alpha all bits of its lanes */
@inline
function divided(s: LineStore, sums: v128, shares: v128, alpha: v128): v128 {
  const opacity = f32x4.mul(shares, f32x4.splat(s.alphaScale));
  const colors = f32x4.add(f32x4.div(f32x4.mul(sums, f32x4.splat(s.colorScale)), shares), f32x4.splat(s.bias));
  return v128.and(v128.bitselect(f32x4.pmin(opacity, f32x4.splat(s.original.white)), colors, alpha), f32x4.gt(opacity, f32x4.splat(s.nothing)));
}

/** Sums of premultiplied pixels become four bytes each. */
function storePremultiplied(s: LineStore, sums: usize, count: i32, to: usize): void {
  const white = f32x4.splat(255);
  for (let done = 0; done < count; done += 4) {
    // the last four overlap those before
    const first = <usize>min(done, count - 4);
    const at = sums + (first << 4);
    const low = i16x8.narrow_i32x4_s(wholePixel(s, at, white), wholePixel(s, at + 16, white));
    v128.store(to + (first << 2), i8x16.narrow_i16x8_u(low, i16x8.narrow_i32x4_s(wholePixel(s, at + 32, white), wholePixel(s, at + 48, white))));
  }
}

@inline
function wholePixel(s: LineStore, at: usize, white: v128): v128 {
  const v = v128.load(at);
  const value = divided(s, v, v128.shuffle<f32>(v, v, 3, 3, 3, 3), i32x4(0, 0, 0, -1));
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(f32x4.pmin(f32x4.pmax(f32x4.splat(0), value), white), f32x4.splat(0.5 + HALF_WAY))));
}

/** The samples of the original under the anchor, as floats; of luminance as light, if that is what is filtered. */
function loadOriginal(task: LineTask, line: Line, oh: i32, ow: i32, count: i32, to: usize): void {
  const s = task.store, l = s.original;
  const pixel = <usize>l.channels << 2;
  const h = load<i32>(s.originalRows + (<usize>oh << 2));
  const columns = s.originalColumns + (<usize>ow << 2);
  const row = task.original + <usize>h * <usize>l.rowBytes;
  const step = s.originalStep;
  if (h >= 0 && step === 1) {
    loadPixels(l, row, load<i32>(columns), count, to, line.loaded);
    return;
  }
  if (h >= 0 && step > 1) {
    let from = line.loaded;
    loadPixels(l, row, load<i32>(columns), (count - 1) * step + 1, from, 0);
    for (let i = 0; i < count; i++) {
      memory.copy(to, from, pixel);
      from += <usize>step * pixel;
      to += pixel;
    }
    return;
  }
  for (let i = 0; i < count; i++, to += pixel) {
    const column = load<i32>(columns + (<usize>i << 2));
    if (h >= 0 && column >= 0) loadPixels(l, row, column, 1, to, line.loaded);
    else memory.copy(to, s.beyond, pixel);
  }
}

/** The change of the luminance is added to red, green and blue. @param to samples of the original */
function addLuminance(s: LineStore, sums: usize, to: usize, count: i32): void {
  const step = <usize>s.channels << 2;
  const colors = i32x4(-1, -1, -1, 0);
  for (; count > 0; count--) {
    const change = load<f32>(sums) - luminanceOf(to);
    if (s.channels === 4) v128.store(to, f32x4.add(v128.load(to), v128.and(f32x4.splat(change), colors)));
    else for (let c: usize = 0; c < 12; c += 4) store<f32>(to + c, load<f32>(to + c) + change);
    sums += 4;
    to += step;
  }
}

/** Cells go to the samples that were chosen. @param to samples of the original */
function putCells(s: LineStore, sums: usize, count: i32, to: usize): void {
  const order = v128.load(s.order);
  const step = <usize>s.channels << 2, pixel = <usize>s.cells << 2;
  const chosen = i8x16.ge_s(order, i8x16.splat(0));
  for (; count > 0; count--) {
    v128.store(to, v128.bitselect(v128.swizzle(v128.load(sums), order), v128.load(to), chosen));
    sums += pixel;
    to += step;
  }
}

// Patterns of 12 samples fit pixels of 1, 2, 3 and 4: three vectors, one after the other.

function absolute(at: usize, count: i32, filtered: usize): void {
  for (let end = at + (<usize>count << 2); at < end; at += 48) {
    for (let i: usize = 0; i < 48; i += 16) {
      v128.store(at + i, v128.andnot(v128.load(at + i), v128.and(v128.load(filtered + i), i32x4.splat(<i32>0x80000000))));
    }
  }
}

function affine(s: LineStore, at: usize, count: i32): void {
  const scales = s.scales, offsets = s.offsets;
  const s0 = v128.load(scales), s1 = v128.load(scales, 16), s2 = v128.load(scales, 32);
  const o0 = v128.load(offsets), o1 = v128.load(offsets, 16), o2 = v128.load(offsets, 32);
  for (let end = at + (<usize>count << 2); at < end; at += 48) {
    v128.store(at, f32x4.add(f32x4.mul(v128.load(at), s0), o0));
    v128.store(at, f32x4.add(f32x4.mul(v128.load(at, 16), s1), o1), 16);
    v128.store(at, f32x4.add(f32x4.mul(v128.load(at, 32), s2), o2), 32);
  }
}

/** NaN changes nothing. */
function extendRange(s: LineStore, at: usize, count: i32, range: usize): void {
  let least = load<f32>(range), most = load<f32>(range, 4);
  const filtered = s.filtered;
  let low = f32x4.splat(least), high = f32x4.splat(most);
  let left = count;
  for (; left >= 12; left -= 12) {
    for (let i: usize = 0; i < 48; i += 16) {
      const v = v128.load(at + i), f = v128.load(filtered + i);
      low = f32x4.pmin(low, v128.bitselect(v, low, f));
      high = f32x4.pmax(high, v128.bitselect(v, high, f));
    }
    at += 48;
  }
  for (let i = 0; i < 4; i++) {
    store<f32>(range, min(load<f32>(range), f32x4.extract_lane(low, 0)));
    store<f32>(range, max(load<f32>(range, 4), f32x4.extract_lane(high, 0)), 4);
    low = v128.shuffle<f32>(low, low, 1, 2, 3, 0);
    high = v128.shuffle<f32>(high, high, 1, 2, 3, 0);
  }
  least = load<f32>(range);
  most = load<f32>(range, 4);
  for (let i: usize = 0; i < <usize>left << 2; i += 4) {
    if (!load<i32>(filtered + i)) continue;
    const value = load<f32>(at + i);
    if (value < least) least = value;
    if (value > most) most = value;
  }
  store<f32>(range, least);
  store<f32>(range, most, 4);
}

/**
 * The filtered pixels laid over the original, each by its share. Colors are mixed as much as they are opaque, so what is transparent
 * on one side does not bleed into the other.
 */
function blend(task: LineTask, line: Line, values: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store, l = s.blended;
  const channels = s.channels;
  const row = <usize>(s.top + oh), column = s.left + ow;
  loadPixels(l, task.original + row * <usize>l.rowBytes, column, count, line.loaded, 0);
  const rowShare = load<f32>(s.rowShares + (<usize>oh << 2));
  const mask = task.mask + row * <usize>s.maskRowBytes + <usize>(column * s.maskBytes);
  const unit = f32x4.splat(s.unit);
  for (let i = 0; i < count; i++) {
    const old = line.loaded + (<usize>(i * channels) << 2), fresh = values + (<usize>(i * channels) << 2);
    let added = rowShare * load<f32>(s.columnShares + (<usize>(ow + i) << 2));
    if (task.mask) added *= max<f32>(0, min<f32>(1, sampleOf(mask, i, s.maskBytes) / s.maskWhite));
    if (channels === 4) v128.store(fresh, mixed4(f32x4.mul(v128.load(old), unit), v128.load(fresh), added));
    else mix(old, fresh, channels, added, s.unit);
  }
}

/** A pixel of four floats laid over another. */
@inline
function mixed4(old: v128, fresh: v128, added: f32): v128 {
  if (added === 0) return old;
  const kept: f32 = 1 - added;
  const mixed = f32x4.add(f32x4.mul(old, f32x4.splat(kept)), f32x4.mul(fresh, f32x4.splat(added)));
  const a = f32x4.extract_lane(old, 3), b = f32x4.extract_lane(fresh, 3), alpha = f32x4.extract_lane(mixed, 3);
  if (a === b || alpha <= 0) return mixed;
  const colors = f32x4.add(f32x4.mul(old, f32x4.splat((kept * a) / alpha)), f32x4.mul(fresh, f32x4.splat((added * b) / alpha)));
  return f32x4.replace_lane(colors, 3, alpha);
}

/** In place: a pixel of one to three floats laid over another. */
function mix(old: usize, fresh: usize, channels: i32, share: f32, unit: f32): void {
  const colors = channels === 2 ? 1 : channels;
  let added = share, kept: f32 = 1 - share;
  if (channels === 2) {
    const a = load<f32>(old, 4) * unit, b = load<f32>(fresh, 4);
    const alpha = share === 0 ? a : kept * a + added * b;
    store<f32>(fresh, alpha, 4);
    if (a !== b && alpha > 0) {
      kept = (kept * a) / alpha;
      added = (added * b) / alpha;
    }
  }
  for (let c: usize = 0; c < <usize>colors << 2; c += 4) {
    const before = load<f32>(old + c) * unit;
    store<f32>(fresh + c, share === 0 ? before : kept * before + added * load<f32>(fresh + c));
  }
}

@inline
function sampleOf(row: usize, i: i32, bytes: i32): f32 {
  if (bytes === 1) return <f32>load<u8>(row + <usize>i);
  if (bytes === 2) return <f32>load<u16>(row + (<usize>i << 1));
  return load<f32>(row + (<usize>i << 2));
}

/** Rounded and clamped; NaN becomes 0. @param half what is added before the fraction is cut off */
@inline
function wholeOf4(at: usize, white: v128, half: f32): v128 {
  // the lesser of a number and no number is the first argument
  const limited = f32x4.pmin(f32x4.pmax(f32x4.splat(0), v128.load(at)), white);
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(limited, f32x4.splat(half))));
}

function storeBytes(values: usize, count: i32, to: usize): void {
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

function storeWords(values: usize, count: i32, to: usize): void {
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
function storeClamped(values: usize, count: i32, to: usize): void {
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  for (; count >= 4; count -= 4) {
    v128.store(to, f32x4.min(f32x4.max(v128.load(values), zero), one));
    values += 16;
    to += 16;
  }
  for (; count > 0; count--) {
    store<f32>(to, f32x4.extract_lane(f32x4.min(f32x4.max(v128.load(values), zero), one), 0));
    values += 4;
    to += 4;
  }
}
