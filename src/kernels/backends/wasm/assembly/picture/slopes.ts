// Combines the responses of several windows to one value: the magnitude and direction of the gradient. Processes rows
// of floats by whole vectors.

/** Outside these limits, squares of float32 may overflow or underflow. */
const LARGEST: f32 = 1e18;
const LEAST: f32 = 1e-18;

/** Writes √(a² + b²) / step to `to`, which may be `a` or `b`. */
export function lengths(a: usize, b: usize, count: i32, step: f32, to: usize): void {
  const divisor = f32x4.splat(step);
  for (let at: usize = 0; at < <usize>count << 2; at += 16) v128.store(to + at, f32x4.div(length(v128.load(a + at), v128.load(b + at)), divisor));
}

@inline
function length(a: v128, b: v128): v128 {
  const most = f32x4.max(f32x4.abs(a), f32x4.abs(b));
  const odd = v128.or(f32x4.gt(most, f32x4.splat(LARGEST)), v128.and(f32x4.lt(most, f32x4.splat(LEAST)), f32x4.ne(most, f32x4.splat(0))));
  const plain = f32x4.sqrt(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)));
  // lane by lane, because the last vector of a row ends in whatever is in memory there
  return v128.any_true(odd) ? v128.bitselect(v128.shuffle<u64>(lengthOf2(a, b), lengthOf2(upper(a), upper(b)), 0, 2), plain, odd) : plain;
}

@inline
function upper(v: v128): v128 {
  return v128.shuffle<u64>(v, v, 1, 1);
}

/** The magnitude of the first two lanes, in float64. */
function lengthOf2(a: v128, b: v128): v128 {
  const x = f64x2.promote_low_f32x4(a), y = f64x2.promote_low_f32x4(b);
  return f32x4.demote_f64x2_zero(f64x2.sqrt(f64x2.add(f64x2.mul(x, x), f64x2.mul(y, y))));
}

/** The largest of several responses / step. @param row bytes from one response to the next @param to may be the first */
export function largest(responses: usize, row: usize, windows: i32, count: i32, step: f32, to: usize): void {
  const divisor = f32x4.splat(step);
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    let best = v128.load(responses + at);
    for (let i = 1; i < windows; i++) {
      const v = v128.load(responses + <usize>i * row + at);
      best = v128.bitselect(v, best, f32x4.gt(v, best));
    }
    v128.store(to + at, f32x4.div(best, divisor));
  }
}

/** The heading of the largest of several responses; the first one among equals. @param headings one for each response */
export function headingOfLargest(responses: usize, row: usize, windows: i32, count: i32, headings: usize, to: usize): void {
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    let best = v128.load(responses + at), heading = v128.load32_splat(headings);
    for (let i = 1; i < windows; i++) {
      const v = v128.load(responses + <usize>i * row + at);
      const better = f32x4.gt(v, best);
      best = v128.bitselect(v, best, better);
      heading = v128.bitselect(v128.load32_splat(headings + (<usize>i << 2)), heading, better);
    }
    v128.store(to + at, heading);
  }
}

/** The angle of a · (headings 0, 1) + b · (headings 2, 3), counter-clockwise from the right, y downwards; 0 where both are 0. */
export function angles(a: usize, b: usize, count: i32, headings: usize, to: usize): void {
  const ax = v128.load32_splat(headings), ay = v128.load32_splat(headings, 4), bx = v128.load32_splat(headings, 8), by = v128.load32_splat(headings, 12);
  for (let at: usize = 0; at < <usize>count << 2; at += 16) {
    const u = v128.load(a + at), v = v128.load(b + at);
    const x = f32x4.add(f32x4.mul(u, ax), f32x4.mul(v, bx)), y = f32x4.add(f32x4.mul(u, ay), f32x4.mul(v, by));
    // 0 − y instead of −y, which is −0 for y = 0 and turns π into −π
    v128.store(to + at, arcTangent(f32x4.sub(f32x4.splat(0), y), x));
  }
}

