import { TAKE_CHOSEN, TAKE_GRAY, TAKE_LUMINANCE, TAKE_PREMULTIPLIED } from '../constants';
import { toLight } from './light';
import { grays, graysOfBytes } from './line-gray';
import { Line, LineLoad, LineTask } from './line-task';

/** Luminance of linear red, green and blue, ITU-R BT.709, 3.2. */
const RED: f32 = 0.2126;
const GREEN: f32 = 0.7152;
const BLUE: f32 = 0.0722;

/**
 * Loads the cells of padded pixels `from` … `to` − 1 of a padded row.
 * @param cells floats of whole pixels, and 4 more, which may be written
 */
export function loadRow(task: LineTask, line: Line, row: i32, from: i32, to: i32, cells: usize): void {
  const g = task.grid, l = task.load;
  const pixel = <usize>l.cells << 2;
  const h = load<i32>(g.tableH + (<usize>row << 2));
  if (h < 0) {
    for (let i = from; i < to; i++, cells += pixel) copyPixel(l, l.border, cells);
    return;
  }
  const source = task.x + <usize>h * <usize>l.rowBytes;
  const runFrom = max(from, min(to, g.runFrom)), runTo = max(runFrom, min(to, g.runTo));
  const first = g.runSource - g.runFrom;
  const run = cells + <usize>(runFrom - from) * pixel;
  loadPixels(l, source, runFrom + first, runTo - runFrom, run, line.loaded);
  if (l.origins) subtract(l.origins, run, (runTo - runFrom) * l.cells);
  for (let i = from; i < to; i++) {
    if (i === runFrom) i = runTo;
    if (i >= to) break;
    const target = cells + <usize>(i - from) * pixel;
    const column = load<i32>(g.tableW + (<usize>i << 2));
    const known = column - first;
    if (column < 0) copyPixel(l, l.border, target);
    else if (known >= runFrom && known < runTo) copyPixel(l, run + <usize>(known - runFrom) * pixel, target);
    else {
      // a pixel from elsewhere: its samples are loaded at the start of the line, its cells stored after them
      const apart = line.loaded + 64;
      loadPixels(l, source, column, 1, apart, line.loaded);
      if (l.origins) subtract(l.origins, apart, l.cells);
      copyPixel(l, apart, target);
    }
  }
}

/** Subtracts the origins of cells from whole pixels, in place. A whole vector is written at the end. */
function subtract(origins: usize, cells: usize, count: i32): void {
  let pattern: usize = 0;
  for (const end = cells + (<usize>count << 2); cells < end; cells += 16) {
    v128.store(cells, f32x4.sub(v128.load(cells), v128.load(origins + pattern)));
    pattern = pattern === 32 ? 0 : pattern + 16;
  }
}

@inline
function copyPixel(l: LineLoad, from: usize, to: usize): void {
  for (let cell = 0; cell < l.cells; cell++) store<f32>(to + (<usize>cell << 2), load<f32>(from + (<usize>cell << 2)));
}

/**
 * Loads the cells of neighboring pixels.
 * @param row first byte of the row
 * @param loaded floats of all their samples, and 4 more
 */
export function loadPixels(l: LineLoad, row: usize, column: i32, count: i32, cells: usize, loaded: usize): void {
  if (count <= 0) return;
  const channels = l.channels, take = l.take;
  const source = row + <usize>(column * channels) * <usize>l.sampleBytes;
  if (take === TAKE_CHOSEN && channels === 4 && l.cells === 3 && isColors(l)) {
    colors(l, source, count, cells);
    return;
  }
  if (take === TAKE_CHOSEN && !l.light && l.sampleBytes === 1 && channels === 4 && l.cells === 1) {
    oneOfBytes(source, count, 2 * <i32>load<u8>(l.order), cells);
    return;
  }
  if (take === TAKE_LUMINANCE && !l.light && l.sampleBytes === 1 && channels === 4) {
    luminancesOfBytes(source, count, cells);
    return;
  }
  if (take === TAKE_PREMULTIPLIED && !l.light && l.sampleBytes === 1 && channels === 4) {
    premultipliedBytes(source, count, cells);
    return;
  }
  if (take === TAKE_GRAY && !l.light && l.sampleBytes === 1 && channels === 4) {
    graysOfBytes(l, source, count, cells);
    return;
  }
  const narrows = take === TAKE_CHOSEN || take === TAKE_LUMINANCE || take === TAKE_GRAY;
  const samples = narrows ? loaded : cells;
  loadSamples(l, source, count * channels, samples);
  if (take === TAKE_CHOSEN) chooseCells(l, samples, count, cells);
  else if (take === TAKE_LUMINANCE) luminances(samples, channels, count, cells);
  else if (take === TAKE_GRAY) grays(l, samples, count, cells);
  else if (take === TAKE_PREMULTIPLIED) {
    if (channels === 4) premultiply4(samples, count);
    else premultiply2(samples, count);
  }
}

