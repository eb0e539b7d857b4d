import { byteOf, rowOf } from './bytes-gather';
import { PictureTask } from './picture-task';

/** Filtered cells `from` … `to` − 1 of a row with its border, as 16-bit numbers times `factor`. @param row of the padded picture */
export function gatherWords(task: PictureTask, row: i32, from: i32, to: i32, factor: i16, line: usize): void {
  const c = task.correlation;
  const h = load<i32>(c.tableH + (<usize>row << 2));
  const border = <i16>c.value * factor;
  const source = rowOf(task, h);
  for (let i = from; i < to; i++) {
    if (h >= 0 && i >= c.runFrom && i < c.runTo) {
      const end = min(c.runTo, to);
      wordsOfRun(task, source, c.runSource + i - c.runFrom, end - i, factor, line + (<usize>(i - from) << 1));
      i = end;
      if (i >= to) break;
    }
    const column = load<i32>(c.columns + (<usize>i << 2));
    store<i16>(line + (<usize>(i - from) << 1), h < 0 || column < 0 ? border : <i16>load<u8>(source + byteOf(task, column)) * factor);
  }
}

/** Neighboring cells. */
function wordsOfRun(task: PictureTask, source: usize, cell: i32, count: i32, factor: i16, line: usize): void {
  const pixel = task.channels, kept = task.filtered;
  let done = 0;
  const f = i16x8.splat(factor);
  let at = source + byteOf(task, cell);
  if (kept === 3 && pixel === 4) {
    // up to a whole pixel
    for (; done < count && (cell + done) % 3; done++) store<i16>(line + (<usize>done << 1), <i16>load<u8>(source + byteOf(task, cell + done)) * factor);
    at = source + byteOf(task, cell + done);
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
  for (; done < count; done++) store<i16>(line + (<usize>done << 1), <i16>load<u8>(source + byteOf(task, cell + done)) * factor);
}