/** The angle of (x, y), within 3e-7; by Cephes' polynomial for tangents up to tan 22.5°. */
@inline
function arcTangent(y: v128, x: v128): v128 {
  const ax = f32x4.abs(x), ay = f32x4.abs(y);
  const small = f32x4.pmin(ax, ay), large = f32x4.pmax(ax, ay);
  const beyond = f32x4.gt(small, f32x4.mul(large, f32x4.splat(0.41421356)));
  const same = f32x4.eq(small, large);
  const above = v128.bitselect(f32x4.sub(small, large), small, beyond), below = v128.bitselect(f32x4.add(f32x4.mul(small, f32x4.splat(0.5)), f32x4.mul(large, f32x4.splat(0.5))), large, beyond);
  // halves, so that nothing overflows
  const t = v128.andnot(f32x4.div(v128.bitselect(f32x4.mul(above, f32x4.splat(0.5)), above, beyond), below), same);
  const z = f32x4.mul(t, t);
  let p = f32x4.splat(0.0805374449538);
  p = f32x4.sub(f32x4.mul(p, z), f32x4.splat(0.138776856032));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(0.199777106478));
  p = f32x4.sub(f32x4.mul(p, z), f32x4.splat(0.333329491539));
  let angle = f32x4.add(f32x4.mul(f32x4.mul(p, z), t), t);
  const eighth = v128.and(v128.or(beyond, same), f32x4.splat(<f32>(Math.PI / 4)));
  angle = f32x4.add(angle, eighth);
  angle = v128.bitselect(f32x4.sub(f32x4.splat(<f32>(Math.PI / 2)), angle), angle, f32x4.gt(ay, ax));
  angle = v128.bitselect(f32x4.sub(f32x4.splat(<f32>Math.PI), angle), angle, f32x4.lt(x, f32x4.splat(0)));
  angle = v128.or(angle, v128.and(y, i32x4.splat(<i32>0x80000000)));
  // zero magnitude gives angle 0; NaN stays NaN
  const none = v128.or(f32x4.ne(x, x), f32x4.ne(y, y));
  return v128.bitselect(f32x4.add(x, y), v128.andnot(angle, f32x4.eq(large, f32x4.splat(0))), none);
}

/**
 * The angle of the steepest cell of each pixel as a color: red to the right, then yellow, green, cyan, blue and violet;
 * the brightness is the magnitude.
 * @param pixels of `cells` lengths and angles
 * @param to three floats a pixel, and one more, which may be written
 */
export function hues(steep: usize, turned: usize, pixels: i32, cells: i32, to: usize): void {
  const primaries = f32x4(0, 2, 4, 0), six = f32x4.splat(6), sixth = f32x4.splat(<f32>(1.0 / 6.0));
  for (; pixels > 0; pixels--) {
    const best = steepest(steep, cells);
    const angle = f32x4.sub(f32x4.mul(v128.load32_splat(turned + best), f32x4.splat(<f32>(3 / Math.PI))), primaries);
    // each primary is full for a third of the hue circle, with a ramp of a sixth on both sides
    const away = f32x4.abs(f32x4.sub(angle, f32x4.mul(six, f32x4.nearest(f32x4.mul(angle, sixth)))));
    const share = f32x4.min(f32x4.splat(1), f32x4.max(f32x4.splat(0), f32x4.sub(f32x4.splat(2), away)));
    v128.store(to, f32x4.mul(v128.load32_splat(steep + best), share));
    steep += <usize>cells << 2;
    turned += <usize>cells << 2;
    to += 12;
  }
}

/** The byte offset of a pixel's largest cell; the first one among equals. */
@inline
export function steepest(cells: usize, count: i32): usize {
  let best: usize = 0;
  for (let at: usize = 4; at < <usize>count << 2; at += 4) if (load<f32>(cells + at) > load<f32>(cells + best)) best = at;
  return best;
}