/** Converts samples to floats or linear light. @param to floats; whole vectors are written */
export function loadSamples(l: LineLoad, source: usize, count: i32, to: usize): void {
  if (l.light && l.sampleBytes === 1) {
    lightsOfBytes(l, source, count, to);
    return;
  }
  if (l.sampleBytes === 1) floatsOfBytes(source, count, to);
  else if (l.sampleBytes === 2) floatsOfWords(source, count, to);
  else memory.copy(to, source, <usize>count << 2);
  if (l.light) toLight(to, count, l.white, l.channels);
}

function floatsOfBytes(source: usize, count: i32, to: usize): void {
  for (; count >= 16; count -= 16) {
    const bytes = v128.load(source);
    const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low)));
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high)), 48);
    source += 16;
    to += 64;
  }
  for (; count > 0; count--) {
    store<f32>(to, <f32>load<u8>(source));
    source++;
    to += 4;
  }
}

function floatsOfWords(source: usize, count: i32, to: usize): void {
  for (; count >= 8; count -= 8) {
    const words = v128.load(source);
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words)));
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(words)), 16);
    source += 16;
    to += 32;
  }
  for (; count > 0; count--) {
    store<f32>(to, <f32>load<u16>(source));
    source += 2;
    to += 4;
  }
}

/** Uses a table: linear light for red, green and blue, the value for alpha. */
function lightsOfBytes(l: LineLoad, source: usize, count: i32, to: usize): void {
  const light = l.lightOfBytes, plain = light + 1024;
  const second = l.channels === 2 ? plain : light, fourth = l.channels === 4 ? plain : second;
  for (; count >= 4; count -= 4) {
    let four = v128.load32_zero(light + (<usize>load<u8>(source) << 2));
    four = v128.load32_lane(second + (<usize>load<u8>(source, 1) << 2), four, 1);
    four = v128.load32_lane(light + (<usize>load<u8>(source, 2) << 2), four, 2);
    v128.store(to, v128.load32_lane(fourth + (<usize>load<u8>(source, 3) << 2), four, 3));
    source += 4;
    to += 16;
  }
  for (let i = 0; i < count; i++) {
    const table = i === 1 ? second : light;
    store<f32>(to + (<usize>i << 2), load<f32>(table + (<usize>load<u8>(source + <usize>i) << 2)));
  }
}

/** The first three of every four samples, as floats or linear light. Floats after the last pixel may be written. */
function colors(l: LineLoad, source: usize, count: i32, cells: usize): void {
  if (l.sampleBytes === 1) {
    if (l.light) lightColorsOfBytes(l.lightOfBytes, source, count, cells);
    else colorsOfBytes(source, count, cells);
    return;
  }
  if (l.sampleBytes === 2) colorsOfWords(source, count, cells);
  else if (!colorsOfFloats(source, count, cells) && l.verdict) store<i32>(l.verdict, 0);
  if (l.light) toLight(cells, 3 * count, l.white, 3);
}

