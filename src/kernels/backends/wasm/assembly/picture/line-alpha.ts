import { LineStore } from './line-task';

/** Converts sums of premultiplied colors and of alpha to colors and alpha, in place. */
export function unpremultiply4(s: LineStore, at: usize, count: i32): void {
  for (; count > 0; count--) {
    const v = v128.load(at);
    v128.store(at, divided(s, v, v128.shuffle<f32>(v, v, 3, 3, 3, 3), i32x4(0, 0, 0, -1)));
    at += 16;
  }
}

/** The same for gray pixels, two at a time; up to one more is written. */
export function unpremultiply2(s: LineStore, at: usize, count: i32): void {
  for (; count > 0; count -= 2) {
    const v = v128.load(at);
    v128.store(at, divided(s, v, v128.shuffle<f32>(v, v, 1, 1, 3, 3), i32x4(0, -1, 0, -1)));
    at += 16;
  }
}

/**
 * Colors and alpha from sums; 0 if alpha is zero up to rounding.
 * @param shares the sums of alpha
 * @param alpha all bits of its lanes
 */
@inline
export function divided(s: LineStore, sums: v128, shares: v128, alpha: v128): v128 {
  const opacity = f32x4.mul(shares, f32x4.splat(s.alphaScale));
  const colors = f32x4.add(f32x4.div(f32x4.mul(sums, f32x4.splat(s.colorScale)), shares), f32x4.splat(s.bias));
  return v128.and(v128.bitselect(f32x4.pmin(opacity, f32x4.splat(s.original.white)), colors, alpha), f32x4.gt(opacity, f32x4.splat(s.nothing)));
}
