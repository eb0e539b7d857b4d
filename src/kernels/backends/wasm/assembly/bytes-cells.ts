// Interleaved 8-bit pictures: how their cells get into scratch memory, with their border, and back. A picture [H, W, C] is
// one plane [H, W·C] whose taps lie C cells apart. Where alpha only passes through, floats leave it out: W·(C − 1) cells.
import { Correlation } from './correlation';
import { isRun, usedRows } from './gather';

/** So many cells at either end of a row are filtered over gathered ones even where the others are read from x itself. */
export const EDGE = 64;

/**
 * The rows that output rows `oh` … `oh + rows − 1` see, with their border, into `strip` [gatheredRows, rowLength].
 * @returns where the first cell of x is seen if that is all there is to see but for EDGE cells at either end, which alone are gathered then; else 0
 */
export function gatherStrip(c: Correlation, x: usize, oh: i32, rows: i32, strip: usize): usize {
  const used = usedRows(c, rows);
  const direct = c.outW >= 4 * EDGE && c.directFrom <= EDGE && c.directTo >= c.outW - EDGE && isRun(c.tableH, oh, used);
  for (let row = 0; row < used; row++) {
    const h = load<i32>(c.tableH + (<usize>(oh + row) << 2));
    const line = strip + <usize>(row * c.rowLength);
    if (direct) {
      gatherBytes(c, x, h, line, 0, EDGE + c.rowLength - c.outW);
      gatherBytes(c, x, h, line, c.outW - EDGE, c.rowLength);
    } else gatherBytes(c, x, h, line, 0, c.rowLength);
  }
  return direct ? x + <usize>(load<i32>(c.tableH + (<usize>oh << 2)) * c.inW + c.directSource - c.directFrom) : 0;
}

/** Cells `from` … `to` − 1 of a row with its border. @param h the row of x, or −1 beyond it */
export function gatherBytes(c: Correlation, x: usize, h: i32, line: usize, from: i32, to: i32): void {
  const border = <u8>c.value;
  if (h < 0) {
    memory.fill(line + <usize>from, border, <usize>(to - from));
    return;
  }
  const source = x + <usize>(h * c.inW);
  const runFrom = max(from, min(to, c.runFrom)), runTo = max(runFrom, min(to, c.runTo));
  for (let i = from; i < to; i++) {
    if (i === runFrom) i = runTo;
    if (i >= to) break;
    const column = load<i32>(c.columns + (<usize>i << 2));
    store<u8>(line + <usize>i, column < 0 ? border : load<u8>(source + <usize>column));
  }
  memory.copy(line + <usize>runFrom, source + <usize>(c.runSource + runFrom - c.runFrom), <usize>(runTo - runFrom));
}

/**
 * Cells `from` … `to` − 1 of a row with its border, as floats.
 * @param pixel bytes of one
 * @param kept how many of them count: all, or all but the last
 */
export function gatherFloats(c: Correlation, x: usize, h: i32, from: i32, to: i32, pixel: i32, kept: i32, line: usize): void {
  const source = x + <usize>(h * (c.inW / kept) * pixel);
  for (let i = from; i < to; i++) {
    if (h >= 0 && i >= c.runFrom && i < c.runTo) {
      const end = min(c.runTo, to);
      floatsOfRun(source, c.runSource + i - c.runFrom, end - i, pixel, kept, line + (<usize>(i - from) << 2));
      i = end;
      if (i >= to) break;
    }
    const column = load<i32>(c.columns + (<usize>i << 2));
    store<f32>(line + (<usize>(i - from) << 2), h < 0 || column < 0 ? c.value : <f32>load<u8>(source + byteOf(column, pixel, kept)));
  }
}

@inline
function storeFloatsOf16(bytes: v128, to: usize): void {
  const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)));
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48);
}

@inline
function byteOf(cell: i32, pixel: i32, kept: i32): usize {
  return pixel === kept ? <usize>cell : <usize>((cell / kept) * pixel + (cell % kept));
}

/** Neighbouring cells, the first one that of a pixel. */
function floatsOfRun(source: usize, cell: i32, count: i32, pixel: i32, kept: i32, line: usize): void {
  let at = source + byteOf(cell, pixel, kept);
  let done = 0;
  if (kept === 3 && pixel === 4) {
    for (; done + 12 <= count; done += 12) {
      const four = v128.load(at);
      const to = line + (<usize>done << 2);
      // bytes beyond the end are zero: each takes the first place of 32 bits
      v128.store(to, f32x4.convert_i32x4_u(v128.swizzle(four, i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 4, -1, -1, -1))));
      v128.store(to, f32x4.convert_i32x4_u(v128.swizzle(four, i8x16(5, -1, -1, -1, 6, -1, -1, -1, 8, -1, -1, -1, 9, -1, -1, -1))), 16);
      v128.store(to, f32x4.convert_i32x4_u(v128.swizzle(four, i8x16(10, -1, -1, -1, 12, -1, -1, -1, 13, -1, -1, -1, 14, -1, -1, -1))), 32);
      at += 16;
    }
  } else if (kept === pixel) {
    for (; done + 16 <= count; done += 16) {
      storeFloatsOf16(v128.load(at), line + (<usize>done << 2));
      at += 16;
    }
  }
  for (; done < count; done++) store<f32>(line + (<usize>done << 2), <f32>load<u8>(source + byteOf(cell + done, pixel, kept)));
}

