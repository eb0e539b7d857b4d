import { BytesResizeTask } from './bytes-resize';

/** Interleaves two rows of bytes as words. */
export function pairUp(upper: usize, lower: usize, cells: usize, to: usize): void {
  for (let cell: usize = 0; cell < cells; cell += 8) {
    const u = v128.load8x8_u(upper + cell), v = v128.load8x8_u(lower + cell);
    v128.store(to, v128.shuffle<u16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(to, v128.shuffle<u16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    to += 32;
  }
}

/** Sums down the columns for one output row, 32 cells at a time. @param to i16 if columns are first, else bytes */
export function down(task: BytesResizeTask, ring: usize, oh: i32, cells: usize, to: usize): void {
  const columnsFirst = task.columnsFirst, bits = task.downBits;
  const pairs = <usize>task.rowPairs << 2;
  const weights = task.rowWeights + <usize>oh * pairs, end = weights + pairs;
  const step = task.ringRow, size = <usize>task.slots * step, ringEnd = ring + size;
  const first = ring + <usize>((load<i32>(task.rowStarts + (<usize>oh << 2)) >> 1) % task.slots) * step;
  const half = i32x4.splat(1 << (bits - 1)), white = i16x8.splat(<i16>task.white), black = i16x8.splat(0);
  for (let cell: usize = 0; cell < cells; cell += 32) {
    let a = half, b = half, c = half, d = half, e = half, f = half, g = half, h = half;
    let at = first + (cell << 2);
    for (let w = weights; w < end; w += 4) {
      const k = v128.load32_splat(w);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), k));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at, 16), k));
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(at, 32), k));
      d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(at, 48), k));
      e = i32x4.add(e, i32x4.dot_i16x8_s(v128.load(at, 64), k));
      f = i32x4.add(f, i32x4.dot_i16x8_s(v128.load(at, 80), k));
      g = i32x4.add(g, i32x4.dot_i16x8_s(v128.load(at, 96), k));
      h = i32x4.add(h, i32x4.dot_i16x8_s(v128.load(at, 112), k));
      at += step;
      if (at >= ringEnd) at -= size;
    }
    const p = words(a, b, bits), q = words(c, d, bits), r = words(e, f, bits), s = words(g, h, bits);
    if (columnsFirst) {
      v128.store(to, i16x8.min_s(white, i16x8.max_s(black, p)));
      v128.store(to, i16x8.min_s(white, i16x8.max_s(black, q)), 16);
      v128.store(to, i16x8.min_s(white, i16x8.max_s(black, r)), 32);
      v128.store(to, i16x8.min_s(white, i16x8.max_s(black, s)), 48);
      to += 64;
    } else {
      v128.store(to, i8x16.narrow_i16x8_u(p, q));
      v128.store(to, i8x16.narrow_i16x8_u(r, s), 16);
      to += 32;
    }
  }
}

@inline
function words(a: v128, b: v128, bits: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, bits), i32x4.shr_s(b, bits));
}
