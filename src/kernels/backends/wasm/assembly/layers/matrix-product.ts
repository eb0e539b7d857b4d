// A kernel that covers its whole input has one output per channel, so the convolution is a matrix product.

import { madd } from '../madd';
import { Floats } from '../memory';

/** out[i, j] = bias[j] + Σp a[i, p] · b[j, p] */
@unmanaged
export class RowsByRowsTask {
  a: Floats;
  b: Floats;
  /** [J], or 0 */
  bias: Floats;
  out: Floats;
  I: i32;
  J: i32;
  P: i32;
}

/**
 * Rows against rows, 2 × 4 sums at a time. Columns `from` … `to` − 1 of out; `from` is a multiple of 4, and so is `to` unless
 * it is J.
 */
export function rowsByRows(task: RowsByRowsTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, b = task.b, bias = task.bias, out = task.out;
  const I = task.I, J = task.J, P = task.P;
  const bytes = <usize>P << 2;
  const whole = <usize>(P & ~3) << 2;
  for (let i = 0; i < I; i += 2) {
    const a0 = a + <usize>i * bytes;
    const pair = i + 1 < I;
    const a1 = pair ? a0 + bytes : a0;
    const row = out + (<usize>(i * J) << 2);
    let j = from;
    for (; j + 4 <= to; j += 4) {
      const b0 = b + <usize>j * bytes;
      const b1 = b0 + bytes, b2 = b1 + bytes, b3 = b2 + bytes;
      const zero = f32x4.splat(0);
      let s00 = zero, s01 = zero, s02 = zero, s03 = zero, s10 = zero, s11 = zero, s12 = zero, s13 = zero;
      let p: usize = 0;
      for (; p < whole; p += 16) {
        const x0 = v128.load(a0 + p);
        const x1 = v128.load(a1 + p);
        const k0 = v128.load(b0 + p);
        s00 = madd(s00, x0, k0);
        s10 = madd(s10, x1, k0);
        const k1 = v128.load(b1 + p);
        s01 = madd(s01, x0, k1);
        s11 = madd(s11, x1, k1);
        const k2 = v128.load(b2 + p);
        s02 = madd(s02, x0, k2);
        s12 = madd(s12, x1, k2);
        const k3 = v128.load(b3 + p);
        s03 = madd(s03, x0, k3);
        s13 = madd(s13, x1, k3);
      }
      let r0 = sums(s00, s01, s02, s03);
      let r1 = sums(s10, s11, s12, s13);
      for (; p < bytes; p += 4) {
        const k = f32x4(load<f32>(b0 + p), load<f32>(b1 + p), load<f32>(b2 + p), load<f32>(b3 + p));
        r0 = madd(r0, v128.load32_splat(a0 + p), k);
        r1 = madd(r1, v128.load32_splat(a1 + p), k);
      }
      if (bias) {
        const start = v128.load(bias + (<usize>j << 2));
        r0 = f32x4.add(r0, start);
        r1 = f32x4.add(r1, start);
      }
      v128.store(row + (<usize>j << 2), r0);
      if (pair) v128.store(row + (<usize>(J + j) << 2), r1);
    }
    for (; j < to; j++) {
      const start = bias ? load<f32>(bias + (<usize>j << 2)) : <f32>0;
      const bj = b + <usize>j * bytes;
      store<f32>(row + (<usize>j << 2), start + dot(a0, bj, bytes, whole));
      if (pair) store<f32>(row + (<usize>(J + j) << 2), start + dot(a1, bj, bytes, whole));
    }
  }
}

/** out[i, j] = Σp a[i · stepI + p · stepP] · b[p, j] */
@unmanaged
export class StridedByRowsTask {
  a: Floats;
  stepI: i32;
  stepP: i32;
  b: Floats;
  out: Floats;
  I: i32;
  J: i32;
  P: i32;
}

/**
 * 4 rows × 8 columns at a time. Columns `from` … `to` − 1 of out; `from` is a multiple of 8, and so is `to` unless it is J.
 */
export function stridedByRows(task: StridedByRowsTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, b = task.b, out = task.out;
  const I = task.I, J = task.J, P = task.P;
  const si = <usize>task.stepI << 2;
  const sp = <usize>task.stepP << 2;
  const row = <usize>J << 2;
  for (let i = 0; i < I; i += 4) {
    const rows = min(4, I - i);
    // rows beyond the last one repeat it and are not stored
    const a0 = a + <usize>i * si;
    const a1 = rows > 1 ? a0 + si : a0;
    const a2 = rows > 2 ? a1 + si : a1;
    const a3 = rows > 3 ? a2 + si : a2;
    const rows4 = out + <usize>i * row;
    let j = from;
    for (; j + 8 <= to; j += 8) {
      const zero = f32x4.splat(0);
      let s0 = zero, t0 = zero, s1 = zero, t1 = zero, s2 = zero, t2 = zero, s3 = zero, t3 = zero;
      let source = b + (<usize>j << 2);
      let at: usize = 0;
      for (let p = 0; p < P; p++) {
        const x = v128.load(source);
        const y = v128.load(source, 16);
        const k0 = v128.load32_splat(a0 + at);
        s0 = madd(s0, x, k0);
        t0 = madd(t0, y, k0);
        const k1 = v128.load32_splat(a1 + at);
        s1 = madd(s1, x, k1);
        t1 = madd(t1, y, k1);
        const k2 = v128.load32_splat(a2 + at);
        s2 = madd(s2, x, k2);
        t2 = madd(t2, y, k2);
        const k3 = v128.load32_splat(a3 + at);
        s3 = madd(s3, x, k3);
        t3 = madd(t3, y, k3);
        source += row;
        at += sp;
      }
      let target = rows4 + (<usize>j << 2);
      v128.store(target, s0);
      v128.store(target, t0, 16);
      if (rows > 1) {
        target += row;
        v128.store(target, s1);
        v128.store(target, t1, 16);
      }
      if (rows > 2) {
        target += row;
        v128.store(target, s2);
        v128.store(target, t2, 16);
      }
      if (rows > 3) {
        target += row;
        v128.store(target, s3);
        v128.store(target, t3, 16);
      }
    }
    for (; j < to; j++) {
      for (let r = 0; r < rows; r++) {
        let sum: f32 = 0;
        for (let p = 0; p < P; p++) sum += load<f32>(a0 + <usize>r * si + <usize>p * sp) * load<f32>(b + <usize>p * row + (<usize>j << 2));
        store<f32>(rows4 + <usize>r * row + (<usize>j << 2), sum);
      }
    }
  }
}

@inline
function dot(a: usize, b: usize, bytes: usize, whole: usize): f32 {
  let lanes = f32x4.splat(0);
  let p: usize = 0;
  for (; p < whole; p += 16) lanes = madd(lanes, v128.load(a + p), v128.load(b + p));
  let sum = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
  for (; p < bytes; p += 4) sum += load<f32>(a + p) * load<f32>(b + p);
  return sum;
}

/** The sums of four vectors, as one vector: a 4 × 4 transpose and three additions. */
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}
