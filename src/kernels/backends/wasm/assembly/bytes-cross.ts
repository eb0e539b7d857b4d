/**
 * Sums under a window of 3 × 3 over pixels of 4 bytes whose four sides weigh the same, and whose corners weigh nothing: what
 * they share is added before it is multiplied. Cells `from` … `to` − 1 of a row, at least 64.
 * @param line under the window's first cell, of cell 0
 * @param rows [3] of the window's rows, in bytes from `line`
 * @param weights [8], i16: of the centre and of the sides, for each of the four channels
 */
export function crossOfRow(line: usize, from: i32, to: i32, rows: usize, weights: usize, target: usize): void {
  const centre = v128.load64_splat(weights), side = v128.load64_splat(weights, 8);
  const up = load<u32>(rows), across = load<u32>(rows, 4), down = load<u32>(rows, 8);
  for (let ow = from; ow < to; ow += 64) {
    // the last 64 overlap those before
    const column = <usize>min(ow, to - 64);
    const at = line + column;
    const above = at + up, middle = at + across, below = at + down, out = target + column;
    let v = v128.load(middle);
    let left = i16x8.extend_low_i8x16_u(v), inner = i16x8.extend_high_i8x16_u(v);
    v = v128.load(middle, 16);
    let right = i16x8.extend_low_i8x16_u(v);
    v128.store(out, cross(left, inner, right, v128.load(above, 4), v128.load(below, 4), centre, side));
    inner = i16x8.extend_high_i8x16_u(v);
    v = v128.load(middle, 32);
    left = i16x8.extend_low_i8x16_u(v);
    v128.store(out, cross(right, inner, left, v128.load(above, 20), v128.load(below, 20), centre, side), 16);
    inner = i16x8.extend_high_i8x16_u(v);
    v = v128.load(middle, 48);
    right = i16x8.extend_low_i8x16_u(v);
    v128.store(out, cross(left, inner, right, v128.load(above, 36), v128.load(below, 36), centre, side), 32);
    inner = i16x8.extend_high_i8x16_u(v);
    left = i16x8.extend_low_i8x16_u(v128.load64_zero(middle, 64));
    v128.store(out, cross(right, inner, left, v128.load(above, 52), v128.load(below, 52), centre, side), 48);
  }
}

/** Four pixels between the first and the last of six, which two vectors hold each as numbers of 16 bits. */
@inline
function cross(left: v128, inner: v128, right: v128, above: v128, below: v128, centre: v128, side: v128): v128 {
  const low = i16x8.extadd_pairwise_i8x16_u(v128.shuffle<u8>(above, below, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  const high = i16x8.extadd_pairwise_i8x16_u(v128.shuffle<u8>(above, below, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
  return i8x16.narrow_i16x8_u(
    i16x8.add(i16x8.mul(side, i16x8.add(low, i16x8.add(left, inner))), i16x8.mul(centre, v128.shuffle<u64>(left, inner, 1, 2))),
    i16x8.add(i16x8.mul(side, i16x8.add(high, i16x8.add(inner, right))), i16x8.mul(centre, v128.shuffle<u64>(inner, right, 1, 2))),
  );
}
