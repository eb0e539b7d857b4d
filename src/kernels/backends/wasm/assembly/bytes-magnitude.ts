import { alphaMask, blendBytes, gatherBytes, rounded } from './bytes-cells';
import { Correlation } from './correlation';
import { usedRows } from './gather';

/**
 * scale · √(a² + b²) of the sums a and b under two windows of whole weights with Σ |w|·255 < 2¹⁵ each. Strips `from` … `to` − 1.
 * Of every vector the sums are taken over the words and over their odd bytes, as in bytesInteger.
 * @param strip scratch, bytes [gatheredRows, rowLength]
 * @param offsets of the taps in the strip, in bytes
 * @param weights [taps, 2], i16: of the one window and of the other
 * @param keep 2 or 4 if the last of so many channels passes through, else 0
 */
export function bytesMagnitude(
  strip: usize, geometry: usize, x: usize, out: usize, offsets: usize, taps: i32, weights: usize, scale: f32, keep: i32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const alpha = alphaMask(keep);
  const end = offsets + (<usize>taps << 2);
  for (let index = from; index < to; index++) {
    const oh = index * c.stripRows;
    const rows = min(c.stripRows, c.outH - oh);
    for (let row = 0, used = usedRows(c, rows); row < used; row++) gatherBytes(c, x, load<i32>(c.tableH + (<usize>(oh + row) << 2)), strip + <usize>(row * c.rowLength));
    for (let row = 0; row < rows; row++) {
      const target = out + <usize>((oh + row) * c.outW);
      const source = x + <usize>((oh + row) * c.outW);
      const line = strip + <usize>(row * c.rowLength);
      for (let ow = 0; ow < c.outW; ow += 32) {
        // the last 32 overlap those before
        const column = <usize>min(ow, c.outW - 32);
        const at = line + column;
        let a0 = i16x8.splat(0), a1 = a0, b0 = a0, b1 = a0, oddA0 = a0, oddA1 = a0, oddB0 = a0, oddB1 = a0;
        let w = weights;
        for (let tap = offsets; tap < end; tap += 4) {
          const cells = at + load<u32>(tap);
          const v0 = v128.load(cells), v1 = v128.load(cells, 16);
          const odd0 = i16x8.shr_u(v0, 8), odd1 = i16x8.shr_u(v1, 8);
          const k = v128.load16_splat(w);
          a0 = i16x8.add(a0, i16x8.mul(k, v0));
          a1 = i16x8.add(a1, i16x8.mul(k, v1));
          oddA0 = i16x8.add(oddA0, i16x8.mul(k, odd0));
          oddA1 = i16x8.add(oddA1, i16x8.mul(k, odd1));
          const l = v128.load16_splat(w, 2);
          b0 = i16x8.add(b0, i16x8.mul(l, v0));
          b1 = i16x8.add(b1, i16x8.mul(l, v1));
          oddB0 = i16x8.add(oddB0, i16x8.mul(l, odd0));
          oddB1 = i16x8.add(oddB1, i16x8.mul(l, odd1));
          w += 4;
        }
        blendBytes(target + column, magnitudes(a0, oddA0, b0, oddB0, scale), source + column, alpha);
        blendBytes(target + column + 16, magnitudes(a1, oddA1, b1, oddB1, scale), source + column + 16, alpha);
      }
    }
  }
}

/** Of 16 bytes. */
@inline
function magnitudes(a: v128, oddA: v128, b: v128, oddB: v128, scale: f32): v128 {
  const even = lengths(i16x8.sub(a, i16x8.shl(oddA, 8)), i16x8.sub(b, i16x8.shl(oddB, 8)), scale);
  const bytes = i8x16.narrow_i16x8_u(even, lengths(oddA, oddB, scale));
  return v128.shuffle<u8>(bytes, bytes, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Eight times round(scale · √(a² + b²)). */
@inline
function lengths(a: v128, b: v128, scale: f32): v128 {
  const low = v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  const high = v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  return i16x8.narrow_i32x4_s(length(i32x4.dot_i16x8_s(low, low), scale), length(i32x4.dot_i16x8_s(high, high), scale));
}

@inline
function length(squares: v128, scale: f32): v128 {
  return rounded(f32x4.mul(f32x4.sqrt(f32x4.convert_i32x4_s(squares)), f32x4.splat(scale)));
}
