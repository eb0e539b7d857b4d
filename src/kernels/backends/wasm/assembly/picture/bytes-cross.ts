/**
 * Sums under a window of 3 × 3 over pixels of 4 bytes, with the same weight on all four sides and none in the corners: the
 * sides are added before they are multiplied. Cells `from` … `to` − 1 of a row, at least 64.
 * @param line address of the cell under the window's first tap, for cell 0
 * @param rows [3]: offsets of the window's rows, in bytes from `line`
 * @param weights [8], i16: the weights of the center and then those of the sides, one per channel
 */
export function crossOfRow(line: usize, from: i32, to: i32, rows: usize, weights: usize, target: usize): void {
  const center = v128.load64_splat(weights), side = v128.load64_splat(weights, 8);
  const up = load<u32>(rows), across = load<u32>(rows, 4), down = load<u32>(rows, 8);
  for (let ow = from; ow < to; ow += 64) {
    // the last 64 overlap the previous ones
    const column = <usize>min(ow, to - 64);
    const at = line + column;
    const above = at + up, middle = at + across, below = at + down, out = target + column;
    let v = v128.load(middle);
    let left = i16x8.extend_low_i8x16_u(v), inner = i16x8.extend_high_i8x16_u(v);
    v = v128.load(middle, 16);
    let right = i16x8.extend_low_i8x16_u(v);
    let a = v128.load(above, 4), b = v128.load(below, 4);
    v128.store(out, i8x16.narrow_i16x8_u(cross(left, inner, low(a, b), center, side), cross(inner, right, high(a, b), center, side)));
    inner = i16x8.extend_high_i8x16_u(v);
    v = v128.load(middle, 32);
    left = i16x8.extend_low_i8x16_u(v);
    a = v128.load(above, 20);
    b = v128.load(below, 20);
    v128.store(out, i8x16.narrow_i16x8_u(cross(right, inner, low(a, b), center, side), cross(inner, left, high(a, b), center, side)), 16);
    inner = i16x8.extend_high_i8x16_u(v);
    v = v128.load(middle, 48);
    right = i16x8.extend_low_i8x16_u(v);
    a = v128.load(above, 36);
    b = v128.load(below, 36);
    v128.store(out, i8x16.narrow_i16x8_u(cross(left, inner, low(a, b), center, side), cross(inner, right, high(a, b), center, side)), 32);
    inner = i16x8.extend_high_i8x16_u(v);
    left = i16x8.extend_low_i8x16_u(v128.load64_zero(middle, 64));
    a = v128.load(above, 52);
    b = v128.load(below, 52);
    v128.store(out, i8x16.narrow_i16x8_u(cross(right, inner, low(a, b), center, side), cross(inner, left, high(a, b), center, side)), 48);
  }
}

/**
 * Two pixels, the last of `left` and the first of `right` (which contain two each, as 16-bit numbers), their neighbors,
 * and the sums above and below.
 */
@inline
function cross(left: v128, right: v128, upright: v128, center: v128, side: v128): v128 {
  return i16x8.add(i16x8.mul(side, i16x8.add(upright, i16x8.add(left, right))), i16x8.mul(center, v128.shuffle<u64>(left, right, 1, 2)));
}

/** Sums of the first eight bytes of both, as 16-bit numbers; and of the last eight. */
@inline
function low(a: v128, b: v128): v128 {
  return i16x8.extadd_pairwise_i8x16_u(v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
}

@inline
function high(a: v128, b: v128): v128 {
  return i16x8.extadd_pairwise_i8x16_u(v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
}