/** @returns true if every fourth float is 1 */
function colorsOfFloats(source: usize, count: i32, to: usize): bool {
  const white = f32x4.splat(1);
  let opaque = white;
  for (; count > 0; count--) {
    const pixel = v128.load(source);
    opaque = v128.and(opaque, f32x4.eq(pixel, white));
    v128.store(to, pixel);
    source += 16;
    to += 12;
  }
  return i32x4.extract_lane(opaque, 3) !== 0;
}

function lightColorsOfBytes(light: usize, source: usize, count: i32, to: usize): void {
  for (; count > 0; count--) {
    let pixel = v128.load32_zero(light + (<usize>load<u8>(source) << 2));
    pixel = v128.load32_lane(light + (<usize>load<u8>(source, 1) << 2), pixel, 1);
    v128.store(to, v128.load32_lane(light + (<usize>load<u8>(source, 2) << 2), pixel, 2));
    source += 4;
    to += 12;
  }
}

function colorsOfWords(source: usize, count: i32, to: usize): void {
  for (; count > 0; count--) {
    v128.store(to, f32x4.convert_i32x4_s(v128.load16x4_u(source)));
    source += 8;
    to += 12;
  }
}

/** The first three of every four bytes. Floats beyond the last pixel may be written. */
function colorsOfBytes(source: usize, count: i32, to: usize): void {
  for (; count >= 4; count -= 4) {
    const four = v128.load(source);
    // index −1 gives zero, so each byte becomes the lowest of 32 bits
    v128.store(to, f32x4.convert_i32x4_s(v128.swizzle(four, i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 4, -1, -1, -1))));
    v128.store(to, f32x4.convert_i32x4_s(v128.swizzle(four, i8x16(5, -1, -1, -1, 6, -1, -1, -1, 8, -1, -1, -1, 9, -1, -1, -1))), 16);
    v128.store(to, f32x4.convert_i32x4_s(v128.swizzle(four, i8x16(10, -1, -1, -1, 12, -1, -1, -1, 13, -1, -1, -1, 14, -1, -1, -1))), 32);
    source += 16;
    to += 48;
  }
  for (; count > 0; count--) {
    v128.store(to, f32x4.convert_i32x4_s(v128.swizzle(v128.load32_zero(source), i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, -1, -1, -1, -1))));
    source += 4;
    to += 12;
  }
}

/** Packs the chosen samples of each pixel. A vector is written per pixel, up to three floats beyond the last. */
function chooseCells(l: LineLoad, samples: usize, count: i32, cells: usize): void {
  const order = v128.load(l.order);
  const step = <usize>l.channels << 2, pixel = <usize>l.cells << 2;
  for (; count > 0; count--) {
    v128.store(cells, v128.swizzle(v128.load(samples), order));
    samples += step;
    cells += pixel;
  }
}

/** @param channels 3 or 4 */
function luminances(samples: usize, channels: i32, count: i32, cells: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(cells, luminanceOf4(samples, channels));
    samples += <usize>channels << 4;
    cells += 16;
  }
  for (; count > 0; count--) {
    store<f32>(cells, luminanceOf(samples));
    samples += <usize>channels << 2;
    cells += 4;
  }
}

/** One of every four bytes. Whole vectors are written. @param shift the position of that byte in the four, in bits */
function oneOfBytes(source: usize, count: i32, shift: i32, to: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(to, f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(v128.load(source), shift), i32x4.splat(255))));
    source += 16;
    to += 16;
  }
  for (; count > 0; count--) {
    store<f32>(to, <f32>((load<u32>(source) >> shift) & 255));
    source += 4;
    to += 4;
  }
}

/** Luminance of four-byte pixels; whole vectors are written. */
function luminancesOfBytes(source: usize, count: i32, to: usize): void {
  for (; count >= 4; count -= 4) {
    v128.store(to, luminanceOfBytes(v128.load(source)));
    source += 16;
    to += 16;
  }
  for (; count > 0; count--) {
    store<f32>(to, f32x4.extract_lane(luminanceOfBytes(v128.load32_zero(source)), 0));
    source += 4;
    to += 4;
  }
}

