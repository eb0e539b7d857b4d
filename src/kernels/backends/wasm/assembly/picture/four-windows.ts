import { madd } from '../madd';

/** The taps of a row or of a column. The thread's frame contains one of each. */
@unmanaged
export class Taps {
  /** at least 3 */
  count: i32;
  /** [count + 3], in bytes */
  offsets: usize;
  weights: usize;
  bias: f32;
}

/**
 * Four windows, each shifted by one tap, on a vector and the one `beside` bytes after it: 8 accumulators. All four
 * windows use every loaded vector and every weight.
 * @param turned the results are two squares of 4 × 4 to be stored column by column; else they are stored as they were
 * read
 */
@inline
export function fourWindows(taps: Taps, at: usize, beside: usize, to: usize, turned: bool): void {
  const offsets = taps.offsets, weights = taps.weights;
  const start = f32x4.splat(taps.bias);
  const end = weights + (<usize>taps.count << 2);
  let k0 = v128.load32_splat(weights), k1 = k0, k2 = k0, k3 = k0;
  let p = at + load<u32>(offsets);
  let a = madd(start, v128.load(p), k0), e = madd(start, v128.load(p + beside), k0);
  p = at + load<u32>(offsets, 4);
  k0 = v128.load32_splat(weights, 4);
  let v = v128.load(p), u = v128.load(p + beside);
  a = madd(a, v, k0);
  e = madd(e, u, k0);
  let b = madd(start, v, k1), f = madd(start, u, k1);
  p = at + load<u32>(offsets, 8);
  k2 = k1;
  k1 = k0;
  k0 = v128.load32_splat(weights, 8);
  v = v128.load(p);
  u = v128.load(p + beside);
  a = madd(a, v, k0);
  e = madd(e, u, k0);
  b = madd(b, v, k1);
  f = madd(f, u, k1);
  let c = madd(start, v, k2), g = madd(start, u, k2);
  let d = start, h = start;
  let tap = offsets + 12;
  for (let w = weights + 12; w < end; w += 4) {
    p = at + load<u32>(tap);
    tap += 4;
    k3 = k2;
    k2 = k1;
    k1 = k0;
    k0 = v128.load32_splat(w);
    v = v128.load(p);
    u = v128.load(p + beside);
    a = madd(a, v, k0);
    e = madd(e, u, k0);
    b = madd(b, v, k1);
    f = madd(f, u, k1);
    c = madd(c, v, k2);
    g = madd(g, u, k2);
    d = madd(d, v, k3);
    h = madd(h, u, k3);
  }
  p = at + load<u32>(tap);
  v = v128.load(p);
  u = v128.load(p + beside);
  b = madd(b, v, k0);
  f = madd(f, u, k0);
  c = madd(c, v, k1);
  g = madd(g, u, k1);
  d = madd(d, v, k2);
  h = madd(h, u, k2);
  p = at + load<u32>(tap, 4);
  v = v128.load(p);
  u = v128.load(p + beside);
  c = madd(c, v, k0);
  g = madd(g, u, k0);
  d = madd(d, v, k1);
  h = madd(h, u, k1);
  p = at + load<u32>(tap, 8);
  d = madd(d, v128.load(p), k0);
  h = madd(h, v128.load(p + beside), k0);
  if (turned) {
    storeTurned(to, 16, a, b, c, d);
    storeTurned(to + 64, 16, e, f, g, h);
  } else {
    // the two vectors are four pixels apart
    const one = beside >> 2;
    v128.store(to, a);
    v128.store(to + one, b);
    v128.store(to + 2 * one, c);
    v128.store(to + 3 * one, d);
    to += beside;
    v128.store(to, e);
    v128.store(to + one, f);
    v128.store(to + 2 * one, g);
    v128.store(to + 3 * one, h);
  }
}

/** Stores a square of 4 × 4 column by column, `step` bytes from one to the next. */
@inline
export function storeTurned(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<u64>(ab, cd, 0, 2));
  v128.store(to + step, v128.shuffle<u64>(ab, cd, 1, 3));
  const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to + 2 * step, v128.shuffle<u64>(ef, gh, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<u64>(ef, gh, 1, 3));
}
