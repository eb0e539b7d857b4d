import { pairsOf1, rowsOf1 } from './blocks';
import { gatherFloats, storeFloats } from './bytes-cells';
import { Correlation } from './correlation';
import { usedRows } from './gather';
import { madd } from './madd';

/**
 * Any weights, in float32: one pass, or with `columnTaps` first along the rows and then along the columns. Tiles `from` …
 * `to` − 1, left to right and down: so small that what a pass reads stays in the first-level cache.
 * @param tile scratch, floats [bandRows + what the window reaches below, rowLength]: cells, or with two passes sums of the first
 * @param lineAt,sumsAt bytes behind `tile`: scratch, floats: one row of cells; two rows of sums [2, tileCells]
 * @param geometry of the cells that count, `kept` of the `pixel` bytes of each pixel
 * @param rowOffsets,columnOffsets of the taps in a row (or all) and from row to row of the tile, in bytes
 * @param paired the one pass has all taps of the window, one row below the other
 * @param grouped the taps of the first of two passes are neighbours, in the order of `along`
 */
export function bytesFloat(
  tile: usize, lineAt: usize, sumsAt: usize, geometry: usize, x: usize, out: usize, pixel: i32, kept: i32,
  tileCells: i32, bandRows: i32, rowLength: i32, halo: i32,
  rowTaps: i32, rowOffsets: usize, rowWeights: usize, columnTaps: i32, columnOffsets: usize, columnWeights: usize,
  paired: bool, grouped: bool, bias: f32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const line = tile + lineAt, sums = tile + sumsAt;
  const tileRow = <usize>rowLength << 2;
  const sumsRow = <usize>tileCells << 2;
  const outRow = <usize>(c.outW / kept * pixel);
  const across = (c.outW + tileCells - 1) / tileCells;
  const width = min(tileCells, c.outW);
  for (let index = from; index < to; index++) {
    const oh = (index / across) * bandRows;
    const rows = min(bandRows, c.outH - oh);
    // the last tile of a row overlaps the one before
    const ow = min((index % across) * tileCells, c.outW - width);
    for (let row = 0, used = usedRows(c, rows); row < used; row++) {
      const h = load<i32>(c.tableH + (<usize>(oh + row) << 2));
      const target = tile + <usize>row * tileRow;
      gatherFloats(c, x, h, ow, ow + width + halo, pixel, kept, columnTaps ? line : target);
      if (grouped && width >= leastAlong(kept)) alongRow(line, rowTaps, rowWeights, target, kept, width);
      else if (columnTaps) rowsOf1(line, 0, rowOffsets, rowTaps, rowWeights, 0, target, 0, 1, width);
    }
    const first = <usize>oh * outRow + <usize>(ow / kept * pixel);
    for (let row = 0; row < rows; row += 2) {
      const pair = min(2, rows - row);
      const source = tile + <usize>row * tileRow;
      if (columnTaps) pass(source, tileRow, columnOffsets, c.dilationH === 1, columnTaps, 1, columnWeights, bias, sums, sumsRow, pair, width);
      else pass(source, tileRow, rowOffsets, paired, paired ? c.KH : 1, paired ? c.KW : rowTaps, rowWeights, bias, sums, sumsRow, pair, width);
      for (let i = 0; i < pair; i++) {
        const at = first + <usize>(row + i) * outRow;
        storeFloats(sums + <usize>i * sumsRow, width, pixel, kept, out + at, x + at);
      }
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
  if (whole < width) rowsOf1(source + skipped, step, offsets, KH * KW, weights, bias, out + skipped, outRow, rows, width - whole);
}

/** The sizes of groups of pixels that are whole vectors of 4 cells: 4 pixels of 1 cell, 2 of 2 or 1 of 4 are one, 4 of 3 cells are three. */
@unmanaged
export class OneVector {
  a: f64;
  b: f64;
}
@unmanaged
export class ThreeVectors {
  a: f64;
  b: f64;
  c: f64;
  d: f64;
  e: f64;
  f: f64;
}

/** A row under neighbouring taps. @param width in cells, at least {@link leastAlong} */
function alongRow(line: usize, taps: i32, weights: usize, out: usize, kept: i32, width: i32): void {
  if (kept === 3) along<ThreeVectors>(line, taps, weights, out, 4, 12, width);
  else along<OneVector>(line, taps, weights, out, 4 / kept, kept << 2, width);
}

@inline
function leastAlong(kept: i32): i32 {
  return kept === 3 ? 96 : 32;
}

/**
 * Eight groups of pixels at a time. Taps a group apart see the same vectors for different outputs: of those that are loaded
 * each serves up to four taps.
 * @param line floats [width + (taps − 1) · cells of a pixel]
 * @param weights [taps], those first that lie whole groups behind tap 0, then those of tap 1 …
 * @param pixels in a group, of so many bytes
 */
function along<G>(line: usize, taps: i32, weights: usize, out: usize, pixels: i32, pixelBytes: usize, width: i32): void {
  const block = <i32>(2 * offsetof<G>());
  const each = taps / pixels, more = taps % pixels;
  for (let cell = 0; cell < width; cell += block) {
    // the last groups overlap those before
    const first = <usize>min(cell, width - block) << 2;
    for (let vector: usize = 0; vector < offsetof<G>(); vector += 16) {
      const at = first + vector;
      let w = weights;
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
      for (let pixel = 0; pixel < pixels; pixel++) {
        let x = line + at + <usize>pixel * pixelBytes;
        let left = each + i32(pixel < more);
        for (; left >= 4; left -= 4) {
          const k0 = v128.load32_splat(w), k1 = v128.load32_splat(w, 4), k2 = v128.load32_splat(w, 8), k3 = v128.load32_splat(w, 12);
          let v = v128.load(x);
          a0 = madd(a0, v, k0);
          v = v128.load(x, offsetof<G>());
          a0 = madd(a0, v, k1);
          a1 = madd(a1, v, k0);
          v = v128.load(x, 2 * offsetof<G>());
          a0 = madd(a0, v, k2);
          a1 = madd(a1, v, k1);
          a2 = madd(a2, v, k0);
          v = v128.load(x, 3 * offsetof<G>());
          a0 = madd(a0, v, k3);
          a1 = madd(a1, v, k2);
          a2 = madd(a2, v, k1);
          a3 = madd(a3, v, k0);
          v = v128.load(x, 4 * offsetof<G>());
          a1 = madd(a1, v, k3);
          a2 = madd(a2, v, k2);
          a3 = madd(a3, v, k1);
          a4 = madd(a4, v, k0);
          v = v128.load(x, 5 * offsetof<G>());
          a2 = madd(a2, v, k3);
          a3 = madd(a3, v, k2);
          a4 = madd(a4, v, k1);
          a5 = madd(a5, v, k0);
          v = v128.load(x, 6 * offsetof<G>());
          a3 = madd(a3, v, k3);
          a4 = madd(a4, v, k2);
          a5 = madd(a5, v, k1);
          a6 = madd(a6, v, k0);
          v = v128.load(x, 7 * offsetof<G>());
          a4 = madd(a4, v, k3);
          a5 = madd(a5, v, k2);
          a6 = madd(a6, v, k1);
          a7 = madd(a7, v, k0);
          v = v128.load(x, 8 * offsetof<G>());
          a5 = madd(a5, v, k3);
          a6 = madd(a6, v, k2);
          a7 = madd(a7, v, k1);
          v = v128.load(x, 9 * offsetof<G>());
          a6 = madd(a6, v, k3);
          a7 = madd(a7, v, k2);
          a7 = madd(a7, v128.load(x, 10 * offsetof<G>()), k3);
          x += 4 * offsetof<G>();
          w += 16;
        }
        for (; left > 0; left--) {
          const k = v128.load32_splat(w);
          a0 = madd(a0, v128.load(x), k);
          a1 = madd(a1, v128.load(x, offsetof<G>()), k);
          a2 = madd(a2, v128.load(x, 2 * offsetof<G>()), k);
          a3 = madd(a3, v128.load(x, 3 * offsetof<G>()), k);
          a4 = madd(a4, v128.load(x, 4 * offsetof<G>()), k);
          a5 = madd(a5, v128.load(x, 5 * offsetof<G>()), k);
          a6 = madd(a6, v128.load(x, 6 * offsetof<G>()), k);
          a7 = madd(a7, v128.load(x, 7 * offsetof<G>()), k);
          x += offsetof<G>();
          w += 4;
        }
      }
      const to = out + at;
      v128.store(to, a0);
      v128.store(to, a1, offsetof<G>());
      v128.store(to, a2, 2 * offsetof<G>());
      v128.store(to, a3, 3 * offsetof<G>());
      v128.store(to, a4, 4 * offsetof<G>());
      v128.store(to, a5, 5 * offsetof<G>());
      v128.store(to, a6, 6 * offsetof<G>());
      v128.store(to, a7, 7 * offsetof<G>());
    }
  }
}
