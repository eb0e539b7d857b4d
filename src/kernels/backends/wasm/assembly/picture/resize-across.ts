import { RESIZED_PIXELS } from '../constants';
import { BytesResizeTask, ResizeTile } from './bytes-resize';
import { storeTurned } from './four-windows';

/** Addresses of four rows of cells. */
@unmanaged
export class WovenRows {
  a: usize;
  b: usize;
  c: usize;
  d: usize;
}

/** Interleaves four rows of bytes: one vector per pair of pixels and channel, i16 [RESIZED_ROWS, 2]. */
export function weaveBytes(rows: WovenRows, cells: usize, channels: i32, woven: usize): void {
  const step: usize = channels === 3 ? 12 : 16;
  // channel by channel, with two adjacent pixels
  const order =
    channels === 1 ? i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) :
    channels === 2 ? i8x16(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15) :
    channels === 3 ? i8x16(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11, -1, -1, -1, -1) :
    i8x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
  let a = rows.a, b = rows.b, c = rows.c, d = rows.d;
  for (const end = a + cells; a < end; a += step) {
    const v = v128.swizzle(v128.load(a), order), w = v128.swizzle(v128.load(b), order);
    const x = v128.swizzle(v128.load(c), order), y = v128.swizzle(v128.load(d), order);
    storeWoven(woven, v128.shuffle<u16>(v, w, 0, 8, 1, 9, 2, 10, 3, 11), v128.shuffle<u16>(x, y, 0, 8, 1, 9, 2, 10, 3, 11));
    storeWoven(woven + 64, v128.shuffle<u16>(v, w, 4, 12, 5, 13, 6, 14, 7, 15), v128.shuffle<u16>(x, y, 4, 12, 5, 13, 6, 14, 7, 15));
    b += step;
    c += step;
    d += step;
    woven += step << 3;
  }
}

/** Pairs of pixels of two rows, and of the two below. */
@inline
function storeWoven(to: usize, upper: v128, lower: v128): void {
  const low = v128.shuffle<u32>(upper, lower, 0, 4, 1, 5), high = v128.shuffle<u32>(upper, lower, 2, 6, 3, 7);
  v128.store(to, i16x8.extend_low_i8x16_u(low));
  v128.store(to, i16x8.extend_high_i8x16_u(low), 16);
  v128.store(to, i16x8.extend_low_i8x16_u(high), 32);
  v128.store(to, i16x8.extend_high_i8x16_u(high), 48);
}

/** The same for four rows of words. @param row bytes from one row to the next */
export function weaveWords(rows: usize, row: usize, cells: usize, channels: i32, woven: usize): void {
  const step: usize = channels === 3 ? 12 : 16;
  const order =
    channels === 1 ? i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) :
    channels === 2 ? i8x16(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15) :
    channels === 3 ? i8x16(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, -1, -1, -1, -1) :
    i8x16(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
  for (const end = rows + 2 * cells; rows < end; rows += step) {
    const a = v128.swizzle(v128.load(rows), order), b = v128.swizzle(v128.load(rows + row), order);
    const c = v128.swizzle(v128.load(rows + 2 * row), order), d = v128.swizzle(v128.load(rows + 3 * row), order);
    storeTurned(woven, 16, a, b, c, d);
    woven += step << 2;
  }
}

/**
 * Sums along the four rows of the woven line, for the pixels of a tile.
 * @param to i16 [2, ringRow], two pairs of rows, or bytes [4, byteRow] if columns are first
 */
