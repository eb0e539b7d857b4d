import { RESIZED_PIXELS, RESIZED_ROWS } from '../constants';
import { BytesResizeTask } from './bytes-resize';
import { storeTurned } from './four-windows';

/** Bits of the sums: 6 of the sums of columns, and 14 of the weights. */
const BITS: i32 = 20;

/** Sums of rows, of the four rows of the woven line, as bytes. @param sums scratch of a block */
export function alongRows(task: BytesResizeTask, woven: usize, sums: usize, bytes: usize): void {
  const channels = task.channels, pairs = task.columnPairs;
  const width = <i32>task.outRow / channels;
  let starts = task.columnStarts, weights = task.columnWeights;
  for (let left = width; left > 0; left -= RESIZED_PIXELS) {
    let to = sums;
    for (const end = starts + (<usize>min(left, RESIZED_PIXELS) << 2); starts < end; starts += 4) {
      const at = woven + load<u32>(starts);
      if (channels === 3) three(at, weights, pairs, to);
      else if (channels === 4) four(at, weights, pairs, to);
      else if (channels === 1) one(at, weights, pairs, to);
      else two(at, weights, pairs, to);
      weights += <usize>pairs << 2;
      to += <usize>channels << 4;
    }
    toBytes(sums, channels * RESIZED_PIXELS, bytes, task.byteRow);
    bytes += <usize>(channels * RESIZED_PIXELS);
  }
}

@inline
function one(at: usize, weights: usize, pairs: i32, to: usize): void {
  let a = i32x4.splat(1 << (BITS - 1));
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), v128.load32_splat(weights)));
    at += 16;
  }
  v128.store(to, a);
}

@inline
function two(at: usize, weights: usize, pairs: i32, to: usize): void {
  let a = i32x4.splat(1 << (BITS - 1)), b = a;
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    const k = v128.load32_splat(weights);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), k));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at, 16), k));
    at += 32;
  }
  v128.store(to, a);
  v128.store(to, b, 16);
}

@inline
function three(at: usize, weights: usize, pairs: i32, to: usize): void {
  let a = i32x4.splat(1 << (BITS - 1)), b = a, c = a;
  for (const end = weights + (<usize>pairs << 2); weights < end; weights += 4) {
    const k = v128.load32_splat(weights);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(at), k));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at, 16), k));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load(at, 32), k));
    at += 48;
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
}

@inline
function four(at: usize, weights: usize, pairs: i32, to: usize): void {
  let a = i32x4.splat(1 << (BITS - 1)), b = a, c = a, d = a;
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

/** Vectors of four rows become bytes, clamped, row by row. @param cells a multiple of 16 @param row bytes from one to the next */
function toBytes(sums: usize, cells: i32, bytes: usize, row: usize): void {
  for (let cell = 0; cell < cells; cell += 16) {
    storeTurned(bytes, row, bytesOf4(sums), bytesOf4(sums + 64), bytesOf4(sums + 128), bytesOf4(sums + 192));
    sums += 256;
    bytes += 16;
  }
}

/** Four cells of four rows: four bytes of each row. */
@inline
function bytesOf4(sums: usize): v128 {
  const low = i16x8.narrow_i32x4_s(i32x4.shr_s(v128.load(sums), BITS), i32x4.shr_s(v128.load(sums, 16), BITS));
  const high = i16x8.narrow_i32x4_s(i32x4.shr_s(v128.load(sums, 32), BITS), i32x4.shr_s(v128.load(sums, 48), BITS));
  return v128.swizzle(i8x16.narrow_i16x8_u(low, high), i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}
