// Copies the cells of interleaved 8-bit pictures into scratch memory, with their border. A picture [H, W, C] is one plane
// [H, W·C] whose taps lie C cells apart. Where alpha is only copied, floats leave it out: W·(C − 1) cells.
import { Correlation } from '../correlation';
import { isRun, usedRows } from '../gather';
import { PictureTask } from './picture-task';

/** Cells at either end of a row that are gathered even where the others are read from x itself. */
export const EDGE = 64;

/**
 * Gathers the input rows of output rows `oh` … `oh + rows − 1`, with their border, into `strip` [gatheredRows, rowLength].
 * @returns the cell of x under the first tap of the first output if only EDGE cells at either end had to be gathered; else 0
 */
export function gatherStrip(c: Correlation, x: usize, oh: i32, rows: i32, strip: usize): usize {
  const used = usedRows(c, rows);
  const direct = c.outW >= 4 * EDGE && c.directFrom <= EDGE && c.directTo >= c.outW - EDGE && isRun(c.tableH, oh, used);
  for (let row = 0; row < used; row++) {
    const line = strip + <usize>(row * c.rowLength);
    if (direct) {
      gatherBytes(c, x, oh + row, line, 0, EDGE + c.rowLength - c.outW);
      gatherBytes(c, x, oh + row, line, c.outW - EDGE, c.rowLength);
    } else gatherBytes(c, x, oh + row, line, 0, c.rowLength);
  }
  return direct ? x + <usize>(load<i32>(c.tableH + (<usize>oh << 2)) * c.inW + c.directSource - c.directFrom) : 0;
}

/** Cells `from` … `to` − 1 of a row with its border. @param row of the padded picture */
export function gatherBytes(c: Correlation, x: usize, row: i32, line: usize, from: i32, to: i32): void {
  const h = load<i32>(c.tableH + (<usize>row << 2));
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

/** Filtered cells `from` … `to` − 1 of a row with its border, as floats. @param row of the padded picture */
export function gatherFloats(task: PictureTask, row: i32, from: i32, to: i32, line: usize): void {
  const c = task.correlation;
  const h = load<i32>(c.tableH + (<usize>row << 2));
  const source = rowOf(task, h);
  for (let i = from; i < to; i++) {
    if (h >= 0 && i >= c.runFrom && i < c.runTo) {
      const end = min(c.runTo, to);
      floatsOfRun(task, source, c.runSource + i - c.runFrom, end - i, line + (<usize>(i - from) << 2));
      i = end;
      if (i >= to) break;
    }
    const column = load<i32>(c.columns + (<usize>i << 2));
    store<f32>(line + (<usize>(i - from) << 2), h < 0 || column < 0 ? c.value : <f32>load<u8>(source + byteOf(task, column)));
  }
}

/** The first byte of a row of x. */
@inline
export function rowOf(task: PictureTask, h: i32): usize {
  return task.x + <usize>(h * (task.correlation.inW / task.filtered) * task.channels);
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

/** The byte of a filtered cell, counted from the start of its row. */
@inline
export function byteOf(task: PictureTask, cell: i32): usize {
  const pixel = task.channels, kept = task.filtered;
  return pixel === kept ? <usize>cell : <usize>((cell / kept) * pixel + (cell % kept));
}

/** Neighboring cells; the first one begins a pixel. */
function floatsOfRun(task: PictureTask, source: usize, cell: i32, count: i32, line: usize): void {
  const pixel = task.channels, kept = task.filtered;
  let at = source + byteOf(task, cell);
  let done = 0;
  if (kept === 3 && pixel === 4) {
    for (; done + 12 <= count; done += 12) {
      const four = v128.load(at);
      const to = line + (<usize>done << 2);
      // index −1 gives zero, so each byte becomes the lowest of 32 bits
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
  for (; done < count; done++) store<f32>(line + (<usize>done << 2), <f32>load<u8>(source + byteOf(task, cell + done)));
}
