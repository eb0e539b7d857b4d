import { Block, storeColumns } from './blocks';
import { madd } from './madd';

/**
 * Output rows of one channel in pairs, 16 columns at a time: 8 accumulators. Output rows must be as far apart on the input as
 * kernel rows, so that every loaded vector serves both rows of a pair. Sums run in the order of the taps, as in rowsOf1.
 * @param b its width is a multiple of 16; source, out and rows change if a row is left over
 * @param slices (cin, kd): taps are [slices, KH, KW]
 */
export function pairsOf1(b: Block, slices: i32, KH: i32, KW: i32, weights: usize, bias: f32): void {
  const step = b.step, outRow = b.outRow, rows = b.rows, width = b.width;
  const offsets = b.offsets;
  let source = b.source, out = b.out;
  const start = f32x4.splat(bias);
  const kernelRow = <usize>KW << 2;
  const kernel = <usize>KH * kernelRow;
  const end = offsets + <usize>slices * kernel;
  let row = 0;
  for (; row + 2 <= rows; row += 2) {
    for (let ow = 0; ow < width; ow += 16) {
      const at = source + (<usize>ow << 2);
      let a0 = start, a1 = start, a2 = start, a3 = start, b0 = start, b1 = start, b2 = start, b3 = start;
      let w = weights;
      for (let slice = offsets; slice < end; slice += kernel) {
        let tap = slice;
        for (const stop = slice + kernelRow; tap < stop; tap += 4) {
          const x = at + load<u32>(tap);
          const k = v128.load32_splat(w);
          a0 = madd(a0, v128.load(x), k);
          a1 = madd(a1, v128.load(x, 16), k);
          a2 = madd(a2, v128.load(x, 32), k);
          a3 = madd(a3, v128.load(x, 48), k);
          w += 4;
        }
        for (const stop = slice + kernel; tap < stop; tap += 4) {
          const x = at + load<u32>(tap);
          const ka = v128.load32_splat(w);
          const kb = v128.load32_splat(w - kernelRow);
          const x0 = v128.load(x);
          a0 = madd(a0, x0, ka);
          b0 = madd(b0, x0, kb);
          const x1 = v128.load(x, 16);
          a1 = madd(a1, x1, ka);
          b1 = madd(b1, x1, kb);
          const x2 = v128.load(x, 32);
          a2 = madd(a2, x2, ka);
          b2 = madd(b2, x2, kb);
          const x3 = v128.load(x, 48);
          a3 = madd(a3, x3, ka);
          b3 = madd(b3, x3, kb);
          w += 4;
        }
        const below = at + step;
        w -= kernelRow;
        for (tap -= kernelRow; tap < slice + kernel; tap += 4) {
          const x = below + load<u32>(tap);
          const k = v128.load32_splat(w);
          b0 = madd(b0, v128.load(x), k);
          b1 = madd(b1, v128.load(x, 16), k);
          b2 = madd(b2, v128.load(x, 32), k);
          b3 = madd(b3, v128.load(x, 48), k);
          w += 4;
        }
      }
      const to = out + (<usize>ow << 2);
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
      const next = to + outRow;
      v128.store(next, b0);
      v128.store(next, b1, 16);
      v128.store(next, b2, 32);
      v128.store(next, b3, 48);
    }
    source += 2 * step;
    out += 2 * outRow;
  }
  if (row < rows) {
    b.source = source;
    b.out = out;
    b.rows = 1;
    rowsOf1(b, slices * KH * KW, weights, bias);
  }
}

/** Output rows of one channel, 32 columns at a time: 8 accumulators; then 8 at a time. @param weights 1 per tap */
export function rowsOf1(b: Block, taps: i32, weights: usize, bias: f32): void {
  const step = b.step, outRow = b.outRow, rows = b.rows, width = b.width;
  const offsets = b.offsets;
  let source = b.source, out = b.out;
  const end = offsets + (<usize>taps << 2);
  const start = f32x4.splat(bias);
  for (let row = 0; row < rows; row++) {
    let ow = 0;
    for (; ow + 32 <= width; ow += 32) {
      const at = source + (<usize>ow << 2);
      let a0 = start, a1 = start, a2 = start, a3 = start, a4 = start, a5 = start, a6 = start, a7 = start;
      let w = weights;
      for (let tap = offsets; tap < end; tap += 4) {
        const x = at + load<u32>(tap);
        const k = v128.load32_splat(w);
        a0 = madd(a0, v128.load(x), k);
        a1 = madd(a1, v128.load(x, 16), k);
        a2 = madd(a2, v128.load(x, 32), k);
        a3 = madd(a3, v128.load(x, 48), k);
        a4 = madd(a4, v128.load(x, 64), k);
        a5 = madd(a5, v128.load(x, 80), k);
        a6 = madd(a6, v128.load(x, 96), k);
        a7 = madd(a7, v128.load(x, 112), k);
        w += 4;
      }
      const to = out + (<usize>ow << 2);
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
      v128.store(to, a4, 64);
      v128.store(to, a5, 80);
      v128.store(to, a6, 96);
      v128.store(to, a7, 112);
    }
    for (; ow < width; ow += 8) {
      const at = source + (<usize>ow << 2);
      let a0 = start, a1 = start;
      let w = weights;
      for (let tap = offsets; tap < end; tap += 4) {
        const x = at + load<u32>(tap);
        const k = v128.load32_splat(w);
        a0 = madd(a0, v128.load(x), k);
        a1 = madd(a1, v128.load(x, 16), k);
        w += 4;
      }
      storeColumns(out + (<usize>ow << 2), a0, a1, width - ow);
    }
    source += step;
    out += outRow;
  }
}

