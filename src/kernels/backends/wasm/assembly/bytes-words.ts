import { Correlation } from './correlation';

/**
 * Cells `from` … `to` − 1 of a row of bytes with its border, as 16-bit numbers, multiplied.
 * @param h the row of x, or −1 beyond it
 * @param pixel bytes of one
 * @param kept how many of them count: all, or all but the last
 */
export function gatherWords(c: Correlation, x: usize, h: i32, from: i32, to: i32, pixel: i32, kept: i32, factor: i16, line: usize): void {
  const border = <i16>c.value * factor;
  const source = x + <usize>(h * (c.inW / kept) * pixel);
  for (let i = from; i < to; i++) {
    if (h >= 0 && i >= c.runFrom && i < c.runTo) {
      const end = min(c.runTo, to);
      wordsOfRun(source, c.runSource + i - c.runFrom, end - i, pixel, kept, factor, line + (<usize>(i - from) << 1));
      i = end;
      if (i >= to) break;
    }
    const column = load<i32>(c.columns + (<usize>i << 2));
    store<i16>(line + (<usize>(i - from) << 1), h < 0 || column < 0 ? border : <i16>load<u8>(source + byteOf(column, pixel, kept)) * factor);
  }
}

@inline
function byteOf(cell: i32, pixel: i32, kept: i32): usize {
  return pixel === kept ? <usize>cell : <usize>((cell / kept) * pixel + (cell % kept));
}

/** Neighbouring cells. */
function wordsOfRun(source: usize, cell: i32, count: i32, pixel: i32, kept: i32, factor: i16, line: usize): void {
  let done = 0;
  const f = i16x8.splat(factor);
  let at = source + byteOf(cell, pixel, kept);
  if (kept === 3 && pixel === 4) {
    // until a whole pixel
    for (; done < count && (cell + done) % 3; done++) store<i16>(line + (<usize>done << 1), <i16>load<u8>(source + byteOf(cell + done, pixel, kept)) * factor);
    at = source + byteOf(cell + done, pixel, kept);
    for (; done + 12 <= count; done += 12) {
      const four = v128.load(at);
      const to = line + (<usize>done << 1);
      v128.store(to, i16x8.mul(v128.swizzle(four, i8x16(0, -1, 1, -1, 2, -1, 4, -1, 5, -1, 6, -1, 8, -1, 9, -1)), f));
      v128.store(to, i16x8.mul(v128.swizzle(four, i8x16(10, -1, 12, -1, 13, -1, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1)), f), 16);
      at += 16;
    }
  } else if (kept === 1 && pixel === 2) {
    for (; done + 8 <= count; done += 8) {
      v128.store(line + (<usize>done << 1), i16x8.mul(v128.and(v128.load(at), i16x8.splat(255)), f));
      at += 16;
    }
  } else if (pixel === kept) {
    for (; done + 16 <= count; done += 16) {
      const bytes = v128.load(at);
      const to = line + (<usize>done << 1);
      v128.store(to, i16x8.mul(i16x8.extend_low_i8x16_u(bytes), f));
      v128.store(to, i16x8.mul(i16x8.extend_high_i8x16_u(bytes), f), 16);
      at += 16;
    }
  }
  for (; done < count; done++) store<i16>(line + (<usize>done << 1), <i16>load<u8>(source + byteOf(cell + done, pixel, kept)) * factor);
}
