import { gatherFloats } from './bytes-gather';
import { nearest, storeRow } from './bytes-store';
import { Correlation } from './correlation';
import { usedRows } from './gather';
import { madd } from './madd';

/** Rows of the result that are summed at once. In a line of sums each cell is a vector of them, so that taps along a row are whole vectors apart. */
const ROWS: i32 = 4;
/** Pixels of a line that are summed at once, and become bytes. */
const PIXELS: i32 = 16;

/**
 * A column and then a row of weights, in float32. Tiles `from` … `to` − 1, left to right and down: cells of as many rows as a
 * window sees are kept as floats, in turn in the slots of a ring.
 * @param ring scratch, floats [slots, rowLength]: cells
 * @param lineAt,sumsAt,bytesAt,offsetsAt bytes behind `ring`: scratch, floats [rowLength, 4]: sums of columns; floats [16 · kept, 4]:
 *   of rows too; bytes [4, tileCells] of the result; i32 [columnTaps + 3]: where rows lie in the ring
 * @param geometry of the cells that count, `kept` of the `pixel` bytes of each pixel
 * @param halo cells that the window reaches beyond a tile
 * @param slots at least columnTaps + 3
 * @param rowOffsets of the taps of a row in a line of sums, in bytes
 */
export function bytesSeparable(
  ring: usize, lineAt: usize, sumsAt: usize, bytesAt: usize, offsetsAt: usize, geometry: usize, x: usize, out: usize, pixel: i32, kept: i32,
  tileCells: i32, bandRows: i32, rowLength: i32, halo: i32, slots: i32,
  rowTaps: i32, rowOffsets: usize, rowWeights: usize, columnTaps: i32, columnWeights: usize, bias: f32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const line = ring + lineAt, sums = ring + sumsAt, bytes = ring + bytesAt, offsets = ring + offsetsAt;
  const ringRow = <usize>rowLength << 2;
  const outRow = <usize>(c.outW / kept * pixel);
  const across = (c.outW + tileCells - 1) / tileCells;
  const width = min(tileCells, c.outW);
  for (let index = from; index < to; index++) {
    const oh = (index / across) * bandRows;
    const rows = min(bandRows, c.outH - oh);
    const used = usedRows(c, rows);
    // the last tile of a row overlaps the one before
    const ow = min((index % across) * tileCells, c.outW - width);
    const first = <usize>oh * outRow + <usize>(ow / kept * pixel);
    let gathered = 0;
    for (let row = 0; row < rows; row += ROWS) {
      const seen = columnTaps + ROWS - 1;
      // of rows beyond the last one come sums that nobody reads
      for (const end = min(used, row + seen); gathered < end; gathered++) {
        const h = load<i32>(c.tableH + (<usize>(oh + gathered) << 2));
        gatherFloats(c, x, h, ow, ow + width + halo, pixel, kept, ring + <usize>(gathered % slots) * ringRow);
      }
      for (let i = 0; i < seen; i++) store<u32>(offsets + (<usize>i << 2), <u32>(<usize>((row + i) % slots) * ringRow));
      columns(ring, offsets, columnTaps, columnWeights, line, width + halo);
      for (let cell = 0, block = PIXELS * kept; cell < width; cell += block) {
        // the last pixels overlap those before
        const left = <usize>min(cell, width - block);
        alongRows(line + (left << 4), rowOffsets, rowTaps, rowWeights, bias, kept, sums);
        toBytes(sums, block, bytes + left, <usize>tileCells);
      }
      for (let i = 0, count = min(ROWS, rows - row); i < count; i++) {
        const at = first + <usize>(row + i) * outRow;
        storeRow(bytes + <usize>i * tileCells, width, pixel, kept, out + at, x + at);
      }
    }
  }
}

/** Sums of columns, four rows of them: of each cell a vector. Up to 7 cells more are read and written. */
function columns(ring: usize, offsets: usize, taps: i32, weights: usize, line: usize, cells: i32): void {
  for (let cell = 0; cell < cells; cell += 8) {
    fourWindows(ring + (<usize>cell << 2), 16, offsets, taps, weights, 0, line + (<usize>cell << 4), true);
  }
}

/** Sums of rows, 16 pixels: of each cell a vector. */
function alongRows(line: usize, offsets: usize, taps: i32, weights: usize, bias: f32, kept: i32, sums: usize): void {
  const four = <usize>kept << 6;
  for (let cell: usize = 0; cell < <usize>kept << 4; cell += 16) {
    fourWindows(line + cell, four, offsets, taps, weights, bias, sums + cell, false);
    fourWindows(line + cell + 2 * four, four, offsets, taps, weights, bias, sums + cell + 2 * four, false);
  }
}

/**
 * Four windows, each a tap on from the one before, over a vector and the one `beside` bytes on: 8 accumulators. What is loaded serves all
 * four, and so does every weight.
 * @param offsets [taps + 3] of the taps, in bytes
 * @param taps at least 3
 * @param turned the result is a square of four by four, and another one: it is stored column by column; else as it was read
 */
@inline
function fourWindows(at: usize, beside: usize, offsets: usize, taps: i32, weights: usize, bias: f32, to: usize, turned: bool): void {
  const start = f32x4.splat(bias);
  const end = weights + (<usize>taps << 2);
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
    // a pixel is a quarter of what lies between the two
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

/** Rows of a square become its columns, `step` bytes from one to the next. */
@inline
function storeTurned(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<u64>(ab, cd, 0, 2));
  v128.store(to + step, v128.shuffle<u64>(ab, cd, 1, 3));
  const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to + 2 * step, v128.shuffle<u64>(ef, gh, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<u64>(ef, gh, 1, 3));
}

/** Vectors of four rows become bytes, rounded and clamped, row by row. @param cells a multiple of 16 @param row bytes from one to the next */
function toBytes(sums: usize, cells: i32, bytes: usize, row: usize): void {
  for (let cell = 0; cell < cells; cell += 16) {
    storeTurned(bytes, row, rowsOf4(sums), rowsOf4(sums + 64), rowsOf4(sums + 128), rowsOf4(sums + 192));
    sums += 256;
    bytes += 16;
  }
}

/** Four cells of four rows: four bytes of each row. */
@inline
function rowsOf4(sums: usize): v128 {
  const low = i16x8.narrow_i32x4_s(nearest(v128.load(sums)), nearest(v128.load(sums, 16)));
  const high = i16x8.narrow_i32x4_s(nearest(v128.load(sums, 32)), nearest(v128.load(sums, 48)));
  return v128.swizzle(i8x16.narrow_i16x8_u(low, high), i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}