export function across(task: BytesResizeTask, tile: ResizeTile, scratch: usize, to: usize): void {
  const channels = task.channels, pairs = task.columnPairs, sums = scratch + task.sumsAt;
  const half = i32x4.splat(1 << (task.acrossBits - 1));
  let starts = task.columnStarts + (<usize>tile.ow << 2), weights = task.columnWeights + (<usize>(tile.ow * pairs) << 2);
  const woven = scratch + task.wovenAt - load<u32>(starts);
  for (let left = tile.pixels; left > 0; left -= RESIZED_PIXELS) {
    let sum = sums;
    const column = tile.ow + tile.pixels - left, end = starts + (<usize>min(left, RESIZED_PIXELS) << 2);
    if (channels !== 2 && column >= task.evenFrom && column + RESIZED_PIXELS <= task.evenTo) {
      evenPixels(task, woven + load<u32>(starts), weights, sums);
      weights += <usize>((<i32>(end - starts) >> 2) * pairs) << 2;
      starts = end;
    }
    for (; starts < end; starts += 4) {
      const at = woven + load<u32>(starts);
      if (channels === 3) three(at, weights, pairs, sum, half);
      else if (channels === 4) four(at, weights, pairs, sum, half);
      else if (channels === 1) one(at, weights, pairs, sum, half);
      else two(at, weights, pairs, sum, half);
      weights += <usize>pairs << 2;
      sum += <usize>channels << 4;
    }
    const cells = channels * RESIZED_PIXELS;
    if (task.columnsFirst) {
      toBytes(task, sums, cells, to);
      to += <usize>cells;
    } else {
      toPairs(task, sums, cells, to);
      to += <usize>cells << 2;
    }
  }
}

/**
 * RESIZED_PIXELS pixels whose windows have the same weights; each loaded weight is used for as many pixels as fit in
 * registers.
 */
function evenPixels(task: BytesResizeTask, at: usize, weights: usize, to: usize): void {
  const channels = task.channels, pairs = task.columnPairs, step = task.evenStep, half = i32x4.splat(1 << (task.acrossBits - 1));
  const together = channels === 4 ? 2 : 4, pixel = <usize>channels << 4;
  for (let i = 0; i < RESIZED_PIXELS; i += together) {
    if (channels === 3) fourThrees(at, step, weights, pairs, to, half);
    else if (channels === 4) twoFours(at, step, weights, pairs, to, half);
    else fourOnes(at, step, weights, pairs, to, half);
    at += <usize>together * step;
    to += <usize>together * pixel;
  }
}

@inline
function fourThrees(at: usize, step: usize, weights: usize, pairs: i32, to: usize, half: v128): void {
  let a = half, b = half, c = half, d = half, e = half, f = half, g = half, h = half, i = half, j = half, k = half, l = half;
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    const w = v128.load32_splat(weights);
    const q = at + step, r = q + step, s = r + step;
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), w));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at, 16), w));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(at, 32), w));
    d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(q), w));
    e = i32x4.add(e, i32x4.dot_i16x8_s(v128.load(q, 16), w));
    f = i32x4.add(f, i32x4.dot_i16x8_s(v128.load(q, 32), w));
    g = i32x4.add(g, i32x4.dot_i16x8_s(v128.load(r), w));
    h = i32x4.add(h, i32x4.dot_i16x8_s(v128.load(r, 16), w));
    i = i32x4.add(i, i32x4.dot_i16x8_s(v128.load(r, 32), w));
    j = i32x4.add(j, i32x4.dot_i16x8_s(v128.load(s), w));
    k = i32x4.add(k, i32x4.dot_i16x8_s(v128.load(s, 16), w));
    l = i32x4.add(l, i32x4.dot_i16x8_s(v128.load(s, 32), w));
    at += 48;
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
  v128.store(to, e, 64);
  v128.store(to, f, 80);
  v128.store(to, g, 96);
  v128.store(to, h, 112);
  v128.store(to, i, 128);
  v128.store(to, j, 144);
  v128.store(to, k, 160);
  v128.store(to, l, 176);
}

@inline
function twoFours(at: usize, step: usize, weights: usize, pairs: i32, to: usize, half: v128): void {
  let a = half, b = half, c = half, d = half, e = half, f = half, g = half, h = half;
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    const w = v128.load32_splat(weights);
    const q = at + step;
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), w));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at, 16), w));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(at, 32), w));
    d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(at, 48), w));
    e = i32x4.add(e, i32x4.dot_i16x8_s(v128.load(q), w));
    f = i32x4.add(f, i32x4.dot_i16x8_s(v128.load(q, 16), w));
    g = i32x4.add(g, i32x4.dot_i16x8_s(v128.load(q, 32), w));
    h = i32x4.add(h, i32x4.dot_i16x8_s(v128.load(q, 48), w));
    at += 64;
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
  v128.store(to, e, 64);
  v128.store(to, f, 80);
  v128.store(to, g, 96);
  v128.store(to, h, 112);
}