/**
 * At least 16 sums (of 3 of 4 channels: of 4 pixels) become bytes, rounded and clamped; alpha is the source's.
 * @param cells how many sums, whole pixels
 */
export function storeFloats(sums: usize, cells: i32, pixel: i32, kept: i32, out: usize, source: usize): void {
  if (kept === pixel) {
    for (let done = 0; done < cells; done += 16) {
      const cell = <usize>min(done, cells - 16);
      v128.store(out + cell, bytesOf16(sums + (cell << 2)));
    }
  } else if (kept === 3) {
    const pixels = cells / 3;
    const alpha = alphaMask(pixel), places = i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
    for (let done = 0; done < pixels; done += 4) {
      const first = <usize>min(done, pixels - 4);
      const at = sums + 12 * first;
      const low = i16x8.narrow_i32x4_s(nearest(v128.load(at)), nearest(v128.load(at, 16)));
      const last = nearest(v128.load(at, 32));
      const bytes = i8x16.narrow_i16x8_u(low, i16x8.narrow_i32x4_s(last, last));
      const passed = v128.and(v128.load(source + (first << 2)), alpha);
      v128.store(out + (first << 2), v128.or(v128.swizzle(bytes, places), passed));
    }
  } else {
    const alpha = alphaMask(pixel);
    for (let done = 0; done < cells; done += 16) {
      const first = <usize>min(done, cells - 16);
      const bytes = bytesOf16(sums + (first << 2));
      const to = out + (first << 1), from = source + (first << 1);
      v128.store(to, v128.or(i16x8.extend_low_i8x16_u(bytes), v128.and(v128.load(from), alpha)));
      v128.store(to, v128.or(i16x8.extend_high_i8x16_u(bytes), v128.and(v128.load(from, 16), alpha)), 16);
    }
  }
}

@inline
function bytesOf16(at: usize): v128 {
  const low = i16x8.narrow_i32x4_s(nearest(v128.load(at)), nearest(v128.load(at, 16)));
  const high = i16x8.narrow_i32x4_s(nearest(v128.load(at, 32)), nearest(v128.load(at, 48)));
  return i8x16.narrow_i16x8_u(low, high);
}

/** Added to values before {@link wholeOf}: half-way then goes up, and so does what is so much below it, which float sums cannot tell from it. */
export const HALF_WAY: f32 = 1 / 65536;

/** Four whole numbers of values within ±2²¹, as the plan makes sure: cheaper than {@link rounded}. */
@inline
function nearest(values: v128): v128 {
  return wholeOf(f32x4.add(values, f32x4.splat(HALF_WAY)));
}

/** Four whole numbers of values within ±2²¹: half-way goes up, as everywhere in filters. */
@inline
export function rounded(values: v128): v128 {
  return wholeOf(f32x4.floor(f32x4.add(values, f32x4.splat(0.5))));
}

/** The nearest whole numbers, half-way the even one: 1.5 · 2²³ is added, whose last bit counts ones. */
@inline
export function wholeOf(values: v128): v128 {
  return i32x4.sub(f32x4.add(values, f32x4.splat(12582912)), i32x4.splat(0x4b400000));
}

/** All bits of the last of every `keep` bytes. */
@inline
export function alphaMask(keep: i32): v128 {
  return keep === 4 ? i32x4.splat(<i32>0xff000000) : keep === 2 ? i16x8.splat(<i16>0xff00) : i32x4.splat(0);
}

/** True if the last of every 2 or 4 bytes is 255. @param length at least 64, whole pixels */
export function isOpaque(x: usize, length: i32, channels: i32): bool {
  const alpha = alphaMask(channels);
  for (let done = 0; done < length; done += 64) {
    // the last 64 overlap those before
    const at = x + <usize>min(done, length - 64);
    const both = v128.and(v128.and(v128.load(at), v128.load(at, 16)), v128.and(v128.load(at, 32), v128.load(at, 48)));
    if (v128.any_true(v128.andnot(alpha, both))) return false;
  }
  return true;
}

/** 16 bytes; those under the mask are the source's. */
@inline
export function blendBytes(to: usize, bytes: v128, source: usize, alpha: v128): void {
  v128.store(to, v128.bitselect(v128.load(source), bytes, alpha));
}

/** 32 bytes, clamped, of 16-bit numbers: those in even places, and those in odd ones. Under the mask they are the source's. */
@inline
export function storeBytes(to: usize, source: usize, alpha: v128, even0: v128, even1: v128, odd0: v128, odd1: v128): void {
  const even = i8x16.narrow_i16x8_u(even0, even1), odd = i8x16.narrow_i16x8_u(odd0, odd1);
  // orders that are one instruction of the processor: any other would have to be loaded each time
  blendBytes(to, v128.shuffle<u8>(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), source, alpha);
  blendBytes(to + 16, v128.shuffle<u8>(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), source + 16, alpha);
}
