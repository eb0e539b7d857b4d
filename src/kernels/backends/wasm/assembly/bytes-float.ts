import { pairsOf1, rowsOf1 } from './blocks';
import { gatherFloats, storeFloats } from './bytes-cells';
import { Correlation } from './correlation';
import { usedRows } from './gather';

/**
 * Any weights, in float32: one pass, or with `columnTaps` first along the rows and then along the columns. Tiles `from` …
 * `to` − 1, left to right and down: so small that what a pass reads stays in the first-level cache.
 * @param tile scratch, floats [bandRows + what the window reaches below, rowLength]: cells, or with two passes sums of the first
 * @param lineAt,sumsAt bytes behind `tile`: scratch, floats: one row of cells; two rows of sums [2, tileCells]
 * @param geometry of the cells that count, `kept` of the `pixel` bytes of each pixel
 * @param rowOffsets,columnOffsets of the taps in a row (or all) and from row to row of the tile, in bytes
 * @param paired the one pass has all taps of the window, one row below the other
 */
export function bytesFloat(
  tile: usize, lineAt: usize, sumsAt: usize, geometry: usize, x: usize, out: usize, pixel: i32, kept: i32,
  tileCells: i32, bandRows: i32, rowLength: i32, halo: i32,
  rowTaps: i32, rowOffsets: usize, rowWeights: usize, columnTaps: i32, columnOffsets: usize, columnWeights: usize,
  paired: bool, bias: f32, from: i32, to: i32,
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
