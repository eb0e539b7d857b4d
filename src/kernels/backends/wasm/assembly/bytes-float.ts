import { pairsOf1, rowsOf1 } from './blocks';
import { gatherFloats, gatherPixels, storeFloats } from './bytes-cells';
import { Correlation } from './correlation';
import { usedRows } from './gather';
import { madd } from './madd';

/**
 * Any weights, in float32: one pass, or with `columnTaps` first along the rows and then along the columns. Tiles `from` …
 * `to` − 1, left to right and down: so small that what a pass reads stays in the first-level cache.
 * @param tile scratch, floats [bandRows + what the window reaches below, rowLength]: cells, or with two passes sums of the first
 * @param lineAt,sumsAt bytes behind `tile`: scratch, floats: one row of cells or of pixels; two rows of sums [2, tileCells]
 * @param geometry of the cells that count, `kept` of the `pixel` bytes of each pixel
 * @param rowOffsets,columnOffsets of the taps in a row (or all) and from row to row of the tile, in bytes
 * @param paired the one pass has all taps of the window, one row below the other
 * @param whole the first of two passes is over pixels of 3 or 4 cells and neighbouring taps
 */
export function bytesFloat(
  tile: usize, lineAt: usize, sumsAt: usize, geometry: usize, x: usize, out: usize, pixel: i32, kept: i32,
  tileCells: i32, bandRows: i32, rowLength: i32, halo: i32,
  rowTaps: i32, rowOffsets: usize, rowWeights: usize, columnTaps: i32, columnOffsets: usize, columnWeights: usize,
  paired: bool, whole: bool, bias: f32, from: i32, to: i32,
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
      if (whole) {
        gatherPixels(c, x, h, ow / kept, (ow + width + halo) / kept, pixel, kept, line);
        alongPixels(line, rowTaps, rowWeights, target, kept, width / kept);
        continue;
      }
      gatherFloats(c, x, h, ow, ow + width + halo, pixel, kept, columnTaps ? line : target);
      if (columnTaps) rowsOf1(line, 0, rowOffsets, rowTaps, rowWeights, 0, target, 0, 1, width);
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

/**
 * A row of pixels under neighbouring taps, 8 at a time, so at least 8. Every vector that is loaded serves up to four taps.
 * @param line floats [pixels + taps − 1, 4]
 * @param out floats [pixels, kept], kept 3 or 4
 */
function alongPixels(line: usize, taps: i32, weights: usize, out: usize, kept: i32, pixels: i32): void {
  for (let p = 0; p < pixels; p += 8) {
    // the last 8 overlap those before
    const pixel = <usize>min(p, pixels - 8);
    let x = line + (pixel << 4), w = weights, left = taps;
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    for (; left >= 4; left -= 4) {
      const k0 = v128.load32_splat(w), k1 = v128.load32_splat(w, 4), k2 = v128.load32_splat(w, 8), k3 = v128.load32_splat(w, 12);
      let v = v128.load(x);
      a0 = madd(a0, v, k0);
      v = v128.load(x, 16);
      a0 = madd(a0, v, k1);
      a1 = madd(a1, v, k0);
      v = v128.load(x, 32);
      a0 = madd(a0, v, k2);
      a1 = madd(a1, v, k1);
      a2 = madd(a2, v, k0);
      v = v128.load(x, 48);
      a0 = madd(a0, v, k3);
      a1 = madd(a1, v, k2);
      a2 = madd(a2, v, k1);
      a3 = madd(a3, v, k0);
      v = v128.load(x, 64);
      a1 = madd(a1, v, k3);
      a2 = madd(a2, v, k2);
      a3 = madd(a3, v, k1);
      a4 = madd(a4, v, k0);
      v = v128.load(x, 80);
      a2 = madd(a2, v, k3);
      a3 = madd(a3, v, k2);
      a4 = madd(a4, v, k1);
      a5 = madd(a5, v, k0);
      v = v128.load(x, 96);
      a3 = madd(a3, v, k3);
      a4 = madd(a4, v, k2);
      a5 = madd(a5, v, k1);
      a6 = madd(a6, v, k0);
      v = v128.load(x, 112);
      a4 = madd(a4, v, k3);
      a5 = madd(a5, v, k2);
      a6 = madd(a6, v, k1);
      a7 = madd(a7, v, k0);
      v = v128.load(x, 128);
      a5 = madd(a5, v, k3);
      a6 = madd(a6, v, k2);
      a7 = madd(a7, v, k1);
      v = v128.load(x, 144);
      a6 = madd(a6, v, k3);
      a7 = madd(a7, v, k2);
      a7 = madd(a7, v128.load(x, 160), k3);
      x += 64;
      w += 16;
    }
    for (; left > 0; left--) {
      const k = v128.load32_splat(w);
      a0 = madd(a0, v128.load(x), k);
      a1 = madd(a1, v128.load(x, 16), k);
      a2 = madd(a2, v128.load(x, 32), k);
      a3 = madd(a3, v128.load(x, 48), k);
      a4 = madd(a4, v128.load(x, 64), k);
      a5 = madd(a5, v128.load(x, 80), k);
      a6 = madd(a6, v128.load(x, 96), k);
      a7 = madd(a7, v128.load(x, 112), k);
      x += 16;
      w += 4;
    }
    const to = out + pixel * (<usize>kept << 2);
    storePixels(to, a0, a1, a2, a3, kept);
    storePixels(to + (<usize>kept << 4), a4, a5, a6, a7, kept);
  }
}

/** Four pixels, of 3 cells side by side without the fourth lane. */
@inline
function storePixels(to: usize, a: v128, b: v128, c: v128, d: v128, kept: i32): void {
  if (kept === 4) {
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  } else {
    v128.store(to, v128.shuffle<f32>(a, b, 0, 1, 2, 4));
    v128.store(to, v128.shuffle<f32>(b, c, 1, 2, 4, 5), 16);
    v128.store(to, v128.shuffle<f32>(c, d, 2, 4, 5, 6), 32);
  }
}