@inline
function fourOnes(at: usize, step: usize, weights: usize, pairs: i32, to: usize, half: v128): void {
  let a = half, b = half, c = half, d = half;
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    const w = v128.load32_splat(weights);
    const q = at + step, r = q + step, s = r + step;
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), w));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(q), w));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(r), w));
    d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(s), w));
    at += 16;
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
}

@inline
function one(at: usize, weights: usize, pairs: i32, to: usize, half: v128): void {
  let a = half;
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), v128.load32_splat(weights)));
    at += 16;
  }
  v128.store(to, a);
}

@inline
function two(at: usize, weights: usize, pairs: i32, to: usize, half: v128): void {
  let a = half, b = half;
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    const k = v128.load32_splat(weights);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), k));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at, 16), k));
    at += 32;
  }
  v128.store(to, a);
  v128.store(to, b, 16);
}

/** Two pairs at a time, because three sums are too few to hide the latency of the loop. */
@inline
function three(at: usize, weights: usize, pairs: i32, to: usize, half: v128): void {
  let a = half, b = half, c = half;
  for (const end = weights + (<usize>(pairs >> 1) << 3); weights < end; weights += 8) {
    const k = v128.load32_splat(weights), l = v128.load32_splat(weights, 4);
    a = i32x4.add(a, i32x4.add(i32x4.dot_i16x8_s(v128.load(at), k), i32x4.dot_i16x8_s(v128.load(at, 48), l)));
    b = i32x4.add(b, i32x4.add(i32x4.dot_i16x8_s(v128.load(at, 16), k), i32x4.dot_i16x8_s(v128.load(at, 64), l)));
    c = i32x4.add(c, i32x4.add(i32x4.dot_i16x8_s(v128.load(at, 32), k), i32x4.dot_i16x8_s(v128.load(at, 80), l)));
    at += 96;
  }
  if (pairs & 1) {
    const k = v128.load32_splat(weights);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), k));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at, 16), k));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(at, 32), k));
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
}

@inline
function four(at: usize, weights: usize, pairs: i32, to: usize, half: v128): void {
  let a = half, b = half, c = half, d = half;
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    const k = v128.load32_splat(weights);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), k));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at, 16), k));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(at, 32), k));
    d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load(at, 48), k));
    at += 64;
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
}

/** Converts vectors of four rows to two lines of pairs of rows, clamped. @param cells a multiple of 4 */
function toPairs(task: BytesResizeTask, sums: usize, cells: i32, to: usize): void {
  const bits = task.acrossBits, below = to + task.ringRow;
  const white = i16x8.splat(<i16>task.white), black = i16x8.splat(0);
  for (let at: usize = 0; at < <usize>cells << 2; at += 16) {
    const low = i16x8.min_s(white, i16x8.max_s(black, twoCells(sums, bits))), high = i16x8.min_s(white, i16x8.max_s(black, twoCells(sums + 32, bits)));
    v128.store(to + at, v128.shuffle<u32>(low, high, 0, 2, 4, 6));
    v128.store(below + at, v128.shuffle<u32>(low, high, 1, 3, 5, 7));
    sums += 64;
  }
}

/** Converts vectors of four rows to bytes, clamped, row by row. @param cells a multiple of 16 */
function toBytes(task: BytesResizeTask, sums: usize, cells: i32, bytes: usize): void {
  const bits = task.acrossBits;
  for (let cell = 0; cell < cells; cell += 16) {
    storeTurned(bytes, task.byteRow, fourCells(sums, bits), fourCells(sums + 64, bits), fourCells(sums + 128, bits), fourCells(sums + 192, bits));
    sums += 256;
    bytes += 16;
  }
}

/** Four cells of four rows: four bytes of each row. */
@inline
function fourCells(sums: usize, bits: i32): v128 {
  const bytes = i8x16.narrow_i16x8_u(twoCells(sums, bits), twoCells(sums + 32, bits));
  return v128.swizzle(bytes, i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}

@inline
function twoCells(sums: usize, bits: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(v128.load(sums), bits), i32x4.shr_s(v128.load(sums, 16), bits));
}