/**
 * Output rows of one channel under a kernel of one row of neighboring taps, 32 columns at a time: 8 accumulators. Of four
 * taps the first loads a vector; the others shuffle theirs out of it and the next one. Sums run as in rowsOf1.
 * @param b its width is a multiple of 32
 * @param slices (cin, kd): taps are [slices, KW]
 */
export function linesOf1(b: Block, slices: i32, KW: i32, weights: usize, bias: f32): void {
  const step = b.step, outRow = b.outRow, rows = b.rows, width = b.width;
  const offsets = b.offsets;
  let source = b.source, out = b.out;
  const start = f32x4.splat(bias);
  const line = <usize>KW << 2;
  const end = offsets + <usize>slices * line;
  for (let row = 0; row < rows; row++) {
    for (let ow = 0; ow < width; ow += 32) {
      let a0 = start, a1 = start, a2 = start, a3 = start, a4 = start, a5 = start, a6 = start, a7 = start;
      let w = weights;
      for (let slice = offsets; slice < end; slice += line) {
        let x = source + (<usize>ow << 2) + load<u32>(slice);
        let left = KW;
        for (; left >= 4; left -= 4) {
          const k0 = v128.load32_splat(w), k1 = v128.load32_splat(w, 4), k2 = v128.load32_splat(w, 8), k3 = v128.load32_splat(w, 12);
          let here = v128.load(x), next = v128.load(x, 16);
          a0 = threeTaps(madd(a0, here, k0), here, next, k1, k2, k3);
          here = v128.load(x, 32);
          a1 = threeTaps(madd(a1, next, k0), next, here, k1, k2, k3);
          next = v128.load(x, 48);
          a2 = threeTaps(madd(a2, here, k0), here, next, k1, k2, k3);
          here = v128.load(x, 64);
          a3 = threeTaps(madd(a3, next, k0), next, here, k1, k2, k3);
          next = v128.load(x, 80);
          a4 = threeTaps(madd(a4, here, k0), here, next, k1, k2, k3);
          here = v128.load(x, 96);
          a5 = threeTaps(madd(a5, next, k0), next, here, k1, k2, k3);
          next = v128.load(x, 112);
          a6 = threeTaps(madd(a6, here, k0), here, next, k1, k2, k3);
          here = v128.load(x, 128);
          a7 = threeTaps(madd(a7, next, k0), next, here, k1, k2, k3);
          x += 16;
          w += 16;
        }
        for (; left > 0; left--) {
          const k = v128.load32_splat(w);
          a0 = madd(a0, v128.load(x), k);
          a1 = madd(a1, v128.load(x, 16), k);
          a2 = madd(a2, v128.load(x, 32), k);
          a3 = madd(a3, v128.load(x, 48), k);
          a4 = madd(a4, v128.load(x, 64), k);
          a5 = madd(a5, v128.load(x, 80), k);
          a6 = madd(a6, v128.load(x, 96), k);
          a7 = madd(a7, v128.load(x, 112), k);
          x += 4;
          w += 4;
        }
      }
      const to = out + (<usize>ow << 2);
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
      v128.store(to, a4, 64);
      v128.store(to, a5, 80);
      v128.store(to, a6, 96);
      v128.store(to, a7, 112);
    }
    source += step;
    out += outRow;
  }
}

@inline
function threeTaps(sum: v128, here: v128, next: v128, k1: v128, k2: v128, k3: v128): v128 {
  sum = madd(sum, v128.shuffle<f32>(here, next, 1, 2, 3, 4), k1);
  sum = madd(sum, v128.shuffle<f32>(here, next, 2, 3, 4, 5), k2);
  return madd(sum, v128.shuffle<f32>(here, next, 3, 4, 5, 6), k3);
}
