// Interleaved 8-bit pictures: how their cells get into scratch memory, with their border. A picture [H, W, C] is one plane
// [H, W·C] whose taps lie C cells apart. Where alpha only passes through, floats leave it out: W·(C − 1) cells.
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
  storeFloatsOf8(i16x8.extend_low_i8x16_u(bytes), to);
  storeFloatsOf8(i16x8.extend_high_i8x16_u(bytes), to + 32);
}

@inline
function storeFloatsOf8(words: v128, to: usize): void {
  v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words)));
  v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(words)), 16);
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
      v128.store(to, f32x4.convert_i32x4_s(v128.swizzle(four, i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 4, -1, -1, -1))));
      v128.store(to, f32x4.convert_i32x4_s(v128.swizzle(four, i8x16(5, -1, -1, -1, 6, -1, -1, -1, 8, -1, -1, -1, 9, -1, -1, -1))), 16);
      v128.store(to, f32x4.convert_i32x4_s(v128.swizzle(four, i8x16(10, -1, -1, -1, 12, -1, -1, -1, 13, -1, -1, -1, 14, -1, -1, -1))), 32);
      at += 16;
    }
  } else if (kept === pixel) {
    for (; done + 16 <= count; done += 16) {
      storeFloatsOf16(v128.load(at), line + (<usize>done << 2));
      at += 16;
    }
  } else if (kept === 1 && pixel === 2) {
    for (; done + 8 <= count; done += 8) {
      storeFloatsOf8(v128.and(v128.load(at), i16x8.splat(255)), line + (<usize>done << 2));
      at += 16;
    }
  }
  for (; done < count; done++) store<f32>(line + (<usize>done << 2), <f32>load<u8>(source + byteOf(cell + done, pixel, kept)));
}
