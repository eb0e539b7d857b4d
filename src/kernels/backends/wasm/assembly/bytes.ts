// Interleaved 8-bit pictures, from bytes to bytes. A picture [H, W, C] is one plane [H, W·C] whose taps lie C cells apart;
// strips are gathered as in conv.ts, in bytes or as floats, and nothing larger than a strip is ever copied.
import { pairsOf1, rowsOf1 } from './blocks';
import { Correlation } from './correlation';
import { usedRows } from './gather';

/**
 * Whole weights with Σ |w|·255 + |bias| < 2¹⁵: 16-bit sums, 8 to a vector. Strips `from` … `to` − 1.
 * @param strip scratch, bytes [gatheredRows, rowLength]
 * @param offsets of the taps in the strip, in bytes: `plus` taps of weight 1, `minus` of −1, then `others`
 * @param weights [others], i32
 * @param scale of the sum; where it is 1, bias is whole
 * @param keep 2 or 4 if the last of so many channels passes through, else 0
 */
export function bytesInteger(
  strip: usize, geometry: usize, x: usize, out: usize, offsets: usize, plus: i32, minus: i32, others: i32, weights: usize,
  scale: f32, bias: f32, keep: i32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const alpha = alphaMask(keep);
  const plain = scale === 1;
  const start = i16x8.splat(plain ? <i16>bias : 0);
  const endPlus = offsets + (<usize>plus << 2);
  const endMinus = endPlus + (<usize>minus << 2);
  const end = endMinus + (<usize>others << 2);
  for (let index = from; index < to; index++) {
    const oh = index * c.stripRows;
    const rows = min(c.stripRows, c.outH - oh);
    gatherBytes(c, x, oh, rows, strip);
    for (let row = 0; row < rows; row++) {
      const target = out + <usize>((oh + row) * c.outW);
      const source = x + <usize>((oh + row) * c.outW);
      const line = strip + <usize>(row * c.rowLength);
      for (let ow = 0; ow < c.outW; ow += 32) {
        // the last 32 overlap those before
        const column = <usize>min(ow, c.outW - 32);
        const at = line + column;
        let a0 = start, a1 = start, a2 = start, a3 = start;
        let tap = offsets;
        for (; tap < endPlus; tap += 4) {
          const v0 = v128.load(at + load<u32>(tap)), v1 = v128.load(at + load<u32>(tap), 16);
          a0 = i16x8.add(a0, i16x8.extend_low_i8x16_u(v0));
          a1 = i16x8.add(a1, i16x8.extend_high_i8x16_u(v0));
          a2 = i16x8.add(a2, i16x8.extend_low_i8x16_u(v1));
          a3 = i16x8.add(a3, i16x8.extend_high_i8x16_u(v1));
        }
        for (; tap < endMinus; tap += 4) {
          const v0 = v128.load(at + load<u32>(tap)), v1 = v128.load(at + load<u32>(tap), 16);
          a0 = i16x8.sub(a0, i16x8.extend_low_i8x16_u(v0));
          a1 = i16x8.sub(a1, i16x8.extend_high_i8x16_u(v0));
          a2 = i16x8.sub(a2, i16x8.extend_low_i8x16_u(v1));
          a3 = i16x8.sub(a3, i16x8.extend_high_i8x16_u(v1));
        }
        for (let w = weights; tap < end; tap += 4) {
          const k = v128.load16_splat(w);
          const v0 = v128.load(at + load<u32>(tap)), v1 = v128.load(at + load<u32>(tap), 16);
          a0 = i16x8.add(a0, i16x8.mul(k, i16x8.extend_low_i8x16_u(v0)));
          a1 = i16x8.add(a1, i16x8.mul(k, i16x8.extend_high_i8x16_u(v0)));
          a2 = i16x8.add(a2, i16x8.mul(k, i16x8.extend_low_i8x16_u(v1)));
          a3 = i16x8.add(a3, i16x8.mul(k, i16x8.extend_high_i8x16_u(v1)));
          w += 4;
        }
        if (!plain) {
          a0 = scaled(a0, scale, bias);
          a1 = scaled(a1, scale, bias);
          a2 = scaled(a2, scale, bias);
          a3 = scaled(a3, scale, bias);
        }
        v128.store(target + column, v128.bitselect(v128.load(source + column), i8x16.narrow_i16x8_u(a0, a1), alpha));
        v128.store(target + column, v128.bitselect(v128.load(source + column, 16), i8x16.narrow_i16x8_u(a2, a3), alpha), 16);
      }
    }
  }
}

/**
 * Any weights, in float32: one pass, or with `columnTaps` first along the rows and then along the columns.
 * @param strip scratch, floats [gatheredRows, rowLength]
 * @param betweenAt bytes behind `strip`: between, scratch, floats [gatheredRows, ceil4(outW)], if there are two passes
 * @param sumsAt bytes behind `strip`: sums, scratch, floats [stripRows, ceil4(outW)]
 * @param rowOffsets,columnOffsets of the taps in `strip` and in `between`, in bytes
 * @param paired the one pass has all taps of the window, one row below the other
 */
