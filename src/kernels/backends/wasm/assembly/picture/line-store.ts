import { TAKE_ALL, TAKE_LUMINANCE, TAKE_PREMULTIPLIED } from '../constants';
import { toSrgb } from './light';
import { unpremultiply2, unpremultiply4 } from './line-alpha';
import { blend } from './line-blend';
import { loadPixels, luminanceOf } from './line-load';
import { addBeside, mixWithOriginal } from './line-mix';
import { storePlain } from './line-plain';
import { storeBytes, storeClamped, storeWords } from './line-samples';
import { Line, LineStore, LineTask } from './line-task';

/**
 * Converts sums to samples of the result: a part of row `oh`, from column `ow` on.
 * @param sums cells of every column, even if the result has a stride; overwritten
 * @param count of pixels of the result
 */
export function storeLine(task: LineTask, line: Line, sums: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store;
  if (task.grid.strideW > 1 && !s.compact) keepColumns(sums, <usize>s.cells << 2, task.grid.strideW, count);
  if (changetype<usize>(s.beside)) addBeside(task, line, sums, oh, ow, count);
  if (s.early) toSrgb(sums, count * s.cells, s.original.white, 0);
  const mixed = changetype<usize>(s.mixed) !== 0;
  if (mixed && s.take !== TAKE_PREMULTIPLIED) mixWithOriginal(task, line, sums, oh, ow, count);
  if (s.plain && storePlain(task, sums, oh, ow, count)) return;
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

/** Converts all samples of pixels, filtered or not, to those of the result. @param values floats; overwritten */
export function storeValues(task: LineTask, line: Line, values: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store;
  const samples = count * s.channels;
  if (s.absolute) absolute(values, samples, s.filtered);
  if (s.divides) divide(s, values, samples);
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

/** Packs pixels 0, stride, 2 · stride …, in place. */
function keepColumns(cells: usize, pixel: usize, stride: i32, count: i32): void {
  const step = pixel * <usize>stride;
  let to = cells + pixel, from = cells + step;
  for (let i = 1; i < count; i++) {
    if (pixel === 4) store<f32>(to, load<f32>(from));
    // the vector contains a pixel and values that the next store overwrites
    else v128.store(to, v128.load(from));
    to += pixel;
    from += step;
  }
}

/** Loads the samples of the original under the anchor as floats; in linear light if its luminance was filtered in linear light. */
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

/** Adds the change in luminance to red, green and blue. @param to samples of the original */
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

/** Stores cells in the chosen samples. @param to samples of the original */
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

// Patterns of 12 samples fit pixels of 1, 2, 3 and 4 samples: three consecutive vectors.

function absolute(at: usize, count: i32, filtered: usize): void {
  for (let end = at + (<usize>count << 2); at < end; at += 48) {
    for (let i: usize = 0; i < 48; i += 16) {
      v128.store(at + i, v128.andnot(v128.load(at + i), v128.and(v128.load(filtered + i), i32x4.splat(<i32>0x80000000))));
    }
  }
}

/** Applies the threshold: filtered samples become black or white. */
function divide(s: LineStore, at: usize, count: i32): void {
  const least = f32x4.splat(s.least), white = f32x4.splat(s.white);
  for (let end = at + (<usize>count << 2); at < end; at += 48) {
    for (let i: usize = 0; i < 48; i += 16) {
      const value = v128.load(at + i);
      v128.store(at + i, v128.bitselect(v128.and(f32x4.ge(value, least), white), value, v128.load(s.filtered + i)));
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

/** Extends the range of values; NaN is ignored. */
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

