// The inner programs of every forward and input-gradient pass. A tap is a byte offset into the source, a gathered strip or
// x itself, and its weights; accumulators stay in registers while the tap list runs. `step` leads from what one output row
// sees to what the next one does, `outRow` from one output row to the next.
import { madd } from './madd';

/** Output rows of 4 channels, 8 columns at a time: 8 accumulators. Weights: 4 per tap. */
export function rowsOf4(
  source: usize, step: usize, offsets: usize, taps: i32, weights: usize, bias: v128,
  out: usize, outRow: usize, outPlane: usize, rows: i32, width: i32,
): void {
  const end = offsets + (<usize>taps << 2);
  const bias0 = f32x4.splat(f32x4.extract_lane(bias, 0));
  const bias1 = f32x4.splat(f32x4.extract_lane(bias, 1));
  const bias2 = f32x4.splat(f32x4.extract_lane(bias, 2));
  const bias3 = f32x4.splat(f32x4.extract_lane(bias, 3));
  for (let row = 0; row < rows; row++) {
    for (let ow = 0; ow < width; ow += 8) {
      const at = source + (<usize>ow << 2);
      let a0 = bias0, b0 = bias0, a1 = bias1, b1 = bias1, a2 = bias2, b2 = bias2, a3 = bias3, b3 = bias3;
      let w = weights;
      for (let tap = offsets; tap < end; tap += 4) {
        const x = at + load<u32>(tap);
        const xa = v128.load(x);
        const xb = v128.load(x, 16);
        const k0 = v128.load32_splat(w);
        a0 = madd(a0, xa, k0);
        b0 = madd(b0, xb, k0);
        const k1 = v128.load32_splat(w, 4);
        a1 = madd(a1, xa, k1);
        b1 = madd(b1, xb, k1);
        const k2 = v128.load32_splat(w, 8);
        a2 = madd(a2, xa, k2);
        b2 = madd(b2, xb, k2);
        const k3 = v128.load32_splat(w, 12);
        a3 = madd(a3, xa, k3);
        b3 = madd(b3, xb, k3);
        w += 16;
      }
      const to = out + (<usize>ow << 2);
      const left = width - ow;
      storeColumns(to, a0, b0, left);
      storeColumns(to + outPlane, a1, b1, left);
      storeColumns(to + 2 * outPlane, a2, b2, left);
      storeColumns(to + 3 * outPlane, a3, b3, left);
    }
    source += step;
    out += outRow;
  }
}

/**
 * Output rows of one channel in pairs, 16 columns at a time: 8 accumulators. Where the next output row sees what the next
 * kernel row does, every vector that is loaded serves both rows. Sums run in the order of the taps, as in rowsOf1.
 * @param slices (cin, kd): taps are [slices, KH, KW]
 * @param width a multiple of 16
 */
export function pairsOf1(
  source: usize, step: usize, offsets: usize, slices: i32, KH: i32, KW: i32, weights: usize, bias: f32,
  out: usize, outRow: usize, rows: i32, width: i32,
): void {
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
  if (row < rows) rowsOf1(source, step, offsets, slices * KH * KW, weights, bias, out, outRow, 1, width);
}

/** Output rows of one channel, 32 columns at a time: 8 accumulators; then 8 at a time. Weights: 1 per tap. */
export function rowsOf1(
  source: usize, step: usize, offsets: usize, taps: i32, weights: usize, bias: f32,
  out: usize, outRow: usize, rows: i32, width: i32,
): void {
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
      let a = start, b = start;
      let w = weights;
      for (let tap = offsets; tap < end; tap += 4) {
        const x = at + load<u32>(tap);
        const k = v128.load32_splat(w);
        a = madd(a, v128.load(x), k);
        b = madd(b, v128.load(x, 16), k);
        w += 4;
      }
      storeColumns(out + (<usize>ow << 2), a, b, width - ow);
    }
    source += step;
    out += outRow;
  }
}

/**
 * Output rows of one channel under a kernel of one row of neighbouring taps, 32 columns at a time: 8 accumulators. Of four
 * taps the first reads a vector, the others put theirs together from it and the next one. Sums run as in rowsOf1.
 * @param slices (cin, kd): taps are [slices, KW]
 * @param width a multiple of 32
 */
export function linesOf1(
  source: usize, step: usize, offsets: usize, slices: i32, KW: i32, weights: usize, bias: f32,
  out: usize, outRow: usize, rows: i32, width: i32,
): void {
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
          a0 = fourTaps(a0, here, next, k0, k1, k2, k3);
          here = v128.load(x, 32);
          a1 = fourTaps(a1, next, here, k0, k1, k2, k3);
          next = v128.load(x, 48);
          a2 = fourTaps(a2, here, next, k0, k1, k2, k3);
          here = v128.load(x, 64);
          a3 = fourTaps(a3, next, here, k0, k1, k2, k3);
          next = v128.load(x, 80);
          a4 = fourTaps(a4, here, next, k0, k1, k2, k3);
          here = v128.load(x, 96);
          a5 = fourTaps(a5, next, here, k0, k1, k2, k3);
          next = v128.load(x, 112);
          a6 = fourTaps(a6, here, next, k0, k1, k2, k3);
          here = v128.load(x, 128);
          a7 = fourTaps(a7, next, here, k0, k1, k2, k3);
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
function fourTaps(sum: v128, here: v128, next: v128, k0: v128, k1: v128, k2: v128, k3: v128): v128 {
  sum = madd(sum, here, k0);
  sum = madd(sum, v128.shuffle<f32>(here, next, 1, 2, 3, 4), k1);
  sum = madd(sum, v128.shuffle<f32>(here, next, 2, 3, 4, 5), k2);
  return madd(sum, v128.shuffle<f32>(here, next, 3, 4, 5, 6), k3);
}

/** Stores the first `left` of 8 columns. */
@inline
export function storeColumns(to: usize, a: v128, b: v128, left: i32): void {
  if (left >= 8) {
    v128.store(to, a);
    v128.store(to, b, 16);
  } else if (left >= 4) {
    v128.store(to, a);
    storeLanes(to + 16, b, left - 4);
  } else {
    storeLanes(to, a, left);
  }
}

@inline
function storeLanes(to: usize, a: v128, left: i32): void {
  if (left > 0) store<f32>(to, f32x4.extract_lane(a, 0));
  if (left > 1) store<f32>(to, f32x4.extract_lane(a, 1), 4);
  if (left > 2) store<f32>(to, f32x4.extract_lane(a, 2), 8);
}