export function bytesFloat(
  strip: usize, betweenAt: usize, sumsAt: usize, geometry: usize, x: usize, out: usize,
  rowTaps: i32, rowOffsets: usize, rowWeights: usize, columnTaps: i32, columnOffsets: usize, columnWeights: usize,
  paired: bool, bias: f32, keep: i32, from: i32, to: i32,
): void {
  const between = strip + betweenAt;
  const sums = strip + sumsAt;
  const c = changetype<Correlation>(geometry);
  const rowBytes = <usize>c.rowLength << 2;
  const outRow = <usize>((c.outW + 3) & ~3) << 2;
  for (let index = from; index < to; index++) {
    const oh = index * c.stripRows;
    const rows = min(c.stripRows, c.outH - oh);
    gatherFloats(c, x, oh, rows, strip);
    if (columnTaps) {
      rowsOf1(strip, rowBytes, rowOffsets, rowTaps, rowWeights, 0, between, outRow, usedRows(c, rows), c.outW);
      pass(between, outRow, columnOffsets, c.dilationH === 1, columnTaps, 1, columnWeights, bias, sums, outRow, rows, c.outW);
    } else {
      const KH = paired ? c.KH : rowTaps;
      pass(strip, rowBytes, rowOffsets, paired, KH, rowTaps / KH, rowWeights, bias, sums, outRow, rows, c.outW);
    }
    for (let row = 0; row < rows; row++) {
      const cells = <usize>((oh + row) * c.outW);
      storeBytes(sums + <usize>row * outRow, c.outW, out + cells, x + cells, alphaMask(keep));
    }
  }
}

@inline
function pass(
  source: usize, step: usize, offsets: usize, paired: bool, KH: i32, KW: i32, weights: usize, bias: f32,
  out: usize, outRow: usize, rows: i32, width: i32,
): void {
  const whole = paired && KH > 1 ? width & ~15 : 0;
  if (whole) pairsOf1(source, step, offsets, 1, KH, KW, weights, bias, out, outRow, rows, whole);
  const skipped = <usize>whole << 2;
  rowsOf1(source + skipped, step, offsets, KH * KW, weights, bias, out + skipped, outRow, rows, width - whole);
}

/** All bits of the last of every `keep` bytes. */
@inline
function alphaMask(keep: i32): v128 {
  return keep === 4 ? i32x4.splat(<i32>0xff000000) : keep === 2 ? i16x8.splat(<i16>0xff00) : i32x4.splat(0);
}

/** Four whole numbers: half-way goes up, as everywhere in filters. */
@inline
function rounded(values: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(values, f32x4.splat(0.5))));
}

/** Eight 16-bit sums: round(scale · sum + bias). */
@inline
function scaled(sums: v128, scale: f32, bias: f32): v128 {
  const s = f32x4.splat(scale), b = f32x4.splat(bias);
  const low = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sums)), s), b);
  const high = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(sums)), s), b);
  return i16x8.narrow_i32x4_s(rounded(low), rounded(high));
}

/** At least 16 floats to bytes: rounded and clamped; bytes under the mask are the source's. */
function storeBytes(sums: usize, width: i32, out: usize, source: usize, alpha: v128): void {
  for (let ow = 0; ow < width; ow += 16) {
    const column = <usize>min(ow, width - 16);
    const at = sums + (column << 2);
    const low = i16x8.narrow_i32x4_s(rounded(v128.load(at)), rounded(v128.load(at, 16)));
    const high = i16x8.narrow_i32x4_s(rounded(v128.load(at, 32)), rounded(v128.load(at, 48)));
    v128.store(out + column, v128.bitselect(v128.load(source + column), i8x16.narrow_i16x8_u(low, high), alpha));
  }
}

/** The rows that output rows oh … oh + rows − 1 see, with their border, as bytes. */
function gatherBytes(c: Correlation, x: usize, oh: i32, rows: i32, strip: usize): void {
  const border = <u8>c.value;
  const run = <usize>(c.runTo - c.runFrom);
  for (let row = 0, used = usedRows(c, rows); row < used; row++) {
    const h = load<i32>(c.tableH + (<usize>(oh + row) << 2));
    if (h < 0) {
      memory.fill(strip, border, <usize>c.rowLength);
    } else {
      const source = x + <usize>(h * c.inW);
      for (let i = 0; i < c.rowLength; i++) {
        if (i === c.runFrom) i = c.runTo;
        if (i >= c.rowLength) break;
        const column = load<i32>(c.columns + (<usize>i << 2));
        store<u8>(strip + <usize>i, column < 0 ? border : load<u8>(source + <usize>column));
      }
      memory.copy(strip + <usize>c.runFrom, source + <usize>c.runSource, run);
    }
    strip += <usize>c.rowLength;
  }
}

/** The same as floats. */
function gatherFloats(c: Correlation, x: usize, oh: i32, rows: i32, strip: usize): void {
  for (let row = 0, used = usedRows(c, rows); row < used; row++) {
    const h = load<i32>(c.tableH + (<usize>(oh + row) << 2));
    const source = x + <usize>(h * c.inW);
    for (let i = 0; i < c.rowLength; i++) {
      if (h >= 0 && i === c.runFrom) {
        const from = source + <usize>c.runSource;
        const to = strip + (<usize>i << 2);
        const length = c.runTo - i;
        let done = 0;
        for (; done + 16 <= length; done += 16) floatsOf(v128.load(from + <usize>done), to + (<usize>done << 2));
        for (; done < length; done++) store<f32>(to + (<usize>done << 2), <f32>load<u8>(from + <usize>done));
        i = c.runTo;
        if (i >= c.rowLength) break;
      }
      const column = load<i32>(c.columns + (<usize>i << 2));
      store<f32>(strip + (<usize>i << 2), h < 0 || column < 0 ? c.value : <f32>load<u8>(source + <usize>column));
    }
    strip += <usize>c.rowLength << 2;
  }
}

@inline
function floatsOf(bytes: v128, to: usize): void {
  const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)));
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32);
  v128.store(to, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48);
}