/** Luminance of four four-byte pixels. */
@inline
export function luminanceOfBytes(pixels: v128): v128 {
  const red = f32x4.convert_i32x4_s(v128.and(pixels, i32x4.splat(255)));
  const green = f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(pixels, 8), i32x4.splat(255)));
  const blue = f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(pixels, 16), i32x4.splat(255)));
  return f32x4.add(f32x4.add(f32x4.mul(f32x4.splat(RED), red), f32x4.mul(f32x4.splat(GREEN), green)), f32x4.mul(f32x4.splat(BLUE), blue));
}

/** Luminance of four float pixels. */
@inline
export function luminanceOf4(at: usize, channels: i32): v128 {
  const step = <usize>channels << 2;
  const a = v128.load(at), b = v128.load(at + step), c = v128.load(at + 2 * step), d = v128.load(at + 3 * step);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const red = v128.shuffle<u64>(ab, cd, 0, 2), green = v128.shuffle<u64>(ab, cd, 1, 3);
  const blue = v128.shuffle<f32>(v128.shuffle<f32>(a, b, 2, 6, 2, 6), v128.shuffle<f32>(c, d, 2, 6, 2, 6), 0, 1, 4, 5);
  return f32x4.add(f32x4.add(f32x4.mul(f32x4.splat(RED), red), f32x4.mul(f32x4.splat(GREEN), green)), f32x4.mul(f32x4.splat(BLUE), blue));
}

@inline
export function luminanceOf(at: usize): f32 {
  return RED * load<f32>(at) + GREEN * load<f32>(at, 4) + BLUE * load<f32>(at, 8);
}

/** Multiplies colors by alpha, in place. */
function premultiply4(at: usize, count: i32): void {
  const alpha = i32x4(0, 0, 0, -1);
  for (; count > 0; count--) {
    const v = v128.load(at);
    v128.store(at, v128.bitselect(v, f32x4.mul(v, v128.shuffle<f32>(v, v, 3, 3, 3, 3)), alpha));
    at += 16;
  }
}

/** The same for gray pixels, two at a time; up to one more is written. */
function premultiply2(at: usize, count: i32): void {
  const alpha = i32x4(0, -1, 0, -1);
  for (; count > 0; count -= 2) {
    const v = v128.load(at);
    v128.store(at, v128.bitselect(v, f32x4.mul(v, v128.shuffle<f32>(v, v, 1, 1, 3, 3)), alpha));
    at += 16;
  }
}

/** Four pixels of four bytes at a time, colors times alpha; integers of at most 16 bits. */
function premultipliedBytes(source: usize, count: i32, to: usize): void {
  for (; count >= 4; count -= 4) {
    const bytes = v128.load(source);
    twoPremultiplied(i16x8.extend_low_i8x16_u(bytes), to);
    twoPremultiplied(i16x8.extend_high_i8x16_u(bytes), to + 32);
    source += 16;
    to += 64;
  }
  for (; count > 0; count--) {
    const pixel = i16x8.extend_low_i8x16_u(v128.load32_zero(source));
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extmul_low_i16x8_u(pixel, sharesOf(pixel))));
    source += 4;
    to += 16;
  }
}

@inline
function twoPremultiplied(words: v128, to: usize): void {
  const shares = sharesOf(words);
  v128.store(to, f32x4.convert_i32x4_s(i32x4.extmul_low_i16x8_u(words, shares)));
  v128.store(to, f32x4.convert_i32x4_s(i32x4.extmul_high_i16x8_u(words, shares)), 16);
}

/** The factors of two pixels of words: alpha for colors, 1 for alpha itself. */
@inline
function sharesOf(words: v128): v128 {
  const shares = v128.shuffle<u16>(words, words, 3, 3, 3, 3, 7, 7, 7, 7);
  return v128.bitselect(i16x8.splat(1), shares, i64x2.splat(<i64>0xffff000000000000));
}

/** True if the chosen samples are the first three. */
@inline
function isColors(l: LineLoad): bool {
  return load<u32>(l.order) === 0x03020100 && load<u32>(l.order, 4) === 0x07060504 && load<u32>(l.order, 8) === 0x0b0a0908;
}
